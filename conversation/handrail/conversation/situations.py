"""Situations at hand: from this process's memory, else from a snapshot, and only the tail of the log folded on top."""

import asyncio
import hashlib
import logging
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import LiteralString

from pydantic import TypeAdapter, ValidationError

from handrail.conversation.events import Event
from handrail.conversation.fold import fold
from handrail.conversation.log import Log
from handrail.conversation.situation import Situation

logger = logging.getLogger(__name__)

EVERY = 20
"""A snapshot is written when so many events have come since the last one."""

LABEL = "snapshot"
SAVE: LiteralString = """
INSERT INTO snapshots AS s (conversation_id, version, seq, sealed)
SELECT id, %(version)s, %(seq)s, %(sealed)s FROM conversations WHERE id = %(id)s AND NOT forgotten
ON CONFLICT (conversation_id) DO UPDATE SET version = excluded.version, seq = excluded.seq, sealed = excluded.sealed
WHERE s.version <> excluded.version OR s.seq < excluded.seq
"""


class Situations:
    """Where conversations stand. `remembered` is how many are kept in memory."""

    def __init__(self, log: Log, *, remembered: int = 500, every: int = EVERY) -> None:
        self._log = log
        self._remembered = remembered
        self._every = every
        self._kept: OrderedDict[str, tuple[Situation, int]] = OrderedDict()
        self._saving: dict[str, asyncio.Task[None]] = {}

    async def get(self, conversation_id: str) -> Situation:
        """The situation as of now. Raises `NotFound`."""
        situation, saved = self._kept.get(conversation_id) or await self._load(conversation_id)
        tail = await self._log.tail(conversation_id, situation.seq)
        if tail.forgotten and not situation.forgotten:
            situation, saved = Situation(conversation_id, forgotten=True), 0
            tail = await self._log.tail(conversation_id)
        # Two may fold the same tail at once; both come to the same.
        situation = fold(situation, tail.events)
        if situation.holder != tail.holder:
            situation = replace(situation, holder=tail.holder)
        self._keep(situation, saved)
        return situation

    async def after(self, events: Sequence[Event]) -> Situation:
        """The situation right after these events, which one append has just stored.

        Nothing is read where all that came before them is known here: an append is gapless, so they would not follow.
        """
        kept = self._kept.get(events[0].conversation_id)
        if kept is None or kept[0].seq + 1 != events[0].seq or kept[0].forgotten:
            return await self.get(events[0].conversation_id)
        situation = fold(kept[0], events)
        self._keep(situation, kept[1])
        return situation

    async def close(self) -> None:
        """Wait for the snapshots that are being written."""
        await asyncio.gather(*self._saving.values())

    def _keep(self, situation: Situation, saved: int) -> None:
        if situation.seq - saved >= self._every and not situation.forgotten:
            self._save_soon(situation)
            saved = situation.seq
        self._kept[situation.conversation_id] = situation, saved
        self._kept.move_to_end(situation.conversation_id)
        if len(self._kept) > self._remembered:
            self._kept.popitem(last=False)

    def _save_soon(self, situation: Situation) -> None:
        if situation.conversation_id not in self._saving:
            task = asyncio.create_task(self._save(situation), name="snapshot")
            self._saving[situation.conversation_id] = task
            task.add_done_callback(lambda _: self._saving.pop(situation.conversation_id))

    async def _save(self, situation: Situation) -> None:
        try:
            plain = adapter().dump_json(situation)
            sealed = await self._log.vault.seal(situation.conversation_id, plain, LABEL)
            parameters = {
                "id": situation.conversation_id, "version": version(), "seq": situation.seq, "sealed": sealed,
            }  # fmt: skip
            if sealed is not None:
                async with self._log.database.connection() as connection:
                    await connection.execute(SAVE, parameters, prepare=True)
        except Exception:
            # A snapshot is a convenience: without it the log is folded from further back, and the next one comes soon.
            logger.exception("No snapshot of %s was written", situation.conversation_id)

    async def _load(self, conversation_id: str) -> tuple[Situation, int]:
        async with self._log.database.connection() as connection:
            query = "SELECT seq, sealed FROM snapshots WHERE conversation_id = %s AND version = %s"
            row = await (await connection.execute(query, [conversation_id, version()])).fetchone()
        plain = await self._log.vault.unseal(conversation_id, row["sealed"], LABEL) if row else None
        if row is None or plain is None:
            return Situation(conversation_id), 0
        try:
            return adapter().validate_json(plain), row["seq"]
        except ValidationError as error:
            logger.warning("The snapshot of %s can't be read: %s", conversation_id, error)
            return Situation(conversation_id), 0


@cache
def adapter() -> TypeAdapter[Situation]:
    """Situations to JSON and back."""
    return TypeAdapter(Situation)


@cache
def version() -> str:
    """A digest of the code that folds: a snapshot that other code made is not used."""
    here = Path(__file__).parent
    files = [here / "fold.py", here / "situation.py", *sorted((here / "folding").glob("*.py"))]
    files += sorted((here / "events").glob("*.py"))
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.read_bytes())
    return digest.hexdigest()[:16]
