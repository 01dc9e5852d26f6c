"""A run: many cases played side by side, and the figures that come of them."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from handrail.conversation.settings import Settings
from handrail.evals.case import Case
from handrail.evals.replay import Played, play
from handrail.evals.score import Score
from handrail.evals.scorers import escalated
from handrail.evals.statistics import Detection, Figure, detection, percentile, wilson
from handrail.evals.world import Worlds, open_worlds

Progress = Callable[[Played | None, int], None]
"""Told (the case that has ended, cases in all)."""

SHARES = ("escalation", "reason", "outcome", "calls", "consent", "end_state", "citations", "facts")
"""Scores that are right or wrong (or in part): told as the share of cases that are wholly right."""


@dataclass(frozen=True, slots=True)
class Report:
    """The figures of a run. `failed` are cases with a score below 1, `broken` those that could not be run, by id."""

    played: tuple[Played, ...]
    broken: dict[str, str]
    escalation: Detection
    shares: dict[str, Figure]
    latency: dict[str, float | None]
    tokens: float | None
    engine: str

    @property
    def failed(self) -> tuple[Played, ...]:
        return tuple(p for p in self.played if any(wrong(score) for score in p.scores))


def wrong(score: Score) -> bool:
    """Whether a score says that the case is not wholly right."""
    return score.name in SHARES and score.value is not None and score.value < 1


async def run(
    cases: Sequence[Case], settings: Settings, *, side_by_side: int = 4, progress: Progress = lambda played, total: None
) -> Report:
    """Play every case in a world of its own, at most `side_by_side` at once."""
    gate = asyncio.Semaphore(side_by_side)
    broken: dict[str, str] = {}
    engines: set[str] = set()

    async def one(case: Case, worlds: Worlds) -> Played | None:
        async with gate:
            try:
                async with worlds.world(case.now or datetime.now(UTC)) as (handrail, clock, sent):
                    engines.add(handrail.engine)
                    played = await play(case, handrail, clock, sent)
            except Exception as error:  # a case that breaks is told as such and must not end the run
                broken[case.id] = f"{type(error).__name__}: {error}"
                played = None
            progress(played, len(cases))
            return played

    async with open_worlds(settings) as worlds:
        played = await asyncio.gather(*(one(case, worlds) for case in cases))
    return report(tuple(p for p in played if p is not None), broken, ", ".join(sorted(engines)))


def report(played: Sequence[Played], broken: dict[str, str], engine: str) -> Report:
    """Add the scores of played cases up."""
    tagged = [p for p in played if p.case.expected.escalate is not None]
    spent = [s.value for p in played if (s := p.score("latency")).value is not None]
    tokens = [s.value for p in played if (s := p.score("tokens")).value is not None]
    return Report(
        played=tuple(played),
        broken=dict(broken),
        escalation=detection(
            [bool(p.case.expected.escalate) for p in tagged], [bool(escalated(p.log)) for p in tagged]
        ),
        shares={name: _share([p.score(name) for p in played]) for name in SHARES},
        latency={"p50": percentile(spent, 50), "p95": percentile(spent, 95)},
        tokens=sum(tokens) / len(tokens) if tokens else None,
        engine=engine,
    )


def _share(scores: Sequence[Score]) -> Figure:
    scored = [score.value for score in scores if score.value is not None]
    return wilson(sum(value == 1 for value in scored), len(scored))
