"""Staging: the world that fits a case, and the case played in it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime

from handrail.agent.bootstrap import Handrail
from handrail.conversation.clock import SystemClock
from handrail.evals.case import Case
from handrail.evals.freezing.playback import Playback
from handrail.evals.freezing.record import Frozen
from handrail.evals.freezing.today import Today
from handrail.evals.judging.judge import Judge
from handrail.evals.judging.reading import of_log
from handrail.evals.replay import CaseClock, Sent, play
from handrail.evals.roles import Role
from handrail.evals.trace import Trace
from handrail.evals.world import Worlds
from handrail.knowledge.knowledge import Knowledge


async def act(
    case: Case, worlds: Worlds, present: datetime, role: Role | None = None, judge: Judge | None = None
) -> tuple[Trace, str]:
    """Play a case in a world of its own, and tell which engine answered. One that names no moment plays at `present`;
    `role` plays its customer where it has one, and `judge` reads what came of it.

    A frozen case plays against its recording, with the policies of then; with those of today where its tag says that
    the policies were at fault. Raises `Invalid` where the policies of then are not kept any more.
    """
    at = case.now or present
    if case.frozen is None:
        async with worlds.world(at) as (handrail, clock, sent):
            trace = await play(case, handrail, clock, sent, role)
            return await _judged(trace, judge, handrail.knowledge), handrail.engine
    async with _recorded(case, case.frozen, worlds, at) as (handrail, clock, sent, playback):
        trace = await _judged(await play(case, handrail, clock, sent, role), judge, handrail.knowledge)
        return replace(trace, unrecorded=tuple(playback.tape.missing)), handrail.engine


async def _judged(trace: Trace, judge: Judge | None, knowledge: Knowledge) -> Trace:
    """With the opinion of the judge, who sees the passages as they were shown to whoever answered."""
    if judge is None:
        return trace

    def text(passage_id: str) -> str | None:
        passage = knowledge.passage(passage_id)
        return None if passage is None else passage.told

    return replace(trace, opinion=await judge.judge(of_log(trace.log, text)))


@asynccontextmanager
async def _recorded(
    case: Case, frozen: Frozen, worlds: Worlds, at: datetime
) -> AsyncIterator[tuple[Handrail, CaseClock, Sent, Playback]]:
    said = [step.say for step in case.steps if step.say]
    playback = Playback.of(worlds.workspace(), frozen, said)
    knowledge = await _knowledge(frozen, worlds, at)
    async with worlds.world(at, empty=True, workspace=playback, knowledge=knowledge) as (handrail, clock, sent):
        yield handrail, clock, sent, playback


async def _knowledge(frozen: Frozen, worlds: Worlds, at: datetime) -> Knowledge:
    if frozen.policies_at_fault:
        return Today(worlds.knowledge, at.date(), SystemClock().now().date())
    return await worlds.library(frozen.library)
