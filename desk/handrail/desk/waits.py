"""The waits that customers are told: from the line as it stands, the people who are on, and what was seen lately."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, LiteralString

from handrail.conversation.clock import Clock
from handrail.conversation.database import Database
from handrail.conversation.events import Urgency, WaitTold
from handrail.conversation.sections import DeskSection

from .expected import LATELY, Drawn, Seen, Standing, corrected, correction, draw
from .pressure import LEVELS, rank
from .staff import Colleague, Presence

KEPT_SECONDS = 10.0
"""For so long what was seen lately is not read again."""

LINE: LiteralString = """
SELECT q.conversation_id, q.urgency, q.since, q.state, q.person, q.moved_at
FROM queue q JOIN conversations c ON c.id = q.conversation_id
WHERE q.mode = 'live' AND q.state IN ('waiting', 'claimed') AND NOT c.forgotten
    AND (q.parked_until IS NULL OR q.parked_until <= %(now)s)
    AND (q.state = 'claimed' OR %(departments)s::text[] IS NULL OR q.department = ANY(%(departments)s))
"""
CAME: LiteralString = """
SELECT urgency, count(*) AS times FROM handlings
WHERE mode = 'live' AND asked_at > %(now)s - interval '1 hour'
    AND (%(departments)s::text[] IS NULL OR department = ANY(%(departments)s))
GROUP BY urgency
"""
TOOK: LiteralString = """
SELECT extract(epoch FROM ended_at - claimed_at)::float AS seconds FROM handlings
WHERE department = %(department)s AND mode = 'live' AND claimed_at IS NOT NULL AND ended_at IS NOT NULL AND NOT parked
ORDER BY ended_at DESC LIMIT 400
"""
JUDGED: LiteralString = """
SELECT low, high, free, seconds FROM (
    SELECT DISTINCT ON (conversation_id, handoff_id) told_at, low, high, free,
        extract(epoch FROM came_at - told_at)::float AS seconds
    FROM waits WHERE department = %(department)s AND came_at IS NOT NULL
    ORDER BY conversation_id, handoff_id, seq
) first ORDER BY told_at DESC LIMIT %(limit)s
"""


@dataclass(frozen=True, slots=True)
class Lately:
    """What was seen at a department, and the correction that follows from how right its ranges were."""

    at: datetime
    seen: Seen
    by: tuple[float, float]


class Waits:
    """Tells how long somebody will wait for a person."""

    def __init__(self, database: Database, clock: Clock, desk: DeskSection, staff: Presence) -> None:
        self._database = database
        self._clock = clock
        self._desk = desk
        self._staff = staff
        self._lately: dict[str, Lately] = {}

    async def expect(
        self,
        handoff_id: str,
        department: str,
        urgency: Urgency,
        since: datetime | None = None,
        conversation_id: str = "",
    ) -> WaitTold:
        """What to tell somebody who asks for a person now, or has waited `since` then as this conversation."""
        now = self._clock.now()
        on = [c for c in await self._staff.colleagues() if c.status == "online" and c.serves(department)]
        departments = _together(on, department)
        lately = await self._seen(department, now)
        line = await self._rows(LINE, now, departments)
        mine = rank(since or now, urgency, self._desk.wait_target_minutes)
        ahead = sum(
            row["state"] == "waiting" and row["conversation_id"] != conversation_id
            and rank(row["since"], row["urgency"], self._desk.wait_target_minutes) <= mine
            for row in line
        )  # fmt: skip
        hands = {c.id for c in on}
        busy = tuple(
            round((now - row["moved_at"]).total_seconds())
            for row in line if row["state"] == "claimed" and row["person"] in hands
        )  # fmt: skip
        slots = sum(c.capacity for c in on)
        later = self._later(await self._rows(CAME, now, departments), urgency, since or now, now)
        drawn = draw(Standing(ahead, busy, slots, later), lately.seen)
        earliest, latest = corrected(drawn, lately.by)
        return WaitTold(
            handoff_id=handoff_id, department=department, place=ahead + 1, earliest=earliest, latest=latest,
            low=round(drawn.low, 1), high=round(drawn.high, 1), free=not ahead and len(busy) < slots,
        )  # fmt: skip

    def _later(
        self, came: Sequence[dict[str, Any]], urgency: Urgency, since: datetime, now: datetime
    ) -> tuple[tuple[float, float], ...]:
        times = {row["urgency"]: row["times"] for row in came}
        found = []
        for other, level in LEVELS.items():
            ahead = (level - LEVELS[urgency]) * 120 * self._desk.wait_target_minutes
            until = (since - now).total_seconds() + ahead
            if until > 0 and (count := times.get(other)):
                found.append((round(count / 3600, 5), round(until)))
        return tuple(found)

    async def _seen(self, department: str, now: datetime) -> Lately:
        kept = self._lately.get(department)
        if kept is not None and now - kept.at < timedelta(seconds=KEPT_SECONDS):
            return kept
        parameters = {"department": department, "limit": LATELY}
        async with self._database.connection() as connection:
            took = await (await connection.execute(TOOK, parameters)).fetchall()
            judged = await (await connection.execute(JUDGED, parameters)).fetchall()
        seen = Seen(tuple(row["seconds"] for row in took), tuple(row["seconds"] for row in judged if row["free"])[:100])
        by = correction([(Drawn(row["low"], row["high"]), row["seconds"]) for row in judged])
        self._lately[department] = Lately(now, seen, by)
        return self._lately[department]

    async def _rows(
        self, query: LiteralString, now: datetime, departments: tuple[str, ...] | None
    ) -> list[dict[str, Any]]:
        parameters = {"now": now, "departments": list(departments) if departments else None}
        async with self._database.connection() as connection:
            return await (await connection.execute(query, parameters)).fetchall()


def _together(on: Sequence[Colleague], department: str) -> tuple[str, ...] | None:
    """The departments that the people of one serve as well, whose conversations are in the same line; None is all."""
    if any(not c.departments for c in on):
        return None
    return tuple({department, *(each for c in on for each in c.departments)})
