"""Actions whose end was not seen and that no look-up can settle: a person looks, and says what happened."""

from handrail.conversation.errors import Conflict, Denied, Invalid
from handrail.conversation.events import ActionFailed, ActionSucceeded, Event
from handrail.conversation.log import Head, Log
from handrail.conversation.once import HAND, end_of
from handrail.conversation.situations import Situations

from .approvals import action_in
from .staff import Staff

NOT_DONE = "not_done"
"""The code of an action that certainly never happened."""


class Unsettled:
    """Takes a person's word for how an action ended: once, also against a look-up that comes in beside it."""

    def __init__(self, log: Log, situations: Situations) -> None:
        self._log, self._situations, self._clock = log, situations, log.clock

    async def settle(self, conversation_id: str, action_id: str, staff: Staff, *, happened: bool, seen: str) -> Event:
        """Write down that the action happened, or did not, with what was `seen` where the person looked.

        Saying the same again changes nothing. Raises `Denied` for who neither holds the conversation nor leads,
        `Invalid` without what was seen, `NotFound` where there is no such action, and `Conflict` where its end is known
        or it is under way.
        """
        if not seen.strip():
            raise Invalid("say what you have seen, and where", code="seen")
        head = await self._log.head(conversation_id)
        if head.holder != staff.actor and not staff.leads:
            raise Denied("only who holds the conversation, or leads, settles this", code="not_holder")
        situation = await self._situations.get(conversation_id)
        action = action_in(situation, action_id)
        end = self._end(action_id, staff, seen.strip(), happened=happened)
        if action.stage not in ("claimed", "unknown"):
            return await self._known(conversation_id, staff, end)
        if action.stage == "claimed" and self._runs(head):
            raise Conflict("this is being done at the moment", code="under_way")
        return await self._written(conversation_id, staff, end)

    async def _written(self, conversation_id: str, staff: Staff, end: ActionSucceeded | ActionFailed) -> Event:
        (event, *_) = await self._log.append(
            conversation_id, staff.actor, end, key=end_of(end.action_id), keys=HAND
        )  # fmt: skip
        return _expect_same(event, end, staff.actor)

    async def _known(self, conversation_id: str, staff: Staff, end: ActionSucceeded | ActionFailed) -> Event:
        for event in reversed(await self._log.read(conversation_id)):
            if isinstance(event.data, ActionSucceeded | ActionFailed) and event.data.action_id == end.action_id:
                return _expect_same(event, end, staff.actor)
        raise Conflict("this was never under way, so there is nothing to settle", code="not_unknown")

    def _end(self, action_id: str, staff: Staff, seen: str, *, happened: bool) -> ActionSucceeded | ActionFailed:
        if happened:
            return ActionSucceeded(action_id=action_id, reconciled=True, name=staff.name, seen=seen)
        return ActionFailed(action_id=action_id, code=NOT_DONE, name=staff.name, seen=seen)

    def _runs(self, head: Head) -> bool:
        return head.lease_owner is not None and head.lease_until is not None and head.lease_until > self._clock.now()


def _expect_same(event: Event, end: ActionSucceeded | ActionFailed, actor: str) -> Event:
    stored = event.data
    if type(stored) is not type(end) or event.actor != actor:
        told = "it happened" if isinstance(stored, ActionSucceeded) else "it did not happen"
        raise Conflict(f"this is settled already: {told}", code="settled")
    return event
