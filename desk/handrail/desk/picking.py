"""Which conversation a person takes next."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from handrail.conversation.clock import Clock
from handrail.conversation.database import Database
from handrail.conversation.errors import Conflict
from handrail.conversation.settings import DeskSection
from handrail.conversation.situation import Situation

from .queue import waiting
from .staff import Colleague, Presence, Staff

LAPSE = 1.5
"""So many times the target may a conversation wait for somebody with its skills; from then on anybody may take it."""

Claim = Callable[[str, Staff], Awaitable[Situation]]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A conversation that waits. `since` is when a person was asked for, `moved_at` when it last came to the queue."""

    conversation_id: str
    department: str
    skills: frozenset[str]
    kept_for: str | None
    since: datetime
    moved_at: datetime


def may_take(found: Candidate, staff: Staff, colleagues: list[Colleague], now: datetime, target: timedelta) -> bool:
    """Whether this person is to be given a conversation that waits.

    What is kept for a colleague, and what asks for skills that somebody else at the desk has, is left to them for a
    while. Nothing is kept so long that somebody newer and less urgent could be served while it waits beyond twice the
    target.
    """
    others = [c for c in colleagues if c.status == "online" and c.id != staff.id]
    if found.kept_for not in (None, staff.id) and any(c.id == found.kept_for for c in others):
        return now - found.moved_at >= target and now - found.since >= target
    if found.skills <= set(staff.skills) or now - found.since >= LAPSE * target:
        return True
    return not any(found.skills <= set(c.skills) and c.serves(found.department) for c in others)


class Picking:
    """Gives people the conversation that is most pressing among those that are theirs to take."""

    def __init__(self, database: Database, clock: Clock, desk: DeskSection, presence: Presence, claim: Claim) -> None:
        """`claim` takes one conversation for a person and raises `Conflict` where somebody was faster."""
        self._database = database
        self._clock = clock
        self._desk = desk
        self._presence = presence
        self._claim = claim

    async def next(self, staff: Staff, departments: tuple[str, ...] = ()) -> Situation | None:
        """Take the next one, of these departments where any are named; None where there is nothing to take.

        What is kept for this person comes first. Raises `Conflict` (`full`) while they have as many live conversations
        as they can.
        """
        colleagues = await self._presence.colleagues()
        load = next((c.load for c in colleagues if c.id == staff.id), 0)
        if load >= (staff.capacity or self._desk.capacity):
            raise Conflict(f"you have {load} conversations already; finish or park one first", code="full")
        now, target = self._clock.now(), timedelta(minutes=self._desk.wait_target_minutes)
        for found in await self._candidates(staff, departments, now):
            if not may_take(found, staff, colleagues, now, target):
                continue
            try:
                return await self._claim(found.conversation_id, staff)
            except Conflict:
                # Somebody was faster, or it was forgotten: the next one then.
                continue
        return None

    async def _candidates(self, staff: Staff, departments: tuple[str, ...], now: datetime) -> list[Candidate]:
        theirs = departments or staff.departments
        if departments and staff.departments:
            theirs = tuple(d for d in departments if d in staff.departments) or ("",)
        rows = await waiting(self._database, now, theirs, self._desk.wait_target_minutes)
        found = [_candidate(row) for row in rows]
        return sorted(found, key=lambda c: c.kept_for != staff.id)


def _candidate(row: dict[str, Any]) -> Candidate:
    return Candidate(
        conversation_id=row["conversation_id"],
        department=row["department"],
        skills=frozenset(row["skills"]),
        kept_for=row["kept_for"],
        since=row["since"],
        moved_at=row["moved_at"],
    )
