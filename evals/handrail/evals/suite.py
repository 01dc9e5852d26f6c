"""A run: many cases played side by side, and the report that comes of them."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from itertools import groupby

from handrail.agent.parts import make_rails
from handrail.conversation.settings import Settings
from handrail.evals.case import Case
from handrail.evals.recorded import ENGINE, listen
from handrail.evals.replay import Played, play
from handrail.evals.report import Report, report
from handrail.evals.world import Worlds, open_worlds
from handrail.knowledge.embed import open_embedder

Progress = Callable[[Played | None], None]
"""Told of each case that has ended; None where it could not be run."""


async def replay(
    cases: Sequence[Case],
    settings: Settings,
    *,
    now: datetime | None = None,
    side_by_side: int = 2,
    progress: Progress = lambda played: None,
) -> Report:
    """Play every case in a world of its own, at most `side_by_side` at once.

    Cases that name no moment play at `now`, else at the present. Raises `Unavailable` and `SettingsError`.
    """
    run = _Run(side_by_side, progress)
    engines: set[str] = set()
    present = now or datetime.now(UTC)

    def moment(case: Case) -> datetime:
        return case.now or present

    async def one(case: Case, worlds: Worlds) -> Played:
        async with worlds.world(moment(case)) as (handrail, clock, sent):
            engines.add(handrail.engine)
            return await play(case, handrail, clock, sent)

    async with open_worlds(settings) as worlds:
        # One business after the other, so that a suite of many moments does not keep all of them.
        for at, there in groupby(sorted(cases, key=moment), key=moment):
            await asyncio.gather(*(run.add(case, one(case, worlds)) for case in there))
            await worlds.forget(at)
    return run.report(cases, engine=", ".join(sorted(engines)), mode="replay")


async def recorded(cases: Sequence[Case], settings: Settings, *, progress: Progress = lambda played: None) -> Report:
    """Let the inbound checks judge every line of the customers' as it was recorded; no agent runs."""
    run = _Run(1, progress)  # checks compute and wait for nothing: side by side they would only be measured wrongly
    rails = await make_rails(settings, open_embedder(settings))
    await asyncio.gather(*(run.add(case, listen(case, rails, settings.checks)) for case in cases))
    return run.report(cases, engine=ENGINE, mode="recorded")


class _Run:
    """What has been played so far."""

    def __init__(self, side_by_side: int, progress: Progress) -> None:
        self._gate, self._progress = asyncio.Semaphore(side_by_side), progress
        self._played: dict[str, Played] = {}
        self._broken: dict[str, str] = {}

    async def add(self, case: Case, playing: Awaitable[Played]) -> None:
        """Wait for a case when its turn comes. One that breaks is told as such and does not end the run."""
        async with self._gate:
            try:
                played: Played | None = await playing
            except Exception as error:
                self._broken[case.id] = f"{type(error).__name__}: {error}"
                played = None
            if played is not None:
                self._played[case.id] = played
            self._progress(played)

    def report(self, cases: Sequence[Case], *, engine: str, mode: str) -> Report:
        """The report, in the order of the cases."""
        played = [self._played[case.id] for case in cases if case.id in self._played]
        return report(played, self._broken, engine=engine, mode=mode)
