"""What the chat API answers."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field

from handrail.channels.api.ports import Handrail
from handrail.conversation.events import Level, Outcome, Reason

HandoffState = Literal["waiting", "claimed", "given_back", "wrapped_up"]


class Started(BaseModel):
    """A new conversation, and the token that opens it."""

    id: str = Field(examples=["01jz8q6t3m4v7y0c2a9e5r1d8k"])
    token: str = Field(examples=["eyJhbGciOiJIUzI1NiJ9.…"], description="send it as `Authorization: Bearer …`")
    expires_at: datetime


class Source(BaseModel):
    """A policy that a reply rests on, in the version that was read."""

    policy: str = Field(examples=["returns"])
    version: str = Field(examples=["3"])
    title: str = Field(examples=["Returns and exchanges"])


class Reply(BaseModel):
    """What the bot said."""

    text: str = Field(examples=["You can return unworn boots within 30 days."])
    citations: list[Source]


class HandoffView(BaseModel):
    """Where a handoff stands. `answer_by` is the time by which somebody answers a ticket."""

    state: HandoffState = Field(examples=["waiting"])
    reason: Reason = Field(examples=["asked_for_person"])
    mode: Literal["live", "ticket"] = Field(examples=["live"])
    answer_by: datetime | None = None
    department: str = Field(examples=["general"])
    name: str | None = Field(default=None, description="who has joined")
    position: int | None = Field(default=None, description="place in the queue, from 1, while waiting")
    expected_from: datetime | None = Field(default=None, description="from when somebody is expected, as last told")
    expected_by: datetime | None = Field(default=None, description="by when somebody is expected, as last told")


class Answer(BaseModel):
    """What came of a message. `reply` is null while a person holds the conversation, or somebody is waited for.

    `seq` is that of the last event that this answer tells: follow the conversation from there (`Last-Event-ID`).
    """

    reply: Reply | None
    outcome: Outcome = Field(examples=["answered"])
    handoff: HandoffView | None
    engine: str = Field(examples=["offline"])
    seq: int = Field(examples=[14])


class TicketView(BaseModel):
    """The ticket of this conversation."""

    id: str
    state: Literal["open", "waiting", "closed", "reopened"]
    answer_by: datetime
    contact_known: bool


class IdentityView(BaseModel):
    """Who the customer is taken to be. `code_to` is the masked contact that an awaited one-time code was sent to."""

    level: Level = Field(examples=["verified"])
    name: str = ""
    code_to: str | None = None


class ApprovalState(BaseModel):
    """Something that a colleague has to approve before it is done, and what came of it."""

    id: str
    what: str = Field(examples=["Refund £219.00 for order W10017"])
    state: Literal["waiting", "approved", "refused", "done", "not_done", "expired", "withdrawn"]
    since: datetime
    until: datetime
    name: str = Field(default="", description="who has decided")
    reason: str = Field(default="", description="why it was refused")


class State(BaseModel):
    """Where the conversation stands now, whole: a client replaces what it had."""

    holder: Literal["bot", "queue", "person"]
    working: bool = Field(description="a reply is being written")
    handoff: HandoffView | None
    ticket: TicketView | None
    identity: IdentityView
    approvals: list[ApprovalState] = Field(
        default=[], description="what waits for a colleague, and what was decided since the customer last wrote"
    )
    closed: bool
    rating: int | None
    engine: str
    seq: int


class LineView(BaseModel):
    """One line of the transcript."""

    seq: int
    at: datetime
    speaker: Literal["customer", "bot", "person", "system"]
    text: str
    name: str = ""
    citations: list[Source] = []


class ConversationView(BaseModel):
    """A conversation as its customer sees it: the last lines, and where it stands."""

    id: str
    state: State
    lines: list[LineView]


class OutageView(BaseModel):
    """The language model has not answered since then, and why."""

    why: str = Field(examples=["timeout"])
    since: datetime


def outage(handrail: Handrail) -> OutageView | None:
    """The outage of the language model that this process is in, if it is in one."""
    down = handrail.breaker.outage if handrail.breaker else None
    return OutageView(why=down.why, since=down.since) if down else None


class Rating(BaseModel):
    """The rating as it stands."""

    score: int
    seq: int


class Contact(BaseModel):
    """Where the answer will go, masked."""

    email: str = Field(examples=["s…@example.org"])
    seq: int
