"""What the API needs of the rest of Handrail. `bootstrap.build` yields an object that has it."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, ClassVar, Literal, Protocol

from handrail.conversation.bell import Bell
from handrail.conversation.clock import Clock
from handrail.conversation.database import Database
from handrail.conversation.events import Citation, Event, IdentityProven, Level
from handrail.conversation.log import Log
from handrail.conversation.settings import Settings
from handrail.conversation.situation import Identity
from handrail.conversation.situations import Situations
from handrail.desk.desk import Desk
from handrail.desk.outside.inbox import Inbox
from handrail.desk.staff import Presence, Staff
from handrail.guardrails.verdict import Verdict
from handrail.knowledge.embed import Embedder
from handrail.knowledge.passages import Found, Policy


class Turns(Protocol):
    """Hears customers and answers them, outside of any request."""

    async def hear(
        self,
        conversation_id: str,
        text: str,
        key: str | None = None,
        *,
        address: str | None = None,
        wants_person: bool = False,
    ) -> Event:
        """Put a line of the customer's on the log and wake the turn that answers it, or that calls a person."""
        ...

    def wake(self, conversation_id: str) -> None:
        """See to it that a turn looks at this conversation."""
        ...

    async def through(self, conversation_id: str, seconds: float) -> None:
        """Wait until no turn of this conversation runs in this process, but no longer than `seconds`."""
        ...


class Identities(Protocol):
    """Proves who a customer is."""

    async def claim(self, conversation_id: str, claim: Mapping[str, str]) -> object:
        """Send a one-time code to the contact on file."""
        ...

    async def prove(self, conversation_id: str, code: str, *, address: str | None = None) -> IdentityProven:
        """Take the code that was sent. Raises `Denied`, `TooMany`."""
        ...

    async def token(self, conversation_id: str, token: str) -> IdentityProven:
        """Take a token that the company's own site signed. Raises `Denied`, `Conflict`, `Unavailable`."""
        ...


class Vouching(Protocol):
    """Takes a person's word for who a customer is."""

    @property
    def claims(self) -> tuple[str, ...]:
        """What a customer may be found by."""
        ...

    async def vouch(self, conversation_id: str, staff: Staff, claim: Mapping[str, str], how: str) -> IdentityProven:
        """Prove the customer whom the claim points at. Raises `Conflict`, `Invalid`."""
        ...


class Quote(Protocol):
    """A passage that may answer."""

    @property
    def citation(self) -> Citation: ...
    @property
    def heading(self) -> str: ...
    @property
    def text(self) -> str: ...


class Suggestion(Protocol):
    """A reply to edit, and the passages beside it."""

    @property
    def text(self) -> str: ...
    @property
    def citations(self) -> Sequence[Citation]: ...
    @property
    def quotes(self) -> Sequence[Quote]: ...
    @property
    def held_back(self) -> int: ...
    @property
    def engine(self) -> str: ...


class Suggestions(Protocol):
    """Drafts replies for people."""

    async def make(self, conversation_id: str) -> Suggestion:
        """A reply to what the customer said last; nothing is sent. Raises `NotFound`."""
        ...


class Offer(Protocol):
    """A tool as a form."""

    @property
    def name(self) -> str: ...
    @property
    def effect(self) -> Literal["read", "write"]: ...
    @property
    def description(self) -> str: ...
    @property
    def parameters(self) -> Mapping[str, Any]: ...
    @property
    def known(self) -> Mapping[str, tuple[str, ...]]: ...
    @property
    def needs(self) -> Level | None: ...


class Lookups(Protocol):
    """Reads for people, by the agent's tools."""

    async def offers(self, conversation_id: str) -> Sequence[Offer]:
        """The tools that there are. Raises `NotFound`."""
        ...

    async def run(
        self, conversation_id: str, staff: Staff, name: str, arguments: Mapping[str, Any], *, key: str | None = None
    ) -> Event:
        """Call one; the `ToolRan` that came of it. Raises `Conflict`, `Invalid`, `NotFound`."""
        ...


