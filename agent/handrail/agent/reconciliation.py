"""Settling actions whose end was not seen: by asking the business system, never by calling again."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from handrail.agent.ends import write_end
from handrail.agent.execution import Executed
from handrail.agent.tools.api import Context, Tool
from handrail.agent.tools.binding import Unbound, bind
from handrail.agent.tools.call import Called, guarded, serialised
from handrail.conversation.events import ActionClaimed, ActionFailed, ActionSucceeded, Event
from handrail.conversation.fold import fold
from handrail.conversation.situation import ActionState, Identity, Situation

if TYPE_CHECKING:
    from handrail.agent.actions import Actions

SETTLE_SECONDS = 5.0
"""An effect may still come to light so long after the tool's time-out: a commit on its way, a clock that is behind."""

LOOKUP_SECONDS = 20.0
"""A look-up that fails is tried again for so long after that, with growing pauses, before a person is asked."""


async def reconcile(actions: "Actions", situation: Situation) -> tuple[Executed, ...]:
    """As `Actions.reconcile`, which see."""
    if not situation.unsettled:
        return ()
    events = await actions.log.read(situation.conversation_id)
    return tuple([await _settle(actions, situation, action, events) for action in situation.unsettled])


async def _settle(actions: "Actions", situation: Situation, action: ActionState, events: list[Event]) -> Executed:
    tool = actions.tools.get(action.tool)
    if tool is None or tool.lookup is None:
        return Executed(action, "unknown", code="no_lookup")
    claimed = next(event for event in events if _claims(event, action))
    ctx = replace(
        actions.context(situation, _identity_at(events, claimed.seq)),
        idempotency_key=actions.key(situation, action),
    )
    # Taken before the look-up: what it does not find may still come while its answer is on the way.
    now = actions.clock.now()
    found = await actions.cleaned(await _look_up(tool, ctx, action), situation, action)
    over_at = claimed.at + timedelta(seconds=tool.timeout + SETTLE_SECONDS)
    return await _decide(actions, situation, action, found, _Times(now, claimed.at, over_at))


@dataclass(frozen=True, slots=True)
class _Times:
    """When it was looked up, when it was claimed, and when the effect is sure to have come to light if it will."""

    now: datetime
    claimed_at: datetime
    over_at: datetime

    @property
    def over(self) -> bool:
        return self.now >= self.over_at

    @property
    def retry_at(self) -> datetime | None:
        """When to look again after a failure; None where a person must."""
        give_up_at = self.over_at + timedelta(seconds=LOOKUP_SECONDS)
        if not self.over:
            return self.over_at
        return min(self.now + (self.now - self.claimed_at) / 2, give_up_at) if self.now < give_up_at else None


async def _decide(
    actions: "Actions", situation: Situation, action: ActionState, found: Called, times: _Times
) -> Executed:
    if found.ok and found.value is not None:
        done = ActionSucceeded(action_id=action.action_id, result=found.value["result"], reconciled=True)
        owed = actions.promised(action, done.result)
        event = await write_end(actions.log, situation.conversation_id, done, *owed)
        return Executed(action, "succeeded", result=done.result, seq=event.seq)
    if found.ok and times.over:
        absent = ActionFailed(action_id=action.action_id, code="not_done")
        event = await write_end(actions.log, situation.conversation_id, absent)
        # The call's own run may have told of its effect in the meantime.
        if isinstance(event.data, ActionSucceeded):
            return Executed(action, "succeeded", result=event.data.result, seq=event.seq)
        return Executed(action, "failed", code="not_done", seq=event.seq)
    return Executed(action, "unknown", code="not_yet" if found.ok else "lookup_failed", retry_at=times.retry_at)


async def _look_up(tool: Tool, ctx: Context, action: ActionState) -> Called:
    """`done` with `{"result": …}` where the effect is there, with None where it certainly is not, else `failed`."""
    bound = bind(tool, action.arguments)
    if isinstance(bound, Unbound):
        return Called("failed", code="arguments", message=str(bound))

    async def run() -> Any:
        assert tool.lookup is not None
        found = await tool.lookup(ctx, **bound.values)
        return None if found is None else {"result": serialised(tool, found)}

    return await guarded(tool, run, tool.timeout, broken="failed")


def _claims(event: Event, action: ActionState) -> bool:
    return isinstance(event.data, ActionClaimed) and event.data.action_id == action.action_id


def _identity_at(events: list[Event], seq: int) -> Identity:
    """Whom the action was done for: the identity as it stood at the claim, not as it is now."""
    before = (event for event in events if event.seq < seq)
    return fold(Situation(events[0].conversation_id), before).identity
