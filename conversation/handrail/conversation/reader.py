"""What can be asked of the log."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, LiteralString

from handrail.conversation import statements
from handrail.conversation.bell import Bell
from handrail.conversation.clock import Clock
from handrail.conversation.codec import event_of
from handrail.conversation.database import Database, Row
from handrail.conversation.errors import NotFound
from handrail.conversation.events import Event
from handrail.conversation.vault import Vault

POLL_SECONDS = 5.0
"""How soon a follower looks by itself, in case the process that wrote died before it rang."""

PAGE = 500


@dataclass(frozen=True, slots=True)
class Head:
    """The row of a conversation. `holder` is `bot`, `queue` or `person:<id>`; `epoch` grows whenever it changes."""

    conversation_id: str
    holder: str
    epoch: int
    last_seq: int
    heard: int
    answered: int
    closed: bool
    lease_owner: str | None
    lease_until: datetime | None
    forgotten: bool
    customer_ref: str | None
    channel: str
    opened_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Tail:
    """The events after some seq, and who held the conversation at that same moment."""

    holder: str
    forgotten: bool
    events: list[Event]


@dataclass(frozen=True, slots=True)
class Told:
    """A conversation in which the bot answered from one version of a policy: from which passages, when, how often."""

    conversation_id: str
    customer_ref: str | None
    version: str
    passages: list[str]
    first_at: datetime
    last_at: datetime
    times: int


class Reader:
    """The reading half of the log."""

    def __init__(self, database: Database, vault: Vault, clock: Clock, bell: Bell | None = None) -> None:
        self.database = database
        self.vault = vault
        self.bell = bell or Bell(database)
        self.clock = clock

    async def head(self, conversation_id: str) -> Head:
        """Where the conversation stands now. Raises `NotFound`."""
        rows = await self._rows(statements.HEAD, {"id": conversation_id})
        if not rows:
            raise NotFound(f"there is no conversation {conversation_id}")
        return Head(**{**{k: v for k, v in rows[0].items() if k != "id"}, "conversation_id": rows[0]["id"]})

    async def read(self, conversation_id: str, after: int = 0, limit: int | None = None) -> list[Event]:
        """The events with a seq greater than `after`, in order, at most `limit`. Raises `NotFound`."""
        return (await self.tail(conversation_id, after, limit)).events

    async def tail(self, conversation_id: str, after: int = 0, limit: int | None = None) -> Tail:
        """As `read`, with the holder as of the same moment."""
        rows = await self._rows(statements.READ, {"id": conversation_id, "after": after, "limit": limit})
        if not rows:
            raise NotFound(f"there is no conversation {conversation_id}")
        forgotten = rows[0]["forgotten"]
        if forgotten:
            self.vault.drop(conversation_id)
        box = None if forgotten else await self.vault.box(conversation_id)
        events = [event_of(row, box) for row in rows if row["seq"] is not None]
        return Tail(rows[0]["held_by"], box is None, events)

    async def follow(self, conversation_id: str, after: int = 0) -> AsyncIterator[Event]:
        """All events with a seq greater than `after`: those stored, then new ones as they commit, without end."""
        async with self.bell.hear(conversation_id) as ticks:
            known: list[Event] | None = None
            while True:
                events = await self.read(conversation_id, after, PAGE) if known is None else known
                for event in events:
                    after = event.seq
                    yield event
                known = None
                if len(events) < PAGE and await ticks.wait(POLL_SECONDS):
                    known = ticks.take(after)

    async def due(self, limit: int) -> list[str]:
        """Conversations that the bot holds, where the customer waits and no turn runs."""
        return await self._ids(statements.DUE, {"now": self.clock.now(), "limit": limit})

    async def idle(self, before: datetime, limit: int) -> list[str]:
        """Open conversations that the bot holds and in which nothing has happened since `before`, nor is waited for."""
        return await self._ids(statements.IDLE, {"before": before, "limit": limit})

    async def resting(self, before: datetime, limit: int | None = None) -> list[str]:
        """Closed conversations that nobody holds, in which nothing has happened since `before`, not forgotten yet."""
        return await self._ids(statements.RESTING, {"before": before, "limit": limit})

    async def ids(self, after: str = "", limit: int = 1000) -> list[str]:
        """Ids of all conversations from old to new, those greater than `after`."""
        return await self._ids(statements.IDS, {"after": after, "limit": limit})

    async def of_customer(self, customer_ref: str) -> list[str]:
        """Every conversation in which this customer was ever known."""
        rows = await self._rows(statements.OF_CUSTOMER, {"ref": customer_ref})
        return [row["conversation_id"] for row in rows]

    async def told(
        self,
        policy: str,
        *,
        version: str | None = None,
        but: str | None = None,
        since: datetime | None = None,
        limit: int = 1000,
    ) -> list[Told]:
        """Who was answered from a policy: from this `version` or all `but` one, if given, the latest first.

        Conversations that were forgotten are left out.
        """
        parameters = {"policy": policy, "version": version, "but": but, "since": since, "limit": limit}
        return [Told(**row) for row in await self._rows(statements.TOLD, parameters)]

    async def _rows(self, query: LiteralString, parameters: dict[str, Any]) -> list[Row]:
        async with self.database.connection() as connection:
            return await (await connection.execute(query, parameters, prepare=True)).fetchall()

    async def _ids(self, query: LiteralString, parameters: dict[str, Any]) -> list[str]:
        return [row["id"] for row in await self._rows(query, parameters)]
