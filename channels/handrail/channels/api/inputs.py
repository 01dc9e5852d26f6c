"""What clients may send: every field bounded, unknown fields refused."""

import json
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo

from fastapi import Header, Query
from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictBool,
    StrictInt,
    StringConstraints,
    model_validator,
)

from handrail.agent.codes import DIGITS
from handrail.channels.passwords import LONGEST, SHORTEST
from handrail.conversation.login import Role
from handrail.desk.acts import TAGS

LABEL = r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
EMAIL = rf"^[A-Za-z0-9.!#$%&'*+/=?^_`{{|}}~-]{{1,64}}@({LABEL}\.){{1,8}}[A-Za-z]{{2,63}}$"
VISIBLE = r"^[^\x00]*[^\s\x00-\x1f\x7f][^\x00]*$"
"""Something to read, and no NUL, which Postgres does not take."""
CODE = rf"^\s*([0-9][ -]?){{{DIGITS}}}\s*$"
WORD = r"^[a-z][a-z0-9_-]{0,39}$"


def _zone(name: str) -> str | None:
    # Browsers may know zones that this machine does not: no reason not to talk to the customer.
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return None
    return name


def _number(value: object) -> object:
    if isinstance(value, bool | str):
        raise ValueError("must be a number")
    return value


Long = Annotated[str, StringConstraints(strip_whitespace=True, max_length=50_000, pattern=VISIBLE)]
"""A message; the settings bound it further."""
Short = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200, pattern=VISIBLE)]
Remark = Annotated[str, StringConstraints(strip_whitespace=True, max_length=4000, pattern=r"^[^\x00]*$")]
Word = Annotated[str, Field(pattern=WORD, examples=["general"])]
Claims = Annotated[
    dict[Annotated[str, StringConstraints(pattern=WORD)], Short],
    Field(
        min_length=1,
        max_length=8,
        examples=[{"email": "sam@example.org"}],
        json_schema_extra={"additionalProperties": False},
    ),
]


class Input(BaseModel):
    """A body. Unknown fields are refused, so that a typing error is seen."""

    model_config = ConfigDict(extra="forbid", frozen=True)


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
    timezone: Annotated[str, Field(pattern=r"^[A-Za-z0-9_+/-]{1,64}$"), AfterValidator(_zone)] | None = Field(
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

    score: Annotated[int, BeforeValidator(_number)] = Field(ge=1, le=5, examples=[5])
    comment: Remark = Field(default="", examples=["quick and clear"])


class NewContact(Input):
    """Where the customer wants the answer to a ticket."""

    email: Annotated[str, Field(pattern=EMAIL, max_length=254, examples=["sam@example.org"])]


class Login(Input):
    """A person's name and password. With `bearer` a token is told instead of a cookie being set."""

    login: Short = Field(examples=["kim"])
    password: str = Field(min_length=1, max_length=LONGEST, examples=["correct horse battery staple"])
    bearer: StrictBool = False


class NewPassword(Input):
    """A password for the account that a one-time link is for. It has 10 to 200 characters."""

    token: Annotated[str, Field(min_length=1, max_length=200)]
    password: str = Field(min_length=SHORTEST, max_length=LONGEST, examples=["correct horse battery staple"])


class Entry(Input):
    """A one-time link that logs its owner in."""

    token: Annotated[str, Field(min_length=1, max_length=200)]


class Departure(Input):
    """With what somebody goes to the provider: a one-time link, where they were invited by one, and the conversation
    that they want to see."""

    invitation: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    conversation: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")] | None = None


class NewUser(Input):
    """An account; the answer holds a one-time link to set the password with."""

    login: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._@+-]{0,79}$", examples=["kim"])]
    name: Short = Field(examples=["Kim"], description="what customers see")
    role: Role = Field(default="agent", examples=["agent"])
    departments: tuple[Word, ...] = Field(default=(), max_length=50)


class UserChange(Input):
    """What to change of an account; what is left out stays."""

    name: Short | None = None
    role: Role | None = None
    departments: tuple[Word, ...] | None = Field(default=None, max_length=50)
    skills: tuple[Word, ...] | None = Field(default=None, max_length=50, description="as in `desk.skills`")
    capacity: Annotated[int, BeforeValidator(_number)] | None = Field(
        default=None, ge=1, le=100, description="live conversations at once"
    )
    disabled: StrictBool | None = None


def _plain(value: dict[str, Any]) -> dict[str, Any]:
    """JSON that a database can hold."""
    text = json.dumps(value, ensure_ascii=False)
    if "\\u0000" in text or any("\ud800" <= sign <= "\udfff" for sign in text):
        raise ValueError("holds characters that no text has")
    return value


class ToolCall(Input):
    """A tool, and what it is called with."""

    tool: Annotated[str, Field(min_length=1, max_length=128, pattern=VISIBLE, examples=["find_orders"])]
    arguments: Annotated[dict[str, Any], Field(max_length=50), AfterValidator(_plain)] = {}


class LookUp(ToolCall):
    """A reading tool, and what it is asked."""


