"""What goes out for lines of the log: at least once each, none lost, and in order where a courier keeps it."""

import asyncio
import logging
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, LiteralString, Protocol

from handrail.conversation.bell import Bell
from handrail.conversation.clock import Clock
from handrail.conversation.database import Database
from handrail.conversation.errors import HandrailError, Invalid

from .lanes import FIRST, Lanes

logger = logging.getLogger(__name__)

TOPIC = "outbox"
"""The bell's word for something to send."""

LEASE = timedelta(minutes=2)
LONGEST = timedelta(hours=6)
TRIES = 14
"""With the pauses between them these last for more than two days."""

POLL_SECONDS = 15.0

KEPT = timedelta(days=7)
"""So long it can be seen what became of a parcel. Letters stay: a rebuild would send them again."""

TIDIED = timedelta(hours=1)

End = Literal["sent", "held", "dropped", "early"]

# A parcel in hand is due again when its lease ends, so one whose process died is taken up by another. It stays `due`
# meanwhile, and so keeps back what comes after it in its conversation where the order counts.
TAKE: LiteralString = """
UPDATE outbox SET lease = %(lease)s, due_at = %(until)s, attempts = attempts + 1
WHERE id IN (
    SELECT id FROM outbox o WHERE target = %(target)s AND state = 'due' AND due_at <= %(now)s
        AND NOT (%(ordered)s AND EXISTS (
            SELECT FROM outbox b WHERE b.target = o.target AND b.conversation_id = o.conversation_id
                AND b.state = 'due' AND b.id < o.id))
        AND NOT EXISTS (
            SELECT FROM lanes l WHERE l.target = o.target AND (l.paused_at IS NOT NULL OR l.retry_at > %(now)s))
    ORDER BY due_at, id LIMIT %(limit)s FOR UPDATE SKIP LOCKED
)
RETURNING id, target, conversation_id, seq, event, attempts
"""


@dataclass(frozen=True, slots=True)
class Parcel:
    """A row of the outbox in hand. What is written back holds only while `lease` is still that of the row."""

    id: int
    target: str
    conversation_id: str
    seq: int
    event: str
    attempts: int
    lease: str


class Courier(Protocol):
    """Carries what is for one target. Where it has `patience`, its target is one system: order is kept within a
    conversation, it is left alone while it fails, and paused where it has done nothing else for so long."""

    @property
    def patience(self) -> timedelta | None: ...

    async def carry(self, parcel: Parcel) -> End:
        """Hand it over, and say what became of it: sent, held until something changes, dropped, or that it is early:
        then it is taken again with the next ring of the bell.

        Raises `Invalid` when it will never be taken, and another `HandrailError` when it may be later; with the code
        `gone` the target is paused at once.
        """
        ...

    async def give_up(self, parcel: Parcel, why: str) -> None:
        """It was never taken: tell whoever must know."""
        ...


