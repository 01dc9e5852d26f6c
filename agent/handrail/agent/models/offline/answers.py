"""Whether a message answers our last question, and which slot that was about."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from handrail.agent.models.offline.asking import asked_in
from handrail.agent.models.offline.clauses import clauses_of
from handrail.agent.models.offline.dialogue import Dialogue, Piece, asks
from handrail.agent.models.offline.filling import fill
from handrail.agent.models.offline.goals import Goal, common_words
from handrail.agent.models.offline.identifiers import ids_in
from handrail.agent.models.offline.moments import find_moments
from handrail.agent.models.offline.providers import providers_of
from handrail.agent.models.offline.records import Record, by_moment, pick
from handrail.agent.models.offline.said import Said
from handrail.agent.models.offline.slots import Slot, slots_of
from handrail.agent.models.offline.words import is_no, is_yes, stem_set, stems
from handrail.agent.toolbook import Toolbook
from handrail.agent.tools.api import Tool

SURE = 0.72
"""A fit from which a message is taken for a wish of its own, rather than for an answer to our question."""
SHORT = 4
ITEM = re.compile(r"^\s*(?:[-*•]|\d+[.)])\s+(.+)$", re.MULTILINE)


def answers(dialogue: Dialogue, book: Toolbook, thread: Goal, own: Sequence[Goal]) -> bool:
    """Whether the message answers our last question for this wish, or changes what was proposed for it."""
    message = dialogue.message
    if not message or thread.tool is None or _tells_asked(dialogue, book, thread.tool):
        return bool(message and thread.tool)
    others = [goal for goal in own if goal.uses and goal.tool is not thread.tool]
    if any(goal.intent and goal.intent.fit >= SURE and len(goal.text.split()) > SHORT for goal in others):
        return False
    if any(goal.uses and goal.tool is thread.tool for goal in own):
        return True
    tools = [thread.tool, *providers_of(thread.tool, book)]
    asked = asked_in(dialogue.last_line, tools)
    if is_yes(message) or is_no(message):
        return is_yes(message) and not thread.base and all(slot.kind == "flag" for _, slot in asked)
    if chooses(dialogue, tools, message) or with_choice(Piece(message, dialogue.last_line), dialogue).item:
        return True
    # A question back ("how long does that take?") is no answer, though it may name a day; free words may be a wish.
    free = any(slot.kind in ("text", "address") for _, slot in asked)
    aside = any(goal.asks for goal in own) or (free and others)
    return not aside and _fills(dialogue, tools, asked)


def _tells_asked(dialogue: Dialogue, book: Toolbook, tool: Tool) -> bool:
    """Whether the message, a plain statement, tells a value of the very kind that was asked for."""
    message, brief = dialogue.message, dialogue.brief
    asked = asked_in(dialogue.last_line, [tool, *providers_of(tool, book)])
    if not asked or any(clause.form != "statement" for clause in clauses_of(message)):
        return False
    moments = tuple(find_moments(message, brief.now, brief.timezone))
    return any(
        slot.kind != "text" and slot.path in fill([slot], Said(message, moments, slot), brief.timezone)
        for _, slot in asked
    )


def chooses(dialogue: Dialogue, tools: Sequence[Tool], message: str) -> bool:
    """Whether the message picks one of the things that were shown."""
    brief = dialogue.brief
    moments = find_moments(message, brief.now, brief.timezone)
    for slot in (slot for tool in tools for slot in slots_of(tool) if slot.kind == "id"):
        records = next((found for found in dialogue.lists(slot) if len(found) > 1), [])
        picked = pick(records, message, moments, asked=True, known=common_words(tools[0]))
        if ids_in(message, slot) or (len(records) > 1 and 0 < len(picked) < len(records)):
            return True
    return False


def with_choice(piece: Piece, dialogue: Dialogue, *, by_time: bool = False) -> Piece:
    """A line together with the item that it picks from the list in our line before it ("the 2 o'clock one").

    `by_time` takes only a day or a time for a pick: for a line that was written before the list was seen.
    """
    items = ITEM.findall(piece.before)
    if piece.item or len(items) < 2 or is_yes(piece.text) or is_no(piece.text):
        return piece
    brief = dialogue.brief
    records = [Record(str(place), _fields(item, brief.now, brief.timezone), 0, "") for place, item in enumerate(items)]
    moments = [moment for moment in find_moments(piece.text, brief.now, brief.timezone) if moment.sure or not by_time]
    if by_time:
        picked = by_moment(records, moments) if moments else []
    else:
        picked = pick(records, piece.text, moments, asked=True, known=frozenset())
    return replace(piece, item=items[int(picked[0].id)]) if len(picked) == 1 else piece


def asked_slot(tool: Tool, piece: Piece, tools: Sequence[Tool]) -> Slot | None:
    """The slot of a tool that a line answers: the one whose question stood before it, else the one it spoke of most."""
    asked = [slot for owner, slot in asked_in(piece.before, tools) if owner is tool]
    if asked or not asks(piece.before):
        return asked[0] if asked else None
    line = ITEM.sub("", piece.before).strip()
    question = stem_set(line.rsplit("\n", 1)[-1][-200:])
    slots = [slot for slot in slots_of(tool) if slot.kind not in ("other", "text")]
    shared = {slot: len(question & slot.words) for slot in slots}
    best = max(shared, key=lambda slot: shared[slot], default=None)
    return best if best is not None and shared[best] > 0 else None


def _fills(dialogue: Dialogue, tools: Sequence[Tool], asked: Sequence[tuple[Tool, Slot]]) -> bool:
    """Whether the message tells a value: of the slot that was asked for, or of any."""
    brief, message = dialogue.brief, dialogue.message
    moments = tuple(find_moments(message, brief.now, brief.timezone))
    for tool in tools:
        mine: list[Slot | None] = [slot for owner, slot in asked if owner is tool]
        for slot in mine or [asked_slot(tool, Piece(message, dialogue.last_line), tools)]:
            if fill(slots_of(tool), Said(message, moments, slot, common_words(tool)), brief.timezone):
                return True
    # A choice may be told by its meaning alone ("it's torn" for damaged).
    return any(slot.kind == "choice" for _, slot in asked) and len(stems(message)) <= 12


def _fields(item: str, now: datetime, timezone: str) -> dict[str, str]:
    """An item of a list with the days and times it names, in the form that records have."""
    moments = [m for m in find_moments(item, now, timezone) if m.day is not None]
    days = {
        f"moment_{n}": m.day.isoformat() + (f"T{m.at.isoformat('minutes')}:00" if m.at and m.at == m.at_until else "")
        for n, m in enumerate(moments) if m.day is not None
    }  # fmt: skip
    return {"item": item, **days}
