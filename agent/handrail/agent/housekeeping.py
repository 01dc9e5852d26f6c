"""What goes on beside conversations: turns taken up, tickets reopened, what was left alone brought back, quiet ones
closed and drawn for audits, old ones forgotten."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from handrail.agent.phrases import Phrases
from handrail.agent.sources.sources import Sources
from handrail.agent.turns import Turns
from handrail.conversation import forgetting
from handrail.conversation.clock import Clock
from handrail.conversation.errors import Fenced, HandrailError
from handrail.conversation.events import Announced, Closed
from handrail.conversation.log import Fence, Log
from handrail.conversation.settings import Settings
from handrail.desk.audits.drawing import Drawing
from handrail.desk.desk import Desk

SECONDS = 2.0
"""The pause between two rounds."""

BATCH = 50

FORGETTING = timedelta(hours=1)
"""How often old conversations are looked for: all of them are looked through."""

log = logging.getLogger("handrail.housekeeping")


class Housekeeping:
    """Makes its rounds until it is cancelled. Several processes may: each step is safe to do twice."""

    def __init__(
        self,
        turns: Turns,
        desk: Desk,
        log_: Log,
        clock: Clock,
        settings: Settings,
        phrases: Phrases,
        sources: Sources,
    ) -> None:
        self._turns, self._log = turns, log_
        self._clock, self._settings, self._phrases = clock, settings, phrases
        self._forgot_at: datetime | None = None
        self._steps: tuple[Callable[[], Awaitable[int]], ...] = (
            turns.sweep,
            desk.tickets.sweep,
            desk.parking.sweep,
            desk.returns.sweep,
            desk.telling.sweep,
            desk.ledger.sweep,
            desk.callbacks.sweep,
            Drawing(log_.database, clock, settings).sweep,
            self.close_idle,
            self.forget_old,
            sources.refresh,
        )

    async def run(self) -> None:
        """Make a round every few seconds; a part that does not answer is told and tried again."""
        while True:
            for step in self._steps:
                try:
                    await step()
                except HandrailError as error:
                    log.warning("housekeeping waits: %s", error)
            await asyncio.sleep(SECONDS)

    async def close_idle(self) -> int:
        """Close conversations in which nothing has happened for long, and say so; returns how many."""
        quiet_since = self._clock.now() - timedelta(minutes=self._settings.desk.idle_minutes)
        closed = 0
        for conversation_id in await self._log.idle(quiet_since, BATCH):
            head = await self._log.head(conversation_id)
            told = Announced(code="closed_idle", text=self._phrases("closed_idle"))
            fence = Fence(epoch=head.epoch, heard=head.heard)
            try:
                await self._log.append(conversation_id, "system", told, Closed(reason="idle"), fence=fence)
                closed += 1
            except Fenced:
                # Somebody wrote, or took it over, in the meantime: it is not idle any more.
                continue
        return closed

    async def forget_old(self) -> int:
        """Forget what rests for longer than `retention.days`, looking once an hour; returns how many were."""
        days, now = self._settings.retention.days, self._clock.now()
        if days is None or (self._forgot_at is not None and now - self._forgot_at < FORGETTING):
            return 0
        forgotten = await forgetting.forget_resting(self._log, now - timedelta(days=days), BATCH)
        if forgotten < BATCH:
            # Where more are left, the next round goes on with them.
            self._forgot_at = now
        return forgotten
