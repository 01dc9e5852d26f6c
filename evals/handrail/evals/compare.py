"""Two runs over the same cases: what changed, whether noise explains it, and which cases flipped.

Every comparison is paired: a case is held against itself. A share over one epoch is tested by McNemar's exact test,
else, as every mean, by permutation of the two runs of a case. "Cases wholly right" is the first figure and is tested by
itself; all others are read side by side, so their p-values are adjusted together (Holm).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from handrail.conversation.errors import Invalid
from handrail.evals.identity import Identity
from handrail.evals.keeping import Kept
from handrail.evals.paired import difference, holm, mcnemar, permutation
from handrail.evals.report import Report
from handrail.evals.resampling import bootstrap, rate
from handrail.evals.scorers import escalated
from handrail.evals.statistics import Figure
from handrail.evals.suite import report_of
from handrail.evals.trace import Played
from handrail.evals.verdicts import MEASURES, SHARES, by_case, is_right, wrong

NOISE = 0.05
FIRST = "right"
GOOD_WHEN_LOW = {"needless handoffs", "lateness", "cost", "tokens", "latency"}
Of = Callable[[Played], float | None]
"""A value of a played case; None where it is not scored."""


@dataclass(frozen=True, slots=True)
class Change:
    """A figure in both runs over the cases that are scored in both, and their difference with its 95 % interval.

    `p` is the chance of so great a difference where there is none; `adjusted` is that beside all other figures.
    """

    name: str
    before: Figure
    after: Figure
    difference: Figure
    p: float
    adjusted: float | None = None
    share: bool = True

    @property
    def significant(self) -> bool:
        return self.adjusted is not None and self.adjusted < NOISE

    @property
    def worse(self) -> bool:
        gain = (self.difference.value or 0.0) * (-1 if self.name in GOOD_WHEN_LOW else 1)
        return gain < 0


@dataclass(frozen=True, slots=True)
class Flip:
    """A case that is right in one run and wrong in the other: of several epochs, the first that differs so."""

    before: Played
    after: Played

    @property
    def better(self) -> bool:
        return is_right(self.after)

    @property
    def why(self) -> tuple[str, ...]:
        """What is wrong in the run in which it is wrong."""
        there = self.before if self.better else self.after
        return tuple(f"{score.name}: {score.detail}" for score in there.scores if wrong(score))


@dataclass(frozen=True, slots=True)
class Comparison:
    """`before` and `after` are the runs' names, `differs` what their identities differ in. `alone` are ids of cases
    that only one of them has."""

    before: str
    after: str
    identities: tuple[Identity, Identity]
    common: int
    alone: tuple[str, ...]
    changes: tuple[Change, ...]
    flips: tuple[Flip, ...]

    @property
    def differs(self) -> tuple[str, ...]:
        return self.identities[0].differences(self.identities[1])

    @property
    def regressions(self) -> tuple[Change, ...]:
        """The shares that fell beyond noise. Costs and times are told, and are no regression of what is right."""
        return tuple(change for change in self.changes if change.share and change.significant and change.worse)


def compare(before: Kept, after: Kept) -> Comparison:
    """Compare two kept runs; both are scored anew, by the same scorers. A case is the same where its id is.

    Raises `Invalid` where one was played and the other only listened to, or they have no case in common.
    """
    if before.about.identity.mode != after.about.identity.mode:
        raise Invalid(f"{before.name} is of mode {before.about.identity.mode}, {after.name} is not")
    one, other = ({case[0].case.id: case for case in by_case(_scored(report_of(run)))} for run in (before, after))
    common = [case_id for case_id in other if case_id in one]
    if not common:
        raise Invalid(f"{before.name} and {after.name} have no case in common")
    pairs = [(one[case_id], other[case_id]) for case_id in common]
    return Comparison(
        before.name,
        after.name,
        (before.about.identity, after.about.identity),
        len(common),
        tuple(sorted(one.keys() ^ other.keys())),
        _adjusted([change for name, of in _named() if (change := _change(name, of, pairs)) is not None]),
        tuple(flip for pair in pairs if (flip := _flip(*pair)) is not None),
    )


def _scored(report: Report) -> list[Played]:
    """What was played, but for frozen cases of which nobody knows what they come to."""
    return [played for played in report.played if not played.trace.unrecorded]


def _named() -> list[tuple[str, Of]]:
    """The values that are compared, by name."""
    shares: list[tuple[str, Of]] = [(name, _share(name)) for name in SHARES if name != "escalation"]
    return [
        (FIRST, lambda played: float(is_right(played))),
        ("escalation.recall", lambda played: _called(played, wanted=True)),
        ("needless handoffs", lambda played: _called(played, wanted=False)),
        *shares,
        *((name, _value(name)) for name in MEASURES),
    ]


def _called(played: Played, *, wanted: bool) -> float | None:
    return float(bool(escalated(played.log))) if played.case.expected.escalate is wanted else None


def _share(name: str) -> Of:
    return lambda played: None if (value := played.score(name).value) is None else float(value == 1)


def _value(name: str) -> Of:
    return lambda played: played.score(name).value


def _change(name: str, of: Of, pairs: Sequence[tuple[list[Played], list[Played]]]) -> Change | None:
    both = [(_values(a, of), _values(b, of)) for a, b in pairs]
    both = [(a, b) for a, b in both if a and b]
    if not both:
        return None
    share = name not in MEASURES
    before, after = (_figure([pair[side] for pair in both], share=share) for side in (0, 1))
    first, second = (np.array([(sum(pair[side]), len(pair[side])) for pair in both], float) for side in (0, 1))
    means = [[sum(pair[side]) / len(pair[side]) for pair in both] for side in (0, 1)]
    if share and all(len(values) == 1 for pair in both for values in pair):
        p = mcnemar([m == 1 for m in means[0]], [m == 1 for m in means[1]]).p
    else:
        p = permutation(*means)
    return Change(name, before, after, difference(first, second), p, share=share)


def _values(played: Sequence[Played], of: Of) -> list[float]:
    return [value for one in played if (value := of(one)) is not None]


def _figure(values: Sequence[Sequence[float]], *, share: bool) -> Figure:
    if share:
        return rate([[value == 1 for value in each] for each in values])
    return bootstrap(np.array([(sum(each), len(each)) for each in values], float))


def _adjusted(changes: Sequence[Change]) -> tuple[Change, ...]:
    others = holm({change.name: change.p for change in changes if change.name != FIRST})
    return tuple(replace(change, adjusted=others.get(change.name, change.p)) for change in changes)


def _flip(before: Sequence[Played], after: Sequence[Played]) -> Flip | None:
    rights = {side: [is_right(played) for played in some] for side, some in (("before", before), ("after", after))}
    if sum(rights["before"]) / len(before) == sum(rights["after"]) / len(after):
        return None
    better = sum(rights["after"]) / len(after) > sum(rights["before"]) / len(before)
    first = next((p for p in before if is_right(p) is not better), None)
    second = next((p for p in after if is_right(p) is better), None)
    return Flip(first, second) if first is not None and second is not None else None
