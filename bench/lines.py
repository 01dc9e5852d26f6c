"""What customers of the benchmarks write: routine questions, no two alike, so that no cache knows a line before."""

from collections.abc import Iterator
from itertools import count

QUESTIONS = (
    "How many days do I get to send something back?",
    "Do I have to pay for the postage when I send a jacket back?",
    "Can I bring a parcel back to your shop instead of posting it?",
    "How long does a refund take to reach my card?",
    "What does delivery to Canada cost?",
    "How long does standard delivery take?",
    "Can I exchange trousers for another size?",
    "How long is the warranty on a tent?",
    "What does it cost to move my booking to another date?",
    "What happens if you cancel a trip because of the weather?",
    "How much are new soles for walking boots?",
    "Do my loyalty points run out?",
    "Can I use two gift cards on one order?",
    "What should I bring for a day walk?",
    "Do you take old rucksacks back?",
    "How old must children be for a climbing course?",
    "Can I hire a tent for a weekend?",
    "How do I look after a down jacket?",
    "When is your shop open on Saturdays?",
    "Can I change the delivery address after I have ordered?",
    "Do you match the price of another shop?",
    "How long does a repair in the workshop take?",
    "How many people are in a group on a guided walk?",
    "Can I return outlet items?",
)
FOR = ("brother", "sister", "mother", "father", "neighbour", "cousin", "aunt", "uncle", "friend", "colleague", "son")
IN = (
    "Leeds", "York", "Derby", "Exeter", "Kendal", "Truro", "Oban", "Perth", "Bath", "Ripon", "Hexham", "Buxton",
    "Settle", "Stirling", "Bangor", "Ludlow", "Malton", "Skipton", "Matlock", "Penrith", "Alnwick", "Whitby", "Durham",
    "Lincoln", "Norwich", "Ipswich", "Oxford", "Reading", "Swindon", "Bristol", "Cardiff",
)  # fmt: skip


def questions(start: int = 0) -> Iterator[str]:
    """Routine policy questions without end; the first `len(FOR) * len(IN)` for each question differ.

    One question comes back after all the others, so that a conversation does not look stuck.
    """
    for number in count(start):
        asker = number // len(QUESTIONS) * 7 + number
        who, where = FOR[asker % len(FOR)], IN[asker // len(FOR) % len(IN)]
        yield f"{QUESTIONS[number % len(QUESTIONS)]} I am asking for my {who} in {where}, note {number}."


def order_questions(orders: list[str], start: int = 0) -> Iterator[str]:
    """Where is my order: over the given orders, again and again, each time in other words."""
    for number in count(start):
        where = IN[number // len(orders) % len(IN)]
        yield f"Where is my order {orders[number % len(orders)]}? I am waiting for it in {where}."
