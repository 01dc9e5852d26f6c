"""Records of others: which of their fields name things, which are read, and which say nothing."""

from handrail.knowledge.corpus import Record, passages
from handrail.knowledge.search import embedded

PLACES = ("Kestrel Inn", "Pier One", "Old Mill", "Rosa's")


def test_a_field_of_short_values_that_records_share_names_things_and_is_not_read() -> None:
    records = [Record(str(n), f"Room {n} is quiet.", {"where": PLACES[n % 4], "stars": 4}) for n in range(20)]
    found = passages(records)
    assert [passage.policy.entities for passage in found[:2]] == [("Kestrel Inn",), ("Pier One",)]
    assert embedded(found[0]) == "Room 0 is quiet."


def test_a_title_of_its_own_names_and_is_read() -> None:
    (first, *_) = passages([Record(name, "It is quiet.", {"title": name}) for name in PLACES])
    assert first.policy.entities == ("Kestrel Inn",)
    assert embedded(first) == "Kestrel Inn. It is quiet."


def test_long_fields_are_read_and_name_nothing() -> None:
    long = "Can I bring a dog to the rooms on the ground floor if it sleeps in a basket of its own beside the bed?"
    (first, *_) = passages([Record(str(n), "Yes.", {"question": long}) for n in range(5)])
    assert first.policy.entities == ()
    assert embedded(first) == f"{long}. Yes."


def test_what_has_no_words_is_left_out() -> None:
    fields: dict[str, object] = {"url": "https://example.org/rooms", "at": "2026-01-01", "key": "rooms/42", "n": None}
    (first, *_) = passages([Record(str(n), "Yes.", {**fields, "at": f"2026-01-0{n + 1}"}) for n in range(5)])
    assert first.policy.entities == ()
    assert embedded(first) == "Yes."


def test_fields_may_be_lists_or_missing() -> None:
    records = [
        Record(str(n), "Yes.", {"products": [PLACES[n % 4], PLACES[(n + 1) % 4]]} if n else {}) for n in range(9)
    ]
    found = passages(records)
    assert found[0].policy.entities == ()
    assert found[1].policy.entities == ("Pier One", "Old Mill")
    assert passages([]) == []


def test_two_kinds_of_records_are_no_names() -> None:
    (first, *_) = passages([Record(str(n), "Yes.", {"kind": ("hotel", "cafe")[n % 2]}) for n in range(10)])
    assert first.policy.entities == ()
