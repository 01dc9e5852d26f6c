"""Doing what was consented to: claimed on the log first, called once, its end written down."""

import logging
import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal

from handrail.agent.ends import write_end, write_unknown
from handrail.agent.proposal import Prepared, Proposal, facts_of
from handrail.agent.tools.api import Tool
from handrail.agent.tools.call import Called, call
from handrail.conversation.errors import Conflict
from handrail.conversation.events import (
    ActionClaimed,
    ActionDropped,
    ActionFailed,
    ActionSucceeded,
    ActionUnknown,
    ApprovalAsked,
    Event,
    IdentityProven,
    PromiseMade,
)
from handrail.conversation.log import Fence
from handrail.conversation.once import HAND, claim_on
from handrail.conversation.situation import ActionState, Situation

if TYPE_CHECKING:
    from handrail.agent.actions import Actions

log = logging.getLogger("handrail.actions")

NOT_DONE = Called("failed", code="not_done")
IDENTITY_CHANGED = Called("failed", code="identity_changed")
NO_TOOL = Called("failed", code="no_tool")


@dataclass(frozen=True, slots=True)
class Executed:
    """What became of an action.

    `waiting`: nothing was done, and `asked` asks a colleague for their word. `dropped`: nothing was done, for `code`
    (`changed`, `expired`), and `proposal` asks again. `failed`: nothing was done, `message` tells the customer why.
    `unknown`: it may have been done; `retry_at` says when to look again, and where it is None a person has to settle
    it. `seq` is that of the event that says so.
    """

    action: ActionState
    stage: Literal["succeeded", "failed", "unknown", "dropped", "waiting"]
    result: Any = None
    code: str = ""
    message: str = ""
    alternatives: tuple[str, ...] = ()
    proposal: Proposal | None = None
    asked: ApprovalAsked | None = None
    retry_at: datetime | None = None
    seq: int = 0

    @property
    def needs_person(self) -> bool:
        return self.stage == "unknown" and self.retry_at is None


def hand_of(situation: Situation, action: ActionState) -> str:
    """The actor as whom an action goes on: the person who put it while they hold the conversation, else the bot."""
    return action.by if action.by and action.by == situation.holder else "bot"


