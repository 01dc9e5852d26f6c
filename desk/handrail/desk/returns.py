"""Back to the queue from a person's hand: handed on, or because they are gone; place and clock are kept."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, LiteralString

from handrail.conversation.errors import Conflict, Denied, Fenced, Invalid
from handrail.conversation.events import Announced, ContactLeft, Data, Event, HandoffReturned
from handrail.conversation.ids import new_id
from handrail.conversation.log import Fence, Log
from handrail.conversation.settings import DeskSection, Settings
from handrail.conversation.situation import Situation
from handrail.conversation.situations import Situations

from . import notice
from .handover import Handover, ticket_of
from .staff import Presence, Staff

# A live conversation comes back when its person is gone from a desk that was open while they had it, or has left; or
# when they let the customer's line wait, whatever else they do. A ticket waits for its person until it is due.
LOST: LiteralString = """
SELECT q.conversation_id, q.person, q.person_name, c.epoch, c.last_seq,
    CASE WHEN away.gone THEN 'gone' ELSE 'silent' END AS why
FROM queue q JOIN conversations c ON c.id = q.conversation_id
    LEFT JOIN presence p ON p.person_id = q.person
    CROSS JOIN LATERAL (SELECT coalesce(p.status = 'offline' OR (
        p.beat_at >= q.moved_at - %(gone)s AND greatest(p.beat_at, p.seen_at) < %(now)s - %(gone)s
    ), false) AS gone) away
WHERE q.state = 'claimed' AND q.parked_until IS NULL AND c.holder = 'person:' || q.person AND NOT c.forgotten
    AND CASE WHEN q.mode = 'ticket' THEN away.gone AND q.answer_by < %(now)s AND q.spoke_seq < q.moved_seq
    ELSE away.gone OR (
        c.heard > q.spoke_seq AND greatest(q.moved_at, q.woken_at) < %(now)s - %(silent)s
        AND NOT EXISTS (
            SELECT FROM events e WHERE e.conversation_id = q.conversation_id AND e.actor = c.holder
                AND e.at >= %(now)s - %(silent)s
        )
        AND EXISTS (
            SELECT FROM events e WHERE e.conversation_id = q.conversation_id AND e.kind = 'customer_said'
                AND e.seq > q.spoke_seq AND e.at < %(now)s - %(silent)s
        )
    ) END
ORDER BY q.since LIMIT %(limit)s
"""


HANDED = ("handed_on", "reassigned")
"""Why a conversation goes on by somebody's will."""


