"""Tasks played by any model as the agent, with a second model (or a plain one of our own) as the customer."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Protocol

from pydantic import BaseModel, Field

from bench.tau2.domain import Task
from bench.tau2.judge import judge
from bench.tau2.talk import Business, Case
from handrail.agent.models.openai import OpenAIModel
from handrail.conversation.errors import HandrailError
from handrail.conversation.spending import Usage

TURNS = 30
"""Lines of the customer after which a conversation is broken off."""


class Line(BaseModel):
    """What the played customer writes next."""

    text: str = Field(min_length=1, max_length=2000)
    finished: bool = False


class Player(Protocol):
    """Who plays the customer."""

    async def next(self, case: Case) -> Line:
        """The customer's next line after those said so far."""
        ...

    @property
    def usage(self) -> Usage: ...


class ModelPlayer:
    """The customer as a model plays them from the scenario."""

    def __init__(self, model: OpenAIModel, business: str) -> None:
        self._model, self._business = model, business
        self.usage = Usage()

    async def next(self, case: Case) -> Line:
        told = "\n".join(f"{key.replace('_', ' ')}: {value}" for key, value in case.task.instructions.items())
        prompt = (files("bench.tau2") / "customer.md").read_text("utf-8").format(business=self._business, case=told)
        messages: list[dict[str, Any]] = [{"role": "system", "content": prompt}]
        messages.append({"role": "user", "content": "(The chat is open. Write your first line.)"})
        for speaker, text in case.lines:
            messages.append({"role": "assistant" if speaker == "customer" else "user", "content": text or "(silence)"})
        line, usage = await self._model.write(Line, messages)
        self.usage += usage
        return line


class PlainPlayer:
    """A customer without a model: opens with what the scenario calls for, agrees to all, and adds nothing."""

    YES, NO = "Yes, please.", "No, that is all. Thank you."

    def __init__(self) -> None:
        self.usage = Usage()

    async def next(self, case: Case) -> Line:
        if not case.lines:
            return Line(text=opening(case.task))
        if (await case.situation()).proposal is not None:
            return Line(text=self.YES)
        return Line(text=self.NO, finished=True)


@dataclass(frozen=True, slots=True)
class Trial:
    """One try at a task, as it is kept in a line of JSON."""

    domain: str
    task: str
    trial: int
    passed: bool
    database: bool
    wanted: int
    told: int
    communicates: bool
    unscored: int
    ended: str
    turns: int
    calls: int
    tokens_in: int
    tokens_out: int
    cost: float
    customer_tokens: int
    customer_cost: float
    seconds: float
    lines: tuple[tuple[str, str], ...]
    made: tuple[dict[str, Any], ...]
    """The calls that reached the business."""


async def play(business: Business, player: Player, task: Task, trial: int) -> Trial:
    """Play one task to its end and judge it."""
    case = await business.begin(task)
    before = player.usage
    try:
        ended = await _talk(case, player)
    except HandrailError as error:
        ended = f"error: {error.code}"
    judged = judge(business.domain, task, business.desk.channel.state, case.said)
    turns = [heard.ended for heard in case.heard]
    return Trial(
        domain=business.domain.name,
        task=task.id,
        trial=trial,
        passed=judged.passed,
        database=judged.database,
        wanted=judged.wanted,
        told=judged.told,
        communicates=judged.communicates,
        unscored=judged.unscored,
        ended=ended,
        turns=len(turns),
        calls=sum(turn.model_calls for turn in turns),
        tokens_in=sum(turn.tokens_in for turn in turns),
        tokens_out=sum(turn.tokens_out for turn in turns),
        cost=round(sum(turn.cost for turn in turns), 6),
        customer_tokens=player.usage.tokens_in + player.usage.tokens_out - before.tokens_in - before.tokens_out,
        customer_cost=round(player.usage.cost - before.cost, 6),
        seconds=round(sum(heard.whole for heard in case.heard), 2),
        lines=tuple(case.lines),
        made=tuple(business.desk.channel.calls),
    )


async def _talk(case: Case, player: Player) -> str:
    """Talk until the customer is finished, a person takes over, or it has gone on for too long."""
    for _ in range(TURNS):
        line = await player.next(case)
        if line.finished and case.lines:
            case.lines.append(("customer", line.text))
            return "customer"
        await case.say(line.text)
        if await case.over():
            return "handover"
    return "turns"


OTHER = {
    "you": "I", "your": "my", "yours": "mine", "yourself": "myself", "you're": "I'm", "you'd": "I'd", "you've": "I've",
    "you'll": "I'll",
}  # fmt: skip


def opening(task: Task) -> str:
    """What a scenario calls for, said in the first person as well as swapping pronouns can do it."""
    told = task.instructions.get("reason_for_call") or " ".join(task.instructions.values())
    swapped = re.sub(r"\b(?:to|for|with|of|from|gives?|tells?) you\b", lambda m: m[0][:-3] + "me", told)
    swapped = re.sub(r"\b[Yy]ou are\b", "I am", swapped)
    return re.sub(r"\b[Yy]ou(?:r(?:s|self)?|'\w+)?\b", lambda m: OTHER.get(m[0].lower(), m[0]), swapped)[:2000]


def tried(trials: Sequence[Trial]) -> list[tuple[int, int]]:
    """Trials and passes by task, for pass^k."""
    by_task: dict[tuple[str, str], list[bool]] = {}
    for one in trials:
        by_task.setdefault((one.domain, one.task), []).append(one.passed)
    return [(len(passes), sum(passes)) for passes in by_task.values()]
