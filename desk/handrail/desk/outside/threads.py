"""Which conversation is which thread at another desk, and what has to go there."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import LiteralString

from handrail.conversation import events as e
from handrail.conversation.database import Connection, Database
from handrail.conversation.events import Event
from handrail.conversation.ids import new_id
from handrail.conversation.log import Log
from handrail.conversation.outside import ChatwootDesk, OutsideDesk

from ..outbox import TOPIC

BEGIN: LiteralString = """
INSERT INTO threads (desk, conversation_id)
SELECT %(desk)s, %(id)s WHERE NOT EXISTS (SELECT FROM threads WHERE conversation_id = %(id)s AND desk <> %(desk)s)
ON CONFLICT (desk, conversation_id) DO UPDATE SET is_open = true
"""
PUT: LiteralString = """
INSERT INTO outbox (conversation_id, seq, target, due_at, made_at)
SELECT conversation_id, %(seq)s, %(target)s, %(at)s, %(at)s FROM threads
WHERE desk = %(desk)s AND conversation_id = %(id)s AND (is_open OR %(always)s)
ON CONFLICT DO NOTHING
"""
REST: LiteralString = "UPDATE threads SET is_open = false WHERE desk = %(desk)s AND conversation_id = %(id)s"

TICKET_KINDS = frozenset(
    data.kind
    for data in (
        e.HandoffRequested, e.HandoffReturned, e.CustomerSaid, e.BotSaid, e.PersonSaid, e.GivenBack, e.WrappedUp,
        e.Closed,
    )
)  # fmt: skip
ENDS = frozenset((e.TurnEnded.kind,))
"""A reply goes there whole, once its turn has ended."""

CHANNEL_KINDS = TICKET_KINDS - {e.CustomerSaid.kind} | {e.Announced.kind}
"""Where customers write there, their lines come from there, and what Handrail announces has to go there."""


def target_of(name: str) -> str:
    """A desk's target in the outbox."""
    return f"desk:{name}"


def works_at(name: str, actor: str) -> bool:
    """Whether somebody who acts or holds a conversation works at this desk."""
    return actor.startswith(f"person:{name}.")


@dataclass(frozen=True, slots=True)
class Thread:
    """A conversation's thread. `external_id` is None until it was begun there."""

    conversation_id: str
    external_id: str | None
    state: str
    state_at: float
    sent_seq: int = 0


class Forwarding:
    """Puts into the outbox what has to go to other desks. It is never made anew: what was sent stays sent."""

    name = "forwarding"
    rings = TOPIC

    def __init__(self, desks: Mapping[str, OutsideDesk]) -> None:
        self._desks = desks
        self.kinds = (TICKET_KINDS | CHANNEL_KINDS | ENDS) if desks else frozenset()

    async def apply(self, connection: Connection, event: Event) -> None:
        """Take one event in."""
        data = event.data
        forgotten = isinstance(data, e.Closed) and data.reason == "forgotten"
        for name, desk in self._desks.items():
            channel = isinstance(desk, ChatwootDesk)
            parameters = {
                "desk": name, "id": event.conversation_id, "seq": event.seq, "target": target_of(name),
                "at": event.at, "always": forgotten,
            }  # fmt: skip
            called = isinstance(data, e.HandoffRequested | e.HandoffReturned) and desk.serves(data.department)
            if called and not channel:
                await connection.execute(BEGIN, parameters)
            wanted = event.kind in (CHANNEL_KINDS if channel else TICKET_KINDS)
            if isinstance(data, e.Closed):
                wanted = forgotten
            # What came from there does not go back there.
            if wanted and not works_at(name, event.actor):
                await connection.execute(PUT, parameters)
            if not channel and isinstance(data, e.GivenBack | e.WrappedUp):
                await connection.execute(REST, parameters)

    async def clear(self, connection: Connection) -> None:
        """Nothing: what was sent stays sent."""


class Threads:
    """Finds and keeps the threads of one desk."""

    def __init__(self, database: Database, name: str) -> None:
        self._database = database
        self._name = name

    async def of_conversation(self, conversation_id: str) -> Thread | None:
        """The thread of a conversation, if it has one here."""
        return await self._one("conversation_id", conversation_id)

    async def of_external(self, external_id: str) -> Thread | None:
        """The thread that goes by this id over there."""
        return await self._one("external_id", external_id)

    async def begun(self, conversation_id: str, external_id: str | None) -> None:
        """A thread was begun there, or is gone (None)."""
        query: LiteralString = "UPDATE threads SET external_id = %s WHERE desk = %s AND conversation_id = %s"
        async with self._database.connection() as connection:
            await connection.execute(query, [external_id, self._name, conversation_id])

    async def sent(self, conversation_id: str, seq: int) -> None:
        """The parts of replies have gone there up to this event."""
        query: LiteralString = "UPDATE threads SET sent_seq = %s WHERE desk = %s AND conversation_id = %s"
        async with self._database.connection() as connection:
            await connection.execute(query, [seq, self._name, conversation_id])

    async def moved(self, external_id: str, state: str, at: float) -> bool:
        """Keep the state of a thread; False where something newer is known."""
        query: LiteralString = """
            UPDATE threads SET state = %(state)s, state_at = %(at)s
            WHERE desk = %(desk)s AND external_id = %(id)s AND state_at <= %(at)s RETURNING 1
        """
        parameters = {"state": state, "at": at, "desk": self._name, "id": external_id}
        async with self._database.connection() as connection:
            return await (await connection.execute(query, parameters)).fetchone() is not None

    async def from_there(self, external_id: str, log: Log) -> Thread:
        """The thread of customers who write there, with a new conversation where it has none that can be read."""
        thread = await self.of_external(external_id)
        if thread is not None and not await self._is_forgotten(thread, log):
            return thread
        conversation_id = new_id(log.clock.now())
        query: LiteralString = """
            INSERT INTO threads AS t (desk, conversation_id, external_id, state)
            VALUES (%(desk)s, %(id)s, %(external)s, 'pending')
            ON CONFLICT (desk, external_id) DO UPDATE SET conversation_id = excluded.conversation_id, is_open = true
            WHERE t.conversation_id = %(old)s
        """
        old = thread.conversation_id if thread else None
        parameters = {"desk": self._name, "id": conversation_id, "external": external_id, "old": old}
        async with self._database.connection() as connection:
            await connection.execute(query, parameters)
        # Of two messages that came at once, one has begun it.
        kept = await self.of_external(external_id)
        assert kept is not None
        await log.open(e.Opened(channel=self._name), conversation_id=kept.conversation_id)
        return kept

    async def _is_forgotten(self, thread: Thread, log: Log) -> bool:
        # Opening again what is there changes nothing; it is missing where a process died between the two.
        await log.open(e.Opened(channel=self._name), conversation_id=thread.conversation_id)
        return (await log.head(thread.conversation_id)).forgotten

    async def _one(self, column: LiteralString, value: str) -> Thread | None:
        query: LiteralString = f"""
            SELECT conversation_id, external_id, state, state_at, sent_seq
            FROM threads WHERE desk = %s AND {column} = %s
        """
        async with self._database.connection() as connection:
            row = await (await connection.execute(query, [self._name, value])).fetchone()
        return Thread(**row) if row else None
