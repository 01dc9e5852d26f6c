"""Conversations put aside by the person who holds them, with a reminder."""

from datetime import UTC, datetime, timedelta
from typing import Literal, LiteralString

from handrail.conversation.errors import Conflict, Fenced, Invalid
from handrail.conversation.events import Event, SetAside, TakenUp
from handrail.conversation.log import Fence, Log

from .staff import Staff

LONGEST = timedelta(days=90)

# What the customer writes ends the parking as well as the clock does.
DUE: LiteralString = """
SELECT q.conversation_id, c.epoch, CASE WHEN c.heard > q.parked_seq THEN 'written' ELSE 'due' END AS why
FROM queue q JOIN conversations c ON c.id = q.conversation_id
WHERE q.parked_until IS NOT NULL AND q.state = 'claimed' AND NOT c.forgotten
    AND (q.parked_until <= %(now)s OR c.heard > q.parked_seq)
ORDER BY q.parked_until LIMIT %(limit)s
"""


class Parking:
    """Puts conversations aside and takes them up again. Each stays with its person all the while."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self._database = log.database
        self._clock = log.clock

    async def park(
        self, conversation_id: str, staff: Staff, until: datetime, note: str = "", *, key: str | None = None
    ) -> Event:
        """Put a conversation aside until a moment to come, at most 90 days ahead; `note` is what to be reminded of.

        Raises `Invalid` for another moment, `Conflict` where this person does not hold it.
        """
        now = self._clock.now()
        if until.tzinfo is None or not now < until <= now + LONGEST:
            raise Invalid("the time to be reminded at must be ahead, by 90 days at most, with its zone", code="until")
        return await self._held(
            conversation_id, staff, SetAside(by=staff.id, until=until.astimezone(UTC), note=note), key
        )

    async def take_up(self, conversation_id: str, staff: Staff, *, key: str | None = None) -> Event:
        """Go on with a parked conversation. Raises `Conflict` where this person does not hold it."""
        return await self._held(conversation_id, staff, TakenUp(by=staff.id, why="by_hand"), key)

    async def sweep(self, limit: int = 50) -> int:
        """Bring up the parked conversations whose time has come or whose customer wrote; return how many."""
        async with self._database.connection() as connection:
            rows = await (await connection.execute(DUE, {"now": self._clock.now(), "limit": limit})).fetchall()
        return sum([await self._wake(row["conversation_id"], row["epoch"], row["why"]) for row in rows])

    async def _wake(self, conversation_id: str, epoch: int, why: Literal["due", "written"]) -> bool:
        try:
            await self._log.append(conversation_id, "system", TakenUp(by="system", why=why), fence=Fence(epoch))
        except Fenced:
            # It has moved on in the meantime, and is parked no more.
            return False
        return True

    async def _held(self, conversation_id: str, staff: Staff, data: SetAside | TakenUp, key: str | None) -> Event:
        head = await self._log.head(conversation_id)
        fence = Fence(head.epoch if head.holder == staff.actor else -1)
        try:
            return (await self._log.append(conversation_id, staff.actor, data, fence=fence, key=key))[0]
        except Fenced as error:
            raise Conflict("you do not hold this conversation", code="not_holder") from error
