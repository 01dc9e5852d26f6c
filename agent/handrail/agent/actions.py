"""The life of an exact action over the log: proposed, consented, claimed, called once, settled.

    proposed ── consented ──────────────────── claimed ── succeeded
        │           ├── waiting ── approved ──────┤├───── failed     (a rule said no, or it certainly never happened)
        │           │      └────── refused        │└───── unknown ── succeeded or failed by look-up, else a person
        └───────────┴───────── dropped ───────────┘

Where the preview says so, a colleague must approve between consent and claim: of the same fingerprint.
The claim is on the log before the call, and only the run whose `attempt` it carries may call, until the tool's time-out
is over. Nothing ever calls again for an action that was claimed.
"""

import secrets
from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from handrail.agent.clean import Clean, as_it_is
from handrail.agent.execution import Executed, Execution, hand_of
from handrail.agent.promised import promised
from handrail.agent.proposal import OPEN, Cite, Prepared, Proposal, facts_of, open_action, prepare, replies
from handrail.agent.reconciliation import reconcile
from handrail.agent.tools.api import Context, Customer, Tool
from handrail.agent.tools.call import Called
from handrail.conversation.clock import Clock
from handrail.conversation.errors import Conflict
from handrail.conversation.events import (
    ActionConsented,
    ActionDropped,
    ActionProposed,
    ApprovalAsked,
    Event,
    PromiseMade,
)
from handrail.conversation.log import Fence, Log
from handrail.conversation.once import HAND, agreed_in
from handrail.conversation.settings import Settings
from handrail.conversation.situation import ActionState, Identity, Situation


