"""What the bot looked at, found and decided in a turn."""

from datetime import date
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from handrail.conversation.spending import Usage

from .base import PRIVATE, Data, Value

Direction = Literal["inbound", "outbound", "passage", "result"]
"""What a check looked at: the customer's text, a draft, a policy passage, or a tool's result."""

Action = Literal["note", "mask", "redraft", "offer", "handover", "refuse"]
"""What a finding asks for, from the mildest to the strongest."""

Outcome = Literal["answered", "asked", "acted", "refused", "offered", "handed_over", "held"]
"""How a turn ended, as the chat API tells it."""


class Finding(Value):
    """What one check saw. `span` are character offsets into the checked text; `reason` carries no personal data."""

    check: str
    name: str
    score: float = Field(ge=0, le=1)
    action: Action = "note"
    span: tuple[int, int] | None = None
    reason: str = ""
    evidence: tuple[str, ...] = ()


class Confidence(Value):
    """The probability that a person is needed, what follows from it, and the signals in words, strongest first."""

    needs_person: float = Field(ge=0, le=1)
    decision: Literal["answer", "offer", "handover"]
    reasons: tuple[str, ...] = ()


class Consultation(Value):
    """One passage that a turn looked at. `also` are the ids of others that say the same, for which it stands."""

    passage: str
    policy: str
    version: str
    title: str
    heading: str = ""
    score: float
    also: tuple[str, ...] = ()


class TurnStarted(Data):
    """A turn began, to answer what the customer said up to and with `upto`."""

    kind: ClassVar[str] = "turn_started"
    durable: ClassVar[bool] = False
    turn_id: str
    upto: int
    engine: str


class Checked(Data):
    """What the checks found in one text. `subject` is the event's seq for inbound, the part for outbound; `text` is
    kept only where it stands nowhere else (a draft that was held back). `milliseconds` is by check."""

    kind: ClassVar[str] = "checked"
    durable: ClassVar[bool] = False
    turn_id: str
    direction: Direction
    subject: int | str
    findings: tuple[Finding, ...] = ()
    text: Annotated[str, PRIVATE] = ""
    milliseconds: dict[str, float] = {}


class Consulted(Data):
    """The policy passages that were searched for and found, in force on `as_of`. `relevance` is 0 to 1."""

    kind: ClassVar[str] = "consulted"
    durable: ClassVar[bool] = False
    turn_id: str
    query: Annotated[str, PRIVATE] = ""
    passages: tuple[Consultation, ...] = ()
    relevance: float
    as_of: date


class ToolRan(Data):
    """A reading tool was called. `result` is its validated JSON; with `ok` false, `error` is its refusal's code."""

    kind: ClassVar[str] = "tool_ran"
    durable: ClassVar[bool] = False
    turn_id: str
    call_id: str
    tool: str
    arguments: Annotated[dict[str, Any], PRIVATE] = {}
    ok: bool
    result: Annotated[Any, PRIVATE] = None
    error: str = ""
    message: Annotated[str, PRIVATE] = ""
    milliseconds: float = 0.0


class EngineSwitched(Data):
    """The usual engine stopped answering and another took over; or, with `back`, it drafts again. `why` is a code."""

    kind: ClassVar[str] = "engine_switched"
    durable: ClassVar[bool] = False
    turn_id: str
    before: str
    after: str
    why: str
    back: bool = False


class TurnEnded(Data):
    """A turn is over: what was said up to `upto` is answered, or will be by whoever holds the conversation."""

    kind: ClassVar[str] = "turn_ended"
    durable: ClassVar[bool] = False
    turn_id: str
    reply_id: str | None
    upto: int
    outcome: Outcome
    engine: str
    confidence: Confidence | None = None
    model_calls: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    cost: float = 0.0
    milliseconds: float = 0.0
    model_milliseconds: float = 0.0


class ModelUsed(Data):
    """The model was asked beside the turns: for a reply that is `suggestion` to a person, or for the `packet` of
    somebody who waits."""

    kind: ClassVar[str] = "model_used"
    durable: ClassVar[bool] = False
    purpose: Literal["suggestion", "packet"]
    model_calls: int
    tokens_in: int
    tokens_out: int
    cost: float
    model_milliseconds: float

    @classmethod
    def of(cls, purpose: Literal["suggestion", "packet"], usage: Usage) -> tuple["ModelUsed", ...]:
        """The event of what was spent; none where no model was asked."""
        if not usage.calls:
            return ()
        return (
            cls(
                purpose=purpose,
                model_calls=usage.calls,
                tokens_in=usage.tokens_in,
                tokens_out=usage.tokens_out,
                cost=usage.cost,
                model_milliseconds=usage.seconds * 1000,
            ),
        )
