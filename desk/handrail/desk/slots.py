"""When a department calls back: the slots of its opening hours, and who has them."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import LiteralString

from handrail.conversation.database import Database, UniqueViolation
from handrail.conversation.sections import Department

from .hours import OpeningHours

AHEAD = timedelta(minutes=15)
"""A call can be booked so long before it at the latest."""
HORIZON = timedelta(days=7)

TAKEN: LiteralString = """
SELECT at FROM callback_seats WHERE department = %(department)s AND at >= %(now)s
GROUP BY at HAVING count(*) >= %(seats)s
"""
TAKE: LiteralString = """
INSERT INTO callback_seats (department, at, seat, conversation_id, taken_at)
SELECT %(department)s, %(at)s, n, %(id)s, %(now)s FROM generate_series(1, least(%(seats)s, (
    SELECT count(*) + 1 FROM callback_seats s WHERE s.department = %(department)s AND s.at = %(at)s
))) n
WHERE NOT EXISTS (SELECT FROM callback_seats s WHERE s.department = %(department)s AND s.at = %(at)s AND s.seat = n)
ORDER BY n LIMIT 1 ON CONFLICT DO NOTHING RETURNING seat
"""
# A seat whose booking never came to the log, because its process died in between, is free again after a minute.
FREE: LiteralString = """
DELETE FROM callback_seats s WHERE s.taken_at < %(before)s AND NOT EXISTS (
    SELECT FROM callbacks c WHERE c.conversation_id = s.conversation_id AND c.at = s.at AND c.ended IS NULL
)
"""


def times(department: Department, hours: OpeningHours, now: datetime) -> Iterator[datetime]:
    """The slots of a department from now on, in UTC: whole lengths from each opening, that end before it closes."""
    if not department.callback_minutes:
        return
    length, at = timedelta(minutes=department.callback_minutes), now + AHEAD
    while at < now + HORIZON:
        opens = hours.next_open(at)
        closes = hours.closes(opens)
        start = _opened(hours, opens)
        past = (opens - start) % length
        slot = opens if not past else opens + length - past
        while slot + length <= closes:
            yield slot.astimezone(UTC)
            slot += length
        at = closes + timedelta(minutes=1)


def _opened(hours: OpeningHours, at: datetime) -> datetime:
    """When the opening began that holds at `at`, as far as a day back."""
    before = hours.next_open(at - timedelta(days=1))
    while hours.closes(before) <= at:
        before = hours.next_open(hours.closes(before) + timedelta(seconds=1))
    return before


class Seats:
    """Who has which slot, across processes. A slot has as many seats as the department's `callback_seats`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def full(self, department: str, seats: int, now: datetime) -> frozenset[datetime]:
        """The slots to come that have no seat left."""
        parameters = {"department": department, "now": now, "seats": seats}
        async with self._database.connection() as connection:
            rows = await (await connection.execute(TAKEN, parameters)).fetchall()
        return frozenset(row["at"].astimezone(UTC) for row in rows)

    async def take(self, conversation_id: str, department: str, at: datetime, seats: int, now: datetime) -> bool:
        """Take a seat of a slot, if one is left."""
        parameters = {"department": department, "at": at, "seats": seats, "id": conversation_id, "now": now}
        try:
            async with self._database.connection() as connection:
                return await (await connection.execute(TAKE, parameters)).fetchone() is not None
        except UniqueViolation:
            return False

    async def give(self, conversation_id: str, at: datetime) -> None:
        """Give the seat back that a conversation has in a slot."""
        query = "DELETE FROM callback_seats WHERE conversation_id = %s AND at = %s"
        async with self._database.connection() as connection:
            await connection.execute(query, [conversation_id, at])

    async def sweep(self, now: datetime) -> int:
        """Free the seats whose booking came to nothing; return how many."""
        async with self._database.connection() as connection:
            return (await connection.execute(FREE, {"before": now - timedelta(minutes=1)})).rowcount
