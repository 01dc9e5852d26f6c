"""Citings: which version of which policy a sentence of the bot rests on, to be found by the policy.

Whoever corrects a policy asks who was told the old answer; the log alone would have to be read as a whole for it.
"""

from typing import LiteralString

from handrail.conversation.database import Connection
from handrail.conversation.events import BotSaid, Event

PUT: LiteralString = """
INSERT INTO citings (policy, version, conversation_id, seq, at, passages)
VALUES (%(policy)s, %(version)s, %(id)s, %(seq)s, %(at)s, %(passages)s)
"""


class Citings:
    """The projection: one row for each version of a policy that a sentence cites."""

    name = "citings"
    kinds = frozenset({BotSaid.kind})
    rings = ""

    async def apply(self, connection: Connection, event: Event) -> None:
        """Take one event in."""
        assert isinstance(event.data, BotSaid)
        cited: dict[tuple[str, str], list[str]] = {}
        for citation in event.data.citations:
            cited.setdefault((citation.policy, citation.version), []).append(citation.passage)
        for (policy, version), passages in cited.items():
            parameters = {"policy": policy, "version": version, "passages": sorted(set(passages))}
            where = {"id": event.conversation_id, "seq": event.seq, "at": event.at}
            await connection.execute(PUT, {**parameters, **where}, prepare=True)

    async def clear(self, connection: Connection) -> None:
        """Empty the table."""
        await connection.execute("TRUNCATE citings")
