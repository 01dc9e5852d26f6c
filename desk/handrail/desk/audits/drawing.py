"""Draws, from each day that is over, what people are asked to audit."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any, LiteralString
from zoneinfo import ZoneInfo

from handrail.conversation.clock import Clock
from handrail.conversation.database import Connection, Database
from handrail.conversation.ids import new_id
from handrail.conversation.settings import Settings

from .sample import Candidate, drawn, lot

BACK = 7
"""Days that are looked back over: a server that stood still makes up for them."""

PAUSE = timedelta(minutes=10)
"""How often housekeeping asks whether a day has ended."""

ALONE: LiteralString = """
NOT k.trial AND NOT k.handled AND NOT k.escalated AND k.disposition IS NULL AND k.closed IN ('idle', 'customer')
"""
"""What the bot closed without that a person had a hand in it or was asked for."""

ENTER: LiteralString = """
INSERT INTO audit_days (day, found, chance, drawn_at) VALUES (%(day)s, 0, 0, %(now)s)
ON CONFLICT (day) DO NOTHING RETURNING day
"""
FOUND: LiteralString = f"""
SELECT k.conversation_id, k.seq, k.channel, k.intent, coalesce(k.outcome, '') AS outcome,
    k.settled OR k.acted > 0 AS verified, k.ended_at >= %(from)s AS today
FROM contacts k JOIN conversations c ON c.id = k.conversation_id AND NOT c.forgotten
WHERE k.ended_at >= %(week)s AND k.ended_at < %(to)s AND {ALONE}
"""
TELL = "UPDATE audit_days SET found = %(found)s, chance = %(chance)s WHERE day = %(day)s"
PUT = """
INSERT INTO audits (id, conversation_id, contact, chance, wanted, drawn_at)
VALUES (%(id)s, %(conversation)s, %(contact)s, %(chance)s, %(wanted)s, %(now)s)
ON CONFLICT (conversation_id, contact) DO NOTHING
"""


class Drawing:
    """Draws by the settings `[desk.audits]`. Several processes may: what a day gives is drawn once."""

    def __init__(self, database: Database, clock: Clock, settings: Settings) -> None:
        self._database, self._clock = database, clock
        self._settings = settings.desk.audits
        self._zone = ZoneInfo(settings.business.timezone)
        self._asked_at: datetime | None = None

    async def sweep(self) -> int:
        """Draw from the days that have ended since, asking every few minutes; returns how many were drawn."""
        now = self._clock.now()
        if self._asked_at is not None and now - self._asked_at < PAUSE:
            return 0
        count = await self.draw()
        self._asked_at = now
        return count

    async def draw(self, days: int = BACK) -> int:
        """Draw from those of the last so many days that were not drawn from yet, today not among them; returns how many
        contacts were drawn."""
        if not self._settings.per_week and self._settings.share is None:
            return 0
        today = self._clock.now().astimezone(self._zone).date()
        return sum([await self._day(today - timedelta(days=back)) for back in range(days, 0, -1)])

    async def _day(self, day: date) -> int:
        now = self._clock.now()
        async with self._database.transaction() as connection:
            entered = await (await connection.execute(ENTER, {"day": day, "now": now})).fetchone()
            if entered is None:
                return 0
            rows = await self._rows(connection, day)
            found = [_candidate(row) for row in rows if row["today"]]
            chance = self._chance(len(rows))
            chosen = drawn(found, chance, self._settings.seed, day)
            await connection.execute(TELL, {"day": day, "found": len(found), "chance": chance})
            for candidate in chosen:
                await connection.execute(PUT, self._row(candidate, chance, now))
        return len(chosen)

    async def _rows(self, connection: Connection, day: date) -> list[dict[str, Any]]:
        """What ended on the day, and in the six days before."""
        first, last, week = (self._midnight(day + timedelta(days=n)) for n in (0, 1, -6))
        parameters = {"from": first, "to": last, "week": week}
        return await (await connection.execute(FOUND, parameters)).fetchall()

    def _midnight(self, day: date) -> datetime:
        return datetime.combine(day, time(), self._zone)

    def _chance(self, in_week: int) -> float:
        """The same for all of a day, by how many the week to it had."""
        if self._settings.share is not None:
            return self._settings.share
        return min(1.0, self._settings.per_week / in_week) if in_week else 0.0

    def _row(self, candidate: Candidate, chance: float, now: datetime) -> dict[str, Any]:
        place = (candidate.conversation_id, candidate.contact)
        twice = lot(self._settings.seed, "twice", *place) < self._settings.twice
        return {
            "id": new_id(now), "conversation": place[0], "contact": place[1], "chance": chance,
            "wanted": 2 if twice else 1, "now": now,
        }  # fmt: skip


def _candidate(row: Mapping[str, Any]) -> Candidate:
    ended = "verified" if row["verified"] else row["outcome"]
    return Candidate(row["conversation_id"], row["seq"], (row["channel"], ended, row["intent"]))
