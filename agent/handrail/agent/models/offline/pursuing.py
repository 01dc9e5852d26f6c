"""Taking one wish for a tool a step further: fill its slots, look up what it needs, ask, call, tell what came of it."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from handrail.agent.models.offline.answers import asked_slot, with_choice
from handrail.agent.models.offline.asking import choose_from, question_for, which_question
from handrail.agent.models.offline.dialogue import Dialogue, Piece
from handrail.agent.models.offline.filling import Said, choices_in, fill, ids_in, residue
from handrail.agent.models.offline.goals import Goal, common_words
from handrail.agent.models.offline.moments import find_moments
from handrail.agent.models.offline.outcomes import BROKEN, outcome
from handrail.agent.models.offline.phrasing import say
from handrail.agent.models.offline.providers import provider_for, providers_of
from handrail.agent.models.offline.records import OTHER, Record, pick, place_in, points
from handrail.agent.models.offline.rendering import describe
from handrail.agent.models.offline.slots import Slot, put, slots_of, value_of
from handrail.agent.models.offline.words import humanised, stem_set
from handrail.agent.models.protocol import Call
from handrail.agent.toolbook import Toolbook
from handrail.agent.tools.api import Tool

Kind = Literal["say", "ask", "call", "fail"]
ALIKE, APART = 0.42, 0.06
"""How like a choice a text must be to be taken for it, and how much more than the next."""
OFFERED = 6


@dataclass(frozen=True, slots=True)
class Step:
    """What comes next for a wish: a text, a question, a call, or a text that ends it without success."""

    kind: Kind
    text: str = ""
    call: Call | None = None
    reason: str = ""


Paths = dict[tuple[str, ...], Any]


class Pursuit:
    """Pursues the wishes of one turn."""

    def __init__(
        self, dialogue: Dialogue, book: Toolbook, embed: Callable[[Sequence[str]], Awaitable[NDArray[np.float32]]]
    ) -> None:
        self._dialogue, self._book, self._embed = dialogue, book, embed

    async def step(self, goal: Goal) -> Step:
        """The next step of a wish for a tool."""
        tool = goal.tool
        assert tool is not None
        result = self._dialogue.result_of(tool.name, goal.forced)
        if result is not None and result.code != BROKEN:
            told = outcome(tool, result, self._dialogue)
            return Step("ask" if told.asks else "fail" if told.reason else "say", told.text, reason=told.reason)
        values = await self._values(goal, tool)
        for slot in slots_of(tool):
            if slot.kind == "id" and goal.base and (other := self._changed(slot, goal, tool)):
                values[slot.path] = other
            if slot.kind == "id" and slot.path not in values:
                step = await self._refer(goal, tool, slot, values)
                if step is not None:
                    return step
        missing = [slot for slot in slots_of(tool) if slot.required and slot.path not in values]
        if result is not None and not missing:
            # Its arguments did not fit, though they all seem to be there: ask for the first of them again.
            missing = [slot for slot in slots_of(tool) if slot.required][:1]
        if missing:
            return self._ask(missing[0], goal)
        return Step("call", call=Call(tool.name, _arguments(tool, values)))

    async def _values(self, goal: Goal, tool: Tool) -> Paths:
        """What the lines of a wish tell for the slots of its tool; a later line overrules an earlier one."""
        slots = slots_of(tool)
        values: Paths = {slot.path: held for slot in slots if (held := value_of(goal.base, slot)) is not None}
        for said in self._said(goal, tool):
            values.update(fill(slots, said, self._dialogue.brief.timezone))
            values.update(self._sought(tool, said, values, goal))
            for slot in slots:
                if slot.kind == "choice" and slot.path not in values and (slot.required or said.asked is slot):
                    chosen = await self._alike(slot, said)
                    if chosen is not None:
                        values[slot.path] = chosen
        if goal.forced:
            first = next(slot for slot in slots if slot.kind == "id" and slot.required)
            values[first.path] = goal.forced
        return values

    def _said(self, goal: Goal, tool: Tool) -> list[Said]:
        brief = self._dialogue.brief
        tools = [goal.tool or tool, tool, *providers_of(goal.tool or tool, self._book)]
        said: list[Said] = []
        for line in goal.pieces:
            piece = with_choice(line, self._dialogue)
            moments = tuple(find_moments(piece.text, brief.now, brief.timezone))
            items = tuple(find_moments(piece.item, brief.now, brief.timezone))
            asked = asked_slot(tool, line, tools)
            said.append(Said(piece.text, moments, asked, common_words(goal.tool or tool), piece.item, items))
        return said

    async def _alike(self, slot: Slot, said: Said) -> Any:
        """The choice that a text is most like in meaning ("it's torn": damaged), where one stands out."""
        named = choices_in(slot.choices, said)
        tied = len(named) > 1
        choices = named if tied else [c for c in slot.choices if isinstance(c, str)]
        if len(choices) < 2 or not stem_set(said.text):
            return None
        vectors = await self._embed([said.text, *(humanised(str(choice)) for choice in choices)])
        likeness = vectors[1:] @ vectors[0]
        order = np.argsort(-likeness)
        best, second = float(likeness[order[0]]), float(likeness[order[1]])
        least = ALIKE if said.asked is slot else ALIKE + 0.1
        apart = APART + 0.06 if tied else APART
        return choices[int(order[0])] if best >= least and best - second >= apart else None

    async def _refer(self, goal: Goal, tool: Tool, slot: Slot, values: Paths) -> Step | None:
        """Find out which thing is meant. Puts it among the values, or returns the step that finds it out."""
        text = " ".join(piece.text for piece in goal.pieces)
        asked = any(asked_slot(tool, piece, [tool]) is slot for piece in goal.pieces[-1:])
        records = self._candidates(slot, tool, text)
        provider = provider_for(slot, tool, self._book)
        looked = self._dialogue.result_of(provider.name) if provider else None
        if records and (slot.required or len(records) > 1 or points(text)):
            picked = self._pick(records, goal, tool, slot, asked=asked, optional=not slot.required)
            if len(picked) == 1:
                values[slot.path] = picked[0].id
                return None
            trusted = looked is not None or asked or points(text) or not self._speaks_of_others(records, text, tool)
            if slot.required and trusted:
                return self._choose(slot, picked or records, goal)
        if not slot.required:
            return None
        if provider is None:
            return None
        if looked is None:
            return await self._look(goal, provider, values)
        if not looked.ok:
            told = outcome(provider, looked, self._dialogue)
            return Step("ask" if told.asks else "fail", told.text, reason=told.reason or "action_failed")
        wider = (await self._look(goal, provider, values, wide=True)).call
        if wider is not None and len(wider.arguments) < len(looked.call.arguments):
            return Step("call", call=wider)
        return self._ask(slot, goal, found_none=True)

    def _changed(self, slot: Slot, goal: Goal, tool: Tool) -> str:
        """The other thing that a change of mind about a proposal picks ("no, the second one")."""
        records = next((found for found in self._dialogue.lists(slot) if len(found) > 1), [])
        brief, text = self._dialogue.brief, goal.pieces[-1].text if goal.pieces else ""
        moments = [m for m in find_moments(text, brief.now, brief.timezone) if m.sure]
        if not records or ids_in(text, slot):
            return ""
        picked = pick(records, text, moments, asked=True, known=common_words(tool) | slot.words)
        return picked[0].id if len(picked) == 1 else ""

    def _candidates(self, slot: Slot, tool: Tool, text: str) -> list[Record]:
        done = self._dialogue.acted_on(tool.name)
        lists = [[r for r in records if r.id not in done] for records in self._dialogue.lists(slot)]
        lists = [records for records in lists if records]
        if not lists:
            return []
        newest = _not_done(lists[0], tool)
        longer = next((records for records in lists[1:] if len(records) > 1), [])
        if len(newest) == 1 and longer and OTHER.search(text):
            return [record for record in longer if record.id != newest[0].id]
        return (
            longer if len(newest) == 1 and longer and place_in(text, len(longer), asked=False) is not None else newest
        )

    def _pick(
        self, records: list[Record], goal: Goal, tool: Tool, slot: Slot, *, asked: bool, optional: bool
    ) -> list[Record]:
        """Those of the records that the lines of a wish point at, the newest line first."""
        brief = self._dialogue.brief
        known = common_words(tool) | slot.words
        if len(records) == 1:
            text = " ".join(piece.text for piece in goal.pieces)
            fresh = self._dialogue.result_of(records[0].tool) is not None
            sure = fresh or asked or points(text) or not self._speaks_of_others(records, text, tool)
            return records if sure and (not optional or points(text)) else []
        for number, piece in enumerate(reversed(goal.pieces)):
            moments = [m for m in find_moments(piece.text, brief.now, brief.timezone) if m.sure]
            picked = pick(records, piece.text, moments, asked=asked and number == 0, known=known)
            if 0 < len(picked) < len(records):
                return picked
        return [] if optional else records

    def _speaks_of_others(self, records: Sequence[Record], text: str, tool: Tool) -> bool:
        """Whether a text names things that none of the records speaks of: then others are meant."""
        said = stem_set(text) - common_words(tool) - stem_set(tool.description)
        return bool(said) and not any(said & record.words for record in records)

    async def _look(self, goal: Goal, provider: Tool, values: Paths, *, wide: bool = False) -> Step:
        """Call the tool that shows the things to choose from, with what it needs from the same lines.

        What narrows the search is passed on where the tool shows anyone's things (free times), not the customer's own:
        "move my Friday booking" tells which one of those is meant, but "something on Friday" what to look for. A `wide`
        search leaves it out.
        """
        told: Paths = {}
        for said in self._said(goal, provider):
            wanted = [s for s in slots_of(provider) if s.required or _narrows(s, provider)]
            told.update(fill(wanted, said, self._dialogue.brief.timezone))
            told.update(self._sought(provider, said, told, goal))
        told.update({s.path: values[s.path] for s in slots_of(provider) if s.path in values and s.path not in told})
        if wide:
            told = {
                s.path: told[s.path]
                for s in slots_of(provider)
                if s.path in told and (s.required or s.kind == "choice")
            }
        missing = [s for s in slots_of(provider) if s.required and s.path not in told]
        if missing:
            return self._ask(missing[0], goal)
        return Step("call", call=Call(provider.name, _arguments(provider, told)))

    def _sought(self, tool: Tool, said: Said, told: Paths, goal: Goal) -> Paths:
        """What a search needs to be told in words: what the line speaks of besides the wish itself."""
        slots = [slot for slot in slots_of(tool) if slot.kind == "text" and slot.required and slot.path not in told]
        if tool.effect != "read" or len(slots) != 1 or said.asked is not None:
            return {}
        known = common_words(tool) | common_words(goal.tool or tool) | stem_set(tool.description)
        sought = residue(said.text, said.moments, known)
        return {slots[0].path: sought} if sought and len(sought.split()) <= 8 else {}

    def _choose(self, slot: Slot, records: Sequence[Record], goal: Goal) -> Step:
        again = self._asked_before(which_question(slot))
        if again == 2:
            return Step("fail", say("needs_person"), reason="stuck")
        searches = [r for r in self._dialogue.brief.results if r.ok and r.call.tool == records[0].tool]
        lead = say("not_read") if again else say("found_else") if len(searches) > 1 else ""
        zone = self._dialogue.brief.timezone
        lines = [describe(self._book.by_name.get(record.tool), record.fields, zone) for record in records[:OFFERED]]
        told = [
            line if record.id in line else f"{record.id}: {line}" for line, record in zip(lines, records, strict=False)
        ]
        listed = choose_from(which_question(slot), told)
        return Step("ask", f"{lead} {listed}" if lead else listed)

    def _ask(self, slot: Slot, goal: Goal, *, found_none: bool = False) -> Step:
        if slot.kind in ("other", "list"):
            return Step("fail", say("needs_person"), reason="not_covered")
        question = question_for(slot)
        before = say("found_none", noun=slot.noun) + " " if found_none else ""
        again = self._asked_before(question)
        if again == 2:
            return Step("fail", say("needs_person"), reason="stuck")
        return Step("ask", before + (say("not_read") + " " if again and not found_none else "") + question)

    def _asked_before(self, question: str) -> int:
        """How often a question was just asked: 1 once, 2 when it was said already that the answer was not understood."""
        line = " ".join(self._dialogue.newest.split())
        if question not in line:
            return 0
        return 2 if say("not_read") in line else 1


def _not_done(records: list[Record], tool: Tool) -> list[Record]:
    """Without those that say of themselves that it is done to them already ("cancelled"), where others are left."""
    verb = stem_set(humanised(tool.name).split()[0]) if tool.effect == "write" else frozenset()
    left = [record for record in records if not verb & record.words]
    return left or records


def _narrows(slot: Slot, provider: Tool) -> bool:
    return slot.kind == "choice" or (provider.identity == "none" and slot.kind in ("day", "time", "moment", "count"))


def _arguments(tool: Tool, values: Mapping[tuple[str, ...], Any]) -> dict[str, Any]:
    arguments: dict[str, Any] = {}
    for slot in slots_of(tool):
        if slot.path in values:
            put(arguments, slot, values[slot.path])
    return arguments
