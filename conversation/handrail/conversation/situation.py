"""The situation a turn starts from: a fold of the log, small whatever the length of the conversation."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from handrail.conversation.audience import EVERYBODY, Audience, audience_of
from handrail.conversation.events import Citation, Level, Outcome, Packet, Reason, Urgency

RECENT = 40
"""How many lines, tool results and consultations a situation keeps; older ones stay in the log."""

Speaker = Literal["customer", "bot", "person", "system"]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the transcript. The parts of one reply are joined; `seq` is that of the first. `wants_person` is a
    customer's call for a person beside their words."""

    seq: int
    at: datetime
    speaker: Speaker
    text: str
    name: str = ""
    citations: tuple[Citation, ...] = ()
    reply_id: str = ""
    wants_person: bool = False


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the customer is taken to be. `customer_id` is set from level `known` on."""

    level: Level = "none"
    customer_id: str | None = None
    name: str = ""
    customer_ref: str = ""
    method: str = ""
    seq: int = 0
    by: str = ""
    """The name of the person who vouches for it, and how they found out."""
    how: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)

    @property
    def audience(self) -> Audience:
        """What the customer may be told of: facts count once they are verified."""
        return audience_of(self.facts) if self.level == "verified" else EVERYBODY


@dataclass(frozen=True, slots=True)
class Challenge:
    """A one-time code that was sent and not yet given back."""

    challenge_id: str
    customer_id: str
    to: str
    digest: str
    expires_at: datetime
    tries: int = 0


ActionStage = Literal[
    "proposed", "consented", "waiting", "approved", "refused", "claimed", "succeeded", "failed", "unknown", "dropped"
]  # fmt: skip
"""`waiting` is for a colleague's word; `approved` is not done yet, and of what is `refused` the customer has not been
told yet."""


@dataclass(frozen=True, slots=True)
class ActionState:
    """How far one exact action has come. `seq` is that of the event that brought it to its stage; `expires_at` is when
    the consent runs out, or the wait for a colleague's word."""

    action_id: str
    tool: str
    arguments: Mapping[str, Any]
    preview: Mapping[str, Any]
    question: str
    fingerprint: str
    expires_at: datetime
    stage: ActionStage
    seq: int
    idempotency_key: str = ""
    result: Any = None
    code: str = ""
    message: str = ""
    rule: Citation | None = None
    by: str = ""
    """The person who put it before the customer (`person:<id>`) and their name; empty for the bot."""
    by_name: str = ""
    said: int = 0
    """The seq of the customer's line that agreed to it."""
    asked_at: datetime | None = None
    """Since when a colleague's word is waited for."""
    decided_by: str = ""
    """The name of the colleague who approved or refused, and their reason."""
    word: str = ""
    settled_by: str = ""
    """The name of the person who found out whether it happened."""

    @property
    def approval(self) -> str:
        """Why a colleague must approve it; empty where nobody has to."""
        return str(self.preview.get("approval") or "")


@dataclass(frozen=True, slots=True)
class ToolResult:
    """A read that was made, as later turns may need it ("the second one")."""

    seq: int
    tool: str
    arguments: Mapping[str, Any]
    ok: bool
    result: Any
    error: str = ""
    message: str = ""


@dataclass(frozen=True, slots=True)
class Consulted:
    """The passages one turn looked at, by id, with how relevant they were."""

    seq: int
    turn_id: str
    passages: tuple[str, ...]
    relevance: float


@dataclass(frozen=True, slots=True)
class Handoff:
    """The handoff that is open, or the last one."""

    handoff_id: str
    seq: int
    at: datetime
    reason: Reason
    urgency: Urgency
    department: str
    mode: Literal["live", "ticket"]
    answer_by: datetime | None
    state: Literal["waiting", "claimed", "given_back", "wrapped_up"] = "waiting"
    by: str = ""
    name: str = ""
    packet: Packet | None = None
    packet_seq: int = 0
    skills: tuple[str, ...] = ()
    parked_until: datetime | None = None
    parked_for: str = ""
    """What the person who parked it wants to be reminded of."""
    expected: tuple[datetime, datetime] | None = None
    """From when to when the customer was last told to expect somebody."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """The ticket of this conversation."""

    ticket_id: str
    state: Literal["open", "waiting", "closed", "reopened"]
    answer_by: datetime
    contact: str = ""


@dataclass(frozen=True, slots=True)
class Callback:
    """The call that is booked."""

    callback_id: str
    at: datetime
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Promise:
    """Something promised that is not settled yet, or how it was."""

    promise_id: str
    text: str
    owner: str
    due: datetime | None
    seq: int
    kept: bool | None = None


@dataclass(frozen=True, slots=True)
class Parked:
    """A tool call that waits for the customer's proof of identity; `made` in a turn that has not ended."""

    seq: int
    tool: str
    arguments: Mapping[str, Any]
    made: bool = False


