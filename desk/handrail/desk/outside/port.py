"""The port of a desk that is not ours: what Handrail asks of it, and what it tells Handrail."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, Protocol, TypeAlias

from .attachments import Attachment

State = Literal["open", "pending", "solved"]
"""`open` is for people, `pending` for the bot where customers write there, `solved` is done."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who works there."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Case:
    """A conversation that is handed over. `note` is the packet as text, for people alone; `key` is the same for every
    try."""

    conversation_id: str
    key: str
    subject: str
    urgency: Literal["low", "normal", "high", "urgent"]
    note: str


@dataclass(frozen=True, slots=True)
class Line:
    """A line to put into a thread; `private` ones are for people alone, the others go to the customer. `key` is the
    same for every try."""

    key: str
    text: str
    private: bool
    customer: bool = False
    """Whether the customer wrote it, so that it wants an answer."""


@dataclass(frozen=True, slots=True)
class CustomerWrote:
    """The customer wrote there. `state` is that of the thread at that moment."""

    thread: str
    message_id: str
    text: str
    state: State
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True, slots=True)
class PersonWrote:
    """Somebody who works there wrote to the customer."""

    thread: str
    message_id: str
    person: Person
    text: str
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True, slots=True)
class Attached:
    """A file came after a line. Desks that tell files apart from lines may tell them in any order."""

    thread: str
    message_id: str
    attachment_id: str
    attachment: Attachment


@dataclass(frozen=True, slots=True)
class Edited:
    """A line may have other words now: desks also tell it where nothing but its delivery changed."""

    thread: str
    message_id: str
    text: str
    by_customer: bool


@dataclass(frozen=True, slots=True)
class TakenBack:
    """A line was deleted or hidden there."""

    thread: str
    message_id: str


@dataclass(frozen=True, slots=True)
class Moved:
    """A thread changed its state, by `person` where that is known; `at` orders the changes of one thread."""

    thread: str
    state: State
    person: Person | None
    at: float


News: TypeAlias = CustomerWrote | PersonWrote | Attached | Edited | TakenBack | Moved


class OutsideDesk(Protocol):
    """A desk of another system.

    Its writes raise `NotFound` where the thread is gone or can't be written to any more, `Invalid` where the desk will
    never take it, and `Unavailable` where it may later. With `again` a write was tried before and may have come
    through: then it is looked for first.
    """

    @property
    def is_channel(self) -> bool:
        """Whether customers write there, and not to us."""
        ...

    def read(self, headers: Mapping[str, str], body: bytes, now: float) -> list[News]:
        """What a webhook of it says, leaving out what came from ourselves.

        Raises `Denied` where it was not signed with the secret lately, and `Invalid` where it can't be read.
        """
        ...

    async def hand_over(self, thread: str | None, case: Case, *, again: bool) -> str:
        """Call people to a conversation with its packet, and return the thread, begun where there is none yet."""
        ...

    async def write(self, thread: str, line: Line, *, again: bool) -> None:
        """Put a line into a thread."""
        ...

    async def move(self, thread: str, state: State) -> None:
        """Change the state of a thread."""
        ...
