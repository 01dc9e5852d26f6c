"""Splitting a set into what is fitted on and what is tested on, so that the one knows nothing of the other."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

import numpy as np

from handrail.conversation.errors import Invalid
from handrail.evals.case import Case
from handrail.evals.likeness import pairs, shingles, written
from handrail.evals.tags import majority

By = Literal["customer", "time"]


@dataclass(frozen=True, slots=True)
class Split:
    """Both sides in their order. `aside` are conversations that are on neither: older ones of customers who came again,
    where the newest are tested on. `groups` is how many there were that had to stay together."""

    fitting: tuple[Case, ...]
    test: tuple[Case, ...]
    aside: tuple[Case, ...] = ()
    groups: int = 0

    def strata(self, labels: Sequence[str]) -> list[tuple[str, int, int]]:
        """How many of each stratum are on either side."""
        counts = [Counter(stratum(case, labels) for case in side) for side in (self.fitting, self.test)]
        return [(name, counts[0][name], counts[1][name]) for name in sorted({*counts[0], *counts[1]})]


def split(cases: Sequence[Case], share: float, by: By, labels: Sequence[str] = (), seed: int = 7) -> Split:
    """Put about `share` of the conversations on the test side; those of one customer, and those that are nearly the
    same, stay together.

    By `customer` they are drawn at random within each stratum (whether a person was needed, and `labels`). By `time`
    the newest are tested on. Raises `Invalid` where one has no moment, or a side would be empty.
    """
    groups = together(cases)
    told = _newest(cases, groups, share) if by == "time" else _drawn(cases, groups, share, labels, seed)
    if not told.fitting or not told.test:
        raise Invalid(f"{len(groups)} groups of conversations that must stay together leave one side empty")
    return told


def together(cases: Sequence[Case]) -> list[list[int]]:
    """The places of conversations that must stay on one side, each group in order, the groups by their first."""
    leader = list(range(len(cases)))

    def first(place: int) -> int:
        while leader[place] != place:
            leader[place] = place = leader[leader[place]]
        return place

    customers: dict[str, int] = {}
    joined = [(customers.setdefault(c.customer_id, n), n) for n, c in enumerate(cases) if c.customer_id is not None]
    texts = [shingles(written(case)) for case in cases]
    for one, other in (*joined, *((a, b) for a, b, _ in pairs(texts, texts))):
        low, high = sorted((first(one), first(other)))
        leader[high] = low
    groups: dict[int, list[int]] = defaultdict(list)
    for place in range(len(cases)):
        groups[first(place)].append(place)
    return list(groups.values())


def stratum(case: Case, labels: Sequence[str]) -> str:
    """The stratum of a conversation, in words."""
    needed = case.expected.escalate if case.expected.escalate is not None else majority(case.tags)
    told = {True: "needed a person", False: "needed none", None: "not told"}[needed]
    return ", ".join([told, *(f"{label} {case.labels.get(label, '–')}" for label in labels)])


def moment(case: Case) -> datetime | None:
    """When it took place, else when it was tagged first; None where neither is known."""
    told = [case.now] if case.now is not None else [tag.at for tag in case.tags]
    return min((at if at.tzinfo else at.replace(tzinfo=UTC) for at in told), default=None)


def _drawn(
    cases: Sequence[Case], groups: Sequence[Sequence[int]], share: float, labels: Sequence[str], seed: int
) -> Split:
    by_stratum: dict[str, list[Sequence[int]]] = defaultdict(list)
    for group in groups:
        most = Counter(stratum(cases[place], labels) for place in group).most_common(1)
        by_stratum[most[0][0]].append(group)
    random, tested = np.random.default_rng(seed), set[int]()
    for name in sorted(by_stratum):
        seen = taken = 0
        for n in random.permutation(len(by_stratum[name])):
            group = by_stratum[name][n]
            seen += len(group)
            if taken + len(group) / 2 <= share * seen:
                taken += len(group)
                tested.update(group)
    return Split(
        tuple(case for n, case in enumerate(cases) if n not in tested),
        tuple(case for n, case in enumerate(cases) if n in tested),
        groups=len(groups),
    )


def _newest(cases: Sequence[Case], groups: Sequence[Sequence[int]], share: float) -> Split:
    at = [moment(case) for case in cases]
    if missing := [case.id for case, when in zip(cases, at, strict=True) if when is None]:
        raise Invalid(f"{len(missing)} conversations have neither `now` nor a tag with its moment: {missing[0]} …")
    moments = [when for when in at if when is not None]
    cut = sorted(moments)[min(len(moments) - 1, round(len(moments) * (1 - share)))]
    tested = {n for n, when in enumerate(moments) if when >= cut}
    aside = {n for group in groups if not tested.isdisjoint(group) for n in group} - tested
    return Split(
        tuple(case for n, case in enumerate(cases) if n not in tested and n not in aside),
        tuple(cases[n] for n in sorted(tested)),
        tuple(cases[n] for n in sorted(aside)),
        groups=len(groups),
    )
