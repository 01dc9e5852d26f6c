"""What customers may send."""

from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BeforeValidator,
    Field,
    StringConstraints,
)

from handrail.agent.codes import DIGITS
from handrail.channels.api.inputs.base import Claims, Input, Long, Phone, Remark, Word, number

LABEL = r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
EMAIL = rf"^[A-Za-z0-9.!#$%&'*+/=?^_`{{|}}~-]{{1,64}}@({LABEL}\.){{1,8}}[A-Za-z]{{2,63}}$"
CODE = rf"^\s*([0-9][ -]?){{{DIGITS}}}\s*$"


def zone_or_none(name: str) -> str | None:
    """The name of a time zone, where this machine knows it."""
    # Browsers may know zones that this machine does not: no reason not to talk to the customer.
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return None
    return name


SiteToken = Annotated[str, Field(min_length=1, max_length=4096)]


class NewConversation(Input):
    """How a conversation begins. All of it may be left out."""

    channel: Word = Field(default="chat", examples=["chat"])
    customer_token: SiteToken | None = Field(
        default=None, description="a token (JWT) that the company's own site signed: it proves who the customer is"
    )
    language: Annotated[str, Field(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8}){0,3}$")] = Field(
        default="en", examples=["en"]
    )
    timezone: Annotated[str, Field(pattern=r"^[A-Za-z0-9_+/-]{1,64}$"), AfterValidator(zone_or_none)] | None = Field(
        default=None,
        examples=["Europe/Berlin"],
        description="the customer's IANA time zone; an unknown one is left out",
    )


class NewMessage(Input):
    """What the customer writes."""

    text: Long = Field(examples=["Where is my order W10021?"])


class IdentityClaim(Input):
    """Who the customer says they are; a one-time code goes to the contact on file."""

    claim: Claims


class IdentityCode(Input):
    """The one-time code that was sent."""

    code: Annotated[str, StringConstraints(strip_whitespace=True, pattern=CODE)] = Field(examples=["482913"])


class IdentityToken(Input):
    """A token (JWT) that the company's own site signed, for a customer who logged in there in mid-conversation."""

    token: SiteToken


class NewRating(Input):
    """How the customer found it, from 1 to 5."""

    score: Annotated[int, BeforeValidator(number)] = Field(ge=1, le=5, examples=[5])
    comment: Remark = Field(default="", examples=["quick and clear"])


class NewContact(Input):
    """Where the customer wants the answer to a ticket."""

    email: Annotated[str, Field(pattern=EMAIL, max_length=254, examples=["sam@example.org"])]


class NewCall(Input):
    """When the customer wants to be called, and at which number."""

    at: AwareDatetime = Field(examples=["2026-06-16T09:00:00+02:00"])
    phone: Phone = Field(examples=["+44 20 7946 0018"])
