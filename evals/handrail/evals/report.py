"""A report: the figures of a run, added up from its cases."""

from collections.abc import Sequence
from dataclasses import dataclass

from handrail.conversation.events import TurnEnded
from handrail.evals.replay import Played
from handrail.evals.score import Score
from handrail.evals.scorers import escalated, of_kind, own_time
from handrail.evals.statistics import Detection, Figure, detection, percentile, wilson
from handrail.evals.tags import agree

SHARES = (
    "escalation", "reason", "handoff", "outcome", "calls", "consent", "end_state", "citations", "facts",
    "packet",
)  # fmt: skip
"""Scores that are right or wrong (or in part): told as the share of cases that are wholly right."""


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
    right: Figure
    agreement: Figure
    split: int
    spent: Spent
    engine: str
    mode: str

    @property
    def failed(self) -> tuple[Played, ...]:
        """The cases that have a score below 1."""
        return tuple(p for p in self.played if not is_right(p))


def wrong(score: Score) -> bool:
    """Whether a score says that the case is not wholly right."""
    return score.name in SHARES and score.value is not None and score.value < 1


def is_right(played: Played) -> bool:
    """Whether nothing that was scored is wrong."""
    return not any(wrong(score) for score in played.scores)


def report(played: Sequence[Played], broken: dict[str, str], *, engine: str = "", mode: str = "replay") -> Report:
    """Add the scores of played cases up. What broke counts as not right."""
    tagged = [p for p in played if p.case.expected.escalate is not None]
    should = [bool(p.case.expected.escalate) for p in tagged]
    agreed = [a for p in played if (a := agree(p.case.tags)) is not None]
    return Report(
        played=tuple(played),
        broken=dict(broken),
        escalation=detection(should, [bool(escalated(p.log)) for p in tagged]),
        offered=detection(should, [bool(escalated(p.log)) or _offered(p) for p in tagged]),
        shares={name: _share([p.score(name) for p in played]) for name in SHARES},
        right=wilson(sum(map(is_right, played)), len(played) + len(broken)),
        agreement=wilson(sum(agreed), len(agreed)),
        split=sum(p.case.expected.escalate is None and agree(p.case.tags) is False for p in played),
        spent=_spent([end for p in played for end in of_kind(p.log, TurnEnded)]),
        engine=engine,
        mode=mode,
    )


def _offered(played: Played) -> bool:
    ends = of_kind(played.log, TurnEnded)
    return bool(ends) and ends[-1].outcome == "offered"


def _share(scores: Sequence[Score]) -> Figure:
    scored = [score.value for score in scores if score.value is not None]
    return wilson(sum(value == 1 for value in scored), len(scored))


def _spent(ends: Sequence[TurnEnded]) -> Spent:
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
    )


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None
