"""Solvers: how an answer is got. The agent plays the case (`replayed`), or the checks alone read it (`listened`)."""

import asyncio
import os
from datetime import datetime

from inspect_ai.log import transcript
from inspect_ai.model import ModelOutput
from inspect_ai.solver import Generate, Solver, TaskState, solver
from pydantic import JsonValue

from handrail.agent.parts import make_rails
from handrail.conversation.clock import SystemClock
from handrail.conversation.events import Checked, Event
from handrail.conversation.settings import Settings
from handrail.evals.case import CASE, Case
from handrail.evals.inspection.samples import messages_of
from handrail.evals.inspection.sharing import Shared
from handrail.evals.recorded import listen
from handrail.evals.roles import open_role
from handrail.evals.staging import act
from handrail.evals.trace import Trace, row_of
from handrail.evals.world import open_worlds
from handrail.guardrails.rails import Rails
from handrail.knowledge.embed import open_embedder

TRACE = "handrail:trace"
"""The entry of a sample's store in which what came of it stands whole, so that it can be scored anew from the log."""


@solver
def replayed(settings: Settings, now: datetime | None = None) -> Solver:
    """Play the customer's side of a case against the agent, in a business of its own; the log decides.

    The agent is asked as its settings have it, with its own model: Inspect's `generate` is not used. A case that names
    no moment plays at `now`, else at the present.
    """
    shared, roles = Shared(lambda: open_worlds(settings)), Shared(lambda: open_role(settings.engine))
    # More at once than there are cores would measure how they wait for one another.
    hands = asyncio.Semaphore(8 if settings.engine.chosen == "openai" else os.cpu_count() or 1)
    present = now or SystemClock().now()

    async def solve(state: TaskState, generate: Generate) -> TaskState:
        case = Case.model_validate(state.metadata[CASE])
        worlds, role = await shared.get(), await roles.get()
        async with hands:
            trace, engine = await act(case, worlds, present, role)
        return _filled(state, trace, engine)

    return solve


@solver
def listened(settings: Settings) -> Solver:
    """Let the inbound checks judge each line of the customer's as it was recorded; no agent runs."""
    rails: list[Rails] = []

    async def solve(state: TaskState, generate: Generate) -> TaskState:
        if not rails:
            rails.append(await make_rails(settings, open_embedder(settings)))
        trace = await listen(Case.model_validate(state.metadata[CASE]), rails[0], settings.checks)
        return _filled(state, trace, "checks")

    return solve


def _filled(state: TaskState, trace: Trace, engine: str) -> TaskState:
    """What came of the case, as Inspect's log shows it."""
    state.messages = messages_of(trace.log)
    said = [message.text for message in state.messages if message.role == "assistant" and message.text]
    state.output = ModelOutput.from_content(model=engine, content=said[-1] if said else "")
    state.store.set(TRACE, row_of(trace))
    for event in trace.log:
        _tell(event)
    state.completed = True
    return state


def _tell(event: Event) -> None:
    """The findings that asked for something, with the seq of what they are about."""
    if isinstance(event.data, Checked):
        found: list[JsonValue] = [
            finding.model_dump(mode="json", exclude_defaults=True)
            for finding in event.data.findings
            if finding.action != "note"
        ]
        if found:
            transcript().info({"subject": event.data.subject, "findings": found}, source="handrail checks")