class Act(ToolCall):
    """A tool that changes something, as a preview has shown it."""

    fingerprint: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,128}$", examples=["9f3c5b0a7d1e4f62"])]


class Perform(Act):
    """A tool that changes something, and the customer's line that is their yes to it."""

    said: Annotated[StrictInt, Field(ge=1, le=999_999_999, examples=[12])]


class NewNote(Input):
    """A note that only the desk sees."""

    text: Annotated[str, StringConstraints(strip_whitespace=True, max_length=4000, pattern=VISIBLE)] = Field(
        examples=["Called the carrier: the parcel is in Leeds."]
    )


class GiveBack(Input):
    """The conversation goes back to the bot, with what it is to do or to know."""

    instruction: Remark = Field(default="", examples=["The refund is approved; tell them it takes five days."])


class Claim(Input):
    """With `take_over` a supervisor takes the conversation from a colleague."""

    take_over: StrictBool = False


class Next(Input):
    """Of which departments the next conversation may be; left out, of all that are yours."""

    departments: tuple[Word, ...] = Field(default=(), max_length=50)


class HandOn(Input):
    """To whom a conversation goes: a department, or a colleague by id; with a note that only the desk sees."""

    department: Word | None = None
    colleague: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$", examples=["u_5f0c1a2b3c4d5e6f"])] | None = None
    note: Remark = ""

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.department is None) == (self.colleague is None):
            raise ValueError("name a department or a colleague")
        return self


class Park(Input):
    """Until when a conversation is put aside, and what you want to be reminded of."""

    until: AwareDatetime = Field(examples=["2026-06-16T09:00:00+02:00"])
    note: Remark = Field(default="", examples=["the carrier calls back"])


Phone = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^\+?\(?[0-9][0-9 ()/-]{5,18}[0-9]$")]


class NewCall(Input):
    """When the customer wants to be called, and at which number."""

    at: AwareDatetime = Field(examples=["2026-06-16T09:00:00+02:00"])
    phone: Phone = Field(examples=["+44 20 7946 0018"])


class CallEnd(Input):
    """How a call ended. `moved` is to another free time, by agreement with the customer, at the same number unless you
    name another."""

    how: Literal["done", "no_answer", "moved"] = Field(examples=["done"])
    note: Remark = Field(default="", examples=["She keeps the tent."])
    at: AwareDatetime | None = Field(default=None, examples=["2026-06-16T09:00:00+02:00"])
    phone: Phone | None = Field(default=None, examples=["+44 20 7946 0018"])

    @model_validator(mode="after")
    def _moved(self) -> Self:
        if (self.how == "moved") != (self.at is not None):
            raise ValueError("name a time where it is moved, and only there")
        return self


class Whereabouts(Input):
    """Whether conversations are to come to you."""

    status: Literal["online", "away"] = Field(examples=["away"])


class Settlement(Input):
    """Whether a promise was kept."""

    promise: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,100}$")]
    kept: StrictBool = Field(examples=[True])
    note: Remark = Field(default="", examples=["The carrier confirmed it by phone."])


class ApprovalWord(Input):
    """Whether an action may be done. A refusal needs a reason, which the customer is told."""

    decision: Literal["approve", "refuse"] = Field(examples=["approve"])
    reason: Remark = Field(default="", examples=["The carrier has confirmed the loss."])


class Vouch(Input):
    """Who the customer is, as the business knows them, and how you found that out."""

    claim: Claims
    how: Annotated[str, StringConstraints(strip_whitespace=True, max_length=500, pattern=VISIBLE)] = Field(
        examples=["called back on the number on file"]
    )


class ActionEnd(Input):
    """Whether an action happened whose end was not seen, and what you saw where you looked."""

    happened: StrictBool = Field(examples=[True])
    seen: Annotated[str, StringConstraints(strip_whitespace=True, max_length=1000, pattern=VISIBLE)] = Field(
        examples=["Refund F10044 stands in the ledger."]
    )


class WrapUp(Input):
    """The last word on a handoff: how it ended, what went wrong, and what would have been right."""

    disposition: Literal["resolved", "unresolved", "follow_up", "spam", "customer_left"] = Field(examples=["resolved"])
    tags: tuple[Annotated[str, Field(pattern=WORD, json_schema_extra={"enum": list(TAGS)})], ...] = Field(
        default=(), max_length=30, examples=[["policy_missing"]]
    )
    note: Remark = ""
    right_answer: Remark = ""


IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=200,
        pattern=r"^[!-~]+$",
        description="Send the same key when you send again: nothing is done twice, and the answer is the same.",
        examples=["7b0c4f5e-7f5e-4c39-9a5b-0d6c2f1b8e11"],
    ),
]
LastEventId = Annotated[
    str | None,
    Header(
        alias="Last-Event-ID",
        pattern=r"^[0-9]{1,9}$",
        description="The `id` of the last event you have; the stream goes on after it.",
        examples=["12"],
    ),
]
After = Annotated[
    int | None, Query(ge=0, le=999_999_999, description="As `Last-Event-ID`, for clients that can't set headers.")
]
