"""What the customer did, as the steps of a case."""

from collections.abc import Iterator, Sequence

from handrail.agent.claims import HIDDEN
from handrail.conversation.events import ApprovalGiven, ApprovalRefused, CustomerSaid, Event
from handrail.evals.case import Step, Word

from .stand_ins import StandIns

PAUSE = 60.0
"""Seconds between two things that happened from which on the time that passes is a step of its own."""


def steps_of(events: Sequence[Event], stand_ins: StandIns) -> list[Step]:
    """The steps in order: lines, codes typed, a colleague's decisions, and time that passed."""
    steps: list[Step] = []
    before = None
    for event in events:
        step = next(_step(event, stand_ins), None)
        if step is None:
            continue
        if before is not None and (passed := (event.at - before).total_seconds()) >= PAUSE:
            steps.append(Step(wait=float(int(passed))))
        steps.append(step)
        before = event.at
    return steps


def _step(event: Event, stand_ins: StandIns) -> Iterator[Step]:
    match event.data:
        case CustomerSaid(text=text) if HIDDEN in text:
            yield Step(code=True)
        case CustomerSaid(text=text) if text.strip():
            yield Step(say=stand_ins.text(text))
        case ApprovalGiven():
            yield Step(decide=Word(decision="approve"))
        case ApprovalRefused(reason=reason):
            yield Step(decide=Word(decision="refuse", reason=stand_ins.text(reason) or "refused"))
