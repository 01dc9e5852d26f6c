"""What a person at the desk does in the business's systems: put before the customer, or done on a yes they point at.

The rules are the bot's: identity, ownership, preconditions, limits and approvals; the exact action that the customer
has agreed to; a claim on the log before the call. Doing it is the turn's, under its lease.
"""

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from handrail.agent.foresight import Foreseen, Foresight
from handrail.agent.pointed import why_not
from handrail.agent.proposal import OPEN
from handrail.agent.services import Services
from handrail.conversation.errors import Conflict, Fenced, NotFound
from handrail.conversation.events import ActionConsented, ActionDropped, Data, Event, PromiseMade
from handrail.conversation.log import Fence
from handrail.conversation.once import HAND, agreed_in
from handrail.conversation.situation import Situation
from handrail.desk.acts import said as as_said
from handrail.desk.staff import Staff

NOT_HOLDER = "you do not hold this conversation"
ATTEMPTS = 5
"""How often the log is looked at again where something else happened in the same moment."""


class Writes:
    """Writes for people. The customer whose things are changed is the one proven on the log, and nobody else."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._foresight = Foresight(services)
        self._zone = ZoneInfo(services.settings.business.timezone)

    async def foresee(self, conversation_id: str, staff: Staff, name: str, arguments: Mapping[str, Any]) -> Foreseen:
        """What the tool would do with these arguments; nothing is changed and nobody is told.

        Raises `Conflict` (`not_holder`) where `staff` do not hold the conversation, and as `Foresight.prepared`.
        """
        situation, _ = await self._held(conversation_id, staff)
        return await self._foresight(situation, name, arguments)

    async def propose(
        self,
        conversation_id: str,
        staff: Staff,
        name: str,
        arguments: Mapping[str, Any],
        fingerprint: str,
        *,
        key: str | None = None,
    ) -> Event:
        """Ask the customer, as `staff`; their yes does it while `staff` hold the conversation, or the bot after them.

        What stood open before is off. Raises as `foresee`, and `Conflict` (`changed`) where it would not do any more
        what `fingerprint` stands for. Returns the `ActionProposed`.
        """
        for _ in range(ATTEMPTS):
            situation, fence = await self._held(conversation_id, staff)
            prepared = await self._foresight.same(situation, name, arguments, fingerprint)
            proposal = self._services.actions.proposal(situation, "", prepared, "superseded", name=staff.name)
            told = as_said(situation, staff, self._foresight.question(prepared), self._services.clock.now(), self._zone)
            # A question promises nothing yet.
            line = [each for each in told if not isinstance(each, PromiseMade)]
            stored = await self._append(conversation_id, staff, [*proposal.events, *line], fence, key)
            if stored:
                return next(event for event in stored if event.kind == "action_proposed")
        raise Conflict("too much happens in this conversation at the moment: try again", code="busy")

    async def run(
        self, conversation_id: str, staff: Staff, name: str, arguments: Mapping[str, Any], fingerprint: str, said: int
    ) -> Event:
        """Take the customer's line `said` for their yes to exactly this: it is done by the next turn.

        The line must be a recent one of theirs that is no refusal, in a conversation in which they were told, or have
        said, all that this would do; it agrees to one action. Raises as `propose`, and `Conflict` (`consent`) where the
        line can't be a yes to it. Returns the `ActionConsented`; the same again returns it again.
        """
        now = self._services.clock.now
        minutes = self._services.settings.identity.consent_minutes
        for _ in range(ATTEMPTS):
            situation, fence = await self._held(conversation_id, staff)
            events = await self._services.log.read(conversation_id)
            if earlier := _agreed(events, said, fingerprint):
                return earlier
            prepared = await self._foresight.same(situation, name, arguments, fingerprint)
            if why := why_not(said, prepared, events, now(), minutes, self._zone):
                raise Conflict(why, code="consent")
            proposal = self._services.actions.proposal(situation, "", prepared, "superseded", name=staff.name)
            consented = ActionConsented(
                action_id=proposal.proposed.action_id, fingerprint=fingerprint, said=said, name=staff.name
            )
            data = [*proposal.events, consented]
            stored = await self._append(conversation_id, staff, data, fence, agreed_in(said), keys=HAND)
            if stored and stored[-1].data == consented:
                return stored[-1]
            if stored:
                raise Conflict(f"line {said} has agreed to another action already", code="consent")
        raise Conflict("too much happens in this conversation at the moment: try again", code="busy")

    async def take_off(self, conversation_id: str, staff: Staff, action_id: str) -> Event:
        """Take off what was put before the customer and is not under way, whoever put it.

        Raises `Conflict` where `staff` do not hold the conversation, or the action has gone on, and `NotFound`.
        """
        for _ in range(ATTEMPTS):
            situation, fence = await self._held(conversation_id, staff)
            action = next((a for a in situation.actions if a.action_id == action_id), None)
            if action is None:
                raise NotFound(f"there is no action {action_id} in {conversation_id}")
            if action.stage not in OPEN:
                raise Conflict(f"this is {action.stage} already", code="not_open")
            dropped = ActionDropped(action_id=action_id, why="taken_off")
            if stored := await self._append(conversation_id, staff, [dropped], fence, None):
                return stored[0]
        raise Conflict("too much happens in this conversation at the moment: try again", code="busy")

    async def _held(self, conversation_id: str, staff: Staff) -> tuple[Situation, Fence]:
        """The situation, and the fence under which nothing has happened since, for who holds the conversation."""
        head = await self._services.log.head(conversation_id)
        situation = await self._services.situations.get(conversation_id)
        if head.holder != staff.actor or situation.holder != staff.actor:
            raise Conflict(NOT_HOLDER, code="not_holder")
        return situation, Fence(head.epoch, seq=situation.seq)

    async def _append(
        self,
        conversation_id: str,
        staff: Staff,
        data: list[Data],
        fence: Fence,
        key: str | None,
        keys: str | None = None,
    ) -> tuple[Event, ...]:
        """What was stored; nothing where something else happened in the same moment."""
        try:
            return await self._services.log.append(conversation_id, staff.actor, *data, fence=fence, key=key, keys=keys)
        except Fenced as refused:
            if refused.cause != "seq":
                raise Conflict(NOT_HOLDER, code="not_holder") from refused
            return ()


def _agreed(events: list[Event], said: int, fingerprint: str) -> Event | None:
    """The consent that this line has given to this very action."""
    for event in events:
        data = event.data
        if isinstance(data, ActionConsented) and (data.said, data.fingerprint) == (said, fingerprint):
            return event
    return None
