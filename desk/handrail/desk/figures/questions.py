"""What customers asked, read from the log by conversation and seq: as it was written, and as it may be shown."""

from collections.abc import Sequence

from handrail.conversation.codec import event_of
from handrail.conversation.events import CustomerSaid
from handrail.conversation.log import Log
from handrail.desk.hiding import of_events

CHARACTERS = 240
"""How much of a question is shown."""

READ = """
SELECT e.conversation_id, e.seq, e.at, e.kind, e.actor, e.data, e.sealed, e.holder
FROM events e JOIN unnest(%(ids)s::text[], %(seqs)s::int[]) AS q(id, seq) ON e.conversation_id = q.id AND e.seq = q.seq
WHERE e.kind = 'customer_said'
"""
Key = tuple[str, int]
"""A conversation and the seq of a customer's line in it."""


class Questions:
    """Reads customers' lines; what was forgotten is left out. Only for those who may read conversations."""

    def __init__(self, log: Log, regions: Sequence[str]) -> None:
        self._log, self._regions = log, regions

    async def texts(self, keys: Sequence[Key]) -> dict[Key, str]:
        """The lines that can still be read, by their keys."""
        parameters = {"ids": [id_ for id_, _ in keys], "seqs": [seq for _, seq in keys]}
        async with self._log.database.connection() as connection:
            rows = await (await connection.execute(READ, parameters)).fetchall()
        found = {}
        for row in rows:
            event = event_of(row, await self._log.vault.box(row["conversation_id"]))
            if isinstance(event.data, CustomerSaid) and event.data.text.strip():
                found[event.conversation_id, event.seq] = event.data.text
        return found

    async def hidden(self, key: Key) -> str:
        """A line with what identifies its customer hidden, clipped."""
        conversation_id, seq = key
        events = await self._log.read(conversation_id)
        said = next((each.data for each in events if each.seq == seq), None)
        text = said.text if isinstance(said, CustomerSaid) else ""
        hidden = " ".join(of_events(events, self._regions).hide(text).split())
        return hidden if len(hidden) <= CHARACTERS else f"{hidden[: CHARACTERS - 1]}…"
