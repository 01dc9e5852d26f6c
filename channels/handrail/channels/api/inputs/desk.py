"""What people may send of a conversation."""

from typing import Annotated, Literal, Self

from pydantic import (
    AwareDatetime,
    Field,
    StrictBool,
    StringConstraints,
    model_validator,
)

from handrail.channels.api.inputs.base import VISIBLE, WORD, Claims, Input, Phone, Remark, Word
from handrail.desk.acts import TAGS


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
