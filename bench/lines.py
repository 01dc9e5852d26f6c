"""What customers of the benchmarks write: routine questions, no two alike, so that no cache knows a line before."""

from collections.abc import Iterator, Sequence
from itertools import count

QUESTIONS = (
    "How many days do I get to send something back{}?",
    "Do I have to pay for the postage when I send a jacket back{}?",
    "Can I bring a parcel back to your shop{} instead of posting it?",
    "How long does a refund take to reach my card{}?",
    "What does delivery to Canada cost{}?",
    "How long does standard delivery take{}?",
    "Can I exchange trousers for another size{}?",
    "How long is the warranty on a tent{}?",
    "What does it cost to move my booking to another date{}?",
    "What happens if you cancel a trip because of the weather{}?",
    "How much are new soles for walking boots{}?",
    "Do my loyalty points run out{}?",
    "Can I use two gift cards on one order{}?",
    "What should I bring for a day walk{}?",
    "Do you take old rucksacks back{}?",
    "How old must children be for a climbing course{}?",
    "When is your shop open on Saturdays{}?",
    "Can I change the delivery address after I have ordered{}?",
    "Do you match the price of another shop{}?",
    "How long does a repair in the workshop take{}?",
    "How many people are in a group on a guided walk{}?",
    "Can I return outlet items{}?",
)
PLACES = (
    "Leeds", "York", "Derby", "Exeter", "Kendal", "Truro", "Oban", "Perth", "Bath", "Ripon", "Hexham", "Buxton",
    "Settle", "Stirling", "Bangor", "Ludlow", "Malton", "Skipton", "Matlock", "Penrith", "Alnwick", "Whitby", "Durham",
    "Lincoln", "Norwich", "Ipswich", "Oxford", "Reading", "Swindon", "Bristol", "Cardiff", "Chester",
    "Preston", "Bolton",
)  # fmt: skip


def questions(start: int = 0) -> Iterator[str]:
    """Routine policy questions without end, one in three with a greeting; the first 770 differ.

    A question comes back only after all the others, so that a conversation does not look stuck.
    """
    for number in count(start):
        question = QUESTIONS[number % len(QUESTIONS)]
        place = PLACES[number // len(QUESTIONS) % len(PLACES)]
        yield f"Hello from {place}! {question.format('')}" if number % 3 == 2 else question.format(f" from {place}")


def order_questions(orders: Sequence[str], start: int = 0) -> Iterator[str]:
    """Where is my order: over the given orders, again and again, each time in other words."""
    for number in count(start):
        place = PLACES[number // len(orders) % len(PLACES)]
        yield f"Where is my order {orders[number % len(orders)]} to {place}?"
