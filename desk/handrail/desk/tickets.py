"""Tickets: what customers write to them, where their answers go, and how they close and open again."""

import re

from handrail.conversation.errors import Conflict, Fenced, Invalid
from handrail.conversation.events import Announced, Closed, ContactLeft, Event, TicketMoved
from handrail.conversation.log import Fence, Log
from handrail.conversation.situation import Situation
from handrail.conversation.situations import Situations

from . import notice
from .callbacks import Callbacks
from .handover import Handover
from .staff import Staff

_ADDRESS = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}"
)

SHORT = 12
"""Words of a line in which an address is taken for the customer's own."""

UNHEARD = """
SELECT t.conversation_id FROM tickets t JOIN conversations c ON c.id = t.conversation_id
    JOIN queue q ON q.conversation_id = t.conversation_id
WHERE c.holder = 'bot' AND NOT c.forgotten AND q.state = 'wrapped_up' AND t.state IN ('closed', 'waiting')
    AND c.heard > t.moved_seq AND (%(id)s::text IS NULL OR t.conversation_id = %(id)s)
ORDER BY t.moved_at LIMIT %(limit)s
"""


class Tickets:
    """The tickets of the desk."""

    def __init__(
        self,
        log: Log,
        situations: Situations,
        handover: Handover,
        callbacks: Callbacks,
    ) -> None:
        self._callbacks = callbacks
        self._log = log
        self._situations = situations
        self._database = log.database
        self._clock = log.clock
        self._handover = handover

    async def hear(self, conversation_id: str, situation: Situation | None = None) -> bool:
        """Take up what a customer has just written, where it concerns a ticket; tell whether people hold it by now.

        A ticket that was settled opens again and goes back to the queue. An e-mail address that was asked for is noted.
        Called before a turn begins, with the situation right after the line where that is known; calling it again
        changes nothing.
        """
        situation = situation or await self._situations.get(conversation_id)
        await self._callbacks.hear(situation)
        ticket = situation.ticket
        if ticket is None or situation.forgotten:
            return situation.holder != "bot"
        if situation.holder == "bot":
            return await self._reopen_unheard(situation)
        address = _address_in(situation)
        if address is not None and address != situation.contact:
            await self.leave_contact(conversation_id, address, key=f"contact:{situation.heard}")
        elif ticket.state == "waiting":
            moved = TicketMoved(ticket_id=ticket.ticket_id, state="open")
            await self._log.append(conversation_id, "system", moved, key=f"ticket-open:{situation.heard}")
        return True

    async def sweep(self, limit: int = 100) -> int:
        """Open again the settled tickets whose customers wrote while nobody took it up; return how many."""
        swept = 0
        for conversation_id in await self._unheard(limit):
            swept += await self._reopen_unheard(await self._situations.get(conversation_id))
        return swept

    async def leave_contact(self, conversation_id: str, address: str, *, key: str | None = None) -> Event:
        """Note where the customer wants the answer, and tell them so. Raises `Invalid` for what is no address."""
        address = address.strip()
        if not _ADDRESS.fullmatch(address):
            raise Invalid("this is no e-mail address; write one like name@example.org", code="address")
        said = Announced(code="contact_noted", text=notice.contact_noted(address))
        events = await self._log.append(conversation_id, "system", ContactLeft(address=address), said, key=key)
        return events[0]

    async def close(self, conversation_id: str, staff: Staff, *, key: str | None = None) -> Event:
        """Close the ticket that this person holds, without a word of wrap-up. Raises `Conflict` where they do not."""
        head, situation = await self._log.head(conversation_id), await self._situations.get(conversation_id)
        if situation.ticket is None:
            raise Conflict("this conversation has no ticket", code="no_ticket")
        moved = TicketMoved(ticket_id=situation.ticket.ticket_id, state="closed")
        epoch = head.epoch if head.holder == staff.actor else -1
        data = (moved, Closed(reason="wrapped_up"))
        try:
            return (await self._log.append(conversation_id, staff.actor, *data, fence=Fence(epoch), key=key))[0]
        except Fenced as error:
            raise Conflict("you do not hold this conversation", code="not_holder") from error

    async def reopen(self, conversation_id: str, staff: Staff, *, key: str | None = None) -> Event:
        """Put a closed ticket back into the queue. Raises `Conflict` when it is not closed or a colleague holds it."""
        situation = await self._situations.get(conversation_id)
        if situation.ticket is None or situation.ticket.state != "closed":
            raise Conflict("this conversation has no closed ticket", code="no_ticket")
        if situation.holder not in ("bot", staff.actor):
            raise Conflict("a colleague has this conversation", code="taken")
        return (await self._back_to_queue(situation, staff.actor, key))[0]

    async def _reopen_unheard(self, situation: Situation) -> bool:
        if not await self._unheard(1, situation.conversation_id):
            return False
        try:
            await self._back_to_queue(situation, "system", f"reopen:{situation.heard}")
        except Conflict:
            # Somebody was faster: whoever it was has it now.
            return (await self._log.head(situation.conversation_id)).holder != "bot"
        return True

    async def _back_to_queue(self, situation: Situation, actor: str, key: str | None) -> tuple[Event, ...]:
        head = await self._log.head(situation.conversation_id)
        plan = await self._handover.reopen(situation, self._clock.now())
        said = (Announced(code="ticket_reopened", text=plan.text),)
        return await self._log.append(
            situation.conversation_id, actor, *plan.events, *said, fence=Fence(head.epoch), key=key, holder=plan.holder
        )

    async def _unheard(self, limit: int, conversation_id: str | None = None) -> list[str]:
        async with self._database.connection() as connection:
            rows = await connection.execute(UNHEARD, {"id": conversation_id, "limit": limit})
            return [row["conversation_id"] for row in await rows.fetchall()]


def _address_in(situation: Situation) -> str | None:
    """An e-mail address in the customer's last line: in a short line the first time, later only by itself."""
    said = next((line.text for line in reversed(situation.lines) if line.speaker == "customer"), "").strip()
    match = _ADDRESS.search(said)
    if match is None:
        return None
    alone = match[0] == said.rstrip(".")
    return match[0] if alone or (not situation.contact and len(said.split()) <= SHORT) else None
