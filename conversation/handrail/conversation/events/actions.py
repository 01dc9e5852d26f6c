"""The life of one exact action: proposed, consented, where needed approved by a colleague, claimed, then ended."""

from datetime import datetime
from typing import Annotated, Any, ClassVar

from .base import PRIVATE, Data
from .talk import Citation


class ActionProposed(Data):
    """One tool with its exact arguments was put before the customer.

    `fingerprint` is a digest over tool, canonical arguments, preview (amounts, state) and identity: consent binds to
    it. `name` is the person of the desk who put it there; empty where the bot did.
    """

    kind: ClassVar[str] = "action_proposed"
    turn_id: str
    action_id: str
    tool: str
    arguments: Annotated[dict[str, Any], PRIVATE] = {}
    preview: Annotated[dict[str, Any], PRIVATE] = {}
    question: Annotated[str, PRIVATE] = ""
    fingerprint: str
    rule: Citation | None = None
    expires_at: datetime
    name: str = ""


class ActionConsented(Data):
    """The customer said yes in the line `said` to exactly this fingerprint. It is the claim after it that must last.

    `read_by` names the engine that cleared words beside the yes which were not known; empty where none was needed.
    `name` is the person who pointed at that line as the yes, where one did.
    """

    kind: ClassVar[str] = "action_consented"
    durable: ClassVar[bool] = False
    action_id: str
    fingerprint: str
    said: int
    read_by: str = ""
    name: str = ""


class ActionDropped(Data):
    """The proposal is off: `declined` by the customer, `changed` (arguments, amount, identity or state moved),
    `expired`, `superseded`, `taken_over` (it stood when a person took the conversation, and was not done by the time
    they gave it back), `taken_off` by the person who holds it; where it waited for a colleague `withdrawn` by the
    customer, `refused` (which closes what `ApprovalRefused` decided) or `approval_expired`."""

    kind: ClassVar[str] = "action_dropped"
    action_id: str
    why: str


class ApprovalAsked(Data):
    """The customer has agreed, and now a colleague's word is waited for, on exactly this fingerprint."""

    kind: ClassVar[str] = "approval_asked"
    action_id: str
    fingerprint: str
    expires_at: datetime


class ApprovalGiven(Data):
    """A colleague has approved exactly this fingerprint. `name` is what the customer is told."""

    kind: ClassVar[str] = "approval_given"
    action_id: str
    fingerprint: str
    by: str
    name: str
    reason: Annotated[str, PRIVATE] = ""


class ApprovalRefused(Data):
    """A colleague has decided against it, and the customer is told why."""

    kind: ClassVar[str] = "approval_refused"
    action_id: str
    fingerprint: str
    by: str
    name: str
    reason: Annotated[str, PRIVATE] = ""


class ActionClaimed(Data):
    """Written before the call: from here the effect may have happened. `idempotency_key` goes to the system called.

    `attempt` names the one run that may make the call, so that a claim read back is not taken for one's own.
    """

    kind: ClassVar[str] = "action_claimed"
    action_id: str
    idempotency_key: str
    attempt: str = ""


class ActionSucceeded(Data):
    """The business system confirmed the effect; `reconciled` if it was found by look-up after an unknown end, or by a
    person: then `name` says who, and `seen` what they saw."""

    kind: ClassVar[str] = "action_succeeded"
    action_id: str
    result: Annotated[Any, PRIVATE] = None
    reconciled: bool = False
    name: str = ""
    seen: Annotated[str, PRIVATE] = ""


class ActionFailed(Data):
    """Nothing happened: the system refused (a business rule) or certainly never did it; `name` and `seen` where a
    person found that out."""

    kind: ClassVar[str] = "action_failed"
    action_id: str
    code: str
    message: Annotated[str, PRIVATE] = ""
    name: str = ""
    seen: Annotated[str, PRIVATE] = ""


class ActionUnknown(Data):
    """The call's end was not seen. It is settled by look-up or by a person, never by calling again blindly."""

    kind: ClassVar[str] = "action_unknown"
    action_id: str
    why: str
