"""What the desk's side of the API answers."""

from dataclasses import asdict, fields
from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, Field

from handrail.channels.api.outputs import State
from handrail.channels.api.wire import state, whole
from handrail.conversation.events import Citation, Level, Packet, Reason, Urgency
from handrail.conversation.situation import ActionStage, ActionState, Identity
from handrail.desk.approvals import Waiting
from handrail.desk.desk import Shown
from handrail.desk.queue import Entry

EntryState = Literal["waiting", "claimed", "given_back", "wrapped_up"]


class EntryView(BaseModel):
    """One conversation in the queue. `about` is what it is about, in the customer's words."""

    conversation_id: str
    handoff_id: str | None
    state: EntryState
    mode: Literal["live", "ticket"]
    reason: Reason | None
    urgency: Urgency
    department: str
    since: datetime
    moved_at: datetime = Field(description="since when it waits, or is in the same hand")
    waiting_seconds: int = Field(description="since a person was asked for")
    answer_by: datetime | None
    overdue: bool
    person: str | None
    person_name: str | None
    unread: bool = Field(description="the customer wrote after the person did")
    heard: int = Field(description="the seq of what the customer wrote last")
    ticket_id: str | None
    ticket_state: str | None
    skills: list[str] = Field(description="what it asks for in the person who takes it")
    kept_for: str | None = Field(description="the colleague to whom it was handed on, who gets it first")
    parked_until: datetime | None
    parked_for: str = Field(description="what its person wants to be reminded of")
    woken_at: datetime | None = Field(description="when its parking ended")
    customer: str
    verified: bool
    about: str
    mood: float | None = Field(description="the last sentiment, -1 to 1")


class QueueView(BaseModel):
    """Part of the queue, the most pressing first; `total` and `waiting` count all that passed the filter."""

    items: list[EntryView]
    total: int
    waiting: int
    now: datetime


class Options(BaseModel):
    """What forms of the desk offer."""

    tags: list[str]
    departments: dict[str, str]
    may_approve: bool
    may_audit: bool
    replies: dict[str, str] = Field(description="ready replies by title; `{customer}` and `{name}` stand for names")
    claims: list[str] = Field(description="what a customer may be found by, when you vouch for who they are")


class Written(BaseModel):
    """What was written stands in the log under this seq."""

    seq: int
    at: datetime


class Who(BaseModel):
    """Who the customer is, as far as it is proven."""

    level: Level
    customer_id: str | None
    name: str
    method: str
    by: str = Field(default="", description="the person who vouches for it")
    how: str = Field(default="", description="how they found out")


class PromiseView(BaseModel):
    """Something promised; `kept` is null while it is open."""

    id: str
    text: str
    owner: str
    due: datetime | None
    seq: int
    kept: bool | None


class ActionView(BaseModel):
    """How far one exact action has come. `key` is the idempotency key under which the system called knows it."""

    id: str
    tool: str
    stage: ActionStage
    question: str
    seq: int
    facts: dict[str, Any]
    rule: Citation | None
    approval: str = Field(description="why a colleague must approve it; empty where nobody has to")
    asked_at: datetime | None
    until: datetime = Field(description="when the consent, or the wait for a colleague, runs out")
    decided_by: str
    word: str = Field(description="the reason that the colleague gave")
    settled_by: str
    key: str
    arguments: dict[str, Any]
    code: str = Field(description="why it failed, is unclear or was taken off")
    message: str = Field(description="what the business system said where it refused")
    by: str = Field(description="`person:<id>` of who put it before the customer; empty for the bot")
    by_name: str
    said: int = Field(description="the seq of the customer's line that agreed to it; 0 before that")


class ApprovalView(BaseModel):
    """What the customer has agreed to and a colleague has yet to approve: the exact effect, and why it is asked."""

    conversation_id: str
    action_id: str
    tool: str
    what: str
    facts: dict[str, Any]
    why: str
    rule: Citation | None
    since: datetime
    until: datetime
    customer: str
    customer_id: str | None
    verified: bool
    holder: str
    by: str = Field(description="`person:<id>` of who put it before the customer: somebody else must approve it")
    by_name: str


class ApprovalsView(BaseModel):
    """What waits for approval, the oldest first; `may_decide` tells whether you may."""

    items: list[ApprovalView]
    may_decide: bool
    now: datetime


class EventView(BaseModel):
    """An event of the log, whole."""

    seq: int
    at: datetime
    kind: str
    actor: str
    data: dict[str, Any]


class CaseView(BaseModel):
    """A conversation as a person sees it. `packet` is fresh: it takes in what the customer wrote since the handoff."""

    id: str
    channel: str
    opened_at: datetime
    holder: str = Field(examples=["queue"])
    person: str | None = Field(description="the id of the person who holds it")
    state: State
    entry: EntryView | None
    packet: Packet | None
    identity: Who
    contact: str
    callback: datetime | None = Field(description="when the customer is to be called")
    promises: list[PromiseView]
    actions: list[ActionView]
    forgotten: bool
    events: list[EventView]
    seq: int


def entry(found: Entry) -> EntryView:
    """An entry of the queue."""
    values = {each.name: getattr(found, each.name) for each in fields(Entry) if each.name != "waiting"}
    return EntryView(**values, waiting_seconds=int(found.waiting.total_seconds()))


def who(identity: Identity) -> Who:
    """Who the customer is."""
    return Who(
        level=identity.level,
        customer_id=identity.customer_id,
        name=identity.name,
        method=identity.method,
        by=identity.by,
        how=identity.how,
    )


def approval(found: Waiting) -> ApprovalView:
    """Something that waits for approval."""
    return ApprovalView(**{each.name: getattr(found, each.name) for each in fields(Waiting)})


def action_view(found: ActionState) -> ActionView:
    """How far an action has come."""
    return ActionView(
        id=found.action_id,
        tool=found.tool,
        stage=found.stage,
        question=found.question,
        seq=found.seq,
        facts=dict(found.preview.get("facts") or {}),
        rule=found.rule,
        approval=found.approval,
        asked_at=found.asked_at,
        until=found.expires_at,
        decided_by=found.decided_by,
        word=found.word,
        settled_by=found.settled_by,
        key=found.idempotency_key,
        arguments=dict(found.arguments),
        code=found.code,
        message=found.message,
        by=found.by,
        by_name=found.by_name,
        said=found.said,
    )


def case(shown: Shown, engine: str, after: int = 0) -> CaseView:
    """A conversation, with the events after `after`."""
    situation, head = shown.situation, shown.head
    return CaseView(
        id=head.conversation_id,
        channel=head.channel,
        opened_at=head.opened_at,
        holder=head.holder,
        person=head.holder.removeprefix("person:") if head.holder.startswith("person:") else None,
        state=state(situation, engine),
        entry=entry(shown.entry) if shown.entry else None,
        packet=shown.packet,
        identity=who(situation.identity),
        contact=situation.contact,
        callback=situation.callback.at if situation.callback else None,
        promises=[
            PromiseView(id=p.promise_id, **{k: v for k, v in asdict(p).items() if k != "promise_id"})
            for p in situation.promises
        ],
        actions=[action_view(a) for a in situation.actions],
        forgotten=situation.forgotten,
        events=[EventView(**whole(event)) for event in shown.events if event.seq > after],
        seq=head.last_seq,
    )
