"""Packets kept fresh while customers wait and go on writing: one new packet after a pause, not one a line."""

import asyncio
import logging

from handrail.conversation.clock import Clock
from handrail.conversation.errors import Conflict, Fenced, NotFound, Unavailable
from handrail.conversation.events import ModelUsed, PacketWritten
from handrail.conversation.log import Fence, Log
from handrail.conversation.situation import Situation
from handrail.conversation.situations import Situations
from handrail.conversation.spending import spending

from .writer import Packets

logger = logging.getLogger(__name__)

PAUSE_SECONDS = 2.0
"""How long a customer must have been silent; who types several short lines is waited for."""

PAUSES = 5
"""After so many pauses a packet is written even if they go on."""


class Refresher:
    """Writes the packet of a waiting conversation again when there is news, in the process that heard of it.

    What is missed, by a crash say, is made up for when somebody looks: the desk never shows an old packet.
    """

    def __init__(
        self, log: Log, situations: Situations, packets: Packets, clock: Clock, *, pause: float = PAUSE_SECONDS
    ) -> None:
        self._log, self._situations, self._packets, self._clock = log, situations, packets, clock
        self._pause = pause
        self._running: dict[str, asyncio.Task[None]] = {}
        self._news: set[str] = set()

    def note(self, conversation_id: str) -> None:
        """There is news in this conversation. Returns at once."""
        self._news.add(conversation_id)
        if conversation_id not in self._running:
            task = asyncio.create_task(self._follow(conversation_id), name=f"packet {conversation_id}")
            self._running[conversation_id] = task
            task.add_done_callback(lambda done: self._done(conversation_id, done))

    async def settled(self) -> None:
        """Wait until every packet that was owed is written."""
        while self._running:
            await asyncio.wait(list(self._running.values()))

    async def close(self) -> None:
        """Stop; packets that were owed are made when somebody looks."""
        for task in self._running.values():
            task.cancel()
        await asyncio.gather(*self._running.values(), return_exceptions=True)

    async def _follow(self, conversation_id: str) -> None:
        while conversation_id in self._news:
            for _ in range(PAUSES):
                self._news.discard(conversation_id)
                await asyncio.sleep(self._pause)
                if conversation_id not in self._news:
                    break
            self._news.discard(conversation_id)
            await self._write(conversation_id)

    async def _write(self, conversation_id: str) -> None:
        head = await self._log.head(conversation_id)
        situation = await self._situations.get(conversation_id)
        handoff, news = situation.handoff, news_of(situation)
        if handoff is None or handoff.state != "waiting" or situation.forgotten or news <= handoff.packet_seq:
            return
        events = await self._log.read(conversation_id)
        with spending() as spent:
            made = await self._packets.make(situation, events, now=self._clock.now())
        written = PacketWritten(handoff_id=handoff.handoff_id, packet=made.packet, dropped=len(made.dropped))
        key = f"packet:{handoff.handoff_id}:{news}"
        used = ModelUsed.of("packet", spent.usage)
        await self._log.append(conversation_id, "system", written, *used, fence=Fence(head.epoch), key=key)

    def _done(self, conversation_id: str, task: asyncio.Task[None]) -> None:
        self._running.pop(conversation_id, None)
        error = None if task.cancelled() else task.exception()
        if isinstance(error, Fenced | Conflict | NotFound):
            # Somebody has taken it, or it is gone: the packet is made when they look.
            return
        if isinstance(error, Unavailable):
            logger.warning("the packet of %s is not written again: %s", conversation_id, error)
        elif error is not None:
            logger.error("the packet of %s failed", conversation_id, exc_info=error)


def news_of(situation: Situation) -> int:
    """The seq of the last thing that a packet has to take in."""
    return max(situation.heard, situation.identity.seq, *(action.seq for action in situation.actions), 0)
