"""Projections: tables that hold, across conversations, what would otherwise be searched for in the log."""

from typing import Protocol

from handrail.conversation.database import Connection
from handrail.conversation.events import Event


class Projection(Protocol):
    """A table that follows from the log. It is written in the transaction of the append, and can be made anew.

    `kinds` are those of the events it needs. It must bear forgotten events, and keep no text of customers. Where it
    `rings` a topic of the bell, whoever works on the table is woken by each append that it takes part in.
    """

    name: str
    kinds: frozenset[str]
    rings: str

    async def apply(self, connection: Connection, event: Event) -> None:
        """Take one event in. Events of one conversation come in their order."""
        ...

    async def clear(self, connection: Connection) -> None:
        """Empty the table."""
        ...
