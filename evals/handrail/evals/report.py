"""A report: the figures of a run, added up from its cases."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from handrail.conversation.events import TurnEnded
from handrail.evals.agreement import krippendorff
from handrail.evals.epochs import pass_curve
from handrail.evals.identity import Mode
from handrail.evals.opinion import Opinion
from handrail.evals.resampling import bootstrap, detections, rate
from handrail.evals.scorers import escalated, of_kind
from handrail.evals.slices import Slice, slices
from handrail.evals.spending import own_time
from handrail.evals.statistics import Detection, Figure, percentile, wilson
from handrail.evals.tags import agree, votes
from handrail.evals.trace import Played
from handrail.evals.verdicts import MEASURES, SHARES, UNITS, by_case, is_right


@dataclass(frozen=True, slots=True)
class Spent:
    """What turns cost. Milliseconds without waiting for a model; `model_*` is that waiting. None where nothing ran."""

    turns: int
    p50: float | None
    p95: float | None
    model_p50: float | None
    model_p95: float | None
    model_calls: float | None
    """A turn, as the tokens."""
    tokens_in: float | None
    tokens_out: float | None
    cost: float
    judge_tokens: int = 0
    """All that the judge read and wrote; `judge_cost` is not in `cost`."""
    judge_cost: float = 0.0
    judge_failed: int = 0
    """Conversations about which the judge gave no answer."""


@dataclass(frozen=True, slots=True)
class Report:
    """The figures of a run. `broken` are cases that could not be run, with why, by id.

    `escalation` compares whether a person was called with whether one should have been; `offered` counts it as called
    too where one was offered in the last turn, since a script can't take an offer up. `agreement` is the share of
    conversations with several taggers in which they agree, `split` how many could not be scored since they don't.
    """

    played: tuple[Played, ...]
    broken: dict[str, str]
    escalation: Detection
    offered: Detection
    shares: dict[str, Figure]
    measures: dict[str, Figure]
    """The means over cases of what makes no case wrong, in the unit of each score."""
    slices: tuple[Slice, ...]
    right: Figure
    agreement: Figure
    alpha: Figure
    """Krippendorff's alpha of whether a person was needed: agreement of the taggers beyond chance."""
    split: int
    taggers: tuple[str, ...]
    """Who tagged, those with the most tags first."""
    spent: Spent
    engine: str
    mode: Mode
    epochs: int = 1
    passing: dict[int, Figure] = field(default_factory=dict)
    """pass^k by k: how probable it is that a case is wholly right in all of k epochs. Empty over one epoch."""
    left: int = 0
    """Cases (and epochs) that were not begun, since the budget did not reach for them."""
    judge: str = ""
    """Whose word the scores `judge.…` are; empty where nobody was asked."""

    @property
    def failed(self) -> tuple[Played, ...]:
        """The cases that have a score below 1."""
        return tuple(p for p in self.played if not is_right(p))

    @property
    def unrecorded(self) -> tuple[Played, ...]:
        """The frozen cases that made calls which were not recorded, so that they could not be scored."""
        return tuple(p for p in self.played if p.trace.unrecorded)


def report(
    played: Sequence[Played],
    broken: dict[str, str],
    *,
    engine: str = "",
    mode: Mode = "replay",
    epochs: int = 1,
    left: int = 0,
) -> Report:
    """Add the scores of played cases up. What broke counts as not right. Intervals are over cases, never epochs."""
    cases = by_case(played)
    agreed = [a for case in cases if (a := agree(case[0].case.tags)) is not None]
    right = [[is_right(p) for p in case if not p.trace.unrecorded] for case in cases]
    opinions = [p.trace.opinion for p in played if p.trace.opinion is not None]
    ran = {case[0].case.id for case in cases}
    return Report(
        played=tuple(played),
        broken=dict(broken),
        escalation=detections([_decisions(case, _called) for case in cases]),
        offered=detections([_decisions(case, lambda p: _called(p) or _offered(p)) for case in cases]),
        shares={name: rate([_scored(case, name) for case in cases]) for name in SHARES},
        measures={name: _mean_of(cases, name) for name in MEASURES},
        slices=slices(played),
        right=rate([*right, *([False] for case_id in broken if case_id not in ran)]),
        agreement=wilson(sum(agreed), len(agreed)),
        alpha=krippendorff([votes(case[0].case.tags) for case in cases]),
        split=sum(c[0].case.expected.escalate is None and agree(c[0].case.tags) is False for c in cases),
        taggers=tuple(name for name, _ in Counter(tag.by for c in cases for tag in c[0].case.tags).most_common()),
        spent=_spent([end for p in played for end in of_kind(p.log, TurnEnded)], opinions),
        engine=engine,
        mode=mode,
        epochs=epochs,
        passing=pass_curve([tries for tries in right if len(tries) == epochs]) if epochs > 1 else {},
        left=left,
        judge=", ".join(sorted({opinion.judge for opinion in opinions})),
    )


def _decisions(case: Sequence[Played], called: Callable[[Played], bool]) -> list[tuple[bool, bool]]:
    """What should have been and what was, where it is known."""
    should = case[0].case.expected.escalate
    return [] if should is None else [(should, called(p)) for p in case if not p.trace.unrecorded]


def _called(played: Played) -> bool:
    return bool(escalated(played.log))


def _offered(played: Played) -> bool:
    ends = of_kind(played.log, TurnEnded)
    return bool(ends) and ends[-1].outcome == "offered"


def _scored(case: Sequence[Played], name: str) -> list[bool]:
    """Whether a case's epochs are wholly right, where they are scored."""
    return [value == 1 for played in case if (value := played.score(name).value) is not None]


def _mean_of(cases: Sequence[Sequence[Played]], name: str) -> Figure:
    rows = [[value for played in case if (value := played.score(name).value) is not None] for case in cases]
    if name not in UNITS and all(value in (0, 1) for row in rows for value in row):
        return rate([[value == 1 for value in row] for row in rows])
    return bootstrap(np.array([(sum(row), len(row)) for row in rows if row], float).reshape(-1, 2))


def _spent(ends: Sequence[TurnEnded], opinions: Sequence[Opinion]) -> Spent:
    own = [own_time(end) for end in ends]
    model = [end.model_milliseconds for end in ends if end.model_calls]
    return Spent(
        turns=len(ends),
        p50=percentile(own, 50),
        p95=percentile(own, 95),
        model_p50=percentile(model, 50),
        model_p95=percentile(model, 95),
        model_calls=_mean([end.model_calls for end in ends]),
        tokens_in=_mean([end.tokens_in for end in ends]),
        tokens_out=_mean([end.tokens_out for end in ends]),
        cost=sum(end.cost for end in ends),
        judge_tokens=sum(opinion.tokens_in + opinion.tokens_out for opinion in opinions),
        judge_cost=sum(opinion.cost for opinion in opinions),
        judge_failed=sum(bool(opinion.failed) for opinion in opinions),
    )


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None
