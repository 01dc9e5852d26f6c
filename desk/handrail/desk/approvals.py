"""Approvals: what waits for a colleague's word, and their word on it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from handrail.conversation.errors import Conflict, Denied, Invalid, NotFound
from handrail.conversation.events import ApprovalGiven, ApprovalRefused, Citation, Event
from handrail.conversation.log import Log
from handrail.conversation.once import HAND, decision_on
from handrail.conversation.settings import Settings
from handrail.conversation.situation import ActionState, Situation
from handrail.conversation.situations import Situations

from .staff import Staff

Decision = Literal["approve", "refuse"]

WAITING = """
SELECT a.conversation_id, a.action_id FROM approvals a JOIN conversations c ON c.id = a.conversation_id
WHERE a.state = 'waiting' AND a.expires_at > %(now)s AND NOT c.forgotten
ORDER BY a.asked_at, a.conversation_id, a.action_id LIMIT %(limit)s
"""
DUE = """
SELECT DISTINCT a.conversation_id FROM approvals a JOIN conversations c ON c.id = a.conversation_id
WHERE (a.state <> 'waiting' OR a.expires_at <= %(now)s) AND NOT c.forgotten
    AND (c.lease_owner IS NULL OR c.lease_until <= %(now)s)
ORDER BY a.conversation_id LIMIT %(limit)s
"""


@dataclass(frozen=True, slots=True)
class Waiting:
    """An action that the customer has agreed to and a colleague has yet to approve, by `until`.

    `what` is its exact effect in words, `facts` what it costs or pays, `why` for what reason a colleague is asked.
    """

    conversation_id: str
    action_id: str
    tool: str
    what: str
    facts: Mapping[str, Any]
    why: str
    rule: Citation | None
    since: datetime
    until: datetime
    customer: str
    customer_id: str | None
    verified: bool
    holder: str
    by: str
    by_name: str
    """The person (`person:<id>`) who put it before the customer, and their name; empty for the bot."""


class Approvals:
    """Reads what waits, and takes decisions. What follows from one is done by the turn."""

    def __init__(self, log: Log, situations: Situations, settings: Settings) -> None:
        self._log, self._situations, self._database = log, situations, log.database
        self._clock, self._roles = log.clock, settings.desk.approvers

    def may_decide(self, staff: Staff) -> bool:
        """Whether this person may approve."""
        return staff.role in self._roles

    async def waiting(self, limit: int = 100) -> list[Waiting]:
        """What waits for a colleague's word, the oldest first."""
        found = []
        for row in await self._rows(WAITING, limit):
            situation = await self._situations.get(row["conversation_id"])
            found += [_waiting(situation, a) for a in situation.waiting if a.action_id == row["action_id"]]
        return found

    async def due(self, limit: int) -> list[str]:
        """Conversations in which a decision, or the time that ran out for one, has not been dealt with, and no turn
        runs."""
        return [row["conversation_id"] for row in await self._rows(DUE, limit)]

    async def decide(
        self, conversation_id: str, action_id: str, staff: Staff, decision: Decision, reason: str = ""
    ) -> Event:
        """Approve or refuse one exact action; a refusal needs a `reason`, which the customer is told.

        It is decided once: deciding the same again changes nothing. Raises `Denied` for who may not, and for who would
        approve what they have put before the customer themselves (`own`), `Invalid` without a reason, `NotFound` where
        there is no such action, and `Conflict` where it is decided, withdrawn or too late.
        """
        if not self.may_decide(staff):
            raise Denied(f"approving needs one of the roles {', '.join(self._roles)}", code="approver")
        if decision == "refuse" and not reason.strip():
            raise Invalid("a refusal needs a reason: the customer is told it", code="reason")
        action = action_in(await self._situations.get(conversation_id), action_id)
        if decision == "approve" and action.by == staff.actor:
            raise Denied("you have put this before the customer yourself: a second person approves it", code="own")
        if action.stage == "waiting" and self._clock.now() >= action.expires_at:
            raise Conflict("the time to decide this is over; nothing was done", code="expired")
        if action.asked_at is None or (action.stage == "dropped" and not action.decided_by):
            raise Conflict("this does not wait for anybody's word", code="not_waiting")
        kind = ApprovalGiven if decision == "approve" else ApprovalRefused
        data = kind(
            action_id=action_id, fingerprint=action.fingerprint, by=staff.id, name=staff.name, reason=reason.strip()
        )  # fmt: skip
        (event, *_) = await self._log.append(
            conversation_id, staff.actor, data, key=decision_on(action_id), keys=HAND
        )  # fmt: skip
        await self._expect_ours(event, data)
        return event

    async def _expect_ours(self, event: Event, data: ApprovalGiven | ApprovalRefused) -> None:
        """Raise `Conflict` where somebody was quicker, or the customer took it back in the same moment."""
        stored = event.data
        assert isinstance(stored, ApprovalGiven | ApprovalRefused)
        if type(stored) is not type(data) or stored.by != data.by:
            told = "approved" if isinstance(stored, ApprovalGiven) else "refused"
            raise Conflict(f"{stored.name} has {told} it already", code="decided")
        action = action_in(await self._situations.get(event.conversation_id), data.action_id)
        if not action.decided_by:
            raise Conflict("this does not wait for anybody's word any more", code="not_waiting")

    async def _rows(self, query: Any, limit: int) -> list[dict[str, Any]]:
        async with self._database.connection() as connection:
            return await (await connection.execute(query, {"now": self._clock.now(), "limit": limit})).fetchall()


def action_in(situation: Situation, action_id: str) -> ActionState:
    """One action of a conversation. Raises `NotFound`."""
    found = next((a for a in situation.actions if a.action_id == action_id), None)
    if found is None:
        raise NotFound(f"there is no action {action_id} in {situation.conversation_id}")
    return found


def _waiting(situation: Situation, action: ActionState) -> Waiting:
    identity = situation.identity
    return Waiting(
        conversation_id=situation.conversation_id,
        action_id=action.action_id,
        tool=action.tool,
        what=action.question,
        facts=dict(action.preview.get("facts") or {}),
        why=action.approval,
        rule=action.rule,
        since=action.asked_at or action.expires_at,
        until=action.expires_at,
        customer=identity.name,
        customer_id=identity.customer_id,
        verified=identity.level == "verified",
        holder=situation.holder,
        by=action.by,
        by_name=action.by_name,
    )
