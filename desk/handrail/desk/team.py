"""The desk as whoever leads it sees it: what each person has in hand, and how long each department's customers wait."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, LiteralString
from zoneinfo import ZoneInfo

from handrail.conversation.clock import Clock
from handrail.conversation.database import Database
from handrail.conversation.settings import Settings

from .handover import Handover
from .queue import Entry, Filter, Queue
from .staff import Colleague, Presence

LOOKED_AT = 500
"""So many conversations that wait or are in hand are looked at."""

SERVED: LiteralString = """
SELECT department, count(*) FILTER (WHERE claimed_at <= asked_at + %(target)s) AS within,
    count(*) FILTER (WHERE coalesce(claimed_at, ended_at, %(now)s) > asked_at + %(target)s) AS later
FROM handlings WHERE mode = 'live' AND asked_at >= %(since)s GROUP BY department
"""


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody who was seen at the desk, and the conversations in their hands, the longest held first."""

    colleague: Colleague
    holds: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """How a department stands. `waiting` counts who waits live, since `oldest`; `tickets` wait in writing.

    Somebody who asked now would be served in `earliest` to `latest` minutes; both are None while it is closed or nobody
    is on. Of today's live customers somebody came `within` the target or `later`; who waits for less, or has left
    before, counts in neither.
    """

    department: str
    name: str
    open: bool
    on: int
    waiting: int
    oldest: datetime | None
    tickets: int
    earliest: int | None
    latest: int | None
    within: int
    later: int


class Team:
    """Reads how the desk stands."""

    def __init__(
        self, database: Database, queue: Queue, *, clock: Clock, settings: Settings, handover: Handover, staff: Presence
    ) -> None:
        self._database = database
        self._queue = queue
        self._clock = clock
        self._settings = settings
        self._handover = handover
        self._staff = staff

    async def stands(self) -> tuple[list[Member], list[Line]]:
        """Everybody by name, and every department in the order of the settings."""
        now = self._clock.now()
        entries = await self._queue.entries(Filter(limit=LOOKED_AT), now)
        colleagues = await self._staff.colleagues()
        served = await self._served(now)
        lines = [await self._line(code, now, entries, colleagues, served) for code in self._settings.desk.departments]
        return [Member(each, _held(each, entries)) for each in colleagues], lines

    async def _line(
        self,
        code: str,
        now: datetime,
        entries: Sequence[Entry],
        colleagues: Sequence[Colleague],
        served: dict[str, dict[str, Any]],
    ) -> Line:
        on = sum(each.status == "online" and each.serves(code) for each in colleagues)
        waits = [each for each in entries if each.state == "waiting" and each.department == code]
        live = [each.since for each in waits if each.mode == "live"]
        is_open = self._handover.hours[code].is_open(now)
        told = await self._handover.waits.expect("", code, "normal") if is_open and on else None
        today = served.get(code, {})
        return Line(
            department=code, name=self._settings.desk.departments[code].name, open=is_open, on=on, waiting=len(live),
            oldest=min(live, default=None), tickets=len(waits) - len(live), earliest=told.earliest if told else None,
            latest=told.latest if told else None, within=today.get("within", 0), later=today.get("later", 0),
        )  # fmt: skip

    async def _served(self, now: datetime) -> dict[str, dict[str, Any]]:
        """How soon somebody came today, by department."""
        midnight = now.astimezone(ZoneInfo(self._settings.business.timezone)).replace(
            hour=0, minute=0, second=0, microsecond=0
        )
        target = timedelta(minutes=self._settings.desk.wait_target_minutes)
        parameters = {"now": now, "since": midnight, "target": target}
        async with self._database.connection() as connection:
            rows = await (await connection.execute(SERVED, parameters)).fetchall()
        return {row["department"]: row for row in rows}


def _held(colleague: Colleague, entries: Sequence[Entry]) -> tuple[Entry, ...]:
    held = [each for each in entries if each.state == "claimed" and each.person == colleague.id]
    return tuple(sorted(held, key=lambda each: (each.moved_at, each.conversation_id)))
