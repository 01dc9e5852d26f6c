"""The queue: who waits for a person, the most pressing first, and nobody for ever."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from handrail.conversation.database import Database, Jsonb
from handrail.conversation.events import Reason, Urgency
from handrail.conversation.situation import Situation
from handrail.conversation.situations import Situations

from .pressure import LEVELS, step
from .request import wishes
from .story import Said, Story
from .wording import clip

State = Literal["waiting", "claimed", "given_back", "wrapped_up"]
Mode = Literal["live", "ticket"]

# Somebody who waits in the chat gains a level of urgency in twice the target. A ticket begins a level lower, reaches
# its own halfway to its deadline, is a level above at the deadline, and goes on gaining as fast as the chat from there.
SELECT = """
SELECT q.*, c.heard, c.heard > q.spoke_seq AS unread, q.parked_until > %(now)s AND c.heard <= q.parked_seq AS parked,
    t.ticket_id, t.state AS ticket_state,
    (%(levels)s::jsonb ->> q.urgency)::int + CASE
        WHEN q.mode = 'live' OR q.answer_by IS NULL THEN extract(epoch FROM %(now)s - q.since) / %(level)s
        ELSE 2 * least(1, extract(epoch FROM %(now)s - q.since)
                / greatest(1, extract(epoch FROM q.answer_by - q.since))) - 1
            + greatest(0, extract(epoch FROM %(now)s - q.answer_by) / %(level)s)
    END AS pressure
FROM queue q JOIN conversations c ON c.id = q.conversation_id LEFT JOIN tickets t USING (conversation_id)
WHERE q.state = ANY(%(states)s)
    AND (%(departments)s::text[] IS NULL OR q.department = ANY(%(departments)s))
    AND (%(modes)s::text[] IS NULL OR q.mode = ANY(%(modes)s))
    AND (%(urgencies)s::text[] IS NULL OR q.urgency = ANY(%(urgencies)s))
    AND (%(person)s::text IS NULL OR q.person = %(person)s)
    AND CASE WHEN %(id)s::text IS NULL THEN NOT c.forgotten ELSE q.conversation_id = %(id)s END
ORDER BY pressure DESC, q.since, q.conversation_id LIMIT %(limit)s
"""


@dataclass(frozen=True, slots=True)
class Filter:
    """Which part of the queue to show; an empty tuple is any."""

    states: tuple[State, ...] = ("waiting", "claimed")
    departments: tuple[str, ...] = ()
    modes: tuple[Mode, ...] = ()
    urgencies: tuple[Urgency, ...] = ()
    person: str | None = None
    limit: int = 100


@dataclass(frozen=True, slots=True)
class Entry:
    """One conversation in the queue. `customer` and `about` are empty where they are not known or forgotten.

    `waiting` counts from when the person was asked for; `unread` says that the customer wrote after the person did.
    """

    conversation_id: str
    handoff_id: str | None
    state: State
    mode: Mode
    reason: Reason | None
    urgency: Urgency
    department: str
    since: datetime
    moved_at: datetime
    """Since when it waits, or is in the same hand."""
    waiting: timedelta
    answer_by: datetime | None
    overdue: bool
    person: str | None
    person_name: str | None
    unread: bool
    heard: int
    """The seq of what the customer wrote last, 0 where they have not."""
    ticket_id: str | None
    ticket_state: str | None
    skills: tuple[str, ...]
    kept_for: str | None
    """The colleague to whom it was handed on, who gets it before anybody else."""
    parked_until: datetime | None
    parked_for: str
    """What its person wants to be reminded of, also after the parking has ended."""
    woken_at: datetime | None
    """When its parking ended by itself or by hand."""
    customer: str
    verified: bool
    about: str
    mood: float | None
    """The last sentiment, -1 to 1."""


class Queue:
    """Reads the queue."""

    def __init__(self, database: Database, situations: Situations, target_minutes: float) -> None:
        """`target_minutes` is how soon somebody should be there."""
        self._database = database
        self._situations = situations
        self._target = target_minutes

    async def entries(self, chosen: Filter, now: datetime, conversation_id: str | None = None) -> list[Entry]:
        """The entries that pass a filter, the most pressing first.

        Urgency counts most, and waiting raises everybody in time: nobody is passed over for ever.
        """
        rows = await _rows(self._database, chosen, now, self._target, conversation_id)
        return [_entry(row, await self._situations.get(row["conversation_id"]), now) for row in rows]


async def waiting(
    database: Database, now: datetime, departments: tuple[str, ...], target_minutes: float
) -> list[dict[str, Any]]:
    """The rows of those who wait, of these departments or of all, the most pressing first."""
    return await _rows(database, Filter(states=("waiting",), departments=departments), now, target_minutes)


async def _rows(
    database: Database, chosen: Filter, now: datetime, target_minutes: float, conversation_id: str | None = None
) -> list[dict[str, Any]]:
    parameters = {
        "now": now, "states": list(chosen.states), "departments": list(chosen.departments) or None,
        "modes": list(chosen.modes) or None, "urgencies": list(chosen.urgencies) or None,
        "person": chosen.person, "limit": chosen.limit, "id": conversation_id,
        "level": step(target_minutes).total_seconds(), "levels": Jsonb(dict(LEVELS)),
    }  # fmt: skip
    async with database.connection() as connection:
        return await (await connection.execute(SELECT, parameters)).fetchall()


def _entry(row: dict[str, Any], situation: Situation, now: datetime) -> Entry:
    row = {**row, "skills": tuple(row["skills"]), "parked_until": row["parked_until"] if row["parked"] else None}
    fields = {name: row[name] for name in Entry.__slots__ if name in row}
    answer_by = row["answer_by"]
    return Entry(
        **fields,
        waiting=now - row["since"],
        overdue=row["state"] == "waiting" and answer_by is not None and answer_by < now,
        customer=situation.identity.name,
        verified=situation.identity.level == "verified",
        parked_for=situation.handoff.parked_for if situation.handoff else "",
        about=_about(situation),
        mood=situation.moods[-1].sentiment if situation.moods else None,
    )


def _about(situation: Situation) -> str:
    """What it is about, in the customer's words."""
    lines = [line for line in situation.lines if line.speaker == "customer" and line.text]
    if situation.first is not None and situation.first.text and situation.first not in lines:
        lines.insert(0, situation.first)
    story = Story((), said=[Said((f"seq:{line.seq}",), "customer", (line.text,)) for line in lines])
    told = wishes(story)
    return clip(told[-1].text, 120) if told else ""
