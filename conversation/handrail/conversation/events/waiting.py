"""What happens to a handoff between being asked for and being settled: handed on, put aside, waited for."""

from datetime import datetime
from typing import Annotated, ClassVar, Literal

from .base import PRIVATE, Data


class HandoffReturned(Data):
    """The conversation goes from a person back to the queue, and its clock runs on from when it was asked for.

    They handed it on, a supervisor took it from their hand (or moved it in the queue: then `by` is empty), they were
    gone from the desk, or were there and silent. `to` is the colleague for whom it is kept first. `mode` and
    `answer_by` are as in `HandoffRequested`.
    """

    kind: ClassVar[str] = "handoff_returned"
    handoff_id: str
    why: Literal["handed_on", "reassigned", "gone", "silent"]
    by: str
    name: str
    department: str
    to: str = ""
    to_name: str = ""
    mode: Literal["live", "ticket"] = "live"
    answer_by: datetime | None = None
    note: Annotated[str, PRIVATE] = ""


class SetAside(Data):
    """The person who holds it parks the conversation until then; it stays theirs, and takes no place of their load."""

    kind: ClassVar[str] = "set_aside"
    by: str
    until: datetime
    note: Annotated[str, PRIVATE] = ""


class TakenUp(Data):
    """A parked conversation is on again: by hand, because its time has come, or because the customer wrote."""

    kind: ClassVar[str] = "taken_up"
    by: str
    why: Literal["by_hand", "due", "written"]


class PromiseDue(Data):
    """The desk is reminded of a promise that is soon due and not settled."""

    kind: ClassVar[str] = "promise_due"
    promise_id: str
    owner: str
    due: datetime


class WaitTold(Data):
    """The customer was told how long it takes: from `earliest` to `latest` minutes from now, at this place in the line.

    `low` and `high` are what was drawn, in seconds, before it was corrected by how right earlier ones were; `free` says
    that nobody was before them and somebody had a free hand.
    """

    kind: ClassVar[str] = "wait_told"
    handoff_id: str
    department: str
    place: int
    earliest: int
    latest: int
    low: float
    high: float
    free: bool = False


class WaysOffered(Data):
    """Calls were offered to somebody who waits, in this order; what they write next may choose one."""

    kind: ClassVar[str] = "ways_offered"
    handoff_id: str
    slots: tuple[datetime, ...]
    deadline: datetime | None = None


class CallbackBooked(Data):
    """The customer is called at this time, instead of an earlier one where they had one."""

    kind: ClassVar[str] = "callback_booked"
    callback_id: str
    department: str
    at: datetime
    phone: Annotated[str, PRIVATE] = ""


class CallbackEnded(Data):
    """The customer called it off, a person was with them or reached nobody, or they agreed on another time. `note` is
    what the person wrote down of it."""

    kind: ClassVar[str] = "callback_ended"
    callback_id: str
    why: Literal["cancelled", "done", "no_answer", "moved"]
    note: Annotated[str, PRIVATE] = ""


class PromiseReleased(Data):
    """The customer asks no more for what was promised: it is neither kept nor broken."""

    kind: ClassVar[str] = "promise_released"
    promise_id: str
