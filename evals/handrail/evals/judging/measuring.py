"""Measuring a judge: it reads conversations that people tagged, in both orders of its questions."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from handrail.evals.budget import Budget
from handrail.evals.case import Case
from handrail.evals.judging.judge import Judge
from handrail.evals.judging.reading import of_case
from handrail.evals.opinion import QUESTIONS, Opinion, Question
from handrail.evals.tags import majority, most
from handrail.evals.trace import Trace

AT_ONCE = 8


@dataclass(frozen=True, slots=True)
class Pair:
    """A conversation, and what the judge said of it: with its questions as they stand, and `turned`, from the last to
    the first."""

    case: Case
    opinion: Opinion
    turned: Opinion

    def people(self, question: Question) -> bool | None:
        """What most of the people who tagged it say; None where nobody did, or they are split."""
        return people(self.case, question)


def people(case: Case, question: Question) -> bool | None:
    """What people say to a question of the judge's: by their tags of escalation and outcome, else by `marks`."""
    if question == "person":
        return case.expected.escalate if case.expected.escalate is not None else majority(case.tags)
    if question == "settled":
        return most([tag.outcome == "resolved" for tag in case.tags if tag.outcome is not None])
    return most([tag.marks[question] for tag in case.tags if question in tag.marks])


async def measure(
    cases: Sequence[Case], judge: Judge, budget: Budget, progress: Callable[[], None] = lambda: None
) -> list[Pair]:
    """Let the judge read every recorded conversation that people said something of, as far as the budget goes."""
    hands = asyncio.Semaphore(AT_ONCE)

    async def one(case: Case) -> Pair | None:
        async with hands:
            if not budget.begin():
                return None
            reading = of_case(case)
            first, turned = await judge.judge(reading), await judge.judge(reading, turned=True)
            both = first.model_copy(update={"cost": first.cost + turned.cost})
            budget.end(Trace((), opinion=both))
            progress()
            return Pair(case, first, turned)

    told = await asyncio.gather(*(one(case) for case in tagged(cases)))
    return [pair for pair in told if pair is not None]


def tagged(cases: Sequence[Case]) -> list[Case]:
    """Those of which there is something to read and something that people said."""
    return [case for case in cases if case.recorded and any(people(case, q) is not None for q in QUESTIONS)]