class Returns:
    """Takes conversations from people's hands back to the queue."""

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
        self._database = log.database
        self._clock = log.clock
        self._settings = settings
        self._handover = handover
        self._presence = presence

    @property
    def _desk(self) -> DeskSection:
        return self._settings.desk

    async def hand_on(
        self,
        conversation_id: str,
        staff: Staff,
        *,
        department: str | None = None,
        colleague: str | None = None,
        note: str = "",
        key: str | None = None,
    ) -> Event:
        """Hand a conversation on to a department, or to one colleague, who gets it before anybody else.

        Raises `Invalid` for a department or colleague that there is not, `Conflict` where the colleague is not there
        now or this person does not hold it.
        """
        head, situation = await self._log.head(conversation_id), await self._situations.get(conversation_id)
        target = await self._target(situation, department, colleague, but=staff.id)
        data = await self._back(situation, staff.id, staff.name, "handed_on", target, note)
        epoch = head.epoch if head.holder == staff.actor else -1
        try:
            events = await self._log.append(
                conversation_id, staff.actor, *data, fence=Fence(epoch), key=key, holder="queue"
            )
        except Fenced as error:
            raise Conflict("you do not hold this conversation", code="not_holder") from error
        return events[0]

    async def reassign(
        self,
        conversation_id: str,
        staff: Staff,
        *,
        department: str | None = None,
        colleague: str | None = None,
        note: str = "",
        key: str | None = None,
    ) -> Event:
        """Move a conversation that waits, or that a colleague holds, to a department or to one colleague, as whoever
        leads the desk. Place and clock are kept.

        Raises `Denied` for who does not lead, `Invalid` and `Conflict` as `hand_on` does, and `Conflict` where it is
        with the bot (`not_at_desk`), with this very colleague, or has moved on in the meantime.
        """
        if not staff.leads:
            raise Denied("this needs one of the roles supervisor, admin", code="role")
        head, situation = await self._log.head(conversation_id), await self._situations.get(conversation_id)
        if head.holder == "bot":
            raise Conflict("this conversation is not at the desk", code="not_at_desk")
        by = head.holder.removeprefix("person:") if head.holder != "queue" else ""
        names = {each.id: each.name for each in await self._presence.colleagues()}
        target = await self._target(situation, department, colleague, but=by)
        data = await self._back(situation, by, names.get(by, "A colleague") if by else "", "reassigned", target, note)
        try:
            events = await self._log.append(
                conversation_id, staff.actor, *data, fence=Fence(head.epoch), key=key, holder="queue"
            )
        except Fenced as error:
            raise Conflict("something has happened in the meantime; look again", code="moved_on") from error
        return events[0]

    async def _target(
        self, situation: Situation, department: str | None, colleague: str | None, *, but: str
    ) -> "_Target":
        """To whom it goes. Raises `Invalid`, `Conflict`."""
        if (department is None) == (colleague is None):
            raise Invalid("name a department or a colleague", code="hand_on")
        to, to_name = "", ""
        if colleague is not None:
            found = next((c for c in await self._presence.colleagues() if c.id == colleague), None)
            if found is None or found.id == but:
                raise Invalid("there is no such colleague at the desk", code="colleague")
            if found.status != "online":
                raise Conflict(f"{found.name} is not at the desk now", code="not_there")
            to, to_name = found.id, found.name
            department = _department(situation) if found.serves(_department(situation)) else found.departments[0]
        if department is None or department not in self._desk.departments:
            raise Invalid(f"there is no department {department!r}", code="department")
        return _Target(department, to, to_name)

    async def sweep(self, limit: int = 50) -> int:
        """Bring back the conversations whose person is gone or silent, and tell their customers; return how many."""
        parameters = {
            "now": self._clock.now(), "gone": timedelta(minutes=self._desk.gone_minutes),
            "silent": timedelta(minutes=self._desk.silent_minutes), "limit": limit,
        }  # fmt: skip
        async with self._database.connection() as connection:
            rows = await (await connection.execute(LOST, parameters)).fetchall()
        return sum([await self._bring_back(**row) for row in rows])

    async def _bring_back(
        self, conversation_id: str, person: str, person_name: str, epoch: int, last_seq: int, why: str
    ) -> bool:
        situation = await self._situations.get(conversation_id)
        cause: Literal["gone", "silent"] = "gone" if why == "gone" else "silent"
        department = _department(situation) if _department(situation) in self._desk.departments else "general"
        data = await self._back(situation, person, person_name, cause, _Target(department))
        try:
            # Whatever happened since the look, a line of theirs above all, shows that they are there.
            await self._log.append(conversation_id, "system", *data, fence=Fence(epoch, seq=last_seq), holder="queue")
        except Fenced:
            return False
        return True

    async def _back(
        self,
        situation: Situation,
        by: str,
        name: str,
        why: Literal["handed_on", "reassigned", "gone", "silent"],
        target: "_Target",
        note: str = "",
    ) -> list[Data]:
        now, handoff, department = self._clock.now(), situation.handoff, target.department
        live = await self._handover.is_live(department, now, without=by)
        # A ticket that is open stays one, with the time that was told.
        was_ticket = handoff is not None and handoff.mode == "ticket" and handoff.answer_by is not None
        answer_by = None
        if was_ticket:
            answer_by = handoff.answer_by if handoff else None
        elif not live:
            answer_by = self._handover.answer_by(department, now)
        returned = HandoffReturned(
            handoff_id=handoff.handoff_id if handoff else new_id(now), why=why, by=by, name=name,
            department=department, to=target.to, to_name=target.to_name, mode="live" if answer_by is None else "ticket",
            answer_by=answer_by, note=note,
        )  # fmt: skip
        data: list[Data] = [returned]
        if answer_by is not None and not was_ticket:
            contact = situation.contact or await self._handover.on_file(situation)
            data += [each for each in ticket_of(situation, returned, contact) if not _known(each, situation)]
        # Who waits for nobody in particular hears nothing of it that is news to them.
        if (was_ticket and why not in HANDED) or (not by and (was_ticket or answer_by is None)):
            return data
        return [*data, Announced(code=f"person_{why}", text=self._told(situation, returned, now))]

    def _told(self, situation: Situation, returned: HandoffReturned, now: datetime) -> str:
        name = self._desk.departments[returned.department].name
        if returned.answer_by is None:
            if returned.why in HANDED:
                return notice.passed_on(returned.name, returned.to_name, name)
            return notice.gone(returned.name, name)
        # A time that has passed is not promised again.
        when = self._handover.when(situation, returned.answer_by, now) if returned.answer_by > now else ""
        if not returned.by:
            return notice.moved_later(name, when)
        if returned.why in HANDED:
            return notice.passed_on_ticket(returned.name, name, when)
        return notice.gone_later(returned.name, name, when)


@dataclass(frozen=True, slots=True)
class _Target:
    """A department, and the colleague in it for whom it is kept first."""

    department: str
    to: str = ""
    to_name: str = ""


def _department(situation: Situation) -> str:
    return situation.handoff.department if situation.handoff else "general"


def _known(data: Data, situation: Situation) -> bool:
    return isinstance(data, ContactLeft) and data.address == situation.contact
