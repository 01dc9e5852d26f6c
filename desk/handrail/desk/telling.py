"""Customers who wait are told anew how long it takes, and how right that was is counted."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, LiteralString

from handrail.conversation.clock import Clock
from handrail.conversation.database import Database
from handrail.conversation.errors import Fenced
from handrail.conversation.events import Announced, WaitTold
from handrail.conversation.log import Fence, Log

from . import notice
from .waits import Waits

LATE = timedelta(minutes=1)
AGAIN = timedelta(minutes=3)
"""So soon after the last word a customer is told anew: that it takes longer, or that they have moved up."""
LOOK = timedelta(seconds=20)
"""How often a process looks at the line: each look draws for everybody in it."""
NEWS = 2
"""Minutes by which the end of a range must have moved to be told, where the place in the line is the same."""

WAITING: LiteralString = """
SELECT q.conversation_id, q.handoff_id, q.department, q.urgency, q.since, c.epoch, w.seq, w.told_at, w.place, w.latest
FROM queue q JOIN conversations c ON c.id = q.conversation_id
    LEFT JOIN LATERAL (
        SELECT * FROM waits w WHERE w.conversation_id = q.conversation_id AND w.came_at IS NULL AND NOT w.off
        ORDER BY w.seq DESC LIMIT 1
    ) w ON true
WHERE q.state = 'waiting' AND q.mode = 'live' AND c.holder = 'queue' AND NOT c.closed AND NOT c.forgotten
    AND (w.seq IS NULL OR w.told_at <= %(again)s
        OR (w.told_at <= %(late)s AND w.told_at + w.latest * interval '1 minute' < %(now)s))
ORDER BY q.since LIMIT %(limit)s
"""
FIGURES: LiteralString = """
SELECT department, count(*) AS told, count(came_at) AS came, count(*) FILTER (
    WHERE came_at BETWEEN told_at + earliest * interval '1 minute' AND told_at + latest * interval '1 minute'
) AS held, count(*) FILTER (WHERE came_at > told_at + latest * interval '1 minute') AS later,
    percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM came_at - told_at) / 60) AS minutes,
    percentile_cont(0.5) WITHIN GROUP (ORDER BY latest - earliest) AS width
FROM waits WHERE told_at >= %(since)s GROUP BY department ORDER BY department
"""


@dataclass(frozen=True, slots=True)
class Told:
    """How right the waits were that a department's customers were told.

    Of `told`, somebody has come for `came`; `held` of these within the range, `later` after it. `minutes` is the median
    of the true waits, None where nobody has come yet, and `width` that of the ranges.
    """

    department: str
    told: int
    came: int
    held: int
    later: int
    minutes: float | None
    width: float


class Telling:
    """Tells customers in the line where they stand, as it changes."""

    def __init__(self, log: Log, database: Database, clock: Clock, waits: Waits) -> None:
        self._log = log
        self._database = database
        self._clock = clock
        self._waits = waits
        self._looked: datetime | None = None

    async def sweep(self, limit: int = 60) -> int:
        """Tell those for whom it takes longer than was told, or who have moved up; return how many."""
        now = self._clock.now()
        if self._looked is not None and now - self._looked < LOOK:
            return 0
        self._looked = now
        parameters = {"now": now, "again": now - AGAIN, "late": now - LATE, "limit": limit}
        async with self._database.connection() as connection:
            rows = await (await connection.execute(WAITING, parameters)).fetchall()
        return sum([await self._tell(row, now) for row in rows])

    async def figures(self, since: datetime) -> list[Told]:
        """How right was what was told since a moment, by department."""
        async with self._database.connection() as connection:
            rows = await (await connection.execute(FIGURES, {"since": since})).fetchall()
        return [Told(**{**row, "width": float(row["width"])}) for row in rows]

    async def _tell(self, row: dict[str, Any], now: datetime) -> bool:
        wait = await self._waits.expect(
            row["handoff_id"], row["department"], row["urgency"], row["since"], row["conversation_id"]
        )
        late = row["seq"] is not None and row["told_at"] + timedelta(minutes=row["latest"]) < now
        if not late and not _is_news(row, wait, now):
            return False
        told = notice.longer if late else notice.wait
        said = Announced(code="wait", text=told(wait.place, wait.earliest, wait.latest))
        # Of several processes that look at once, one tells.
        key = f"wait:{row['seq'] or row['epoch']}"
        try:
            await self._log.append(row["conversation_id"], "system", wait, said, fence=Fence(row["epoch"]), key=key)
        except Fenced:
            # Somebody has come in the meantime.
            return False
        return True


def _is_news(row: dict[str, Any], wait: WaitTold, now: datetime) -> bool:
    if row["seq"] is None or wait.place < int(row["place"]):
        return True
    left = row["latest"] - (now - row["told_at"]).total_seconds() / 60
    return bool(abs(wait.latest - left) >= NEWS)
