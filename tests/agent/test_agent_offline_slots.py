"""Values for arguments, found in what customers write: amounts with units, names, identifiers without a form."""

from typing import Any

import pytest
from agent_talk import NOW
from hypothesis import given
from hypothesis import strategies as st

from handrail.agent.models.offline.choices import choice_in
from handrail.agent.models.offline.counting import counts_in
from handrail.agent.models.offline.filling import fill
from handrail.agent.models.offline.identifiers import ids_among, ids_in
from handrail.agent.models.offline.kinds import kind_of
from handrail.agent.models.offline.measuring import measured
from handrail.agent.models.offline.moments import find_moments
from handrail.agent.models.offline.naming import names_in
from handrail.agent.models.offline.reasons import reason_in
from handrail.agent.models.offline.said import Said
from handrail.agent.models.offline.slots import Slot
from handrail.agent.models.offline.timing import times_in


def slot(name: str, kind: Any = "text", description: str = "", **more: Any) -> Slot:
    return Slot((name,), kind, more.pop("required", True), description, **more)


@pytest.mark.parametrize(
    ("name", "text", "amount"),
    [
        ("duration_minutes", "for an hour", 60),
        ("duration_minutes", "half an hour will do", 30),
        ("duration_minutes", "an hour and a half", 90),
        ("minutes", "ninety minutes please", 90),
        ("weight_kg", "a parcel of 2.5kg", 2.5),
        ("weight_kg", "it weighs 800 grams", 0.8),
        ("months", "for half a year", 6),
        ("months", "pause it for a year", 12),
        ("extra_days", "two more days", 2),
        ("extra_days", "another week", 7),
        ("extra_days", "in two days", None),
        ("extra_days", "three days ago", None),
        ("months", "my son is 8 months old", None),
        ("guests", "for an hour", None),
        ("weight_kg", "the 14kgb model", None),
    ],
)
def test_an_amount_is_told_in_the_unit_of_its_argument(name: str, text: str, amount: float | None):
    assert measured(slot(name, "amount"), text) == amount


@given(st.integers(1, 999), st.sampled_from(["minutes", "hours", "days", "weeks", "months", "litres", "kg"]))
def test_a_number_with_the_argument_s_own_unit_is_that_number(number: int, unit: str):
    assert measured(slot(f"length_{unit}", "count"), f"make it {number} {unit} please") == number


NAMED = [slot("title"), slot("author", required=False), slot("city")]


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ('put "Orbital" by Samantha Harvey aside', {"title": "Orbital", "author": "Samantha Harvey"}),
        ('is "Emma" there? I live in Leeds', {"title": "Emma", "city": "Leeds"}),
        ("I'd like it in Ashby de la Zouch", {"city": "Ashby de la Zouch"}),
        ("please send it on Monday", {}),
        ("Please hurry. Thanks", {}),
        ("can I have it in June", {}),
    ],
)
def test_names_are_told_by_quotes_and_by_the_word_before_them(text: str, values: dict[str, str]):
    said = Said(text, tuple(find_moments(text, NOW, "Europe/London")))
    assert names_in(NAMED, said, {}) == {(name,): value for name, value in values.items()}


ITEM, NEW_ITEM = slot("item_id", "id"), slot("new_item_id", "id")
ORDER = slot("order_id", "id", pattern=r"W\d{4}")
CARD = slot("card_id", "id")


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("swap item 48213 for new item 48220", {"item_id": "48213", "new_item_id": "48220"}),
        ("return item 48213 of W1234", {"item_id": "48213"}),
        ("something from W1234", {}),
        ("item 48213, and pay it with visa_4471", {"item_id": "48213"}),
    ],
)
def test_identifiers_without_a_form_go_by_the_noun_before_them(text: str, values: dict[str, str]):
    found = ids_among([ITEM, NEW_ITEM, ORDER, CARD], Said(text))
    assert found == {(name,): value for name, value in values.items()}


def test_the_one_identifier_that_is_left_is_for_the_one_argument_that_is_left():
    assert ids_among([ORDER, CARD], Said("pay W1234 with visa_4471")) == {("card_id",): "visa_4471"}


def test_a_year_is_no_identifier():
    assert ids_among([CARD], Said("which one was best in 2019?")) == {}


def test_a_double_room_is_no_two_of_anything():
    text = "a double room for two adults"
    counts = [slot("adults", "count", "Number of adults"), slot("children", "count", "Number of children")]
    assert counts_in(counts, Said(text)) == {("adults",): 2}


def test_two_counts_are_told_apart_by_what_is_counted():
    counts = [slot("adults", "count", "Number of adults"), slot("children", "count", "Number of children")]
    assert counts_in(counts, Said("2 adults and 3 children")) == {("adults",): 2, ("children",): 3}


def test_a_reason_goes_to_the_choice_that_says_most_of_it():
    happened = slot("reason", "choice", "What happened", choices=("lost", "damaged", "contents_missing"))
    assert reason_in(happened, "it never turned up") == "lost"


@pytest.mark.parametrize(
    ("text", "day", "at"),
    [
        ("tonight at 8", "2026-06-15", "20:00"),
        ("next Tuesday for three hours, in the afternoon", "2026-06-23", "12:00"),
        ("a week from today at noon", "2026-06-22", "12:00"),
    ],
)
def test_a_day_and_a_time_are_told_wherever_they_stand(text: str, day: str, at: str):
    said = Said(text, tuple(find_moments(text, NOW, "Europe/London")))
    slots = [slot("date", "day"), slot("time", "time")]
    assert times_in(slots, said, "Europe/London") == {("date",): day, ("time",): at}


def test_a_form_drawn_from_an_example_wants_a_digit_where_that_has_one():
    kind, pattern = kind_of("code", {"type": "string"}, "Six-character code, e.g. 'K7QX2M'", None)
    code = slot("code", kind, pattern=pattern)
    assert ids_in("Please cancel r4tz9p", code) == ["R4TZ9P"]
    assert ids_in("Please cancel my travel", code) == []


def test_a_sign_before_an_identifier_may_be_left_out():
    order = slot("order_id", "id", pattern=r"#W\d{7}")
    assert ids_in("where is w1000002", order) == ids_in("where is #W1000002", order) == ["#W1000002"]


@pytest.mark.parametrize(
    ("text", "choice"),
    [
        ("tomorrow morning", "8-12"),
        ("between 12 and 4pm tomorrow", "12-16"),
        ("on Friday at 5pm", "16-20"),
        ("whenever you like", None),
    ],
)
def test_hours_are_chosen_by_the_time_that_is_told(text: str, choice: str | None):
    window = slot("window", "choice", choices=("8-12", "12-16", "16-20"))
    assert choice_in(window, Said(text, tuple(find_moments(text, NOW, "Europe/London")))) == choice


def test_a_number_is_a_phone_number_where_one_was_told_or_asked_for():
    phone = slot("phone", "phone")
    assert fill([phone], Said("my order is 1048573920"), "UTC") == {}
    assert fill([phone], Said("reach me at <phone_1>"), "UTC") == {("phone",): "<phone_1>"}
    assert fill([phone], Said("3125550199", asked=phone), "UTC") == {("phone",): "3125550199"}


def test_a_person_is_named_by_a_placeholder():
    assert names_in([slot("city")], Said("a trip to Rome for <name_1>"), {}) == {("city",): "Rome"}
    assert names_in([slot("passenger")], Said("book it for <name_1>"), {}) == {("passenger",): "<name_1>"}
