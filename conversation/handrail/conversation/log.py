"""The log: the only memory of conversations. Append-only, fenced, gapless, idempotent."""

import secrets
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, LiteralString

from handrail.conversation import statements
from handrail.conversation.bell import Bell
from handrail.conversation.clock import Clock
from handrail.conversation.codec import Draft, event_of
from handrail.conversation.database import Connection, Database, Row, UniqueViolation
from handrail.conversation.errors import Conflict, Fenced, NotFound
from handrail.conversation.events import Data, Event, Opened
from handrail.conversation.ids import new_id
from handrail.conversation.projection import Projection
from handrail.conversation.vault import Vault

POLL_SECONDS = 5.0
"""How soon a follower looks by itself, in case the process that wrote died before it rang."""

PAGE = 500


@dataclass(frozen=True, slots=True)
class Fence:
    """What must still hold for an append to be taken: the epoch and, where given, the lease and what was heard last."""

    epoch: int
    lease: str | None = None
    heard: int | None = None


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


class Log:
    """Reads and writes conversations. `projections` are kept in step with every append."""

    def __init__(
        self,
        database: Database,
        vault: Vault,
        clock: Clock,
        projections: Sequence[Projection] = (),
        bell: Bell | None = None,
    ) -> None:
        self.database = database
        self.vault = vault
        self.bell = bell or Bell(database)
        self._clock = clock
        self._projections = tuple(projections)
        self._watched = frozenset().union(*(p.kinds for p in projections))

    async def open(self, data: Opened, *, actor: str = "customer", conversation_id: str | None = None) -> Event:
        """Begin a conversation. Beginning one again under the same id returns its first event and changes nothing."""
        now = self._clock.now()
        conversation_id = conversation_id or new_id(now)
        box, wrapped = self.vault.new(conversation_id)
        draft = Draft.of(conversation_id, actor, (data,), now, box)
        parameters = {
            "id": conversation_id, "wrapped": wrapped, "channel": data.channel, "at": now, "kind": data.kind,
            "actor": actor, "data": draft.datas[0], "sealed": draft.sealeds[0], "durable": data.durable,
        }  # fmt: skip
        try:
            async with self._connection(draft) as connection:
                await connection.execute(statements.OPEN, parameters, prepare=True)
                (event,) = draft.events(0, None)
                await self._project(connection, (event,))
        except UniqueViolation:
            return (await self.read(conversation_id, limit=1))[0]
        self.vault.keep(conversation_id, box)
        self.bell.ring_conversation(conversation_id)
        return event

    async def append(
        self,
        conversation_id: str,
        actor: str,
        *data: Data,
        fence: Fence | None = None,
        key: str | None = None,
        holder: str | None = None,
        release: bool = False,
    ) -> tuple[Event, ...]:
        """Append events in one transaction, at one time, and return them with the seqs they got.

        `key` makes it idempotent within the conversation: the same key returns what was stored under it and writes
        nothing, whatever else is given. `holder` hands the conversation over and raises the epoch. `release` ends the
        lease of the turn in the same breath. A `BotSaid` is taken while the bot or the queue holds the conversation, a
        `PersonSaid` while its actor does.

        Raises `Fenced` when the fence does not hold, `Conflict` (`forgotten`) when customer text is to be added to a
        forgotten conversation, and `NotFound`.
        """
        draft = Draft.of(conversation_id, actor, data, self._clock.now(), await self.vault.box(conversation_id))
        parameters = {
            **draft.parameters(holder), "key": key, "holder": holder, "release": release,
            "epoch": fence and fence.epoch, "lease": fence and fence.lease, "heard": fence and fence.heard,
        }  # fmt: skip
        try:
            async with self._connection(draft) as connection:
                cursor = await connection.execute(statements.APPEND, parameters, prepare=True)
                row = await cursor.fetchone()
                events = draft.events(row["base"], holder) if row else ()
                await self._project(connection, events)
        except UniqueViolation:
            return await self._stored(conversation_id, key)
        if not events:
            return await self._refused(draft, fence, key)
        self.bell.ring_conversation(conversation_id)
        return events

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
            while True:
                events = await self.read(conversation_id, after, PAGE)
                for event in events:
                    after = event.seq
                    yield event
                if len(events) < PAGE:
                    await ticks.wait(POLL_SECONDS)

    async def acquire(self, conversation_id: str, owner: str, seconds: float) -> Fence | None:
        """Take the lease of the running turn for `seconds`; None while another has it. Raises `NotFound`."""
        now = self._clock.now()
        lease = f"{owner}/{secrets.token_hex(6)}"
        until = now + timedelta(seconds=seconds)
        parameters = {"id": conversation_id, "lease": lease, "now": now, "until": until, "durable": False}
        rows = await self._rows(statements.ACQUIRE, parameters)
        if rows:
            return Fence(rows[0]["epoch"], lease)
        await self.head(conversation_id)
        return None

    async def renew(self, conversation_id: str, lease: str, seconds: float) -> bool:
        """Keep a lease for `seconds` from now on; False where it is lost."""
        until = self._clock.now() + timedelta(seconds=seconds)
        parameters = {"id": conversation_id, "lease": lease, "until": until, "durable": False}
        return bool(await self._rows(statements.RENEW, parameters))

    async def release(self, conversation_id: str, lease: str) -> None:
        """Give a lease back; one that is lost is left alone."""
        await self._rows(statements.RELEASE, {"id": conversation_id, "lease": lease, "durable": False})

    async def due(self, limit: int) -> list[str]:
        """Conversations that the bot holds, where the customer waits and no turn runs."""
        return await self._ids(statements.DUE, {"now": self._clock.now(), "limit": limit})

    async def idle(self, before: datetime, limit: int) -> list[str]:
        """Open conversations that the bot holds and in which nothing has happened since `before`."""
        return await self._ids(statements.IDLE, {"before": before, "limit": limit})

    async def ids(self, after: str = "", limit: int = 1000) -> list[str]:
        """Ids of all conversations from old to new, those greater than `after`."""
        return await self._ids(statements.IDS, {"after": after, "limit": limit})

    async def of_customer(self, customer_ref: str) -> list[str]:
        """Every conversation in which this customer was ever known."""
        rows = await self._rows(statements.OF_CUSTOMER, {"ref": customer_ref})
        return [row["conversation_id"] for row in rows]

    @asynccontextmanager
    async def _connection(self, draft: Draft) -> AsyncIterator[Connection]:
        """One for a single statement, or a transaction where projections are to be written with it."""
        projected = not self._watched.isdisjoint(draft.kinds)
        async with self.database.transaction() if projected else self.database.connection() as connection:
            yield connection

    async def _project(self, connection: Connection, events: Sequence[Event]) -> None:
        for event in events:
            for projection in self._projections:
                if event.kind in projection.kinds:
                    await projection.apply(connection, event)

    async def _refused(self, draft: Draft, fence: Fence | None, key: str | None) -> tuple[Event, ...]:
        head = await self.head(draft.conversation_id)
        if key is not None and (stored := await self._stored(draft.conversation_id, key)):
            return stored
        if draft.private and head.forgotten:
            raise Conflict("the conversation is forgotten: nothing can be added to it", code="forgotten")
        if fence is not None:
            if fence.epoch != head.epoch:
                raise Fenced("epoch")
            if fence.lease is not None and fence.lease != head.lease_owner:
                raise Fenced("lease")
            if fence.heard is not None and fence.heard != head.heard:
                raise Fenced("heard")
        raise Fenced("holder")

    async def _stored(self, conversation_id: str, key: str | None) -> tuple[Event, ...]:
        rows = await self._rows(statements.KEYED, {"id": conversation_id, "key": key})
        if not rows:
            return ()
        return tuple(await self.read(conversation_id, rows[0]["seq"] - 1, rows[0]["batch"]))

    async def _rows(self, query: LiteralString, parameters: dict[str, Any]) -> list[Row]:
        async with self.database.connection() as connection:
            return await (await connection.execute(query, parameters, prepare=True)).fetchall()

    async def _ids(self, query: LiteralString, parameters: dict[str, Any]) -> list[str]:
        return [row["id"] for row in await self._rows(query, parameters)]
