"""A run: many cases played side by side, kept as they end, and the report that comes of them."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import groupby, product

from handrail.agent.parts import make_rails
from handrail.conversation.settings import Settings
from handrail.evals.budget import Budget
from handrail.evals.case import Case
from handrail.evals.identity import Mode
from handrail.evals.judging.judge import Judge
from handrail.evals.judging.reading import of_case
from handrail.evals.keeping import Kept, Key
from handrail.evals.recorded import ENGINE, lines, listen
from handrail.evals.report import Report, report
from handrail.evals.roles import Role, open_role
from handrail.evals.scoring import played
from handrail.evals.staging import act
from handrail.evals.trace import Played, Trace
from handrail.evals.world import Worlds, open_worlds
from handrail.guardrails.rails import Rails
from handrail.knowledge.embed import open_embedder

Progress = Callable[[Played | None], None]
"""Told of each case that has ended; None where it could not be run."""
Solver = Callable[[], Awaitable[Trace]]
AHEAD = 64
"""So many recorded conversations are embedded together, while those before them are checked."""
JUDGED_AT_ONCE = 8
"""So many recorded conversations are read by a judge side by side."""


def quiet(_: Played | None) -> None:
    """Tell nobody."""


async def replay(
    cases: Sequence[Case],
    settings: Settings,
    *,
    now: datetime | None = None,
    side_by_side: int = 2,
    epochs: int = 1,
    kept: Kept | None = None,
    budget: Budget | None = None,
    judge: Judge | None = None,
    progress: Progress = quiet,
) -> Report:
    """Play every case in a world of its own, `epochs` times, at most `side_by_side` at once; a `judge` reads what came
    of it.

    Cases that name no moment play at `now`, else at the present. What `kept` holds already is not played again. Raises
    `Unavailable` and `SettingsError`.
    """
    run = _Run("replay", side_by_side, progress, kept, budget)
    engines: set[str] = set()
    present = now or (kept.about.began if kept else datetime.now(UTC))

    def moment(case: Case) -> datetime:
        return case.now or present

    async def one(case: Case, worlds: Worlds, role: Role) -> Trace:
        trace, engine = await act(case, worlds, present, role, judge)
        engines.add(engine)
        return trace

    def solver(case: Case, worlds: Worlds, role: Role) -> Solver:
        return lambda: one(case, worlds, role)

    async with open_worlds(settings) as worlds, open_role(settings.engine) as role:
        # One business after the other, so that a suite of many moments does not keep all of them.
        for at, there in groupby(sorted(cases, key=moment), key=moment):
            tries = product(range(epochs), there)
            await asyncio.gather(*(run.add(case, epoch, solver(case, worlds, role)) for epoch, case in tries))
            await worlds.forget(at)
    engine = ", ".join(sorted(engines)) or settings.engine.name
    return run.report(cases, engine=engine, epochs=epochs)


async def recorded(
    cases: Sequence[Case],
    settings: Settings,
    *,
    kept: Kept | None = None,
    budget: Budget | None = None,
    judge: Judge | None = None,
    progress: Progress = quiet,
) -> Report:
    """Let the inbound checks read every line of the customers' as it was recorded; no agent runs. A `judge` reads what
    was answered then."""
    # Checks compute and wait for nothing; a judge is waited for.
    run = _Run("recorded", JUDGED_AT_ONCE if judge else 1, progress, kept, budget)
    rails = await make_rails(settings, open_embedder(settings))

    def solver(case: Case) -> Solver:
        async def solve() -> Trace:
            trace = await listen(case, rails, settings.checks)
            if judge is None or not case.recorded:
                return trace
            return replace(trace, opinion=await judge.judge(of_case(case)))

        return solve

    async with asyncio.TaskGroup() as group:
        async for case in _read_ahead([case for case in cases if not run.has(case, 0)], rails):
            if judge is None:
                await run.add(case, 0, solver(case))
            else:
                group.create_task(run.add(case, 0, solver(case)))
    return run.report(cases, engine=ENGINE, epochs=1)


async def _read_ahead(cases: Sequence[Case], rails: Rails) -> AsyncIterator[Case]:
    """The cases in their order, each once its lines are embedded."""
    for start in range(0, len(cases), AHEAD):
        some = cases[start : start + AHEAD]
        await rails.read_ahead([line.text for case in some for line in lines(case) if line.role == "customer"])
        for case in some:
            yield case


class _Run:
    """What has been played so far."""

    def __init__(
        self, mode: Mode, side_by_side: int, progress: Progress, kept: Kept | None, budget: Budget | None
    ) -> None:
        self._mode, self._gate, self._progress, self._kept = mode, asyncio.Semaphore(side_by_side), progress, kept
        self._budget = budget or Budget()
        self._played: dict[Key, Played] = {}
        self._broken: dict[Key, str] = {}
        if kept is not None:
            by_id = {case.id: case for case in kept.cases}
            for (case_id, epoch), trace in kept.traces.items():
                self._played[case_id, epoch] = played(by_id[case_id], trace, mode, epoch)
                self._budget.add(trace)
                progress(self._played[case_id, epoch])

    def has(self, case: Case, epoch: int) -> bool:
        """Whether this was played before the run was broken off."""
        return (case.id, epoch) in self._played

    async def add(self, case: Case, epoch: int, solve: Solver) -> None:
        """Play a case when its turn comes, unless that was done before or the budget is used up. One that breaks is
        told as such and does not end the run."""
        if self.has(case, epoch):
            return
        async with self._gate:
            if not self._budget.begin():
                return
            trace, error = None, ""
            try:
                trace = await solve()
            except Exception as broken:
                error = f"{type(broken).__name__}: {broken}"
            finally:
                self._budget.end(trace)
            self._take(case, epoch, trace, error)

    def _take(self, case: Case, epoch: int, trace: Trace | None, error: str) -> None:
        key, one = (case.id, epoch), None
        if self._kept is not None:
            self._kept.add(key, trace, error)
        if trace is None:
            self._broken[key] = error
        else:
            one = self._played[key] = played(case, trace, self._mode, epoch)
        self._progress(one)

    def report(self, cases: Sequence[Case], *, engine: str, epochs: int) -> Report:
        """The report, in the order of the cases. A run of which the budget left some out has not ended."""
        keys = [(case.id, epoch) for case in cases for epoch in range(epochs)]
        left = sum(key not in self._played and key not in self._broken for key in keys)
        if self._kept is not None:
            self._kept.end(whole=not left)
        ended = [self._played[key] for key in keys if key in self._played]
        return report(ended, by_id(self._broken), engine=engine, mode=self._mode, epochs=epochs, left=left)


def by_id(broken: dict[Key, str]) -> dict[str, str]:
    """Why cases could not be run, by their ids: of several epochs the last."""
    return {case_id: why for (case_id, _), why in sorted(broken.items())}


def report_of(kept: Kept) -> Report:
    """The report of a kept run, scored anew."""
    about = kept.about.identity
    traces = sorted(kept.traces.items(), key=lambda item: item[0][1])
    order = {case.id: place for place, case in enumerate(kept.cases)}
    cases = {case.id: case for case in kept.cases}
    ended = [
        played(cases[case_id], trace, about.mode, epoch)
        for (case_id, epoch), trace in sorted(traces, key=lambda item: order[item[0][0]])
    ]
    left = len(kept.cases) * about.epochs - len(kept.traces) - len(kept.broken)
    return report(ended, by_id(kept.broken), engine=about.engine, mode=about.mode, epochs=about.epochs, left=left)
