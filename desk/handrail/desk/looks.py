"""Who of the staff looked at what, and when."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, LiteralString

from handrail.conversation.clock import Clock
from handrail.conversation.database import Database

What = Literal[
    "queue", "approvals", "gaps", "case", "card", "listen", "transcript", "stream", "export", "forget", "audit"
]  # fmt: skip
"""`queue`, `approvals` and `gaps` show something of many conversations at once; `case` is one with its packet and all
events, `card` its customer with what the business has of them, `listen` one in a colleague's hands while it goes on,
`transcript` what was said in one, `stream` one as it goes on, `audit` one that was drawn for
tagging."""

SLOT = 300
"""Seconds within which looks of one person at one thing are counted together."""

NOTE: LiteralString = """
INSERT INTO looks AS l (person, name, what, conversation_id, slot, at, last_at)
VALUES (%(person)s, %(name)s, %(what)s, %(id)s, %(slot)s, %(now)s, %(now)s)
ON CONFLICT (person, conversation_id, what, slot) DO UPDATE SET times = l.times + 1, last_at = excluded.last_at
"""
LIST: LiteralString = """
SELECT id, person, name, what, conversation_id, at, last_at, times FROM looks
WHERE (%(id)s::text IS NULL OR conversation_id = %(id)s) AND (%(person)s::text IS NULL OR person = %(person)s)
    AND (%(before)s::bigint IS NULL OR id < %(before)s)
ORDER BY id DESC LIMIT %(limit)s
"""


@dataclass(frozen=True, slots=True)
class Look:
    """Somebody looked, `times` times from `at` to `last_at`. `conversation_id` is empty for many at once."""

    id: int
    person: str
    name: str
    what: What
    conversation_id: str
    at: datetime
    last_at: datetime
    times: int


class Looks:
    """The trail of looks. What people did beyond looking stands in the log itself."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def note(self, person: str, name: str, what: What, conversation_id: str = "") -> None:
        """Somebody is about to be shown something. Raises `Unavailable`; then nothing must be shown."""
        now = self._clock.now()
        parameters = {
            "person": person, "name": name, "what": what, "id": conversation_id, "now": now,
            "slot": int(now.timestamp()) // SLOT,
        }  # fmt: skip
        async with self._database.connection() as connection:
            await connection.execute(NOTE, parameters)

    async def list(
        self,
        conversation_id: str | None = None,
        person: str | None = None,
        *,
        before: int | None = None,
        limit: int = 50,
    ) -> list[Look]:
        """The latest looks, those whose id is below `before`: of one person, or at one conversation, where given."""
        parameters = {"id": conversation_id, "person": person, "before": before, "limit": limit}
        async with self._database.connection() as connection:
            rows = await (await connection.execute(LIST, parameters)).fetchall()
        return [Look(**row) for row in rows]
