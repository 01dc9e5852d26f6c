"""The ledger of promises across conversations: what is owed, by whom, by when."""

from dataclasses import dataclass
from datetime import datetime

from handrail.conversation.database import Database
from handrail.conversation.situations import Situations

SELECT = """
SELECT conversation_id, promise_id, owner, due FROM promises p JOIN conversations c ON c.id = p.conversation_id
WHERE kept IS NULL AND NOT c.forgotten
    AND (%(owner)s::text IS NULL OR owner = %(owner)s)
    AND (%(before)s::timestamptz IS NULL OR due <= %(before)s)
ORDER BY due NULLS LAST, made_at, promise_id LIMIT %(limit)s
"""


@dataclass(frozen=True, slots=True)
class Owed:
    """A promise that is not settled. `owner` is `bot`, `person:<id>` or a department."""

    conversation_id: str
    promise_id: str
    text: str
    owner: str
    due: datetime | None


class Ledger:
    """Reads what is owed."""

    def __init__(self, database: Database, situations: Situations) -> None:
        self._database = database
        self._situations = situations

    async def owed(self, *, owner: str | None = None, before: datetime | None = None, limit: int = 100) -> list[Owed]:
        """Open promises, the earliest due first; those of one owner, or those due by a moment, where that is given."""
        parameters = {"owner": owner, "before": before, "limit": limit}
        async with self._database.connection() as connection:
            rows = await (await connection.execute(SELECT, parameters)).fetchall()
        found = []
        for row in rows:
            situation = await self._situations.get(row["conversation_id"])
            text = next((p.text for p in situation.promises if p.promise_id == row["promise_id"]), "")
            found.append(Owed(text=text, **row))
        return found
