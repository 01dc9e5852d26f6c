"""Cutting cases in two without letting anything leak."""

import pytest
from evals_logs import case
from hypothesis import given
from hypothesis import strategies as st

from handrail.conversation.errors import Invalid
from handrail.evals.case import Step
from handrail.evals.splits import leaks, split
from handrail.evals.tags import Tag

LONG = "I have waited for my parcel for three whole weeks now and nobody answers."


def one(id_: str, *, customer: str | None = None, day: int | None = None, text: str = "hello"):
    tags = () if day is None else (Tag(escalate=True, by="kim", at=f"2026-05-{day:02}"),)
    return case(id_).model_copy(update={"customer_id": customer, "tags": tags, "steps": (Step(say=text),)})


MANY = [one(f"c{n}", customer=f"C{n % 40}", day=n % 28 + 1) for n in range(200)]


def test_all_of_a_customer_is_in_one_part():
    fit, held = split(MANY, 0.5, "customer")
    assert len(fit) + len(held) == 200
    assert 60 < len(fit) < 140
    assert not {c.customer_id for c in fit} & {c.customer_id for c in held}
    assert not leaks(fit, held)


@given(st.integers(1, 199))
def test_more_cases_move_no_other(n):
    fit, _ = split(MANY, 0.5, "customer")
    known = {c.id for c in fit}
    try:
        again, rest = split(MANY[:n], 0.5, "customer")
    except Invalid:
        return
    assert {c.id for c in again} <= known
    assert not {c.id for c in rest} & known


def test_the_older_ones_are_fitted_on():
    fit, held = split(MANY, 0.7, "time")
    assert len(fit) == 140
    assert max(c.tags[0].at for c in fit) <= min(c.tags[0].at for c in held)
    with pytest.raises(Invalid, match="c1 has neither a tag nor a moment"):
        split([one("c1"), one("c2", day=1)], 0.5, "time")


def test_an_empty_part_is_said():
    with pytest.raises(Invalid, match="empty"):
        split([one("c1", day=1)], 0.5, "time")


def test_what_leaks_is_named():
    fit = [one("a", customer="C1"), one("b", text=LONG), one("c"), one("d")]
    held = [one("e", customer="C1"), one("f", text=LONG.upper()), one("c", text="bye"), one("g")]
    assert leaks(fit, held) == ["c is in both", "customer C1 is in both", "b and f say the same"]
