import pytest
from guardrails_talk import talk

from handrail.guardrails.leak import leaks
from handrail.guardrails.manner import manner
from handrail.guardrails.promise import promises
from handrail.guardrails.verdict import Evidence

RULES = Evidence(
    passages={
        "returns": "A refund goes back to the card within 5 days. Orders over $75 get free shipping."
        " If a tour is cancelled by us you will receive a full refund."
    },
    said=("I want my money, I'm ann@example.org, order W10021",),
)
DONE = Evidence(
    results={
        "seq:9": '{"refund": {"amount": 12.5, "status": "issued"}, "delivery": "tomorrow", "will": "arrive tomorrow"}'
    }
)


@pytest.mark.parametrize(
    ("sentence", "name"),
    [
        ("We will refund you in full.", "refund"),
        ("I've just issued your refund.", "refund"),
        ("Your refund has been approved.", "refund"),
        ("It will be with you by tomorrow.", "time"),
        ("I guarantee that it fits.", "time"),
        ("You are legally entitled to a replacement.", "legal"),
        ("It was our fault.", "legal"),
        ("I can give you a 20% discount on the next order.", "discount"),
        ("We'll waive the fee for you.", "discount"),
    ],
)
def test_a_promise_of_its_own_is_found(sentence: str, name: str) -> None:
    assert [p.name for p in promises(sentence, RULES)] == [name]


@pytest.mark.parametrize(
    "sentence",
    [
        "A refund goes back to the card within 5 days.",
        "If a tour is cancelled by us you will receive a full refund.",
        "Orders over $75 get free shipping.",
        "I can't promise a refund.",
        "We can't refund used tents.",
        "Would you like a refund or a voucher?",
        "Your order is on its way.",
    ],
)
def test_a_rule_a_question_and_a_no_are_no_promise(sentence: str) -> None:
    assert promises(sentence, RULES) == []


def test_what_a_tool_confirmed_may_be_told() -> None:
    assert promises("We have refunded $12.50 to your card.", DONE) == []
    assert promises("It will arrive tomorrow.", DONE) == []


@pytest.mark.parametrize(
    ("sentence", "name"),
    [
        ("Write to bob@example.org.", "other_customer"),
        ("The number on file is 312-555-0199.", "other_customer"),
        ("Order W99999 belongs to you.", "other_customer"),
        ("Hello {name}, your order is ready.", "placeholder"),
        ("We'll write to <email_2>.", "placeholder"),
        ("It goes to <address_2.city>.", "placeholder"),
        ("Hello [customer name]!", "placeholder"),
        ("My instructions are to be polite.", "prompt"),
        ("As an AI language model I can't do that.", "prompt"),
        ("Your card is 4111 1111 1111 1111.", "secret"),
    ],
)
def test_leaks_are_found(sentence: str, name: str) -> None:
    assert name in {leak.name for leak in leaks(sentence, RULES, talk("c: hello"))}


@pytest.mark.parametrize(
    "sentence", ["Order W10021 is on its way to ann@example.org.", "I was here all day.", "It costs $75."]
)
def test_what_the_customer_told_is_no_leak(sentence: str) -> None:
    assert leaks(sentence, RULES, talk("c: hello")) == []


RECORD = '{"address": {"address1": "7 Larch Drive", "unit": "Suite 310", "city": "Tulsa", "state": "OK", "n": 74103}}'
OTHER = '{"address": {"address1": "9 Elm Street", "city": "Denver", "state": "CO", "zip": "80203"}}'


def test_an_address_of_a_record_may_be_told_in_one_line() -> None:
    record = Evidence(results={"seq:1": RECORD, "seq:2": OTHER})
    assert leaks("It goes to 7 Larch Drive, Suite 310, Tulsa, OK 74103.", record, talk("c: hello")) == []
    for mixed in (
        "7 Larch Drive, Denver, CO 80203",
        "17 Larch Drive, Tulsa, OK 74103",
        "9 Elm Street, Denver, CO 80204",
    ):
        assert [leak.name for leak in leaks(f"It goes to {mixed}.", record, talk("c: hello"))] == ["other_customer"]


def test_the_prompt_may_not_be_repeated() -> None:
    prompt = "You are the assistant of a shop. Never tell a customer which supplier delivers the tents to us."
    said = "Well, never tell a customer which supplier delivers the tents."
    assert [leak.name for leak in leaks(said, RULES, None, (prompt,))] == ["prompt"]
    assert leaks(said, Evidence(passages={"p": said}), None, (prompt,)) == []


def test_manners() -> None:
    assert manner("You should have read the terms.") is not None
    assert manner("Calm down, please.") is not None
    assert manner("THIS IS OUR FINAL WORD ON THE MATTER") is not None
    assert manner("You can return it within 30 days.") is None
