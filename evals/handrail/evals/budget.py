"""What a run may cost, and what it is likely to."""

from collections.abc import Sequence
from dataclasses import dataclass

from handrail.conversation.events import TurnEnded
from handrail.conversation.settings import Engine
from handrail.evals.case import Case
from handrail.evals.trace import Trace

CALLS_A_TURN = 2
WORDS_A_REPLY = 300
"""Tokens of a long reply: an estimate ahead of the first run errs on the dear side."""
JUDGE_READS, JUDGE_WRITES = 7000, 800
"""Tokens of the judge for one case, at the most."""


def cost(trace: Trace) -> float:
    """Money, in the unit of the settings' prices; that of the judge is in it."""
    judged = trace.opinion.cost if trace.opinion is not None else 0.0
    return judged + sum(event.data.cost for event in trace.log if isinstance(event.data, TurnEnded))


def turns(case: Case) -> int:
    """How often the agent is asked, at the most where the customer is played."""
    played = case.customer.turns if case.customer is not None else 0
    return sum(step.say is not None or step.code for step in case.steps) + played


def estimate(cases: Sequence[Case], epochs: int, engine: Engine, before: Sequence[Trace] = ()) -> float:
    """What a run over these cases is likely to cost: by the turns of a run `before` with the same engine, where there
    is one; else by full prompts, two calls a turn and long replies."""
    ends = [event.data for trace in before for event in trace.log if isinstance(event.data, TurnEnded)]
    if ends:
        each = sum(end.cost for end in ends) / len(ends)
    else:
        each = CALLS_A_TURN * (engine.prompt_tokens * engine.price_in + WORDS_A_REPLY * engine.price_out) / 1e6
    return epochs * each * sum(map(turns, cases))


def estimate_judge(cases: int, engine: Engine) -> float:
    """What a judge costs at the most for so many conversations."""
    return cases * (JUDGE_READS * engine.price_in + JUDGE_WRITES * engine.price_out) / 1e6


@dataclass(slots=True)
class Budget:
    """Money that a run may spend. A case begins only where there is room for it and for those that are running, each
    taken to be as dear as the dearest so far; the first ones, side by side, are begun unseen."""

    limit: float | None = None
    spent: float = 0.0
    dearest: float = 0.0
    running: int = 0

    def begin(self) -> bool:
        """Whether another case may begin; then it counts as running."""
        full = self.limit is not None and (
            self.spent + self.dearest * (self.running + 1) > self.limit or self.spent >= self.limit
        )
        self.running += not full
        return not full

    def end(self, trace: Trace | None) -> None:
        """A running case has ended."""
        self.running -= 1
        if trace is not None:
            self.add(trace)

    def add(self, trace: Trace) -> None:
        """Count what came of a case, also of one that ended before the run was broken off."""
        paid = cost(trace)
        self.spent += paid
        self.dearest = max(self.dearest, paid)
