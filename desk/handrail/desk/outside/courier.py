"""The courier to another desk: handoffs with their packet, and what is said meanwhile."""

from datetime import timedelta

from handrail.conversation import events as e
from handrail.conversation.errors import Invalid, NotFound
from handrail.conversation.events import Event
from handrail.conversation.log import Log
from handrail.conversation.situation import Situation
from handrail.conversation.situations import Situations

from ..outbox import End, Parcel
from . import notes
from .port import Case, Line, OutsideDesk
from .threads import Thread, Threads

FORGOTTEN = "The customer was forgotten in Handrail. What stands here is yours to delete."


LONGEST_REPLY = timedelta(seconds=30)
"""After so long the parts of a reply go as they are: its turn was cut short."""


class DeskCourier:
    """Keeps the threads of one desk in step with the log."""

    patience = timedelta(hours=24)

    def __init__(self, desk: OutsideDesk, threads: Threads, log: Log, situations: Situations, business: str) -> None:
        self._desk = desk
        self._threads = threads
        self._log = log
        self._situations = situations
        self._business = business

    async def carry(self, parcel: Parcel) -> End:
        """Bring one event to its thread; a ticket that takes nothing more is followed by a new one."""
        thread = await self._threads.of_conversation(parcel.conversation_id)
        if thread is None:
            return "dropped"
        situation = await self._situations.get(parcel.conversation_id)
        (event,) = await self._log.read(parcel.conversation_id, parcel.seq - 1, 1)
        again = parcel.attempts > 1
        if situation.forgotten:
            return await self._forgotten(thread, event, again=again)
        try:
            return await self._carry(thread, event, situation, again=again)
        except NotFound as error:
            if self._desk.is_channel:
                raise Invalid(f"the thread is gone: {error}") from error
            await self._threads.begun(parcel.conversation_id, None)
            return await self._carry(Thread(parcel.conversation_id, None, "", 0), event, situation, again=again)

    async def give_up(self, parcel: Parcel, why: str) -> None:
        """Tell our own desk: people over there do not see it."""
        note = e.Noted(by="system", text=f"This could not be brought to {parcel.target.partition(':')[2]}: {why}.")
        await self._log.append(parcel.conversation_id, "system", note, key=f"{parcel.target}-failed:{parcel.seq}")

    async def _carry(self, thread: Thread, event: Event, situation: Situation, *, again: bool) -> End:
        key = _key(event)
        match event.data:
            case e.HandoffRequested() | e.HandoffReturned():
                await self._hand_over(thread, situation, key, again=again)
            case e.GivenBack():
                await self._desk.move(await self._id(thread, situation, key), "pending")
            case e.WrappedUp():
                await self._desk.move(await self._id(thread, situation, key), "solved")
            case e.BotSaid() as said:
                return await self._reply(thread, event, said, situation, again=again)
            case _ if (line := self._line(event, situation)) is not None:
                await self._desk.write(await self._id(thread, situation, key), line, again=again)
            case _:
                return "dropped"
        return "sent"

    async def _reply(self, thread: Thread, event: Event, said: e.BotSaid, situation: Situation, *, again: bool) -> End:
        """A reply goes as one message, with its first part; the other parts find that they have gone."""
        if event.seq <= thread.sent_seq:
            return "sent"
        tail = await self._log.read(event.conversation_id, event.seq - 1)
        if not any(_ends(one, said) for one in tail) and self._log.clock.now() - event.at < LONGEST_REPLY:
            return "early"
        parts = [one for one in tail if isinstance(one.data, e.BotSaid) and one.data.reply_id == said.reply_id]
        text = " ".join(part.data.text.strip() for part in parts if isinstance(part.data, e.BotSaid)).strip()
        if text:
            line = Line(_key(event), text if self._desk.is_channel else f"Assistant: {text}", not self._desk.is_channel)
            await self._desk.write(await self._id(thread, situation, line.key), line, again=again)
        await self._threads.sent(event.conversation_id, parts[-1].seq)
        return "sent"

    def _line(self, event: Event, situation: Situation) -> Line | None:
        if self._desk.is_channel:
            said = isinstance(event.data, e.PersonSaid | e.Announced) and event.data.text.strip()
            return Line(_key(event), said, private=False) if said else None
        told = notes.line(event, situation)
        customer = isinstance(event.data, e.CustomerSaid)
        return Line(_key(event), told, private=True, customer=customer) if told else None

    async def _id(self, thread: Thread, situation: Situation, key: str) -> str:
        """The thread over there; where it is gone it is begun anew, with the packet first."""
        return thread.external_id or await self._hand_over(thread, situation, f"{key}-case", again=True)

    async def _hand_over(self, thread: Thread, situation: Situation, key: str, *, again: bool) -> str:
        handoff = situation.handoff
        case = Case(
            conversation_id=thread.conversation_id,
            key=key,
            subject=notes.subject(situation, self._business),
            urgency=handoff.urgency if handoff else "normal",
            note=notes.note(situation),
        )
        external = await self._desk.hand_over(thread.external_id, case, again=again)
        if external != thread.external_id:
            await self._threads.begun(thread.conversation_id, external)
        return external

    async def _forgotten(self, thread: Thread, event: Event, *, again: bool) -> End:
        if not isinstance(event.data, e.Closed) or thread.external_id is None:
            return "dropped"
        try:
            await self._desk.write(thread.external_id, Line(_key(event), FORGOTTEN, private=True), again=again)
        except NotFound:
            return "dropped"
        return "sent"


def _ends(event: Event, said: e.BotSaid) -> bool:
    """Whether nothing more comes of a reply after this event."""
    match event.data:
        case e.TurnEnded(turn_id=turn_id):
            return turn_id == said.turn_id
        case e.HandoffRequested() | e.HandoffClaimed() | e.Closed():
            return True
    return False


def _key(event: Event) -> str:
    """Under which a try is known again over there."""
    return f"{event.conversation_id}:{event.seq}"
