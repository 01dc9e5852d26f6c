"""Calls that customers book instead of waiting: offered, booked, moved, called off."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal, LiteralString

from handrail.conversation.errors import Conflict, Fenced, Invalid
from handrail.conversation.events import (
    Announced,
    CallbackBooked,
    CallbackEnded,
    Data,
    Event,
    HandoffRequested,
    PromiseMade,
    PromiseReleased,
    PromiseSettled,
    WaysOffered,
)
from handrail.conversation.ids import new_id
from handrail.conversation.log import Fence, Log
from handrail.conversation.settings import Settings
from handrail.conversation.situation import Situation
from handrail.conversation.situations import Situations

from . import notice
from .choosing import chosen
from .handover import ANSWER, OFFERED, Handover
from .staff import Staff

_PHONE = re.compile(r"(?<![\w:.])\+?\(?\d[\d\s()/-]{5,18}\d(?![\w:])")

NEVER = Fence(-1)
"""Behind it only a key that was used before brings something back."""

BOOKED: LiteralString = """
SELECT c.conversation_id, c.department, c.at, v.holder FROM callbacks c JOIN conversations v ON v.id = c.conversation_id
WHERE c.ended IS NULL AND NOT v.forgotten ORDER BY c.at LIMIT %(limit)s
"""


@dataclass(frozen=True, slots=True)
class Booked:
    """A call that is owed, from `at` to `until`. `phone` and `customer` are empty where they are not known or
    forgotten; `timezone` is the customer's, where it is known."""

    conversation_id: str
    department: str
    at: datetime
    until: datetime
    holder: str
    phone: str
    customer: str
    timezone: str | None


