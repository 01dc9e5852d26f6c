"""The ledger of promises across conversations: what is owed, by whom, by when; reminders, and what was broken."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, LiteralString

from handrail.conversation.errors import Conflict
from handrail.conversation.events import PromiseDue
from handrail.conversation.log import Log
from handrail.conversation.situations import Situations

Standing = Literal["open", "overdue", "kept", "broken"]
"""`overdue` is past its time and not settled; `broken` was said to be, or was kept too late."""

SELECT: LiteralString = """
SELECT p.conversation_id, p.promise_id, p.owner, p.due, p.made_at, p.reminded_at, c.holder, CASE
    WHEN p.kept THEN 'kept' WHEN NOT p.kept THEN 'broken' WHEN p.due < %(now)s THEN 'overdue' ELSE 'open'
END AS standing
FROM promises p JOIN conversations c ON c.id = p.conversation_id
WHERE NOT c.forgotten AND (p.kept IS NULL) = (NOT %(settled)s)
    AND (%(owner)s::text IS NULL OR p.owner = %(owner)s)
    AND (%(before)s::timestamptz IS NULL OR p.due <= %(before)s)
ORDER BY CASE WHEN %(settled)s THEN p.settled_at END DESC, p.due NULLS LAST, p.made_at, p.promise_id LIMIT %(limit)s
"""
DUE: LiteralString = """
SELECT p.conversation_id, p.promise_id, p.owner, p.due
FROM promises p JOIN conversations c ON c.id = p.conversation_id
WHERE p.kept IS NULL AND p.reminded_at IS NULL AND p.due <= %(until)s AND NOT c.forgotten
ORDER BY p.due LIMIT %(limit)s
"""
FIGURES: LiteralString = """
SELECT split_part(owner, ':', 1) AS owner, count(*) AS made, count(*) FILTER (WHERE kept) AS kept,
    count(*) FILTER (WHERE NOT kept) AS broken, count(*) FILTER (WHERE kept IS NULL AND due < %(now)s) AS overdue
FROM promises WHERE made_at >= %(since)s GROUP BY 1 ORDER BY 1
"""


@dataclass(frozen=True, slots=True)
class Owed:
    """A promise. `owner` is `bot`, `person:<id>` or a department; `holder` is who has the conversation now."""

    conversation_id: str
    promise_id: str
    text: str
    owner: str
    due: datetime | None
    made_at: datetime
    reminded_at: datetime | None
    standing: Standing
    holder: str
    customer: str
    """Empty where they are not known or forgotten."""


@dataclass(frozen=True, slots=True)
class Kept:
    """How promises of one kind of owner (`bot`, `person`, or a department) ended, of those made since a moment."""

    owner: str
    made: int
    kept: int
    broken: int
    overdue: int


class Ledger:
    """Reads what is owed, and calls it to mind in time."""

    def __init__(self, log: Log, situations: Situations, remind_minutes: float) -> None:
        self._log = log
        self._database = log.database
        self._situations = situations
        self._ahead = timedelta(minutes=remind_minutes)

    async def owed(
        self,
        *,
        owner: str | None = None,
        before: datetime | None = None,
        settled: bool = False,
        limit: int = 100,
    ) -> list[Owed]:
        """Open promises, the earliest due first; those of one owner, or those due by a moment, where that is given.

        With `settled`, those that were kept or broken, the last settled first.
        """
        parameters = {
            "owner": owner, "before": before, "settled": settled, "limit": limit, "now": self._log.clock.now(),
        }  # fmt: skip
        async with self._database.connection() as connection:
            rows = await (await connection.execute(SELECT, parameters)).fetchall()
        found = []
        for row in rows:
            situation = await self._situations.get(row["conversation_id"])
            text = next((p.text for p in situation.promises if p.promise_id == row["promise_id"]), "")
            found.append(Owed(text=text, customer=situation.identity.name, **row))
        return found

    async def sweep(self, limit: int = 50) -> int:
        """Remind the desk of promises that are soon due, once each; return of how many."""
        until = self._log.clock.now() + self._ahead
        async with self._database.connection() as connection:
            rows = await (await connection.execute(DUE, {"until": until, "limit": limit})).fetchall()
        for row in rows:
            due = PromiseDue(promise_id=row["promise_id"], owner=row["owner"], due=row["due"])
            try:
                await self._log.append(row["conversation_id"], "system", due, key=f"due:{row['promise_id']}")
            except Conflict:
                # Forgotten since the look: nothing is owed any more.
                continue
        return len(rows)

    async def figures(self, since: datetime) -> list[Kept]:
        """How promises ended that were made since a moment, by kind of owner."""
        async with self._database.connection() as connection:
            rows = await connection.execute(FIGURES, {"since": since, "now": self._log.clock.now()})
            return [Kept(**row) for row in await rows.fetchall()]
