"""Who the customer is, and how that was proven."""

from datetime import datetime
from typing import Annotated, Any, ClassVar, Literal

from .base import PRIVATE, Data

Level = Literal["none", "known", "verified"]
"""`none`; `known` is what they say of themselves; `verified` is proven by a code, a signed token or a person."""


class IdentityAsked(Data):
    """A tool call was parked until the customer proves who they are; it is made as soon as they do."""

    kind: ClassVar[str] = "identity_asked"
    turn_id: str
    tool: str
    arguments: Annotated[dict[str, Any], PRIVATE] = {}


class CodeSent(Data):
    """A one-time code went to the contact on file. `digest` is keyed; `to` is masked (`s…@example.org`)."""

    kind: ClassVar[str] = "code_sent"
    challenge_id: str
    customer_id: Annotated[str, PRIVATE] = ""
    to: Annotated[str, PRIVATE] = ""
    digest: str
    expires_at: datetime


class CodeRefused(Data):
    """A wrong or late code was given; `tries` are used up so far for this challenge."""

    kind: ClassVar[str] = "code_refused"
    challenge_id: str
    tries: int


class IdentityProven(Data):
    """From here the conversation acts for this customer. `customer_ref` is a keyed digest: equal for one customer, it
    tells nothing. Where a person vouches, `by` is their name and `how` tells how they found out. `facts` are what the
    business knows of a proven customer (`{"tier": "gold"}`): policies may be for some of them only."""

    kind: ClassVar[str] = "identity_proven"
    level: Level
    customer_id: Annotated[str, PRIVATE] = ""
    name: Annotated[str, PRIVATE] = ""
    customer_ref: str
    method: Literal["claim", "code", "token", "person"]
    by: str = ""
    how: Annotated[str, PRIVATE] = ""
    facts: Annotated[dict[str, str], PRIVATE] = {}