class Callbacks:
    """The calls of the desk. A booked one is a promise of its department, and reminds of itself as such."""

    def __init__(
        self,
        log: Log,
        situations: Situations,
        *,
        settings: Settings,
        handover: Handover,
    ) -> None:
        self._log = log
        self._situations = situations
        self._database = log.database
        self._clock = log.clock
        self._settings = settings
        self._handover = handover

    async def slots(self, conversation_id: str, limit: int = 20) -> list[datetime]:
        """The next slots that are free for a conversation, in UTC; none where its department does not call back."""
        situation = await self._situations.get(conversation_id)
        return await self._handover.slots(_department(situation), self._clock.now(), limit=limit)

    async def book(self, conversation_id: str, at: datetime, phone: str, *, key: str | None = None) -> Event:
        """Book a call, or move the one that is booked. The customer leaves the line, and keeps their clock.

        Raises `Invalid` for what is no slot or no number, `Conflict` where the slot is taken (`slot_taken`) or the
        conversation does not wait for a person (`not_waiting`).
        """
        situation = await self._situations.get(conversation_id)
        if situation.holder != "queue":
            raise Conflict("this conversation does not wait for a person", code="not_waiting")
        return await self._take(situation, at, phone, "system", [], key)

    async def move(
        self, conversation_id: str, staff: Staff, at: datetime, phone: str | None = None, note: str = "", *,
        key: str | None = None,
    ) -> Event:  # fmt: skip
        """Move the booked call to a time on which the person who holds the conversation has agreed with the customer;
        it goes back to the queue. Raises as `book` does, and `Conflict` as `end` does."""
        situation = await self._situations.get(conversation_id)
        if situation.holder != staff.actor or situation.callback is None:
            return await self._again(situation, staff, key)
        ended = CallbackEnded(callback_id=situation.callback.callback_id, why="moved", note=note)
        return await self._take(situation, at, phone or situation.callback.phone, staff.actor, [ended], key)

    async def _take(
        self, situation: Situation, at: datetime, phone: str, actor: str, first: list[Data], key: str | None
    ) -> Event:
        """Take a seat, then write the booking down."""
        conversation_id, department = situation.conversation_id, _department(situation)
        now, at = self._clock.now(), at.astimezone(UTC)
        if situation.handoff is None:
            raise Conflict("this conversation does not wait for a person", code="not_waiting")
        if not _PHONE.fullmatch(phone.strip()):
            raise Invalid("this is no telephone number", code="phone")
        if at not in await self._handover.slots(department, now, limit=None, free=False):
            raise Invalid("there is no call at this time", code="slot")
        if situation.callback is not None and situation.callback.at == at:
            raise Conflict("this call is booked already", code="booked")
        head = await self._log.head(conversation_id)
        if not await self._handover.seats.take(conversation_id, department, at, self._seats(department), now):
            raise Conflict("this time has just been taken", code="slot_taken")
        data = [*first, *self._booked(situation, situation.handoff.handoff_id, at, phone.strip(), now)]
        holder = None if actor == "system" else "queue"
        try:
            events = await self._log.append(
                conversation_id, actor, *data, fence=Fence(head.epoch, seq=head.last_seq), key=key, holder=holder
            )
        except Fenced as error:
            await self._handover.seats.give(conversation_id, at)
            raise Conflict("something has happened in the meantime; look again", code="moved_on") from error
        if situation.callback is not None:
            await self._handover.seats.give(conversation_id, situation.callback.at)
        return events[0]

    async def cancel(self, conversation_id: str) -> Event:
        """Call the booked call off: the conversation stays with the desk. Raises `Conflict` where there is none."""
        situation = await self._situations.get(conversation_id)
        booked = situation.callback
        if booked is None:
            raise Conflict("there is no call booked", code="not_booked")
        ended = CallbackEnded(callback_id=booked.callback_id, why="cancelled")
        released = PromiseReleased(promise_id=booked.callback_id)
        said = Announced(code="callback_cancelled", text=notice.call_off())
        events = await self._log.append(
            conversation_id, "system", ended, released, said, key=f"call-off:{booked.callback_id}"
        )
        await self._handover.seats.give(conversation_id, booked.at)
        return events[0]

    async def end(
        self,
        conversation_id: str,
        staff: Staff,
        how: Literal["done", "no_answer"],
        note: str = "",
        *,
        key: str | None = None,
    ) -> Event:
        """The person who holds the conversation has called: somebody was there, or nobody answered, which the customer
        then reads in the thread. The promise was kept if it was done by the end of the slot.

        Raises `Conflict` where no call is booked (`not_booked`) or this person does not hold it (`not_holder`).
        """
        head, situation = await self._log.head(conversation_id), await self._situations.get(conversation_id)
        booked = situation.callback
        if head.holder != staff.actor or booked is None:
            return await self._again(situation, staff, key)
        kept = self._clock.now() <= booked.at + self._length(_department(situation))
        owed = [p for p in situation.promises if p.promise_id == booked.callback_id and p.kept is None]
        data: list[Data] = [CallbackEnded(callback_id=booked.callback_id, why=how, note=note)]
        data += [PromiseSettled(promise_id=promise.promise_id, kept=kept) for promise in owed]
        if how == "no_answer":
            data.append(Announced(code="callback_missed", text=notice.call_missed(staff.name)))
        try:
            event, *_ = await self._log.append(conversation_id, staff.actor, *data, fence=Fence(head.epoch), key=key)
        except Fenced as error:
            raise Conflict("you do not hold this conversation", code="not_holder") from error
        await self._handover.seats.give(conversation_id, booked.at)
        return event

    async def _again(self, situation: Situation, staff: Staff, key: str | None) -> Event:
        """What a key that was used before did, whatever has come of the conversation since; else the refusal."""
        nothing = CallbackEnded(callback_id="", why="done")
        try:
            return (await self._log.append(situation.conversation_id, staff.actor, nothing, fence=NEVER, key=key))[0]
        except Fenced as error:
            if situation.holder != staff.actor:
                raise Conflict("you do not hold this conversation", code="not_holder") from error
            raise Conflict("there is no call booked", code="not_booked") from error

    async def hear(self, situation: Situation) -> None:
        """Take up a line of the customer's that chooses among the calls that were offered. Calling it again changes
        nothing."""
        if situation.holder != "queue" or not situation.ways:
            return
        line = next((line for line in reversed(situation.lines) if line.speaker == "customer"), None)
        if line is None:
            return
        phone = _PHONE.search(line.text)
        rest = line.text.replace(phone[0], " ") if phone else line.text
        slot = chosen(rest, line.at, situation.ways, self._handover.zone(situation))
        if slot is None and (phone is None or len(situation.ways) > 1):
            return
        slot = slot or situation.ways[0]
        key = f"callback:{line.seq}"
        if phone is None:
            asked = WaysOffered(handoff_id=situation.handoff.handoff_id if situation.handoff else "", slots=(slot,))
            said = Announced(code="callback_number", text=notice.which_number(self._when(situation, slot)))
            await self._log.append(situation.conversation_id, "system", asked, said, key=key)
            return
        try:
            await self.book(situation.conversation_id, slot, phone[0], key=key)
        except Conflict as refused:
            if refused.code != "slot_taken":
                return
            await self._offer_again(situation, key)

    async def sweep(self) -> int:
        """Free the seats whose booking came to nothing."""
        return await self._handover.seats.sweep(self._clock.now())

    async def booked(self, limit: int = 200) -> list[Booked]:
        """The calls that are owed, the next one first."""
        async with self._database.connection() as connection:
            rows = await (await connection.execute(BOOKED, {"limit": limit})).fetchall()
        found = []
        for row in rows:
            situation = await self._situations.get(row["conversation_id"])
            phone = situation.callback.phone if situation.callback else ""
            found.append(
                Booked(
                    **row,
                    until=row["at"] + self._length(row["department"]),
                    phone=phone,
                    customer=situation.identity.name,
                    timezone=situation.timezone,
                )
            )
        return found

    def _length(self, department: str) -> timedelta:
        found = self._settings.desk.departments.get(department)
        return timedelta(minutes=found.callback_minutes if found else 0)

    def _seats(self, department: str) -> int:
        return self._settings.desk.departments[department].callback_seats

    def _booked(self, situation: Situation, handoff_id: str, at: datetime, phone: str, now: datetime) -> list[Data]:
        handoff = situation.handoff
        assert handoff is not None
        department, callback_id = handoff.department, f"call-{new_id(now)}"
        old = [PromiseReleased(promise_id=situation.callback.callback_id)] if situation.callback else []
        # The call takes the place of the answer in writing.
        answers = [p for p in situation.promises if p.kept is None and p.promise_id.startswith(ANSWER)]
        old += [PromiseReleased(promise_id=promise.promise_id) for promise in answers]
        booked = CallbackBooked(callback_id=callback_id, department=department, at=at, phone=phone)
        asked = HandoffRequested(
            handoff_id=handoff_id, reason=handoff.reason, urgency=handoff.urgency, department=department,
            skills=handoff.skills, mode="ticket", answer_by=at,
        )  # fmt: skip
        promise = PromiseMade(promise_id=callback_id, text="We call the customer back.", owner=department, due=at)
        name = self._settings.desk.departments[department].name
        told = notice.call_booked(name, self._when(situation, at), phone, moved=situation.callback is not None)
        return [*old, booked, asked, promise, Announced(code="callback_booked", text=told)]

    async def _offer_again(self, situation: Situation, key: str) -> None:
        slots = tuple(await self._handover.slots(_department(situation), self._clock.now(), limit=OFFERED))
        offered = WaysOffered(handoff_id=situation.handoff.handoff_id if situation.handoff else "", slots=slots)
        told = notice.taken_meanwhile([self._when(situation, slot) for slot in slots])
        said = Announced(code="callback_taken", text=told)
        await self._log.append(situation.conversation_id, "system", offered, said, key=f"{key}:again")

    def _when(self, situation: Situation, at: datetime) -> str:
        return self._handover.when(situation, at, self._clock.now())


def _department(situation: Situation) -> str:
    return situation.handoff.department if situation.handoff else "general"
