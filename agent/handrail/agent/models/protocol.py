"""What an engine is: a brief goes in, text deltas and one draft come out."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol

from handrail.agent.tools.api import Tool
from handrail.conversation.errors import Unavailable
from handrail.conversation.situation import Situation
from handrail.conversation.spending import Usage
from handrail.knowledge.passages import Found

FIND_TOOL = "find_tool"
"""A call to this name with `{"query": …}` asks for other tools than the brief offers; no tool may be called so."""


class Interrupted(Unavailable):
    """A model broke off in mid-stream, when deltas were out already: `text` is what they were, joined.

    The caller drops what follows its last whole sentence, and finishes the reply from the sentences it sent: with a
    brief that says so (`sent`, `degraded`), by the other engine. `code` says what happened to the model.
    """

    def __init__(self, message: str, *, code: str, text: str) -> None:
        super().__init__(message, code=code)
        self.text = text


@dataclass(frozen=True, slots=True)
class Call:
    """A tool call that a draft proposes; `arguments` are not validated yet."""

    tool: str
    arguments: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Result:
    """What a tool call of this turn came to; `wrote` tells that it changed something.

    Where `ok` is false, `refusal` is the business rule's message, `rule` the id of the policy it rests on and
    `alternatives` what would work instead, as far as the tool told them.
    """

    call: Call
    ok: bool
    value: Any = None
    code: str = ""
    refusal: str = ""
    seq: int = 0
    rule: str = ""
    alternatives: tuple[str, ...] = ()
    wrote: bool = False


@dataclass(frozen=True, slots=True)
class Brief:
    """Everything an engine may know for one draft. `message` is what the customer said since the last answer, joined.

    `situation` and `message` carry placeholders for e-mail, phone, address and names (`<email_1>`); `tools` are the
    few the router picked; `feedback` tells why the draft before was held back.
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
    sent: str = ""
    """The parts of this very reply that the customer has already: the draft goes on after them and repeats nothing."""
    degraded: bool = False
    """The model failed earlier in this turn: the built-in engine drafts the rest of it."""
    parts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The postal addresses and full names that are hidden, and the parts that each has (`city`, say), for a call to
    name as `<address_1.city>`."""


@dataclass(frozen=True, slots=True)
class Delta:
    """A piece of the reply as it is being written; `engine` and `switched` as in `Draft`, `certainty` up to here."""

    text: str
    engine: str = ""
    switched: str = ""
    certainty: float | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """An engine's answer. `text` is whole (the deltas joined); citations stand in it as `[1]`, as `found.hits` count.

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
    engine: str = ""
    """The name of the engine that drafted this."""
    switched: str = ""
    """Why another engine than the usual one drafted this (a code such as `timeout`); empty where it did not."""
    complete: bool = True
    """False where the model was cut off by its token limit: what follows the last whole sentence is to be dropped."""


class Model(Protocol):
    """An engine that drafts replies. `name` is told to staff and in every event (`offline`, `openai:gpt-…`)."""

    @property
    def name(self) -> str: ...

    def draft(self, brief: Brief) -> AsyncIterator[Delta | Draft]:
        """Yield deltas, then exactly one draft.

        Raises `Unavailable` when the model does not answer as it should, `Interrupted` if that happens in mid-stream.
        """
        ...
