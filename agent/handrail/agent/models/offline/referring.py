"""Which of the things that were shown a wish is about."""

from collections.abc import Sequence

from handrail.agent.models.offline.answers import asked_slot
from handrail.agent.models.offline.dialogue import Dialogue
from handrail.agent.models.offline.goals import Goal, common_words
from handrail.agent.models.offline.identifiers import ids_in
from handrail.agent.models.offline.moments import Moment, find_moments
from handrail.agent.models.offline.records import OTHER, Record, pick, place_in, points
from handrail.agent.models.offline.slots import Slot
from handrail.agent.models.offline.words import humanised, stem_set
from handrail.agent.tools.api import Tool


class Reference:
    """What a wish says of the thing that fills one slot, beside the things that were shown."""

    def __init__(self, dialogue: Dialogue, goal: Goal, tool: Tool, slot: Slot) -> None:
        self._dialogue, self._goal, self._tool, self._slot = dialogue, goal, tool, slot
        self._text = " ".join(piece.text for piece in goal.pieces)
        self._asked = any(asked_slot(tool, piece, [tool]) is slot for piece in goal.pieces[-1:])
        self.records = self._candidates()

    @property
    def points(self) -> bool:
        """Whether it points at something spoken of before ("cancel it")."""
        return points(self._text)

    @property
    def trusted(self) -> bool:
        """Whether the thing is surely among those shown, though it can't be told which."""
        return self._asked or self.points or not self._speaks_of_others()

    def chosen(self) -> list[Record]:
        """Those that may be meant: one where it is clear; else several, or none for a slot that may stay empty."""
        if not self.records or not (self._slot.required or len(self.records) > 1 or self.points):
            return []
        if len(self.records) == 1:
            fresh = self._dialogue.result_of(self.records[0].tool) is not None
            return self.records if (fresh or self.trusted) and (self._slot.required or self.points) else []
        known = common_words(self._tool) | self._slot.words
        for number, piece in enumerate(reversed(self._goal.pieces)):
            asked = self._asked and number == 0
            picked = pick(self.records, piece.text, self._moments(piece.text), asked=asked, known=known)
            if 0 < len(picked) < len(self.records):
                return picked
        return self.records if self._slot.required else []

    def changed(self) -> str:
        """The id of another thing that a change of mind about a proposal picks ("no, the second one"); else empty."""
        records = next((found for found in self._dialogue.lists(self._slot) if len(found) > 1), [])
        text = self._goal.pieces[-1].text if self._goal.pieces else ""
        if not records or ids_in(text, self._slot):
            return ""
        known = common_words(self._tool) | self._slot.words
        picked = pick(records, text, self._moments(text), asked=True, known=known)
        return picked[0].id if len(picked) == 1 else ""

    def _candidates(self) -> list[Record]:
        """The newest things shown that it may be, without those that the tool has been done to."""
        other = bool(OTHER.search(self._text))
        done = self._dialogue.touched() if other else self._dialogue.acted_on(self._tool.name)
        shown = ([r for r in records if r.id not in done] for records in self._dialogue.lists(self._slot))
        lists = [records for records in shown if records]
        newest = _not_done(lists[0], self._tool) if lists else []
        longer = next((records for records in lists[1:] if len(records) > 1), [])
        if len(newest) != 1 or not longer:
            return newest
        if other:
            return [record for record in longer if record.id != newest[0].id]
        return longer if place_in(self._text, len(longer), asked=False) is not None else newest

    def _moments(self, text: str) -> Sequence[Moment]:
        brief = self._dialogue.brief
        return [moment for moment in find_moments(text, brief.now, brief.timezone) if moment.sure]

    def _speaks_of_others(self) -> bool:
        """Whether the text names things that none of the records speaks of: then others are meant."""
        said = stem_set(self._text) - common_words(self._tool) - stem_set(self._tool.description)
        return bool(said) and not any(said & record.words for record in self.records)


def _not_done(records: list[Record], tool: Tool) -> list[Record]:
    """Without those that say of themselves that it is done to them already ("cancelled"), where others are left."""
    verb = stem_set(humanised(tool.name).split()[0]) if tool.effect == "write" else frozenset()
    left = [record for record in records if not verb & record.words]
    return left or records