class Foreseen(Protocol):
    """What a write would do."""

    @property
    def tool(self) -> str: ...
    @property
    def arguments(self) -> Mapping[str, Any]: ...
    @property
    def what(self) -> str: ...
    @property
    def question(self) -> str: ...
    @property
    def facts(self) -> Mapping[str, Any]: ...
    @property
    def rule(self) -> Citation | None: ...
    @property
    def approval(self) -> str: ...
    @property
    def fingerprint(self) -> str: ...
    @property
    def lines(self) -> Sequence[int]: ...
    @property
    def unfit(self) -> str: ...


class Writes(Protocol):
    """Writes for people. All raise `Conflict`, `Invalid`, `NotFound`."""

    async def foresee(self, conversation_id: str, staff: Staff, name: str, arguments: Mapping[str, Any]) -> Foreseen:
        """What the tool would do; nothing is changed."""
        ...

    async def propose(
        self,
        conversation_id: str,
        staff: Staff,
        name: str,
        arguments: Mapping[str, Any],
        fingerprint: str,
        *,
        key: str | None = None,
    ) -> Event:
        """Ask the customer; the `ActionProposed`."""
        ...

    async def run(
        self, conversation_id: str, staff: Staff, name: str, arguments: Mapping[str, Any], fingerprint: str, said: int
    ) -> Event:
        """Take a line of the customer's for their yes; the `ActionConsented`. The turn does it."""
        ...

    async def take_off(self, conversation_id: str, staff: Staff, action_id: str) -> Event:
        """Take off what is not under way."""
        ...


class Record(Protocol):
    """What one reading tool says of a customer; a dataclass."""

    __dataclass_fields__: ClassVar[dict[str, Any]]


class Card(Protocol):
    """What a person may see of a customer."""

    @property
    def identity(self) -> Identity: ...
    @property
    def facts(self) -> Mapping[str, str]: ...
    @property
    def email(self) -> str: ...
    @property
    def phone(self) -> str: ...
    @property
    def earlier(self) -> Sequence[Record]: ...
    @property
    def records(self) -> Sequence[Record]: ...
    @property
    def hidden(self) -> Literal["unproven", "not_holder", ""]: ...


class Cards(Protocol):
    """Makes the cards of customers."""

    async def make(self, conversation_id: str, staff: Staff) -> Card:
        """The customer of a conversation, as far as this person may see. Raises `NotFound`."""
        ...


class Library(Protocol):
    """The policies."""

    @property
    def policies(self) -> Sequence[Policy]:
        """Every version of every policy."""
        ...

    async def find(self, query: str, *, as_of: date, k: int = 5) -> Found:
        """The best passages among the policies in force on `as_of`, and how surely they answer."""
        ...


class Checks(Protocol):
    """Looks for instructions in what is only to be read."""

    async def passage(self, text: str) -> Verdict:
        """Check a policy passage."""
        ...


class Down(Protocol):
    """Why the language model does not answer, and since when."""

    @property
    def why(self) -> str: ...
    @property
    def since(self) -> datetime: ...


class Breaker(Protocol):
    """How the language model does."""

    @property
    def outage(self) -> Down | None: ...
    @property
    def back_since(self) -> datetime | None: ...


class Handrail(Protocol):
    """The agent, put together. `engine` names what drafts the replies."""

    @property
    def settings(self) -> Settings: ...
    @property
    def clock(self) -> Clock: ...
    @property
    def database(self) -> Database: ...
    @property
    def log(self) -> Log: ...
    @property
    def bell(self) -> Bell: ...
    @property
    def situations(self) -> Situations: ...
    @property
    def knowledge(self) -> Library: ...
    @property
    def embedder(self) -> Embedder: ...
    @property
    def rails(self) -> Checks: ...
    @property
    def desk(self) -> Desk: ...
    @property
    def presence(self) -> Presence: ...
    @property
    def turns(self) -> Turns: ...
    @property
    def identity(self) -> Identities: ...
    @property
    def outside(self) -> Mapping[str, Inbox]: ...
    @property
    def vouching(self) -> Vouching: ...
    @property
    def suggestions(self) -> Suggestions: ...
    @property
    def lookups(self) -> Lookups: ...
    @property
    def writes(self) -> Writes: ...
    @property
    def cards(self) -> Cards: ...
    @property
    def engine(self) -> str: ...
    @property
    def breaker(self) -> Breaker | None: ...
