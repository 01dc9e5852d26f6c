"""What was said, and how a conversation begins and ends."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from .base import PRIVATE, Data, Value


class Citation(Value):
    """A passage of a policy in one version, as a source of a sentence."""

    policy: str
    version: str
    title: str
    passage: str = ""


class Opened(Data):
    """A conversation began. `timezone` is the customer's IANA zone where the client told it."""

    kind: ClassVar[str] = "opened"
    channel: str = "chat"
    language: str = "en"
    timezone: str | None = None


class CustomerSaid(Data):
    """The customer wrote. `masked` names the kinds of numbers that were blacked out before the text came here;
    `wants_person` tells that they called for a person beside their words, by what the channel has for it."""

    kind: ClassVar[str] = "customer_said"
    text: Annotated[str, PRIVATE] = ""
    masked: tuple[str, ...] = ()
    wants_person: bool = False


class BotSaid(Data):
    """One checked sentence (or a few) of a reply. `part` counts from 1 within `reply_id`."""

    kind: ClassVar[str] = "bot_said"
    turn_id: str
    reply_id: str
    part: int = Field(ge=1)
    text: Annotated[str, PRIVATE] = ""
    citations: tuple[Citation, ...] = ()
    engine: str


class PersonSaid(Data):
    """A person at the desk wrote to the customer. `name` is what the customer sees."""

    kind: ClassVar[str] = "person_said"
    by: str
    name: str
    text: Annotated[str, PRIVATE] = ""


class Announced(Data):
    """Handrail told the customer of a change of state (somebody joined, closed for idleness …); `code` is stable."""

    kind: ClassVar[str] = "announced"
    code: str
    text: Annotated[str, PRIVATE] = ""


class Noted(Data):
    """A note that only the desk sees."""

    kind: ClassVar[str] = "noted"
    by: str
    text: Annotated[str, PRIVATE] = ""


class Whispered(Data):
    """A supervisor's word to the person who holds the conversation (`to`): only the desk sees it, and the bot never."""

    kind: ClassVar[str] = "whispered"
    by: str
    name: str
    to: str
    text: Annotated[str, PRIVATE] = ""


class Rated(Data):
    """The customer's rating (CSAT), 1 to 5."""

    kind: ClassVar[str] = "rated"
    score: int = Field(ge=1, le=5)
    comment: Annotated[str, PRIVATE] = ""


class Closed(Data):
    """The conversation rests. A new line by the customer opens it again."""

    kind: ClassVar[str] = "closed"
    reason: Literal["idle", "wrapped_up", "customer", "forgotten"]
