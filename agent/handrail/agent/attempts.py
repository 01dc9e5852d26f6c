"""What may be tried only so often, counted across processes."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from handrail.conversation.database import Database

KEPT = timedelta(days=1)
"""Attempts are forgotten after this; no window may be longer."""

COUNT = """
SELECT count(*) AS used, min(at) AS first, EXISTS (SELECT FROM attempts WHERE ref = %s) AS before
FROM attempts WHERE ref = %s AND at > %s
"""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt: whether it was allowed, how many have been `used` with it, and when the next one will be allowed."""

    allowed: bool
    used: int
    retry_at: datetime


class Attempts:
    """Counts attempts by `ref`, a keyed digest of what is tried."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def take(self, ref: str, limit: int, window: timedelta, now: datetime, once: str | None = None) -> Attempt:
        """Use one of the `limit` attempts in any `window`; of two that come at once over the limit, one is refused.

        `once` names this very attempt: one that was allowed under this name before is allowed again and uses nothing.
        """
        async with self._database.transaction() as connection:
            await connection.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"attempts {ref}"])
            await connection.execute("DELETE FROM attempts WHERE at <= %s", [now - KEPT])
            row = await (await connection.execute(COUNT, [once or "", ref, now - window])).fetchone()
            assert row is not None
            used, retry_at = row["used"], (row["first"] or now) + window
            if row["before"]:
                return Attempt(True, used, retry_at)
            if used >= limit:
                return Attempt(False, used, retry_at)
            rows = [(name, now) for name in (ref, once) if name]
            await connection.cursor().executemany("INSERT INTO attempts (ref, at) VALUES (%s, %s)", rows)
            return Attempt(True, used + 1, retry_at)
