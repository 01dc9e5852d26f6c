import json

import pytest

from handrail.guardrails.claims import claims, stem
from handrail.guardrails.grounded import grounds
from handrail.guardrails.verdict import Evidence

RETURNS = (
    "Returns\nYou can return unworn items within 30 days of delivery. Used tents cannot be returned. A refund"
    " takes 5 to 7 business days and goes back to the card you paid with. Shipping costs $6.95 for orders under $75."
)
ORDER = (
    '{"order_id": "W10021", "status": "shipped", "carrier": "DHL", "shipped_at": "2026-06-12T22:30:00Z", '
    '"total_cents": 12900, "lines": [{"name": "Trail Tent 2"}, {"name": "Stove"}, {"name": "Mug"}], "eta":'
    ' "2026-06-16"}'
)
EVIDENCE = Evidence(
    passages={"returns@3#1": RETURNS},
    results={"seq:12": ORDER},
    said=("Where is my order W10021? I'm Anna from Leeds",),
)
ZONES = ("Europe/London",)


@pytest.mark.parametrize(
    "sentence",
    [
        "You can return unworn items within 30 days.",
        "You can return unworn items within thirty days of delivery [1].",
        "Refunds take 5-7 business days.",
        "Your order W10021 was shipped with DHL on 12 June.",
        "It arrives on Tuesday, June 16.",
        "The total was $129.00.",
        "You have three items in your order.",
        "Shipping costs $6.95 for orders under $75 [1].",
        "It was shipped at 11:30 pm.",
        "Your Trail Tent 2 is on its way, Anna.",
        "Used tents can't be returned.",
        "Fellside Outfitters takes unworn items back within 30 days of delivery.",
    ],
)
def test_what_stands_in_a_source_passes(sentence: str) -> None:
    found = grounds(sentence, EVIDENCE, ZONES, ("Fellside Outfitters",))
    assert found.missing == ()
    assert not found.against


@pytest.mark.parametrize(
    ("sentence", "kind", "words"),
    [
        ("You can return it within 60 days.", "number", "60"),
        ("You can return it within 30 weeks.", "number", "30"),
        ("The total was $139.", "number", "139"),
        ("A refund takes 5 to 9 business days.", "number", "9"),
        ("Your order was shipped on 13 June 2026.", "date", "13 June 2026"),
        ("It arrives on Thursday.", "date", "Thursday"),
        ("It was shipped at 10 am.", "date", "10 am"),
        ("Order W10022 is on the way.", "code", "W10022"),
        ("It was shipped with Royal Mail.", "name", "Royal Mail"),
        ("We also have a store in Berlin.", "name", "Berlin"),
    ],
)
def test_a_fact_that_is_nowhere_is_found(sentence: str, kind: str, words: str) -> None:
    missing = {(m.kind, sentence[m.span[0] : m.span[1]]) for m in grounds(sentence, EVIDENCE, ZONES).missing}
    assert (kind, words) in missing


@pytest.mark.parametrize(
    "sentence",
    ["You can return used tents.", "Unworn items can't be returned.", "Shipping is free for orders under $75."],
)
def test_the_opposite_of_a_source_is_found(sentence: str) -> None:
    assert grounds(sentence, EVIDENCE).against


@pytest.mark.parametrize(
    "sentence",
    ["Hello Anna, thank you for waiting!", "Is there anything else I can help you with?", "I'm sorry to hear that."],
)
def test_courtesy_claims_nothing(sentence: str) -> None:
    assert not grounds(sentence, EVIDENCE).claims


@pytest.mark.parametrize(
    "forms",
    [
        "cover covers covered covering",
        "deliver delivers delivered delivering",
        "offer offers offered",
        "cancel cancelled",
    ],
)
def test_the_forms_of_a_word_are_one_word(forms: str) -> None:
    assert len({stem(form) for form in forms.split()}) == 1


