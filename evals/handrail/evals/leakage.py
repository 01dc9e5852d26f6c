"""Leakage: what a test set has in common with what was fitted on, so that its figures would flatter."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from handrail.evals.case import Case
from handrail.evals.likeness import pairs, shingles, written

Kind = Literal["the same id", "the same customer", "nearly the same words"]


@dataclass(frozen=True, slots=True)
class Leak:
    """A conversation of the test set that the fitting set knows: `fitted` is the one there, `alike` 0 to 1."""

    fitted: str
    tested: str
    kind: Kind
    alike: float = 1.0


@dataclass(frozen=True, slots=True)
class Leakage:
    """The leaks, and how many conversations of how many they touch."""

    leaks: tuple[Leak, ...]
    tested: int

    @property
    def touched(self) -> int:
        return len({leak.tested for leak in self.leaks})

    @property
    def share(self) -> float:
        return self.touched / self.tested if self.tested else 0.0


def leakage(fitting: Sequence[Case], test: Sequence[Case]) -> Leakage:
    """Every pair of the two sets that shares its id, its customer, or nearly all that the customer wrote."""
    ids = {case.id for case in fitting}
    customers = {case.customer_id: case.id for case in reversed(fitting) if case.customer_id is not None}
    leaks = [Leak(case.id, case.id, "the same id") for case in test if case.id in ids]
    leaks += [
        Leak(customers[case.customer_id], case.id, "the same customer")
        for case in test
        if case.customer_id is not None and case.customer_id in customers
    ]
    texts = [[shingles(written(case)) for case in some] for some in (fitting, test)]
    leaks += [Leak(fitting[a].id, test[b].id, "nearly the same words", alike) for a, b, alike in pairs(*texts)]
    return Leakage(tuple(leaks), len(test))