@dataclass(frozen=True, slots=True)
class OpenReply:
    """A reply of which parts were sent while its turn has not ended: running, or cut short."""

    turn_id: str
    reply_id: str
    parts: int
    upto: int


@dataclass(frozen=True, slots=True)
class Mood:
    """The sentiment found in one customer line, -1 to 1, and the frustration, 0 to 1."""

    seq: int
    sentiment: float
    frustration: float = 0.0


@dataclass(frozen=True, slots=True)
class Situation:
    """Where a conversation stands at `seq`. `holder` is `bot`, `queue` or `person:<id>`.

    `heard` is the seq of the customer's last line, `answered` that up to which turns have ended. Tuples run from old to
    new and hold the last `RECENT` of their kind; open actions, promises and the first customer line are always there.
    """

    conversation_id: str
    seq: int = 0
    opened_at: datetime | None = None
    channel: str = "chat"
    language: str = "en"
    timezone: str | None = None
    holder: str = "bot"
    lines: tuple[Line, ...] = ()
    first: Line | None = None
    turns: int = 0
    started: tuple[str, int] = ("", 0)
    """The last turn: its id, and up to which seq it answers."""
    heard: int = 0
    answered: int = 0
    stand_in: str = ""
    """The engine that drafts while the usual one does not answer; empty while it does."""
    last_outcome: Outcome | None = None
    outcomes: tuple[Outcome, ...] = ()
    identity: Identity = field(default_factory=Identity)
    challenge: Challenge | None = None
    parked: Parked | None = None
    """Set by `IdentityAsked`; taken away by the end of the turn that made the call, by the `ActionProposed` that came
    of it, and by a handoff."""
    open_reply: OpenReply | None = None
    """Set from the first `BotSaid` part of a turn until its `TurnEnded`."""
    ended: int = 0
    """The seq of the last `TurnEnded`."""
    under_way: bool = False
    """A turn has started and not ended: it runs, or was cut short. A person who takes over ends it."""
    actions: tuple[ActionState, ...] = ()
    results: tuple[ToolResult, ...] = ()
    consulted: tuple[Consulted, ...] = ()
    moods: tuple[Mood, ...] = ()
    findings: tuple[tuple[int, str, str], ...] = ()
    """(seq, check, name) of findings stronger than a note."""
    handoff: Handoff | None = None
    instruction: str = ""
    """What the person who gave the conversation back told the bot to do or to know; it holds until the next handoff."""
    ticket: Ticket | None = None
    contact: str = ""
    """Where the customer last asked to be answered."""
    callback: Callback | None = None
    ways: tuple[datetime, ...] = ()
    """The calls that were last offered, while the customer waits and has not chosen."""
    promises: tuple[Promise, ...] = ()
    rating: int | None = None
    closed: bool = False
    forgotten: bool = False

    @property
    def proposal(self) -> ActionState | None:
        """The action that waits for the customer's word, if one does."""
        return next((a for a in reversed(self.actions) if a.stage == "proposed"), None)

    def decided(self, now: datetime) -> tuple[ActionState, ...]:
        """Actions whose wait for a colleague's word is over, by that word or by time, and that must go on."""
        return tuple(
            a
            for a in self.actions
            if a.stage in ("approved", "refused") or (a.stage == "waiting" and now >= a.expires_at)
        )

    @property
    def waiting(self) -> tuple[ActionState, ...]:
        """Actions that a colleague has yet to decide."""
        return tuple(a for a in self.actions if a.stage == "waiting")

    @property
    def unsettled(self) -> tuple[ActionState, ...]:
        """Actions whose effect may have happened without our having seen it."""
        return tuple(a for a in self.actions if a.stage in ("claimed", "unknown"))