def test_days_of_the_week_in_the_plural_are_days_and_no_names() -> None:
    hours = Evidence(passages={"hours": "We are open from Monday to Friday and on Saturday mornings."})
    assert grounds("On Saturdays we are open in the morning.", hours).missing == ()
    assert [m.kind for m in grounds("On Sundays we are open in the morning.", hours).missing] == ["date"]


def test_the_nearest_source_is_named() -> None:
    near = grounds("Used tents cannot be returned.", EVIDENCE).near
    assert near is not None and near.ref == "passage:returns@3#1"


def test_what_stands_in_the_evidence_word_for_word_is_not_denied_by_its_neighbours() -> None:
    full, other = "The day walk on Wednesday 17 June has no places left.", "Saturday 20 June at 09:00 (S11406)"
    evidence = Evidence(results={"seq:1": f'["{full}", ["{other}"]]'})
    assert not grounds(f"- {other}\n", evidence).against
    assert grounds("The day walk on Wednesday 17 June has places left.", evidence).against


def test_what_a_system_writes_below_zero_is_told_without_the_sign() -> None:
    paid_back = Evidence(results={"seq:9": '[{"payment": "card-1", "amount": -5244}, {"difference": -60.78}]'})
    assert grounds("You get $5,244 back on your card.", paid_back).missing == ()
    assert grounds("The difference of $60.78 is refunded.", paid_back).missing == ()
    assert [m.kind for m in grounds("You get $5,245 back.", paid_back).missing] == ["number"]


def test_fields_of_a_record_deny_nothing_of_one_another() -> None:
    record = '[{"order": "W10021", "status": "cancelled", "gift_wrap": "no", "note": "Used tents cannot be returned."}]'
    evidence = Evidence(results={"seq:9": record})
    assert not grounds("It is done, and the status is now cancelled.", evidence).against
    assert grounds("Used tents can be returned.", evidence).against, "a sentence in a field does deny"


def test_a_reason_after_a_colon_is_held_against_its_own_words() -> None:
    evidence = Evidence(results={"seq:9": json.dumps([{"card": "gift"}, None, "the gift card's balance is too low"])})
    assert not grounds("I am sorry, that can't be done: the gift card's balance is too low.", evidence).against
    assert grounds("It can be done: the gift card's balance isn't too low.", evidence).against


def test_a_clause_that_stands_word_for_word_in_a_record_is_not_denied_by_another_field() -> None:
    record = {
        "stands": "it is placed and has not been dispatched yet; it leaves by Tuesday",
        "return_note": "placed orders can leave",
    }
    evidence = Evidence(results={"seq:9": json.dumps(record)})
    told = "Order W10008: it is placed and has not been dispatched yet; it leaves by Tuesday."
    assert not grounds(told, evidence).against
    assert grounds(told.replace("has not", "has"), evidence).against


def test_a_statement_that_runs_into_a_question_is_one_of_its_own() -> None:
    told = [(c.kind, c.text) for c in claims("It ships on Monday does that help? Is it late?")]
    assert told == [("statement", "It ships on Monday"), ("question", "does that help?"), ("question", "Is it late?")]
    for question in ("If it is broken, can I return it?", "Which one do you mean?", "You know what it is?"):
        assert [c.kind for c in claims(question)] == ["question"]


@pytest.mark.parametrize("text", ["Please bring your passport.", "Please note that refunds take 10 days."])
def test_a_request_that_tells_a_fact_is_a_statement(text: str) -> None:
    assert [c.kind for c in claims(text)] == ["statement"]


@pytest.mark.parametrize("text", ["Please wait.", "Please let me know.", "Thank you, Zelda.", "Sorry, Ana Lopez."])
def test_a_request_or_thanks_that_tell_nothing_are_courtesy(text: str) -> None:
    assert [c.kind for c in claims(text)] == ["courtesy"]
    assert [c.kind for c in claims("Yes, Monday.")] == ["statement"]
