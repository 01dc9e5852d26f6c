"""The log: the only memory of conversations. Append-only, fenced, gapless, idempotent."""

import secrets
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

from handrail.conversation import statements
from handrail.conversation.bell import Bell
from handrail.conversation.clock import Clock
from handrail.conversation.codec import Draft
from handrail.conversation.database import Connection, Database, UniqueViolation
from handrail.conversation.errors import Conflict, Fenced
from handrail.conversation.events import Data, Event, Opened
from handrail.conversation.ids import new_id
from handrail.conversation.projection import Projection
from handrail.conversation.reader import Head, Reader, Tail
from handrail.conversation.vault import Vault


@dataclass(frozen=True, slots=True)
class Fence:
    """What must still hold for an append to be taken: the epoch and, where given, the lease, what was heard last, and
    the last event of all."""

    epoch: int
    lease: str | None = None
    heard: int | None = None
    seq: int | None = None


class Log(Reader):
    """Reads and writes conversations. `projections` are kept in step with every append."""

    def __init__(
        self,
        database: Database,
        vault: Vault,
        clock: Clock,
        projections: Sequence[Projection] = (),
        bell: Bell | None = None,
    ) -> None:
        super().__init__(database, vault, clock, bell)
        self._projections = tuple(projections)
        self._watched = frozenset().union(*(p.kinds for p in projections))
        self._observers: list[Callable[[Sequence[Event]], None]] = []

    def observe(self, observer: Callable[[Sequence[Event]], None]) -> None:
        """Call `observer` with what this process appends, each time right after it is committed. It must not raise."""
        self._observers.append(observer)

    async def open(self, data: Opened, *, actor: str = "customer", conversation_id: str | None = None) -> Event:
        """Begin a conversation. Beginning one again under the same id returns its first event and changes nothing."""
        now = self.clock.now()
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
        except UniqueViolation as violation:
            if violation.diag.constraint_name not in ("events_pkey", "conversations_pkey", "keys_pkey"):
                raise
            return (await self.read(conversation_id, limit=1))[0]
        self.vault.keep(conversation_id, box)
        self.bell.ring_conversation(conversation_id)
        await self._told((event,))
        return event

    async def append(
        self,
        conversation_id: str,
        actor: str,
        *data: Data,
        fence: Fence | None = None,
        key: str | None = None,
        keys: str | None = None,
        holder: str | None = None,
        release: bool = False,
    ) -> tuple[Event, ...]:
        """Append events in one transaction, at one time, and return them with the seqs they got.

        `key` makes it idempotent: the same key of the same actor in the same conversation returns what was stored under
        it and writes nothing, whatever else is given. With `keys` the key counts among those of that actor instead, so
        that of several hands one writes. `holder` hands the conversation over and raises the epoch.
        `release` ends the lease of the turn in the same breath. A `BotSaid` is taken while the bot or the queue holds
        the conversation, a `PersonSaid` while its actor does.

        Raises `Fenced` when the fence does not hold, `Conflict` (`forgotten`) when customer text is to be added to a
        forgotten conversation, and `NotFound`.
        """
        box = await self.vault.box(conversation_id)
        draft = Draft.of(conversation_id, actor, data, self.clock.now(), box)
        key = f"{keys or actor} {key}" if key is not None else None
        if draft.private and box is None:
            return await self._refused(draft, fence, key)
        parameters = {
            **draft.parameters(holder), "key": key, "holder": holder, "release": release,
            "epoch": fence and fence.epoch, "lease": fence and fence.lease, "heard": fence and fence.heard,
            "seq": fence and fence.seq,
        }  # fmt: skip
        try:
            async with self._connection(draft) as connection:
                cursor = await connection.execute(statements.APPEND, parameters, prepare=True)
                row = await cursor.fetchone()
                events = draft.events(row["base"], holder) if row else ()
                await self._project(connection, events)
        except UniqueViolation as violation:
            if violation.diag.constraint_name != "events_key":
                raise
            return await self._stored(conversation_id, key)
        if not events:
            return await self._refused(draft, fence, key)
        self.bell.ring_conversation(conversation_id, events)
        await self._told(events)
        return events

    async def acquire(self, conversation_id: str, owner: str, seconds: float) -> Fence | None:
        """Take the lease of the running turn for `seconds`; None while another has it. Raises `NotFound`."""
        now = self.clock.now()
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
        until = self.clock.now() + timedelta(seconds=seconds)
        parameters = {"id": conversation_id, "lease": lease, "until": until, "durable": False}
        return bool(await self._rows(statements.RENEW, parameters))

    async def release(self, conversation_id: str, lease: str) -> None:
        """Give a lease back; one that is lost is left alone."""
        await self._rows(statements.RELEASE, {"id": conversation_id, "lease": lease, "durable": False})

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

    async def _told(self, events: Sequence[Event]) -> None:
        for observer in self._observers:
            observer(events)
        kinds = {event.kind for event in events}
        for topic in {p.rings for p in self._projections if p.rings and not p.kinds.isdisjoint(kinds)}:
            await self.bell.ring(topic)

    async def _refused(self, draft: Draft, fence: Fence | None, key: str | None) -> tuple[Event, ...]:
        head = await self.head(draft.conversation_id)
        if key is not None and (stored := await self._stored(draft.conversation_id, key)):
            return stored
        if draft.private and (head.forgotten or draft.keyless):
            raise Conflict("the conversation is forgotten: nothing can be added to it", code="forgotten")
        if fence is not None:
            if fence.epoch != head.epoch:
                raise Fenced("epoch")
            if fence.lease is not None and fence.lease != head.lease_owner:
                raise Fenced("lease")
            if fence.heard is not None and fence.heard != head.heard:
                raise Fenced("heard")
            if fence.seq is not None and fence.seq != head.last_seq:
                raise Fenced("seq")
        raise Fenced("holder")

    async def stored(self, conversation_id: str, whose: str, key: str) -> tuple[Event, ...]:
        """What was appended under a key of this actor, or of the hands that share it; empty where nothing was."""
        return await self._stored(conversation_id, f"{whose} {key}")

    async def _stored(self, conversation_id: str, key: str | None) -> tuple[Event, ...]:
        rows = await self._rows(statements.KEYED, {"id": conversation_id, "key": key})
        if not rows:
            return ()
        return tuple(await self.read(conversation_id, rows[0]["seq"] - 1, rows[0]["batch"]))


__all__ = ["Fence", "Head", "Log", "Tail"]
