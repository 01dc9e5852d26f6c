"""Cutting cases in two, to fit on one part and believe the figures of the other; and whether anything leaked."""

import hashlib
from collections.abc import Sequence
from typing import Literal

from handrail.conversation.errors import Invalid
from handrail.evals.case import Case
from handrail.evals.matching import plain

By = Literal["customer", "time"]
SHORT = 40
"""Characters: what is shorter ("hello") is said by many, and the same words twice are no leak."""


def split(cases: Sequence[Case], share: float, by: By) -> tuple[list[Case], list[Case]]:
    """The part to fit on, about `share` of the cases, and the rest.

    By customer, all conversations of one customer are in one part, by the hash of their id: more cases move no other.
    By time, the older ones are fitted on, as it is in life: by the first tag, else by the case's moment. Raises
    `Invalid` where a case has no moment, or a part would be empty.
    """
    if by == "time":
        ordered = sorted(cases, key=_moment)
        at = round(share * len(ordered))
        parts = ordered[:at], ordered[at:]
    else:
        fitted = {id(case) for case in cases if _place(case) < share}
        parts = [c for c in cases if id(c) in fitted], [c for c in cases if id(c) not in fitted]
    if not parts[0] or not parts[1]:
        raise Invalid("one of the parts is empty: there are too few cases, or the share is too near to 0 or 1")
    return parts


def leaks(fit: Sequence[Case], held: Sequence[Case]) -> list[str]:
    """What stands in both parts, so that the figures of `held` flatter: ids, customers, and the same words."""
    told = []
    ids = {case.id for case in fit} & {case.id for case in held}
    told += [f"{case_id} is in both" for case_id in sorted(ids)]
    customers = _customers(fit) & _customers(held)
    told += [f"customer {customer} is in both" for customer in sorted(customers)]
    words = {text: case.id for case in fit if len(text := _words(case)) >= SHORT}
    same = [(words[text], case.id) for case in held if (text := _words(case)) in words]
    told += [f"{one} and {other} say the same" for one, other in sorted(same) if one != other]
    return told


def _place(case: Case) -> float:
    """Where a customer, or a conversation of nobody known, stands between 0 and 1."""
    digest = hashlib.sha256((case.customer_id or case.id).encode()).digest()
    return int.from_bytes(digest[:8], "big") / 2**64


def _moment(case: Case) -> float:
    tagged = [tag.at.timestamp() for tag in case.tags]
    if not tagged and case.now is None:
        raise Invalid(f"{case.id} has neither a tag nor a moment to order it by")
    return min(tagged) if tagged else case.now.timestamp() if case.now else 0.0


def _customers(cases: Sequence[Case]) -> set[str]:
    return {case.customer_id for case in cases if case.customer_id}


def _words(case: Case) -> str:
    said = [turn.text for turn in case.recorded if turn.role == "customer"]
    return plain(" ".join(said or [step.say for step in case.steps if step.say]))
