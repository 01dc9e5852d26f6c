"""Who is on, here and at other desks."""

from collections.abc import Mapping
from datetime import datetime
from typing import LiteralString

from handrail.conversation.clock import Clock
from handrail.conversation.database import Database
from handrail.conversation.outside import OutsideDesk
from handrail.conversation.settings import Settings

from ..staff import Colleague, Presence

BUSY: LiteralString = """
SELECT person, max(person_name) AS name, count(*) AS load FROM queue
WHERE state = 'claimed' AND mode = 'live' AND person LIKE %(like)s GROUP BY person ORDER BY person
"""


class StaffEverywhere(Presence):
    """Adds the people of the desks whose settings say `live`: those who have a conversation in hand, and the free
    places of the others, as one colleague under the desk's name. While a department is open they count as there."""

    def __init__(self, database: Database, clock: Clock, settings: Settings) -> None:
        super().__init__(database, clock, settings.desk)
        self._desks: Mapping[str, OutsideDesk] = {n: desk for n, desk in settings.outside.items() if desk.live}

    async def colleagues(self) -> list[Colleague]:
        """Everybody here and there."""
        found = await super().colleagues()
        for name, desk in self._desks.items():
            found += await self._at(name, desk, self._clock.now())
        return found

    async def _at(self, name: str, desk: OutsideDesk, now: datetime) -> list[Colleague]:
        async with self._database.connection() as connection:
            rows = await (await connection.execute(BUSY, {"like": f"{name.replace('_', chr(92) + '_')}.%"})).fetchall()
        people = [(row["person"], row["name"] or "", row["load"], row["load"]) for row in rows]
        free = desk.capacity - sum(row["load"] for row in rows)
        if free > 0:
            people.append((f"{name}.desk", name, 0, free))
        return [
            Colleague(
                id=id_, name=called, departments=desk.departments, skills=(), capacity=capacity, status="online",
                seen_at=now, load=load, parked=0,
            )
            for id_, called, load, capacity in people
        ]  # fmt: skip
