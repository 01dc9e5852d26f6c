"""Making projections anew from the log."""

from collections.abc import Callable, Sequence

from handrail.conversation.codec import event_of
from handrail.conversation.database import Connection
from handrail.conversation.log import Log
from handrail.conversation.projection import Projection
from handrail.conversation.reader import PAGE
from handrail.conversation.statements import IDS

Progress = Callable[[int, int], None]
"""Told (conversations done, conversations in all)."""


async def rebuild(log: Log, projections: Sequence[Projection], progress: Progress | None = None) -> int:
    """Empty these projections and replay the whole log into them; return how many events were taken in.

    One transaction: others see the old tables until it ends, and appends wait for it.
    """
    kinds = sorted(frozenset().union(*(p.kinds for p in projections)))
    taken = done = 0
    last = ""
    async with log.database.transaction() as connection:
        await connection.execute("LOCK TABLE conversations IN EXCLUSIVE MODE")
        for projection in projections:
            await projection.clear(connection)
        row = await (await connection.execute("SELECT count(*) AS n FROM conversations")).fetchone()
        total = row["n"] if row else 0
        while ids := await _ids(connection, last):
            for conversation_id in ids:
                box = await log.vault.box(conversation_id, connection)
                query = "SELECT * FROM events WHERE conversation_id = %s AND kind = ANY(%s) ORDER BY seq"
                for stored in await (await connection.execute(query, [conversation_id, kinds])).fetchall():
                    event = event_of(stored, box)
                    for projection in projections:
                        if event.kind in projection.kinds:
                            await projection.apply(connection, event)
                            taken += 1
                done += 1
            last = ids[-1]
            if progress is not None:
                progress(done, total)
    return taken


async def _ids(connection: Connection, after: str) -> list[str]:
    cursor = await connection.execute(IDS, {"after": after, "limit": PAGE})
    return [row["id"] for row in await cursor.fetchall()]
