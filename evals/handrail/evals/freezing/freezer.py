"""The freezer: freezes every conversation that a person tagged, and throws away what was forgotten."""

from dataclasses import dataclass
from typing import LiteralString

from handrail.conversation.database import Row
from handrail.conversation.errors import Invalid
from handrail.conversation.events import WrappedUp
from handrail.conversation.log import Log
from handrail.conversation.settings import Settings

from .freeze import freeze, name_of
from .shelf import Shelf

TAGGED: LiteralString = """
SELECT e.conversation_id, e.seq, v.forgotten FROM events e
JOIN (
    SELECT DISTINCT c.conversation_id, o.forgotten FROM contacts c
    JOIN conversations o ON o.id = c.conversation_id WHERE c.tags <> '{}'
) v ON v.conversation_id = e.conversation_id
WHERE e.kind = 'wrapped_up' AND jsonb_array_length(e.data -> 'tags') > 0 ORDER BY e.at, e.conversation_id
"""


async def tagged(log: Log) -> list[tuple[str, int]]:
    """The wrap-ups with tags that can still be read, by conversation and seq, in the order in which they came."""
    return [(row["conversation_id"], row["seq"]) for row in await _rows(log) if not row["forgotten"]]


async def _rows(log: Log) -> list[Row]:
    async with log.database.connection() as connection:
        return await (await connection.execute(TAGGED)).fetchall()


@dataclass(frozen=True, slots=True)
class Done:
    """What a round did: ids of cases frozen, how many were there before, what could not be frozen, and what was thrown
    away because its conversation was forgotten."""

    frozen: tuple[str, ...] = ()
    known: int = 0
    empty: tuple[str, ...] = ()
    dropped: int = 0


class Freezer:
    """Doing it again does no harm: what is on the shelf stays as it is, with what was made of it since."""

    def __init__(self, log: Log, settings: Settings, shelf: Shelf | None = None) -> None:
        self._log, self._settings = log, settings
        self.shelf = shelf or Shelf.of(settings)

    async def run(self, *, anew: bool = False) -> Done:
        """Freeze every tagged wrap-up that is not on the shelf; with `anew` also those that are."""
        frozen, empty, known = [], [], 0
        for row in await _rows(self._log):
            name = name_of(row["conversation_id"], row["seq"])
            if row["forgotten"]:
                continue
            if name in self.shelf and not anew:
                known += 1
            elif await self._one(row["conversation_id"], row["seq"]):
                frozen.append(name)
            else:
                empty.append(name)
        return Done(tuple(frozen), known, tuple(empty), (await self.tidy()).dropped)

    async def tidy(self) -> Done:
        """Throw away the cases of conversations that were forgotten."""
        forgotten = {row["conversation_id"] for row in await _rows(self._log) if row["forgotten"]}
        return Done(dropped=self.shelf.drop(sorted(forgotten)))

    async def conversation(self, conversation_id: str) -> Done:
        """Freeze one conversation by its last wrap-up. Raises `NotFound`, and `Invalid` where nobody tagged it."""
        await self._log.head(conversation_id)
        events = await self._log.read(conversation_id)
        wrapped = [e.seq for e in events if isinstance(e.data, WrappedUp) and e.data.tags]
        if not wrapped:
            raise Invalid("nobody has wrapped this conversation up with a tag", code="not_tagged")
        name = name_of(conversation_id, wrapped[-1])
        done = await self._one(conversation_id, wrapped[-1])
        return Done(frozen=(name,)) if done else Done(empty=(name,))

    async def _one(self, conversation_id: str, wrapped_up: int) -> bool:
        events = await self._log.read(conversation_id)
        library = self.shelf.keep_policies(self._settings.policies_folder)
        regions = self._settings.checks.phone_regions
        case = freeze(events, wrapped_up, self._log.vault.ref, regions, library)
        if case is not None:
            self.shelf.put(case)
        return case is not None
