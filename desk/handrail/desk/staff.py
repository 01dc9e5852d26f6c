"""The people at the desk, and which of them are there now."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal, Protocol

from handrail.conversation.clock import Clock
from handrail.conversation.database import Database

Role = Literal["agent", "supervisor", "engineer", "admin"]

SEEN_MINUTES = 5.0
"""Who was seen within so many minutes is on."""


@dataclass(frozen=True, slots=True)
class Staff:
    """Somebody who works at the desk. Without `departments` they serve all of them."""

    id: str
    name: str
    role: Role = "agent"
    departments: tuple[str, ...] = ()

    @property
    def actor(self) -> str:
        """How they stand in the log."""
        return f"person:{self.id}"

    @property
    def leads(self) -> bool:
        """Whether they may take a conversation from a colleague."""
        return self.role in ("supervisor", "admin")


class WhoIsOn(Protocol):
    """Tells who could take a conversation now."""

    async def on(self, department: str) -> tuple[str, ...]:
        """The ids of the people who are on for a department."""
        ...


class Presence:
    """Who was seen at the desk lately, across processes. The console tells it whenever it hears of somebody."""

    def __init__(self, database: Database, clock: Clock, *, minutes: float = SEEN_MINUTES) -> None:
        self._database = database
        self._clock = clock
        self._minutes = minutes

    async def seen(self, staff: Staff) -> None:
        """Somebody is there."""
        query = """
            INSERT INTO presence (person_id, name, departments, seen_at) VALUES (%s, %s, %s, %s)
            ON CONFLICT (person_id) DO UPDATE
            SET name = excluded.name, departments = excluded.departments, seen_at = excluded.seen_at
        """
        async with self._database.connection() as connection:
            await connection.execute(query, [staff.id, staff.name, list(staff.departments), self._clock.now()])

    async def left(self, person_id: str) -> None:
        """Somebody went."""
        async with self._database.connection() as connection:
            await connection.execute("DELETE FROM presence WHERE person_id = %s", [person_id])

    async def on(self, department: str) -> tuple[str, ...]:
        """The ids of the people who are on for a department."""
        query = """
            SELECT person_id FROM presence
            WHERE seen_at > %s AND (departments = '{}' OR %s = ANY(departments)) ORDER BY person_id
        """
        since = self._clock.now() - timedelta(minutes=self._minutes)
        async with self._database.connection() as connection:
            rows = await (await connection.execute(query, [since, department])).fetchall()
        return tuple(row["person_id"] for row in rows)
