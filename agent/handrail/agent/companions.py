"""The reads that go beside a write: what looks up the record it is done to, and what shows the ids that it takes."""

import math
from collections.abc import Mapping, Sequence

from handrail.agent.models.offline.providers import result_fields
from handrail.agent.models.offline.slots import Slot, slots_of
from handrail.agent.models.offline.words import humanised, stem_set
from handrail.agent.tools.api import Tool

BESIDE = 4
"""So many reads at most: the record, who it belongs to, what else there is to choose from."""
SAME_RECORD, SHOWS = 1.0, 1.0
"""What it counts that a read takes the same id as the write, and that its result has a field with such ids."""
LEAST = 0.25
"""A read that has less in common with the write has nothing to do with it."""


def companions(write: Tool, tools: Sequence[Tool]) -> tuple[Tool, ...]:
    """The reads among `tools` that yield what `write` has to be told, the best first, at most `BESIDE`.

    By the ids that both take, by the fields that a read says it returns, and by the words of the write (its own, those
    of its arguments) that a read's description has too, rare ones counting more.
    """
    slots = slots_of(write)
    if not slots:
        return ()
    rarity = _rarities(tools)
    values = {read.name: _value(slots, read, write, rarity) for read in tools if read.effect == "read"}
    ranked = sorted((read for read in tools if values.get(read.name, 0.0) >= LEAST), key=lambda r: -values[r.name])
    return tuple(ranked[:BESIDE])


def _value(slots: Sequence[Slot], read: Tool, write: Tool, rarity: Mapping[str, float]) -> float:
    ids = {name for slot in slots for name in slot.of}
    taken = {slot.name for slot in slots_of(read) if slot.required}
    value = SAME_RECORD * bool(ids & taken) + SHOWS * bool(ids - taken & result_fields(read))
    wanted = stem_set(write.description).union(*(slot.words for slot in slots)) & rarity.keys()
    total = sum(rarity[word] for word in wanted)
    return value + (sum(rarity[word] for word in wanted & _words(read)) / total if total else 0.0)


def _words(tool: Tool) -> frozenset[str]:
    return stem_set(f"{humanised(tool.name)} {tool.description}")


def _rarities(tools: Sequence[Tool]) -> dict[str, float]:
    """How rare each word of the reads is among them."""
    known = [_words(tool) for tool in tools if tool.effect == "read"]
    return {
        word: math.log(1 + len(known) / sum(word in words for words in known)) for word in frozenset().union(*known)
    }
