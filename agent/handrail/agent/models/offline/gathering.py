"""What the lines of a wish tell for the arguments of a tool."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from handrail.agent.models.offline.answers import asked_slot, with_choice
from handrail.agent.models.offline.choices import choices_in
from handrail.agent.models.offline.dialogue import Dialogue
from handrail.agent.models.offline.filling import fill, residue
from handrail.agent.models.offline.goals import Goal, common_words
from handrail.agent.models.offline.moments import find_moments
from handrail.agent.models.offline.providers import providers_of
from handrail.agent.models.offline.reasons import reason_in
from handrail.agent.models.offline.said import Said
from handrail.agent.models.offline.slots import Slot, put, slots_of, value_of
from handrail.agent.models.offline.timing import Paths
from handrail.agent.models.offline.words import humanised, stem_set
from handrail.agent.sentences import split
from handrail.agent.toolbook import Toolbook
from handrail.agent.tools.api import Tool

Embed = Callable[[Sequence[str]], Awaitable[NDArray[np.float32]]]

ALIKE, APART = 0.42, 0.06
"""How like a choice a text must be to be taken for it, and how much more than the next."""
UNASKED, TIED = 0.1, 0.06
"""What is asked for beyond these where the choice was not asked for, and where words named several."""
LONGEST = 8
"""Words that a search is told at most."""


class Gatherer:
    """Gathers the values of slots from what was said."""

    def __init__(self, dialogue: Dialogue, book: Toolbook, embed: Embed) -> None:
        self._dialogue, self._book, self._embed = dialogue, book, embed

    async def values(self, goal: Goal, tool: Tool) -> Paths:
        """What the lines tell for the slots of a wish's own tool; a later line overrules an earlier one."""
        slots = slots_of(tool)
        values: Paths = {slot.path: held for slot in slots if (held := value_of(goal.base, slot)) is not None}
        for said in self._said(goal, tool):
            values.update(fill(slots, said, self._dialogue.brief.timezone))
            values.update(_sought(goal, tool, said, values))
            for slot in slots:
                if slot.kind == "choice" and slot.path not in values and (slot.required or said.asked is slot):
                    chosen = await self._alike(slot, said)
                    values.update({} if chosen is None else {slot.path: chosen})
        if goal.forced:
            first = next(slot for slot in slots if slot.kind == "id" and slot.required)
            values[first.path] = goal.forced
        return values

    def search(self, goal: Goal, provider: Tool, values: Paths, *, wide: bool) -> Paths:
        """What a look-up for the wish needs to be told; `values` are those of the wish's own tool.

        What narrows the search is passed on where the tool shows anyone's things (free times), not the customer's own:
        "move my Friday booking" tells which one of those is meant, but "something on Friday" what to look for. A `wide`
        search leaves it out.
        """
        slots = slots_of(provider)
        told: Paths = {}
        for said in self._said(goal, provider):
            told.update(fill([s for s in slots if s.required or _narrows(s, provider)], said, self._zone))
            told.update(_sought(goal, provider, said, told))
        told.update({slot.path: values[slot.path] for slot in slots if slot.path in values and slot.path not in told})
        if not wide:
            return told
        return {slot.path: told[slot.path] for slot in slots if slot.path in told and _stays(slot)}

    @property
    def _zone(self) -> str:
        return self._dialogue.brief.timezone

    def _said(self, goal: Goal, tool: Tool) -> list[Said]:
        brief, own = self._dialogue.brief, goal.tool or tool
        tools = [own, tool, *providers_of(own, self._book)]
        said: list[Said] = []
        for line in goal.pieces:
            piece = with_choice(line, self._dialogue)
            moments = tuple(find_moments(piece.text, brief.now, brief.timezone))
            items = tuple(find_moments(piece.item, brief.now, brief.timezone))
            asked = asked_slot(tool, line, tools)
            said.append(Said(piece.text, moments, asked, common_words(own), piece.item, items))
        return said

    async def _alike(self, slot: Slot, said: Said) -> Any:
        """The choice that a text is most like in meaning ("it's torn": damaged), where one stands out."""
        if (reason := reason_in(slot, said.text)) is not None:
            return reason
        named = choices_in(slot.choices, said)
        tied = len(named) > 1
        choices = named if tied else [choice for choice in slot.choices if isinstance(choice, str)]
        if len(choices) < 2 or not stem_set(said.text):
            return None
        sentences = [piece.strip() for piece in split(said.text) if stem_set(piece)]
        vectors = await self._embed([*sentences, *(humanised(str(choice)) for choice in choices)])
        # A reason may stand in any sentence of the line: the one that is most like a choice tells it.
        likeness = (vectors[len(sentences) :] @ vectors[: len(sentences)].T).max(axis=1)
        first, second = (int(place) for place in np.argsort(-likeness)[:2])
        least = ALIKE + UNASKED * (said.asked is not slot)
        clear = likeness[first] - likeness[second] >= APART + TIED * tied
        return choices[first] if likeness[first] >= least and clear else None


def arguments_of(tool: Tool, values: Mapping[tuple[str, ...], Any]) -> dict[str, Any]:
    """The values as the tool takes them."""
    arguments: dict[str, Any] = {}
    for slot in slots_of(tool):
        if slot.path in values:
            put(arguments, slot, values[slot.path])
    return arguments


def _sought(goal: Goal, tool: Tool, said: Said, told: Paths) -> Paths:
    """What a search is to be told in words: what the line speaks of besides the wish itself."""
    slots = [slot for slot in slots_of(tool) if slot.kind == "text" and slot.required and slot.path not in told]
    if tool.effect != "read" or len(slots) != 1 or said.asked is not None:
        return {}
    known = common_words(tool) | common_words(goal.tool or tool) | stem_set(tool.description)
    known |= stem_set(" ".join(humanised(str(value)) for value in told.values()))
    sought = residue(said.text, said.moments, known)
    return {slots[0].path: sought} if sought and len(sought.split()) <= LONGEST else {}


def _narrows(slot: Slot, provider: Tool) -> bool:
    return slot.kind == "choice" or (provider.identity == "none" and slot.kind in ("day", "time", "moment", "count"))


def _stays(slot: Slot) -> bool:
    return slot.required or slot.kind == "choice"
