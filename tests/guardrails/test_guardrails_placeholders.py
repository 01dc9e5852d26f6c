import pytest
from hypothesis import given
from hypothesis import strategies as st

from handrail.guardrails.placeholders import Placeholders


def hidden(text: str) -> str:
    return Placeholders().hide(text)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("mail me at Ana.Lopez+x@example.co.uk, please", "mail me at <email_1>, please"),
        ("call me on 312-555-0199 or (312) 555-0188", "call me on <phone_1> or <phone_2>"),
        ("my phone is 3125550199", "my phone is <phone_1>"),
        ("+49 30 901820", "<phone_1>"),
        ("01223 812660", "<phone_1>"),
        ("ship it to 12 Baker Street, London NW1 6XE please", "ship it to <address_1> please"),
        ("45 maple avenue", "<address_1>"),
        ("P.O. Box 123, Denver, CO 80203", "<address_1>"),
        ("Hauptstraße 12, 12345 Berlin", "<address_1>"),
    ],
)
def test_contact_data_is_hidden(text: str, told: str) -> None:
    assert hidden(text) == told


@pytest.mark.parametrize(
    "text",
    [
        "order W10021, booking B2041, #1048573920",
        "1048573920",
        "orders 1048573920 and 1048573921",
        "booking 312-555-0199",
        "2026-06-15 10:00, 15.06.2026, 10-12",
        "it costs 1,299.00",
        "a 5 minute drive, a 10 mile road",
        "I ordered 2 tents on the way",
        "2 Person Park tents and the 3 Day Trail pass",
        "sizes 42 43 44 45 46 47",
        "version 1.2.3.4567",
    ],
)
def test_order_numbers_dates_and_sizes_are_not(text: str) -> None:
    assert hidden(text) == text


def test_one_address_has_one_placeholder_whatever_its_spelling() -> None:
    known = Placeholders.of(["I'm Ann@Example.org", "call 312-555-0199"])
    assert known.hide("write to ann@example.org or (312) 555 0199, or bob@example.org") == (
        "write to <email_1> or <phone_1>, or <email_2>"
    )
    assert known.reveal("<email_1>") == "Ann@Example.org"


def test_nested_values_are_revealed_and_unknown_placeholders_stay() -> None:
    known = Placeholders.of(["ann@example.org"])
    value = {"to": "<email_1>", "more": [{"x": "hi <email_1>", "n": 3}, "<phone_1>"], "none": None}
    assert known.reveal(value) == {
        "to": "ann@example.org",
        "more": [{"x": "hi ann@example.org", "n": 3}, "<phone_1>"],
        "none": None,
    }
    assert known.hide_all({"a": ["ann@example.org"]}) == {"a": ["<email_1>"]}


@given(
    st.lists(
        st.sampled_from(["ann@example.org", "+44 1223 812660", "W10021", "12 Baker Street, London NW1 6XE", "hello"]),
        max_size=6,
    )
)
def test_what_is_hidden_comes_back_as_it_was(parts: list[str]) -> None:
    text = "; ".join(parts)
    known = Placeholders.of([text])
    told = known.hide(text)
    assert "@" not in told and "Baker" not in told
    assert known.reveal(told) == text
    assert known.hide(told) == told


MOVED = "send it to 7 Larch Drive, Suite 310, Tulsa, OK 74103 please"


def test_an_address_has_parts_that_are_revealed_one_by_one() -> None:
    known = Placeholders.of([MOVED])
    assert known.hide(MOVED) == "send it to <address_1> please"
    assert known.parts == {"<address_1>": ("street", "road", "number", "unit", "city", "state", "postcode")}
    pieces = {"line1": "<address_1.street>", "line2": "<address_1.unit>", "to": ["<address_1.city> <address_1.state>"]}
    assert known.reveal(pieces) == {"line1": "7 Larch Drive", "line2": "Suite 310", "to": ["Tulsa OK"]}


def test_the_street_of_a_known_address_is_a_part_of_it() -> None:
    known = Placeholders.of([MOVED])
    assert known.hide_all({"address1": "7 Larch Drive", "b": "9 Elm Street"}) == {
        "address1": "<address_1.street>",
        "b": "<address_2>",
    }
    assert "<address_2>" not in known.parts, "a street alone has nothing to be taken apart for"


def test_placeholders_that_stand_for_nothing_are_told() -> None:
    known = Placeholders.of([MOVED])
    call = {"a": "<address_1.city>", "b": ["<address_1.country>", "<email_3>"], "c": "<address_1.country>"}
    assert known.unknown(call) == ("<address_1.country>", "<email_3>")
