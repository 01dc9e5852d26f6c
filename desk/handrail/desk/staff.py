"""The people at the desk: what they can, and which of them are there now."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from handrail.conversation.clock import Clock
from handrail.conversation.database import Database
from handrail.conversation.settings import DeskSection

Role = Literal["agent", "supervisor", "engineer", "admin"]
Status = Literal["online", "away", "offline"]

SEEN_MINUTES = 5.0
"""Who works without an open desk, and did something within so many minutes, is on."""

COLLEAGUES = """
SELECT p.*, count(q.conversation_id) FILTER (
    WHERE q.mode = 'live' AND (q.parked_until IS NULL OR q.parked_until <= %(now)s)
) AS load, count(q.conversation_id) FILTER (WHERE q.parked_until > %(now)s) AS parked
FROM presence p LEFT JOIN queue q ON q.person = p.person_id AND q.state = 'claimed'
GROUP BY p.person_id ORDER BY p.name, p.person_id
"""


@dataclass(frozen=True, slots=True)
class Staff:
    """Somebody who works at the desk. Without `departments` they serve all of them; `capacity` is how many live
    conversations they have at once, where it is not the desk's."""

    id: str
    name: str
    role: Role = "agent"
    departments: tuple[str, ...] = ()
    skills: tuple[str, ...] = ()
    capacity: int | None = None

    @property
    def actor(self) -> str:
        """How they stand in the log."""
        return f"person:{self.id}"

    @property
    def leads(self) -> bool:
        """Whether they may take a conversation from a colleague."""
        return self.role in ("supervisor", "admin")


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody who was seen at the desk. `load` counts the live conversations in hand, `parked` those put aside."""

    id: str
    name: str
    departments: tuple[str, ...]
    skills: tuple[str, ...]
    capacity: int
    status: Status
    seen_at: datetime
    load: int
    parked: int

    def serves(self, department: str) -> bool:
        """Whether conversations of this department are theirs to take."""
        return not self.departments or department in self.departments


class Presence:
    """Who is at the desk, across processes.

    An open desk tells it by its stream (`beat`); acts tell it too (`seen`), also of those who work without one. Who
    is `away` by their own word stays so until they say otherwise.
    """

    def __init__(self, database: Database, clock: Clock, desk: DeskSection | None = None) -> None:
        self._database = database
        self._clock = clock
        self._desk = desk or DeskSection()

    async def seen(self, staff: Staff) -> None:
        """Somebody is there: they did something."""
        await self._there(staff, beats=False)

    async def beat(self, staff: Staff) -> None:
        """Somebody is there: their desk is open."""
        await self._there(staff, beats=True)

    async def left(self, person_id: str) -> None:
        """Somebody went."""
        await self._become(person_id, "offline")

    async def become(self, staff: Staff, status: Literal["online", "away"]) -> None:
        """Somebody says whether conversations are to come to them."""
        await self._there(staff, beats=False)
        await self._become(staff.id, status)

    async def on(self, department: str) -> tuple[str, ...]:
        """The ids of the people who are on for a department."""
        return tuple(sorted(c.id for c in await self.colleagues() if c.status == "online" and c.serves(department)))

    async def colleagues(self) -> list[Colleague]:
        """Everybody who was ever seen at the desk, by name."""
        now = self._clock.now()
        async with self._database.connection() as connection:
            rows = await (await connection.execute(COLLEAGUES, {"now": now})).fetchall()
        return [self._colleague(row, now) for row in rows]

    def _colleague(self, row: dict[str, Any], now: datetime) -> Colleague:
        gone, seen = timedelta(minutes=self._desk.gone_minutes), timedelta(minutes=SEEN_MINUTES)
        beat = row["beat_at"]
        there = row["seen_at"] > now - seen if beat is None else max(beat, row["seen_at"]) > now - gone
        return Colleague(
            id=row["person_id"],
            name=row["name"],
            departments=tuple(row["departments"]),
            skills=tuple(row["skills"]),
            capacity=row["capacity"] or self._desk.capacity,
            status=row["status"] if there else "offline",
            seen_at=max(beat or row["seen_at"], row["seen_at"]),
            load=row["load"],
            parked=row["parked"],
        )

    async def _there(self, staff: Staff, *, beats: bool) -> None:
        query = """
            INSERT INTO presence AS p (person_id, name, departments, skills, capacity, seen_at, beat_at)
            VALUES (%(id)s, %(name)s, %(departments)s, %(skills)s, %(capacity)s, %(now)s,
                CASE WHEN %(beats)s THEN %(now)s::timestamptz END)
            ON CONFLICT (person_id) DO UPDATE SET
                name = excluded.name, departments = excluded.departments, skills = excluded.skills,
                capacity = excluded.capacity, beat_at = coalesce(excluded.beat_at, p.beat_at),
                seen_at = CASE WHEN %(beats)s THEN p.seen_at ELSE excluded.seen_at END,
                status = CASE WHEN p.status = 'away' THEN 'away' ELSE 'online' END
        """
        parameters = {
            "id": staff.id, "name": staff.name, "departments": list(staff.departments), "skills": list(staff.skills),
            "capacity": staff.capacity, "now": self._clock.now(), "beats": beats,
        }  # fmt: skip
        async with self._database.connection() as connection:
            await connection.execute(query, parameters)

    async def _become(self, person_id: str, status: Status) -> None:
        async with self._database.connection() as connection:
            await connection.execute("UPDATE presence SET status = %s WHERE person_id = %s", [status, person_id])