@dataclass(frozen=True, slots=True)
class Execution:
    """One run that wants to do one action. Whether it may is settled on the log."""

    actions: "Actions"
    situation: Situation
    turn_id: str
    action: ActionState
    fence: Fence

    @property
    def hand(self) -> str:
        """As whom it is done."""
        return hand_of(self.situation, self.action)

    async def run(self) -> Executed:
        """As `Actions.execute`, which see."""
        if self.action.stage not in ("consented", "approved"):
            raise Conflict(f"{self.action.action_id} is {self.action.stage}, not consented", code="consent")
        tool = self.actions.tools.get(self.action.tool)
        if tool is None:
            return await self._refused(NO_TOOL)
        prepared = await self.actions.prepare(self.situation, tool, self.action.arguments)
        if isinstance(prepared, Called):
            return await self._refused(prepared)
        if why := self._void(prepared):
            if why == "changed":
                log.info("%s would not do any more what was agreed to: %s moved", tool.name, self._moved(prepared))
            proposal = self.actions.proposal(self.situation, self.turn_id, prepared, why, self.action)
            return Executed(self.action, "dropped", code=why, proposal=proposal)
        # The fingerprint covers it: whether a colleague is needed is what the customer was told it is.
        if self.action.approval and self.action.stage == "consented":
            return Executed(self.action, "waiting", asked=self.actions.approval_asked(self.action))
        return await self._once(tool)

    async def _once(self, tool: Tool) -> Executed:
        claim = await self._claim()
        if claim is None:
            return self._unseen(tool, "claimed")
        if await self._overtaken(claim):
            return await self._ended(IDENTITY_CHANGED)
        return await self._call(tool, claim)

    def _moved(self, prepared: Prepared) -> str:
        """What is not as it was told, by name: a fact that moves with the clock makes consent impossible."""
        before, now = self.action.preview, facts_of(prepared.preview)
        facts = before.get("facts", {}), now["facts"]
        names = [f"facts.{name}" for name in sorted({*facts[0], *facts[1]}) if facts[0].get(name) != facts[1].get(name)]
        names += [name for name in ("summary", "approval") if before.get(name) != now.get(name)]
        names += ["rule"] if self.action.rule != prepared.rule else []
        return ", ".join(names) or "the identity"

    def _void(self, prepared: Prepared) -> str:
        # A turn that ended since has dealt with something else that the customer said after their yes. That is as it
        # should be while a colleague is asked.
        lapsed = self.action.stage == "consented" and self.situation.answered >= self.action.said
        if lapsed or self.actions.clock.now() > self.action.expires_at:
            return "expired"
        return "" if prepared.fingerprint == self.action.fingerprint else "changed"

    async def _claim(self) -> Event | None:
        """The claim, or None where another run has made it before."""
        claimed = ActionClaimed(
            action_id=self.action.action_id,
            idempotency_key=self.actions.key(self.situation, self.action),
            attempt=secrets.token_hex(8),
        )
        fence = self.actions.heard(self.fence, self.situation)
        (event, *_) = await self.actions.log.append(
            self.situation.conversation_id, self.hand, claimed, fence=fence,
            key=claim_on(self.action.action_id), keys=HAND,
        )  # fmt: skip
        return event if event.data == claimed else None

    async def _overtaken(self, claim: Event) -> bool:
        """Whether, between the fold and the claim, another identity was proven or the action was dropped."""
        situation, count = self.situation, claim.seq - self.situation.seq - 1
        between = await self.actions.log.read(situation.conversation_id, situation.seq, count) if count else []
        who = situation.identity
        for data in (event.data for event in between):
            if isinstance(data, IdentityProven) and (data.customer_ref, data.level) != (who.customer_ref, who.level):
                return True
            if isinstance(data, ActionDropped) and data.action_id == self.action.action_id:
                return True
        return False

    async def _call(self, tool: Tool, claim: Event) -> Executed:
        deadline = claim.at + timedelta(seconds=tool.timeout)
        seconds = (deadline - self.actions.clock.now()).total_seconds()
        if seconds <= 0:
            # This process stood still since the claim, and another may be settling it by now.
            return await self._ended(NOT_DONE)
        key = self.actions.key(self.situation, self.action)
        ctx = replace(self.actions.context(self.situation), idempotency_key=key, deadline=deadline)
        called = await call(tool, ctx, self.action.arguments, seconds=seconds)
        if called.end != "unknown":
            return await self._ended(called)
        unknown = ActionUnknown(action_id=self.action.action_id, why=called.code)
        event = await write_unknown(
            self.actions.log, self.situation.conversation_id, unknown, self.fence, hand=self.hand
        )
        return replace(self._unseen(tool, called.code), seq=event.seq if event else 0)

    def _unseen(self, tool: Tool, code: str) -> Executed:
        return Executed(self.action, "unknown", code=code, retry_at=self.actions.clock.now() if tool.lookup else None)

    async def _refused(self, called: Called) -> Executed:
        """It can't be done any more, and nothing was claimed: only the run that holds the turn may say so."""
        called = await self.actions.cleaned(called, self.situation, self.action, self.turn_id)
        fence = self.actions.heard(self.fence, self.situation)
        failed = self._failure(called)
        (event, *_) = await self.actions.log.append(self.situation.conversation_id, self.hand, failed, fence=fence)
        return self._told(called, event)

    async def _ended(self, called: Called) -> Executed:
        called = await self.actions.cleaned(called, self.situation, self.action, self.turn_id)
        end: ActionSucceeded | ActionFailed = self._failure(called)
        owed: tuple[PromiseMade, ...] = ()
        if called.ok:
            end = ActionSucceeded(action_id=self.action.action_id, result=called.value)
            owed = self.actions.promised(self.action, called.value)
        event = await write_end(self.actions.log, self.situation.conversation_id, end, *owed, hand=self.hand)
        return self._told(called, event)

    def _failure(self, called: Called) -> ActionFailed:
        # What broke is for the log of the process; what a rule says is for the customer.
        message = called.message if called.end == "refused" else ""
        return ActionFailed(action_id=self.action.action_id, code=called.code, message=message)

    def _told(self, called: Called, event: Event) -> Executed:
        if isinstance(event.data, ActionSucceeded):
            return Executed(self.action, "succeeded", result=event.data.result, seq=event.seq)
        message = self._failure(called).message
        return Executed(
            self.action, "failed", code=called.code, message=message, alternatives=called.alternatives, seq=event.seq
        )
