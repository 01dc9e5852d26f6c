"""What an engine is: a brief goes in, text deltas and one draft come out."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol

from handrail.agent.tools.api import Tool
from handrail.conversation.situation import Situation
from handrail.knowledge.passages import Found


@dataclass(frozen=True, slots=True)
class Call:
    """A tool call that a draft proposes; `arguments` are not validated yet."""

    tool: str
    arguments: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Result:
    """What a tool call of this turn came to. `refusal` is the business rule's message where `ok` is false."""

    call: Call
    ok: bool
    value: Any = None
    code: str = ""
    refusal: str = ""
    seq: int = 0


@dataclass(frozen=True, slots=True)
class Brief:
    """Everything an engine may know for one draft. `message` is what the customer said since the last answer, joined.

    `situation` and `message` carry placeholders for e-mail, phone and address (`<email_1>`); `tools` are the few the
    router picked; `feedback` tells why the draft before was held back.
    """

    message: str
    situation: Situation
    found: Found
    tools: tuple[Tool, ...]
    results: tuple[Result, ...]
    now: datetime
    timezone: str
    business: str
    feedback: str = ""


@dataclass(frozen=True, slots=True)
class Delta:
    """A piece of the reply as it is being written."""

    text: str


@dataclass(frozen=True, slots=True)
class Usage:
    """What a draft cost: calls to the model, tokens, seconds waited for it, money where the price is known."""

    calls: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    seconds: float = 0.0
    cost: float = 0.0


@dataclass(frozen=True, slots=True)
class Draft:
    """An engine's answer. `text` is whole (the deltas joined), citations stand in it as `[1]`, numbered as in `found.hits`.

    `answer`: the text answers. `ask`: the text asks for what is missing. `act`: `call` is to be made (the text, if any,
    precedes it). `give_up`: the engine does not know, or says that a person is needed; `reason` says why.
    """

    kind: Literal["answer", "ask", "act", "give_up"]
    text: str = ""
    call: Call | None = None
    reason: str = ""
    certainty: float | None = None
    """The engine's own probability (0 to 1) that this is right, where it has one."""
    usage: Usage = field(default_factory=Usage)


class Model(Protocol):
    """An engine that drafts replies. `name` is told to staff and in every event (`offline`, `openai:gpt-…`)."""

    name: str

    def draft(self, brief: Brief) -> AsyncIterator[Delta | Draft]:
        """Yield deltas, then exactly one draft. Raises `Unavailable` when the model does not answer as it should."""
        ...
