"""What people at the desk do: take a conversation, write, note, give it back, wrap it up.

Taking the next one, handing on and parking are parts of their own: `picking`, `returns`, `parking`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from handrail.conversation.errors import Conflict, Denied, Fenced, Invalid
from handrail.conversation.events import (
    Announced,
    CallbackEnded,
    Data,
    Event,
    HandoffClaimed,
    Noted,
    Packet,
    PromiseSettled,
    Whispered,
)
from handrail.conversation.log import Fence, Head, Log
from handrail.conversation.settings import Settings
from handrail.conversation.situation import Situation
from handrail.conversation.situations import Situations

from . import acts, notice
from .approvals import Approvals
from .callbacks import Callbacks
from .handover import Handover
from .ledger import Ledger
from .parking import Parking
from .picking import Picking
from .queue import Entry, Filter, Queue
from .refresher import news_of
from .returns import Returns
from .staff import Presence, Staff
from .team import Team
from .telling import Telling
from .tickets import Tickets
from .unsettled import Unsettled

NEVER = -1
"""An epoch that no conversation has: behind this fence only a key that was used before brings something back."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A conversation as a person sees it. `packet` is fresh: it takes in what the customer wrote, who they
    were proven to be, and what was done since the handoff."""

    head: Head
    situation: Situation
    events: tuple[Event, ...]
    packet: Packet | None
    entry: Entry | None


class Desk:
    """The people's side. Every write is fenced by the epoch, and idempotent where a `key` is given.

    Writes raise `Conflict` when somebody else holds the conversation by then, and `NotFound` where there is none.
    """

    def __init__(
        self,
        log: Log,
        situations: Situations,
        *,
        settings: Settings,
        handover: Handover,
        presence: Presence,
    ) -> None:
        self._log = log
        self._situations = situations
        database, clock = log.database, log.clock
        self._queue = Queue(database, situations, settings.desk.wait_target_minutes)
        self._clock = clock
        self._settings = settings
        self._handover = handover
        self._zone = ZoneInfo(settings.business.timezone)
        self.ledger = Ledger(log, situations, settings.desk.remind_minutes)
        self.callbacks = Callbacks(log, situations, settings=settings, handover=handover)
        self.tickets = Tickets(log, situations, handover, self.callbacks)
        self.unsettled = Unsettled(log, situations)
        self.approvals = Approvals(log, situations, settings)
        self.parking = Parking(log)
        self.picking = Picking(database, clock, settings.desk, presence, self.claim)
        self.team = Team(database, self._queue, clock=clock, settings=settings, handover=handover, staff=presence)
        self.telling = Telling(log, database, clock, handover.waits)
        self.returns = Returns(log, situations, settings=settings, handover=handover, presence=presence)

    async def queue(self, chosen: Filter | None = None) -> list[Entry]:
        """Who waits for a person or is with one, the most pressing first."""
        return await self._queue.entries(chosen or Filter(), self._clock.now())

    async def show(self, conversation_id: str) -> Shown:
        """One conversation with all its events. Raises `NotFound`."""
        head = await self._log.head(conversation_id)
        situation = await self._situations.get(conversation_id)
        events = tuple(await self._log.read(conversation_id))
        every = Filter(states=("waiting", "claimed", "given_back", "wrapped_up"))
        entries = await self._queue.entries(every, self._clock.now(), conversation_id)
        return Shown(head, situation, events, await self._packet(situation, events), next(iter(entries), None))

    async def claim(
        self, conversation_id: str, staff: Staff, *, key: str | None = None, take_over: bool = False
    ) -> Situation:
        """Take a conversation from the queue or from the bot. Of two who try, one gets it.

        Claiming what one holds already changes nothing. Supervisors may take it from a colleague with `take_over`.
        """
        head = await self._log.head(conversation_id)
        if head.holder == staff.actor:
            return await self._situations.get(conversation_id)
        if head.holder.startswith("person:") and not (take_over and staff.leads):
            raise Conflict("a colleague has taken this conversation", code="taken")
        situation = await self._situations.get(conversation_id)
        code = situation.handoff.department if situation.handoff else "general"
        department = self._settings.desk.departments.get(code) or self._settings.desk.departments["general"]
        claimed = HandoffClaimed(by=staff.id, name=staff.name)
        said = Announced(code="person_joined", text=notice.joined(staff.name, department.name))
        fence = Fence(head.epoch)
        try:
            await self._log.append(
                conversation_id, staff.actor, claimed, said, fence=fence, key=key, holder=staff.actor
            )
        except Fenced as error:
            # The same person may have pressed twice.
            if (await self._log.head(conversation_id)).holder != staff.actor:
                raise Conflict("a colleague has taken this conversation", code="taken") from error
        return await self._situations.get(conversation_id)

    async def say(self, conversation_id: str, staff: Staff, text: str, *, key: str | None = None) -> Event:
        """Write to the customer. On a ticket the line also goes out by e-mail, and the ticket waits for the customer.

        What the text promises is entered in the ledger.
        """
        if not text.strip():
            raise Invalid("there is nothing to say", code="empty")
        situation = await self._situations.get(conversation_id)
        data = acts.said(situation, staff, text, self._clock.now(), self._zone)
        events = await self._held(conversation_id, staff, data, key)
        return events[0]

    async def note(self, conversation_id: str, staff: Staff, text: str, *, key: str | None = None) -> Event:
        """Write a note that only the desk sees; nobody need hold the conversation for it."""
        if not text.strip():
            raise Invalid("there is nothing to note", code="empty")
        noted = Noted(by=staff.id, text=text)
        return (await self._log.append(conversation_id, staff.actor, noted, key=key))[0]

    async def whisper(self, conversation_id: str, staff: Staff, text: str, *, key: str | None = None) -> Event:
        """Say something to the colleague who holds the conversation, as whoever leads the desk; the customer and the
        bot never see it. Raises `Denied` for who does not lead, and `Conflict` where no colleague holds it."""
        if not staff.leads:
            raise Denied("this needs one of the roles supervisor, admin", code="role")
        if not text.strip():
            raise Invalid("there is nothing to whisper", code="empty")
        head = await self._log.head(conversation_id)
        held = head.holder.startswith("person:") and head.holder != staff.actor
        said = Whispered(by=staff.id, name=staff.name, to=head.holder.removeprefix("person:"), text=text)
        fence = Fence(head.epoch if held else NEVER)
        try:
            return (await self._log.append(conversation_id, staff.actor, said, fence=fence, key=key))[0]
        except Fenced as error:
            raise Conflict("no colleague holds this conversation", code="not_held") from error

    async def give_back(
        self, conversation_id: str, staff: Staff, instruction: str = "", *, key: str | None = None
    ) -> Event:
        """Let the bot go on, with an instruction where one is needed. A line of the customer that the person has not
        answered is the bot's to answer."""
        situation = await self._situations.get(conversation_id)
        data = acts.given_back(situation, staff, instruction, self._clock.now())
        return (await self._held(conversation_id, staff, data, key, holder="bot"))[0]

    async def wrap_up(
        self,
        conversation_id: str,
        staff: Staff,
        disposition: str,
        *,
        tags: Iterable[str] = (),
        note: str = "",
        right_answer: str = "",
        key: str | None = None,
    ) -> Event:
        """Settle a conversation and say how it went: `disposition` as in `WrappedUp`, `tags` of `acts.TAGS`.

        It rests until the customer writes again. A ticket is closed; with `follow_up` it waits. Raises `Invalid` for a
        disposition or tag that there is not.
        """
        wrapped = acts.wrap_up_of(staff, disposition, tags, note, right_answer)
        situation = await self._situations.get(conversation_id)
        data = acts.wrapped_up(situation, wrapped, staff, self._clock.now())
        return (await self._held(conversation_id, staff, data, key, holder="bot"))[0]

    async def settle(
        self, conversation_id: str, staff: Staff, promise_id: str, *, kept: bool, note: str = "", key: str | None = None
    ) -> Event:
        """Say that a promise was kept or broken, and how; with the promise of a call the call has ended.

        Raises `Invalid` where there is no such promise open.
        """
        situation = await self._situations.get(conversation_id)
        is_open = any(p.promise_id == promise_id and p.kept is None for p in situation.promises)
        data: list[Data] = [PromiseSettled(promise_id=promise_id, kept=kept, note=note)]
        if situation.callback is not None and situation.callback.callback_id == promise_id:
            data.append(CallbackEnded(callback_id=promise_id, why="done" if kept else "no_answer"))
        fence = None if is_open else Fence(NEVER)
        try:
            return (await self._log.append(conversation_id, staff.actor, *data, fence=fence, key=key))[0]
        except Fenced as error:
            raise Invalid("there is no such promise open", code="promise") from error

    async def _held(
        self, conversation_id: str, staff: Staff, data: Iterable[Data], key: str | None, holder: str | None = None
    ) -> tuple[Event, ...]:
        """Append as the person who holds the conversation."""
        head = await self._log.head(conversation_id)
        fence = Fence(head.epoch if head.holder == staff.actor else NEVER)
        try:
            return await self._log.append(conversation_id, staff.actor, *data, fence=fence, key=key, holder=holder)
        except Fenced as error:
            raise Conflict("you do not hold this conversation", code="not_holder") from error

    async def _packet(self, situation: Situation, events: tuple[Event, ...]) -> Packet | None:
        handoff = situation.handoff
        if handoff is None:
            return None
        if situation.forgotten or (handoff.packet is not None and news_of(situation) < handoff.packet_seq):
            return handoff.packet
        now = self._clock.now()
        return (await self._handover.packets.make(situation, events, now=now, quick=True)).packet