class Actions:
    """Proposes, claims, calls and settles. Events go to the log; what is said of them is the caller's.

    `tools` are those of the workspace by name, `resources` what its `lifespan` yielded.
    """

    def __init__(
        self,
        log: Log,
        clock: Clock,
        settings: Settings,
        *,
        tools: Mapping[str, Tool],
        resources: Any = None,
        cite: Cite | None = None,
        clean: Clean = as_it_is,
    ) -> None:
        self.log, self.clock, self.tools, self._clean = log, clock, tools, clean
        self._settings, self._resources, self._cite = settings, resources, cite

    async def cleaned(self, called: Called, situation: Situation, action: ActionState, turn_id: str = "") -> Called:
        """What a tool said of an action, as the log and the engines may have it: without instructions in it."""
        called, checked = await self._clean(called, turn_id, action.tool)
        if checked:
            # Where the customer was forgotten meanwhile, the end must be written all the same.
            with suppress(Conflict):
                await self.log.append(situation.conversation_id, "bot", *checked)
        return called

    def context(self, situation: Situation, identity: Identity | None = None) -> Context:
        """What a tool gets: the customer comes from the identity proven on the log, and from nowhere else."""
        who = identity or situation.identity
        return Context(
            customer=Customer(id=who.customer_id, level=who.level, name=who.name),
            now=self.clock.now(),
            timezone=situation.timezone or self._settings.business.timezone,
            resources=self._resources,
        )

    def promised(self, action: ActionState, result: Any) -> tuple[PromiseMade, ...]:
        """What the business owes from an action on that succeeded with this result."""
        zone = ZoneInfo(self._settings.business.timezone)
        return promised(self.tools.get(action.tool), action, result, zone)

    async def propose(
        self, situation: Situation, turn_id: str, tool: Tool, arguments: Mapping[str, Any], *, why: str = "superseded"
    ) -> Proposal | Called:
        """Work out what the write would do. Append `events` together with the question, in one append.

        Actions that are open are dropped with it, for `why`. A `Called` says why there is nothing to propose.
        """
        prepared = await self.prepare(situation, tool, arguments)
        return prepared if isinstance(prepared, Called) else self.proposal(situation, turn_id, prepared, why)

    async def consent(
        self, situation: Situation, action: ActionState, said: int, fence: Fence, *, read_by: str = ""
    ) -> Event:
        """Put the customer's yes, in the line `said`, on the log for exactly this fingerprint.

        A line agrees to one action, whoever put it.

        Raises `Conflict` when that line has agreed to another action, or was said before this one was asked for, and
        `Fenced` when the turn is no longer this run's, or the customer wrote again.
        """
        if action.stage != "proposed" or said <= action.seq:
            raise Conflict(f"line {said} can't agree to {action.action_id}, which is {action.stage}", code="consent")
        consented = ActionConsented(
            action_id=action.action_id, fingerprint=action.fingerprint, said=said, read_by=read_by
        )
        (event, *_) = await self.log.append(
            situation.conversation_id, hand_of(situation, action), consented, fence=self.heard(fence, situation),
            key=agreed_in(said), keys=HAND,
        )  # fmt: skip
        if event.data != consented:
            raise Conflict(f"line {said} has agreed to another action already", code="consent")
        return event

    async def drop(self, situation: Situation, action: ActionState, why: str, fence: Fence) -> Event:
        """Take the proposal off: `declined`, `changed`, `expired` or `superseded`."""
        dropped = ActionDropped(action_id=action.action_id, why=why)
        hand = hand_of(situation, action)
        (event, *_) = await self.log.append(situation.conversation_id, hand, dropped, fence=fence)
        return event

    async def execute(self, situation: Situation, turn_id: str, action: ActionState, fence: Fence) -> Executed:
        """Do what was consented to, if it is still exactly that: claim it, call once, and write down the end.

        What a colleague must approve first comes back `waiting`, with the event that asks them, until it is called for
        again as approved. `situation` must be folded after the consent, or the approval. Raises `Conflict` where there
        is neither, and `Fenced` when the turn is no longer this run's, or the customer wrote again: then nothing was
        done.
        """
        return await Execution(self, situation, turn_id, action, fence).run()

    async def reconcile(self, situation: Situation) -> tuple[Executed, ...]:
        """Settle every claimed or unknown action as far as the tools' look-ups can tell; never calls again.

        The caller holds the lease of the conversation's turn, so that no call for these actions is under way in a run
        that still may speak. What can't be settled comes back `unknown`: with `retry_at`, or for a person.
        """
        return await reconcile(self, situation)

    async def prepare(self, situation: Situation, tool: Tool, arguments: Mapping[str, Any]) -> Prepared | Called:
        """What the write would do now, for the customer whom the situation proves."""
        context, digest = self.context(situation), self.log.vault.ref
        return await prepare(tool, arguments, context, situation.identity, digest, self._cite)

    def proposal(
        self,
        situation: Situation,
        turn_id: str,
        prepared: Prepared,
        why: str,
        replaced: ActionState | None = None,
        *,
        name: str = "",
    ) -> Proposal:
        """The events that ask for `prepared`, and drop for `why` what was open before and what it replaces; `name` is
        the person's who asks."""
        preview = prepared.preview
        proposed = ActionProposed(
            turn_id=turn_id,
            action_id=secrets.token_hex(8),
            tool=prepared.tool.name,
            arguments=dict(prepared.arguments),
            preview=facts_of(preview),
            question=preview.summary,
            fingerprint=prepared.fingerprint,
            rule=prepared.rule,
            expires_at=self.clock.now() + timedelta(minutes=self._settings.identity.consent_minutes),
            name=name,
        )
        gone = replaced.action_id if replaced else ""
        stale = (a.action_id for a in situation.actions if a.stage in OPEN or a.action_id == gone)
        drops = tuple(ActionDropped(action_id=action_id, why=why) for action_id in stale)
        return Proposal(proposed, (*drops, proposed), preview.summary)

    def approval_asked(self, action: ActionState) -> ApprovalAsked:
        """The event that asks a colleague for their word on exactly what the customer has agreed to."""
        until = self.clock.now() + timedelta(hours=self._settings.desk.approval_hours)
        return ApprovalAsked(action_id=action.action_id, fingerprint=action.fingerprint, expires_at=until)

    @staticmethod
    def key(situation: Situation, action: ActionState) -> str:
        """The idempotency key: the same whoever asks, so that people find the effect by it too."""
        return f"{situation.conversation_id}-{action.action_id}"

    @staticmethod
    def heard(fence: Fence, situation: Situation) -> Fence:
        """The fence that also holds where the customer wrote again: that line may take the consent back."""
        return Fence(epoch=fence.epoch, lease=fence.lease, heard=situation.heard)


__all__ = ["Actions", "Cite", "Executed", "Proposal", "open_action", "replies"]
