"""Roles: who plays a customer that has a goal and facts instead of lines."""

import random
import re
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from importlib.resources import files
from typing import Protocol

from pydantic import BaseModel, Field, model_validator

from handrail.agent.models.breaker import Form
from handrail.agent.models.openai import OpenAIModel
from handrail.conversation.settings import Engine
from handrail.evals.case import Manner, Scenario, Step
from handrail.knowledge.stems import terms

UNSURE = "I don't know, sorry."
ASKS = re.compile(
    r"\?|\b(?:please|c(?:ould|an) you)\b[^.]*\b(?:tell|type|give|send|name|choose|confirm)\b", re.IGNORECASE
)
OFFERS = re.compile(r"\b(?:any|some)thing (?:else|that|(?:i|we) can)\b|\bhelp you with\b", re.IGNORECASE)
"""A question that asks for nothing but another wish, which a customer with one goal does not have."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the conversation as the customer reads it; `speaker` is `customer` or `agent`."""

    speaker: str
    text: str


@dataclass(frozen=True, slots=True)
class Seen:
    """What the customer sees: the lines so far, what is `proposed` to them and not decided yet, whether a code was sent
    to them that they have not typed, and whether a person was called."""

    lines: Sequence[Line]
    proposed: str = ""
    code_sent: bool = False
    handed_over: bool = False


class Role(Protocol):
    """Who plays a customer."""

    async def next(self, scenario: Scenario, seen: Seen) -> Step | None:
        """What the customer does next; None where they are done. Raises `Unavailable` where a model does not answer."""
        ...


class ScriptedRole:
    """Plays without a model, the same each time: says the goal, types codes, says yes or no to what is proposed, and
    answers a question with the fact whose name shares most words with it. It leaves when nothing is asked any more, or
    when it has had to say twice that it does not know."""

    async def next(self, scenario: Scenario, seen: Seen) -> Step | None:
        if seen.handed_over:
            return None
        if seen.code_sent:
            return Step(code=True)
        said = [line.text for line in seen.lines if line.speaker == "customer"]
        if not said:
            return _say(scenario, scenario.goal)
        if seen.proposed:
            return _say(scenario, "Yes, please do." if scenario.agrees else "No, leave it as it is.")
        return _answer(scenario, seen.lines[-1], said)


def _answer(scenario: Scenario, last: Line, said: Sequence[str]) -> Step | None:
    """What is said to the agent's last line; None where it asks for nothing."""
    if last.speaker == "customer" or OFFERS.search(last.text) or not ASKS.search(last.text):
        return None
    fact = _fact(scenario, last.text, said)
    if fact is not None:
        return Step(say=fact)
    return None if sum(line.endswith(UNSURE) for line in said) > 1 else Step(say=UNSURE)


def _fact(scenario: Scenario, asked: str, said: Sequence[str]) -> str | None:
    """The value of the fact that is asked for and has not been told yet."""
    wanted = _terms(asked)
    rest = {name: value for name, value in scenario.facts.items() if not any(value in line for line in said)}
    shares = {name: len(_terms(name) & wanted) / max(1, len(_terms(name))) for name in rest}
    best = max(shares, key=lambda name: shares[name], default="")
    return rest[best] if shares.get(best) else None


def _terms(text: str) -> set[str]:
    return set(terms(text.replace("-", "")))


def _say(scenario: Scenario, text: str) -> Step:
    for manner in scenario.manner:
        text = MANNERS[manner](text)
    return Step(say=text)


def _misspelt(text: str) -> str:
    """Two letters swapped in every third longer word; numbers and addresses stay as they are."""
    # The same text is misspelt the same way, so that a run can be repeated.
    chance = random.Random(text)
    words = text.split(" ")
    for n, word in enumerate(words):
        if len(word) > 4 and word.isalpha() and chance.random() < 1 / 3:
            at = chance.randrange(1, len(word) - 2)
            words[n] = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    return " ".join(words)


MANNERS: dict[Manner, Callable[[str], str]] = {
    "hurried": lambda text: f"I'm in a hurry. {text}",
    "angry": lambda text: f"{text} This is ridiculous!",
    "misspelling": _misspelt,
    "terse": lambda text: re.sub(r"^(?:please|hello|hi)[,!]? |,? please\b", "", text, flags=re.IGNORECASE).rstrip("."),
}


class Next(BaseModel):
    """What a model has the customer do next."""

    say: str = Field(default="", max_length=4_000, description="the customer's next line; empty where they are done")
    done: bool = Field(description="the customer has what they wanted, has given up, or was passed to a person")

    @model_validator(mode="after")
    def _one_of_both(self) -> "Next":
        if not self.done and not self.say.strip():
            raise ValueError("a customer who is not done says something")
        return self


class ModelRole:
    """Plays by a language model, which is told the goal, the facts and the manner. Codes are typed for it."""

    def __init__(self, model: Form) -> None:
        self._model = model
        self._told = (files("handrail.evals") / "prompts" / "customer.md").read_text(encoding="utf-8")

    async def next(self, scenario: Scenario, seen: Seen) -> Step | None:
        if seen.code_sent:
            return Step(code=True)
        if seen.handed_over:
            return None
        facts = "\n".join(f"- {name}: {value}" for name, value in scenario.facts.items()) or "- nothing more"
        told = self._told.format(
            goal=scenario.goal,
            facts=facts,
            agrees="You agree" if scenario.agrees else "You say no",
            manner=", ".join(scenario.manner) or "plain and polite",
        )
        talk = "\n".join(f"{'You' if line.speaker == 'customer' else 'Agent'}: {line.text}" for line in seen.lines)
        asked = f"\nAgent asks you to agree: {seen.proposed}" if seen.proposed else ""
        messages = (
            {"role": "system", "content": told},
            {"role": "user", "content": f"{talk}{asked}" if seen.lines else "(You begin the chat.)"},
        )
        answer, _ = await self._model.write(Next, messages)
        return None if answer.done and not answer.say.strip() else Step(say=answer.say)


@asynccontextmanager
async def open_role(engine: Engine) -> AsyncIterator[Role]:
    """The player of customers that these settings have: the model of the agent where there is one, else the script."""
    if engine.chosen != "openai":
        yield ScriptedRole()
        return
    model = OpenAIModel(engine)
    try:
        yield ModelRole(model)
    finally:
        await model.aclose()
