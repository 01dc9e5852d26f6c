"""The bell: wakes whoever waits for something to happen, in this process at once and in others through LISTEN/NOTIFY.

A notification carries a topic and nothing else: a conversation id, or a word such as `index_changed`. It may come twice
or, when a process dies just after its commit, never; so whoever waits looks again after a time-out of their own.
A signal carries a few ids beside its topic: what counts for this moment and is kept nowhere, that somebody types say.
"""

import asyncio
import contextlib
import logging
import secrets
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence

from handrail.conversation.database import Connection, Database
from handrail.conversation.errors import HandrailError
from handrail.conversation.events import Event

logger = logging.getLogger(__name__)

CHANNEL = "handrail"
ALL = "*"
CONNECT_SECONDS = 2.0
KEEPALIVE_SECONDS = 30.0
RETRY_SECONDS = (0.05, 0.2, 1.0, 3.0)
CARRIED = 100
"""How many events a listener is handed before it looks; a slow one reads the log instead."""


class Ticks:
    """What one listener hears. `wait` returns the topics that rang since the last call, none after `timeout` s."""

    def __init__(self) -> None:
        self._rung: set[str] = set()
        self._event = asyncio.Event()
        self._events: list[Event] = []
        self._all = True

    def take(self, after: int) -> list[Event] | None:
        """The events after seq `after` that came with the rings since the last call; None where the log must be read.

        They come along where this process appended them. A ring from elsewhere brings none.
        """
        events = sorted((event for event in self._events if event.seq > after), key=lambda event: event.seq)
        gapless = self._all and all(event.seq == after + n for n, event in enumerate(events, 1))
        self._events, self._all = [], True
        return events if gapless else None

    async def wait(self, timeout: float | None = None) -> frozenset[str]:  # noqa: ASYNC109 - it is part of the contract
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout):
                await self._event.wait()
        self._event.clear()
        rung, self._rung = frozenset(self._rung), set()
        return rung

    def tick(self, topic: str, events: Sequence[Event] = ()) -> None:
        self._rung.add(topic)
        if events and len(self._events) < CARRIED:
            self._events += events
        else:
            self._all = False
        self._event.set()


class Bell:
    """One for a process. It needs no opening: it connects when somebody first hears or rings."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._me = secrets.token_hex(4)
        self._ticks: defaultdict[str, set[Ticks]] = defaultdict(set)
        self._outgoing: set[str] = set()
        self._listener: asyncio.Task[None] | None = None
        self._sender: asyncio.Task[None] | None = None
        self._listening = asyncio.Event()

    @contextlib.asynccontextmanager
    async def hear(self, *topics: str) -> AsyncIterator[Ticks]:
        """Hear these topics; `*` is all conversations. What is rung from the start of the block on is heard."""
        ticks = Ticks()
        for topic in topics:
            self._ticks[topic].add(ticks)
        if self._listener is None or self._listener.done():
            self._listener = asyncio.create_task(self._listen(), name="bell: listen")
        try:
            with contextlib.suppress(TimeoutError):
                # Without the database only this process is heard; the listener goes on trying.
                async with asyncio.timeout(CONNECT_SECONDS):
                    await self._listening.wait()
            yield ticks
        finally:
            for topic in topics:
                self._ticks[topic].discard(ticks)
                if not self._ticks[topic]:
                    del self._ticks[topic]

    async def ring(self, topic: str) -> None:
        """Wake all who hear `topic`, a word, here and in other processes."""
        self._ring(f"w:{topic}")

    def ring_conversation(self, conversation_id: str, events: Sequence[Event] = ()) -> None:
        """Wake all who hear this conversation, or `*`. Called after the commit of `events`; does not wait."""
        self._ring(f"c:{conversation_id}", events)

    def signal(self, topic: str, word: str) -> None:
        """Tell all who hear `topic` a word, which reaches them as `topic|word`: ids alone, no text. Does not wait."""
        self._ring(f"s:{topic}|{word}")

    @property
    def listeners(self) -> int:
        """How many hear something now."""
        return len(set().union(*self._ticks.values()))

    async def close(self) -> None:
        """Send what is left to send, then disconnect."""
        if self._sender is not None:
            await self._sender
        if self._listener is not None:
            self._listener.cancel()
            await asyncio.gather(self._listener, return_exceptions=True)

    def _ring(self, payload: str, events: Sequence[Event] = ()) -> None:
        self._deliver(payload, events)
        self._outgoing.add(payload)
        if self._sender is None or self._sender.done():
            self._sender = asyncio.create_task(self._send(), name="bell: send")

    async def _send(self) -> None:
        # Not in the append: NOTIFY takes a lock that is held until the commit is on disk, so commits would queue up.
        while self._outgoing:
            payloads, self._outgoing = sorted(self._outgoing), set()
            try:
                async with self._database.connection() as connection:
                    query = "SELECT pg_notify(%s, p) FROM unnest(%s::text[]) p"
                    await connection.execute(query, [CHANNEL, [f"{self._me} {payload}" for payload in payloads]])
            except HandrailError as error:
                logger.warning("Other processes were not told of %d changes: %s", len(payloads), error)

    async def _listen(self) -> None:
        failures = 0
        while True:
            try:
                connection = await self._database.dedicated()
                try:
                    await connection.execute(f"LISTEN {CHANNEL}")
                    failures = 0
                    self._listening.set()
                    self._wake_all()  # something may have rung while nobody listened
                    await self._receive(connection)
                finally:
                    await connection.close()
            except HandrailError as error:
                self._listening.clear()
                wait = RETRY_SECONDS[min(failures, len(RETRY_SECONDS) - 1)]
                failures += 1
                logger.warning("The bell lost the database (%s); trying again in %s s", error, wait)
                await asyncio.sleep(wait)

    async def _receive(self, connection: Connection) -> None:
        async with self._database.answering():
            while True:
                async for notification in connection.notifies(timeout=KEEPALIVE_SECONDS):
                    sender, _, payload = notification.payload.partition(" ")
                    if sender != self._me:
                        self._deliver(payload)
                await connection.execute("SELECT 1")  # notices a line that went dead without a word

    def _deliver(self, payload: str, events: Sequence[Event] = ()) -> None:
        kind, _, rung = payload.partition(":")
        topic = rung.partition("|")[0] if kind == "s" else rung
        for name in (topic, ALL) if kind == "c" else (topic,):
            for ticks in self._ticks.get(name, ()):
                ticks.tick(rung, events if name == topic else ())

    def _wake_all(self) -> None:
        for topic, listeners in self._ticks.items():
            for ticks in listeners:
                ticks.tick(topic)
