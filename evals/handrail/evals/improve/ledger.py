"""The ledger of gaps: which lines each is made of, where it stands, and who changed that."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from handrail.conversation.clock import Clock
from handrail.conversation.database import Connection, Database
from handrail.conversation.errors import NotFound

from .signals import Kind, Signal

State = Literal["open", "proposed", "accepted", "closed", "reopened"]
"""`accepted`: the mend is made, and not every case passes; `closed`: they do, every time they were run."""
What = Literal["opened", "proposed", "accepted", "closed", "reopened", "taken_back"]
LOCK = 0x47617073
"""The advisory lock ("Gaps") under which one process at a time puts signals to gaps."""


@dataclass(frozen=True, slots=True)
class Who:
    """Whoever changes something: an account's id and name."""

    id: str
    name: str


SYSTEM = Who("system", "Handrail")


@dataclass(frozen=True, slots=True)
class Entry:
    """A gap as the ledger has it; `keys` are the customers' lines that it is made of."""

    gap_id: int
    kind: Kind
    state: State
    state_at: datetime
    opened_at: datetime
    keys: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """Who did what, and when."""

    at: datetime
    person: str
    name: str
    what: What
    detail: str


class Ledger:
    """Gaps in Postgres. It holds no text of customers."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock

    async def entries(self) -> dict[int, Entry]:
        """Every gap, by its id."""
        query = """
            SELECT g.gap_id, g.kind, g.state, g.state_at, g.opened_at,
                coalesce(json_agg(json_build_array(s.conversation_id, s.seq) ORDER BY s.at, s.conversation_id, s.seq)
                    FILTER (WHERE s.gap_id IS NOT NULL), '[]') AS keys
            FROM gaps g LEFT JOIN gap_signals s USING (gap_id) GROUP BY g.gap_id ORDER BY g.gap_id
        """
        async with self._database.connection() as connection:
            rows = await (await connection.execute(query)).fetchall()
        return {row["gap_id"]: Entry(**{**row, "keys": tuple((id_, seq) for id_, seq in row["keys"])}) for row in rows}

    async def assign(self, joined: Mapping[int, Sequence[Signal]], new: Sequence[Sequence[Signal]]) -> None:
        """Put signals to gaps, and open a gap for each group of `new`. A signal that came after its gap was mended
        opens it again. A signal that another process has put somewhere meanwhile stays there."""
        now = self._clock.now()
        async with self._database.transaction() as connection:
            await connection.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
            for group in new:
                opened = await connection.execute(
                    "INSERT INTO gaps (kind, state_at, opened_at) VALUES (%s, %s, %s) RETURNING gap_id",
                    [group[0].kind, now, now],
                )
                row = await opened.fetchone()
                assert row is not None
                if await self._put(connection, row["gap_id"], group):
                    await self._note(connection, row["gap_id"], SYSTEM, "opened", "")
                else:
                    await connection.execute("DELETE FROM gaps WHERE gap_id = %s", [row["gap_id"]])
            for gap_id, signals in joined.items():
                await self._put(connection, gap_id, signals)
                again = await connection.execute(
                    "UPDATE gaps SET state = 'reopened', state_at = %(now)s WHERE gap_id = %(id)s"
                    " AND state IN ('accepted', 'closed') AND state_at < %(at)s RETURNING gap_id",
                    {"now": now, "id": gap_id, "at": max(signal.at for signal in signals)},
                )
                if await again.fetchone():
                    await self._note(connection, gap_id, SYSTEM, "reopened", "the reason came back")

    async def release(self, keys: Sequence[tuple[str, int]]) -> None:
        """Take lines out of their gaps: a tag since says that something else was missing."""
        async with self._database.connection() as connection:
            for key in keys:
                await connection.execute("DELETE FROM gap_signals WHERE conversation_id = %s AND seq = %s", list(key))

    async def move(self, gap_id: int, state: State, who: Who, what: What, detail: str = "") -> None:
        """Change where a gap stands, and note who did. Raises `NotFound`."""
        now = self._clock.now()
        async with self._database.transaction() as connection:
            moved = await connection.execute(
                "UPDATE gaps SET state = %s, state_at = %s WHERE gap_id = %s RETURNING gap_id", [state, now, gap_id]
            )
            if not await moved.fetchone():
                raise NotFound(f"there is no gap {gap_id}")
            await self._note(connection, gap_id, who, what, detail)

    async def changes(self, gap_id: int) -> list[Change]:
        """What was done about a gap, the first first."""
        query = "SELECT at, person, name, what, detail FROM gap_changes WHERE gap_id = %s ORDER BY id"
        async with self._database.connection() as connection:
            rows = await (await connection.execute(query, [gap_id])).fetchall()
        return [Change(**row) for row in rows]

    async def _put(self, connection: Connection, gap_id: int, signals: Sequence[Signal]) -> int:
        put = 0
        for one in signals:
            done = await connection.execute(
                "INSERT INTO gap_signals (conversation_id, seq, gap_id, at) VALUES (%s, %s, %s, %s)"
                " ON CONFLICT DO NOTHING RETURNING seq",
                [one.conversation_id, one.seq, gap_id, one.at],
            )
            put += await done.fetchone() is not None
        return put

    async def _note(self, connection: Connection, gap_id: int, who: Who, what: What, detail: str) -> None:
        query = "INSERT INTO gap_changes (gap_id, at, person, name, what, detail) VALUES (%s, %s, %s, %s, %s, %s)"
        await connection.execute(query, [gap_id, self._clock.now(), who.id, who.name, what, detail])
