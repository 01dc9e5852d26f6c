"""How a whole conversation went: what is counted in it, and what that says of a person being needed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handrail.guardrails.tally import Part, tally
from handrail.guardrails.text import packaged
from handrail.guardrails.weights import fitted
from handrail.guardrails.whole import PLAIN, whole

LINES = ("Where is it?", "No, not that one!", "Sorry, there is nothing.", "It is booked now.", "Hurry up, please.", "")
NUMBER = st.floats(-1, 1)
PARTS = st.builds(Part, st.booleans(), st.sampled_from(LINES), NUMBER, NUMBER, st.floats(0, 1))


def heard(*lines: str, frustration: float = 0.0) -> list[Part]:
    """`c:` lines are the customer's, `d:` the desk's."""
    return [Part(line.startswith("c:"), line[3:], frustration=frustration) for line in lines]


def test_lines_are_counted_by_their_side() -> None:
    told = tally(
        heard(
            "c: Hurry up, I need a table.", "d: Sorry, there is nothing.", "c: Ugh, this is useless. Hurry!",
            "d: It is booked now.",
        )
    )  # fmt: skip
    assert (told.counts["hurry"], told.counts["harsh"], told.counts["sighs"]) == (2, 1, 1)
    assert told.counts["declined"] == 1
    assert 0 < told.values["declined"] == told.values["done"] < 0.5
    assert told.values["word"] == 1


@pytest.mark.parametrize(
    "lines", [("d: It is booked.", "d: Sorry, it can't be done."), ("d: It can't be done.", "d: OK")]
)
def test_the_last_word_on_the_matter_counts(lines: tuple[str, ...]) -> None:
    assert tally(heard("c: A table, please.", *lines)).values["word"] == -1


def test_lines_in_a_row_that_bring_nothing_are_counted() -> None:
    told = tally(heard("c: A table.", "d: Which day?", "c: Friday.", "d: Which day?", "d: It is booked.", "d: Name?"))
    assert told.counts["standstill"] == 2


def test_reasons_tell_how_often() -> None:
    told = whole(heard("c: I hate waiting. Hurry!", "d: There is nothing.", "c: You people are useless, hurry up!"))
    assert "harsh words (2)" in told.reasons
    assert any("presses for time (2)" in reason for reason in told.reasons)


def test_every_measure_of_the_curve_is_counted_and_can_be_told() -> None:
    values, words = tally([]).values, packaged("tally.toml")["measures"]
    for term in fitted().curve.terms:
        assert term.measure in values
        if max(term.adds) > 0:
            assert words[term.measure]["reason"].format(n=2)


def test_a_desk_that_gets_things_done_is_better_than_one_that_does_not() -> None:
    ask = "c: Can you book it for me?"
    done, none = whole(heard(ask, "d: Your room is now booked.")), whole(heard(ask, "d: Sorry, that is not possible."))
    assert none.needs_person > whole(heard(ask, "d: Which day?")).needs_person > done.needs_person


@given(st.lists(PARTS, max_size=8), st.floats(0, 1))
def test_it_is_a_probability_and_no_less_than_a_plain_wish(parts: list[Part], plain: float) -> None:
    told = whole(parts, plain)
    assert 0 <= told.needs_person <= 1
    if any(part.customer for part in parts):
        assert told.needs_person >= round(plain, 4) - 1e-4
        assert (PLAIN in told.reasons) == (plain >= 0.25)
    else:
        assert told.needs_person == 0


@given(st.lists(PARTS, min_size=1, max_size=8), st.floats(0, 1))
def test_more_frustration_never_lowers_it(parts: list[Part], more: float) -> None:
    worse = [
        Part(p.customer, p.text, p.friction, p.sentiment, max(p.frustration, more)) if p.customer else p for p in parts
    ]
    assert whole(worse).needs_person >= whole(parts).needs_person
