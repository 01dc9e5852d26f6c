"""How the targets of the outbox do: which fail, since when, and which are left alone until somebody looks."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import LiteralString

from handrail.conversation.clock import Clock
from handrail.conversation.database import Database
from handrail.conversation.errors import HandrailError

FIRST, LONGEST = timedelta(seconds=30), timedelta(minutes=15)
"""The pauses between two looks at a target that fails."""

GONE = "gone"
"""The code of an error that says: do not come back."""

STATES: LiteralString = """
SELECT coalesce(o.target, l.target) AS target, coalesce(o.due, 0) AS due, coalesce(o.failed, 0) AS failed, o.oldest,
    l.failing_since, l.paused_at, coalesce(l.error, '') AS error
FROM (
    SELECT target, count(*) FILTER (WHERE state = 'due') AS due, count(*) FILTER (WHERE state = 'failed') AS failed,
        min(made_at) FILTER (WHERE state = 'due') AS oldest
    FROM outbox WHERE state IN ('due', 'failed') GROUP BY target
) o FULL JOIN lanes l ON l.target = o.target
"""

FAILED: LiteralString = """
INSERT INTO lanes AS l (target, failing_since, fails, retry_at, error, paused_at)
VALUES (%(target)s, %(now)s, 1, %(now)s + %(first)s, %(error)s, CASE WHEN %(gone)s THEN %(now)s::timestamptz END)
ON CONFLICT (target) DO UPDATE SET
    fails = l.fails + 1, error = excluded.error,
    retry_at = %(now)s + least(%(first)s * 2 ^ least(l.fails, 20), %(longest)s),
    paused_at = coalesce(l.paused_at,
        CASE WHEN %(gone)s OR %(now)s - l.failing_since >= %(patience)s THEN %(now)s::timestamptz END)
"""


@dataclass(frozen=True, slots=True)
class Lane:
    """How one target does. `due` waits for it, of which `oldest` came first; `failed` was given up."""

    target: str
    due: int = 0
    failed: int = 0
    oldest: datetime | None = None
    failing_since: datetime | None = None
    paused_at: datetime | None = None
    error: str = ""

    @property
    def state(self) -> str:
        """How it does, in words."""
        if self.failing_since is None:
            return "well"
        if self.paused_at is None:
            return f"fails since {self.failing_since:%Y-%m-%d %H:%M} UTC: {self.error}"
        return f"paused since {self.paused_at:%Y-%m-%d %H:%M} UTC: {self.error}"


class Lanes:
    """Reads and keeps the `lanes` table. A target that is not in it does well."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def states(self) -> dict[str, Lane]:
        """Every target for which something waits, or that fails."""
        async with self._database.connection() as connection:
            rows = await (await connection.execute(STATES)).fetchall()
        return {row["target"]: Lane(**row) for row in rows}

    async def failed(self, target: str, error: HandrailError, patience: timedelta) -> None:
        """It did not take anything this time; it is paused after `patience` of that, or where it asks for it."""
        parameters = {
            "target": target, "now": self._clock.now(), "first": FIRST, "longest": LONGEST, "error": str(error)[:500],
            "gone": error.code == GONE, "patience": patience,
        }  # fmt: skip
        async with self._database.connection() as connection:
            await connection.execute(FAILED, parameters)

    async def answered(self, target: str) -> None:
        """It took something: what waits for it need wait no longer."""
        async with self._database.transaction() as connection:
            row = await (
                await connection.execute("DELETE FROM lanes WHERE target = %s RETURNING 1", [target])
            ).fetchone()
            if row is not None:
                query = "UPDATE outbox SET due_at = %s WHERE target = %s AND state = 'due' AND lease IS NULL"
                await connection.execute(query, [self._clock.now(), target])

    async def retry(self, target: str) -> int:
        """Begin anew with everything that waits for a target or was given up; return how much that is."""
        query = """
            UPDATE outbox SET state = 'due', due_at = %s, attempts = 0, error = '', lease = NULL
            WHERE target = %s AND state IN ('due', 'failed')
        """
        async with self._database.transaction() as connection:
            await connection.execute("DELETE FROM lanes WHERE target = %s", [target])
            return (await connection.execute(query, [self._clock.now(), target])).rowcount
