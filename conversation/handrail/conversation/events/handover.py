"""From the bot to a person and back: handoffs, packets, tickets, promises, wrap-up."""

from datetime import datetime
from typing import Annotated, ClassVar, Literal

from .base import PRIVATE, Data
from .packet import Packet, Reason, Urgency


class HandoffRequested(Data):
    """The conversation goes to the desk. `mode` is `live` where somebody is there, else `ticket` with `answer_by`."""

    kind: ClassVar[str] = "handoff_requested"
    handoff_id: str
    reason: Reason
    triggers: tuple[str, ...] = ()
    urgency: Urgency = "normal"
    department: str = "general"
    skills: tuple[str, ...] = ()
    mode: Literal["live", "ticket"] = "live"
    answer_by: datetime | None = None


class PacketWritten(Data):
    """The packet as verified; `dropped` lines did not stand on their evidence."""

    kind: ClassVar[str] = "packet_written"
    handoff_id: str
    packet: Annotated[Packet, PRIVATE] = Packet()
    dropped: int = 0


class HandoffClaimed(Data):
    """A person took the conversation."""

    kind: ClassVar[str] = "handoff_claimed"
    by: str
    name: str


class GivenBack(Data):
    """The person gave the conversation back to the bot."""

    kind: ClassVar[str] = "given_back"
    by: str
    instruction: Annotated[str, PRIVATE] = ""


class TicketOpened(Data):
    """Nobody is there: a ticket, with the time by which somebody answers."""

    kind: ClassVar[str] = "ticket_opened"
    ticket_id: str
    handoff_id: str
    answer_by: datetime


class ContactLeft(Data):
    """Where the customer wants the answer to a ticket."""

    kind: ClassVar[str] = "contact_left"
    channel: Literal["email"] = "email"
    address: Annotated[str, PRIVATE] = ""


class TicketMoved(Data):
    """A ticket changed its state: `waiting` is for the customer."""

    kind: ClassVar[str] = "ticket_moved"
    ticket_id: str
    state: Literal["open", "waiting", "closed", "reopened"]


class PromiseMade(Data):
    """An obligation with an owner (`bot` or `person:<id>`, a department) and a due time."""

    kind: ClassVar[str] = "promise_made"
    promise_id: str
    text: Annotated[str, PRIVATE] = ""
    owner: str
    due: datetime | None = None


class PromiseSettled(Data):
    """A promise was kept or broken; `note` tells how, where a person said so."""

    kind: ClassVar[str] = "promise_settled"
    promise_id: str
    kept: bool
    note: Annotated[str, PRIVATE] = ""


class Delivered(Data):
    """A message left Handrail on another channel (an e-mail with an answer, a code)."""

    kind: ClassVar[str] = "delivered"
    channel: Literal["email", "console"]
    to: Annotated[str, PRIVATE] = ""
    subject: Annotated[str, PRIVATE] = ""


class WrappedUp(Data):
    """The person's last word on a handoff: the disposition, what went wrong, and what would have been right."""

    kind: ClassVar[str] = "wrapped_up"
    by: str
    disposition: Literal["resolved", "unresolved", "follow_up", "spam", "customer_left"]
    tags: tuple[str, ...] = ()
    note: Annotated[str, PRIVATE] = ""
    right_answer: Annotated[str, PRIVATE] = ""