class Outbox:
    """Delivers what the `outbox` table holds. Several processes may: each parcel is in one hand at a time."""

    def __init__(self, database: Database, clock: Clock, couriers: Mapping[str, Courier]) -> None:
        self._database = database
        self._clock = clock
        self._couriers = couriers
        self.lanes = Lanes(database, clock)
        self._tidied: datetime | None = None

    async def run(self, bell: Bell) -> None:
        """Deliver whatever is due, again and again, until cancelled. No target waits for another."""
        async with asyncio.TaskGroup() as group:
            for target in self._couriers:
                group.create_task(self._run(target, bell), name=f"outbox: {target}")

    async def deliver(self, limit: int = 20) -> int:
        """Try whatever is due now, once and up to `limit` for each target; return how many were tried."""
        return sum(await asyncio.gather(*(self._deliver(target, limit) for target in self._couriers)))

    async def _run(self, target: str, bell: Bell) -> None:
        async with bell.hear(TOPIC) as ticks:
            while True:
                try:
                    if await self._deliver(target, 20):
                        continue
                    await self.tidy()
                except HandrailError as error:
                    logger.warning("The outbox can't be read: %s", error)
                await ticks.wait(POLL_SECONDS)

    async def _deliver(self, target: str, limit: int) -> int:
        parcels = await self._take(limit, target)
        came = [end for end in await asyncio.gather(*(self._try(parcel) for parcel in parcels)) if end != "early"]
        patience = self._couriers[target].patience
        if patience is not None and came:
            late = [end for end in came if isinstance(end, HandrailError)]
            if len(late) < len(came):
                await self.lanes.answered(target)
            else:
                await self.lanes.failed(target, late[-1], patience)
        return len(came)

    async def tidy(self) -> int:
        """Take away what went out long ago, looking once an hour; return how much that was."""
        now = self._clock.now()
        if self._tidied is not None and now - self._tidied < TIDIED:
            return 0
        self._tidied = now
        query: LiteralString = """
            DELETE FROM outbox WHERE target <> 'mail' AND state IN ('sent', 'dropped') AND done_at < %s
        """
        async with self._database.connection() as connection:
            return (await connection.execute(query, [now - KEPT])).rowcount

    async def _take(self, limit: int, target: str = "mail") -> list[Parcel]:
        now, lease = self._clock.now(), secrets.token_hex(8)
        ordered = self._couriers[target].patience is not None
        parameters = {
            "lease": lease, "until": now + LEASE, "now": now, "limit": limit, "target": target, "ordered": ordered,
        }  # fmt: skip
        async with self._database.connection() as connection:
            rows = await (await connection.execute(TAKE, parameters)).fetchall()
        return [Parcel(lease=lease, **row) for row in rows]

    async def _try(self, parcel: Parcel) -> End | HandrailError:
        """Hand one over; return what became of it, or why its target did not answer."""
        courier = self._couriers[parcel.target]
        try:
            end = await courier.carry(parcel)
            if end == "early":
                await self._leave(parcel)
            else:
                await self._settle(parcel, end)
            return end
        except Invalid as error:
            await self._settle(parcel, "failed", str(error))
            await courier.give_up(parcel, str(error))
        except HandrailError as error:
            logger.warning("What is for %s of %s waits: %s", parcel.target, parcel.conversation_id, error)
            await self._again(parcel, str(error))
            return error
        except Exception as error:
            # A fault of ours in one parcel must not keep back all the others; it is tried again, and told in the end.
            logger.exception("What is for %s of %s failed", parcel.target, parcel.conversation_id)
            await self._again(parcel, f"a fault of ours: {type(error).__name__}")
        return "held"

    async def _leave(self, parcel: Parcel) -> None:
        query = "UPDATE outbox SET due_at = %s, attempts = attempts - 1, lease = NULL WHERE id = %s AND lease = %s"
        await self._write(query, [self._clock.now(), parcel.id, parcel.lease])

    async def _again(self, parcel: Parcel, error: str) -> None:
        if parcel.attempts >= TRIES:
            await self._settle(parcel, "failed", error)
            await self._couriers[parcel.target].give_up(parcel, error)
            return
        pause = min(FIRST * 2 ** (parcel.attempts - 1), LONGEST)
        query = "UPDATE outbox SET due_at = %s, error = %s, lease = NULL WHERE id = %s AND lease = %s"
        await self._write(query, [self._clock.now() + pause, error[:500], parcel.id, parcel.lease])

    async def _settle(self, parcel: Parcel, state: str, error: str = "") -> None:
        query = "UPDATE outbox SET state = %s, error = %s, done_at = %s, lease = NULL WHERE id = %s AND lease = %s"
        await self._write(query, [state, error[:500], self._clock.now(), parcel.id, parcel.lease])

    async def _write(self, query: LiteralString, parameters: list[object]) -> None:
        async with self._database.connection() as connection:
            await connection.execute(query, parameters)
