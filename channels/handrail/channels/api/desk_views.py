"""What the desk's side of the API answers."""

from dataclasses import asdict, fields
from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, Field

from handrail.channels.api.outputs import State
from handrail.channels.api.wire import state, whole
from handrail.conversation.events import Level, Packet, Reason, Urgency
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
    waiting_seconds: int = Field(description="since a person was asked for")
    answer_by: datetime | None
    overdue: bool
    person: str | None
    person_name: str | None
    unread: bool = Field(description="the customer wrote after the person did")
    ticket_id: str | None
    ticket_state: str | None
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


class PromiseView(BaseModel):
    """Something promised; `kept` is null while it is open."""

    id: str
    text: str
    owner: str
    due: datetime | None
    seq: int
    kept: bool | None


class ActionView(BaseModel):
    """How far one exact action has come."""

    id: str
    tool: str
    stage: str
    question: str
    seq: int


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
    promises: list[PromiseView]
    actions: list[ActionView]
    forgotten: bool
    events: list[EventView]
    seq: int


def entry(found: Entry) -> EntryView:
    """An entry of the queue."""
    values = {each.name: getattr(found, each.name) for each in fields(Entry) if each.name != "waiting"}
    return EntryView(**values, waiting_seconds=int(found.waiting.total_seconds()))


def case(shown: Shown, engine: str, after: int = 0) -> CaseView:
    """A conversation, with the events after `after`."""
    situation, head = shown.situation, shown.head
    identity = situation.identity
    return CaseView(
        id=head.conversation_id,
        channel=head.channel,
        opened_at=head.opened_at,
        holder=head.holder,
        person=head.holder.removeprefix("person:") if head.holder.startswith("person:") else None,
        state=state(situation, engine),
        entry=entry(shown.entry) if shown.entry else None,
        packet=shown.packet,
        identity=Who(
            level=identity.level, customer_id=identity.customer_id, name=identity.name, method=identity.method
        ),
        contact=situation.contact,
        promises=[
            PromiseView(id=p.promise_id, **{k: v for k, v in asdict(p).items() if k != "promise_id"})
            for p in situation.promises
        ],
        actions=[
            ActionView(id=a.action_id, tool=a.tool, stage=a.stage, question=a.question, seq=a.seq)
            for a in situation.actions
        ],
        forgotten=situation.forgotten,
        events=[EventView(**whole(event)) for event in shown.events if event.seq > after],
        seq=head.last_seq,
    )
