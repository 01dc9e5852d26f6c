"""Taking one wish for a tool a step further: fill its slots, look up what it needs, ask, call, tell what came of it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from handrail.agent.models.offline.answers import with_choice
from handrail.agent.models.offline.asking import choose_from, question_for, which_question
from handrail.agent.models.offline.dialogue import Dialogue
from handrail.agent.models.offline.gathering import Embed, Gatherer, arguments_of
from handrail.agent.models.offline.goals import Goal
from handrail.agent.models.offline.outcomes import BROKEN, outcome
from handrail.agent.models.offline.phrasing import say
from handrail.agent.models.offline.providers import provider_for
from handrail.agent.models.offline.records import Record
from handrail.agent.models.offline.referring import Reference
from handrail.agent.models.offline.rendering import describe
from handrail.agent.models.offline.slots import Slot, slots_of
from handrail.agent.models.offline.timing import Paths
from handrail.agent.models.protocol import Call, Result
from handrail.agent.toolbook import Toolbook
from handrail.agent.tools.api import Tool

OFFERED = 6
"""How many things a customer is given to choose from."""


@dataclass(frozen=True, slots=True)
class Step:
    """What comes next for a wish: a text, a question, a call, or a text that ends it without success."""

    kind: Literal["say", "ask", "call", "fail"]
    text: str = ""
    call: Call | None = None
    reason: str = ""


class Pursuit:
    """Pursues the wishes of one turn."""

    def __init__(self, dialogue: Dialogue, book: Toolbook, embed: Embed) -> None:
        self._dialogue, self._book = dialogue, book
        self._gatherer = Gatherer(dialogue, book, embed)

    async def step(self, goal: Goal) -> Step:
        """The next step of a wish for a tool."""
        tool = goal.tool
        assert tool is not None
        result = self._dialogue.result_of(tool.name, goal.forced)
        if result is not None and result.code != BROKEN:
            narrowed = _narrowed(goal, result, self._dialogue)
            if narrowed is None:
                return self._told(tool, result)
            goal = narrowed
        values = await self._gatherer.values(goal, tool)
        for slot in (slot for slot in slots_of(tool) if slot.kind == "id"):
            step = self._refer(goal, tool, slot, values)
            if step is not None:
                return step
        missing = [slot for slot in slots_of(tool) if slot.required and slot.path not in values]
        if result is not None and result.code == BROKEN and not missing:
            # Its arguments did not fit, though they all seem to be there: ask for the first of them again.
            missing = [slot for slot in slots_of(tool) if slot.required][:1]
        if missing:
            return self._ask(missing[0])
        call = Call(tool.name, arguments_of(tool, values))
        if result is not None and dict(call.arguments) == dict(result.call.arguments):
            return self._told(tool, result)
        return Step("call", call=call)

    def _told(self, tool: Tool, result: Result) -> Step:
        told = outcome(tool, result, self._dialogue)
        return Step("ask" if told.asks else "fail" if told.reason else "say", told.text, reason=told.reason)

    def _refer(self, goal: Goal, tool: Tool, slot: Slot, values: Paths) -> Step | None:
        """Find out which thing is meant. Puts it among the values, or returns the step that finds it out."""
        reference = Reference(self._dialogue, goal, tool, slot)
        if goal.base and (other := reference.changed()):
            values[slot.path] = other
        if slot.path in values:
            return None
        chosen = reference.chosen()
        if len(chosen) == 1:
            values[slot.path] = chosen[0].id
            return None
        if not slot.required:
            return None
        provider = provider_for(slot, tool, self._book)
        looked = self._dialogue.result_of(provider.name) if provider else None
        if reference.records and (looked is not None or reference.trusted):
            return self._choose(slot, chosen or reference.records)
        return self._look(goal, slot, provider, looked, values) if provider else None

    def _look(self, goal: Goal, slot: Slot, provider: Tool, looked: Result | None, values: Paths) -> Step:
        """Look up the things to choose from; where nothing fits exactly, what there is."""
        if looked is not None and not looked.ok:
            told = self._told(provider, looked)
            return told if told.kind == "ask" else Step("fail", told.text, reason=told.reason or "action_failed")
        search = self._gatherer.search(goal, provider, values, wide=looked is not None)
        missing = [other for other in slots_of(provider) if other.required and other.path not in search]
        if missing:
            return self._ask(missing[0])
        call = Call(provider.name, arguments_of(provider, search))
        if looked is not None and len(call.arguments) >= len(looked.call.arguments):
            return self._ask(slot, found_none=True)
        return Step("call", call=call)

    def _choose(self, slot: Slot, records: Sequence[Record]) -> Step:
        question = which_question(slot)
        again = self._asked_before(question)
        if again == 2:
            return Step("fail", say("needs_person"), reason="stuck")
        searches = [r for r in self._dialogue.brief.results if r.ok and r.call.tool == records[0].tool]
        lead = say("not_read") if again else say("found_else") if len(searches) > 1 else ""
        listed = choose_from(question, [self._line(record) for record in records[:OFFERED]])
        return Step("ask", f"{lead} {listed}" if lead else listed)

    def _line(self, record: Record) -> str:
        line = describe(self._book.by_name.get(record.tool), record.fields, self._dialogue.brief.timezone)
        return line if record.id in line else f"{record.id}: {line}"

    def _ask(self, slot: Slot, *, found_none: bool = False) -> Step:
        if slot.kind == "other" or (slot.items is not None and slot.items.kind not in ("id", "choice", "text")):
            return Step("fail", say("needs_person"), reason="not_covered")
        question = question_for(slot)
        again = self._asked_before(question)
        if again == 2:
            return Step("fail", say("needs_person"), reason="stuck")
        lead = say("found_none", noun=slot.noun) if found_none else say("not_read") if again else ""
        return Step("ask", f"{lead} {question}" if lead else question)

    def _asked_before(self, question: str) -> int:
        """How often a question was just asked: 1 once, 2 when it was said that the answer to it was not understood."""
        line = " ".join(self._dialogue.newest.split())
        if question not in line:
            return 0
        return 2 if say("not_read") in line else 1


def _narrowed(goal: Goal, result: Result, dialogue: Dialogue) -> Goal | None:
    """The wish with the one alternative that the customer named already ("… at 11"), where a refusal asks which."""
    if result.ok or len(result.alternatives) < 2 or not goal.pieces:
        return None
    *before, last = goal.pieces
    offered = "\n".join(f"- {alternative}" for alternative in result.alternatives)
    chosen = with_choice(replace(last, before=offered), dialogue, by_time=True)
    return replace(goal, pieces=(*before, replace(last, item=chosen.item))) if chosen.item else None
