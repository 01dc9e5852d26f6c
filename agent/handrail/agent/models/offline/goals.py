"""What the customer wants done in this turn, one after the other: from the message, and from lines not settled yet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from handrail.agent.models.offline.asking import asked_in
from handrail.agent.models.offline.clauses import clauses_of, read
from handrail.agent.models.offline.dialogue import Dialogue, Piece, asks
from handrail.agent.models.offline.filling import Said, fill, ids_in
from handrail.agent.models.offline.intents import Intent, Want, read_intent
from handrail.agent.models.offline.moments import find_moments
from handrail.agent.models.offline.phrasing import ability
from handrail.agent.models.offline.providers import providers_of
from handrail.agent.models.offline.records import pick, place_in
from handrail.agent.models.offline.slots import Slot, slots_of
from handrail.agent.models.offline.words import DROP, humanised, is_no, is_yes, stem_set, stems
from handrail.agent.router import Toolbook
from handrail.agent.tools.api import Tool

OFFER = "Would you like me to"
SURE = 0.72
"""A fit from which a message is taken for a wish of its own, rather than for an answer to our question."""


@dataclass(frozen=True, slots=True)
class Goal:
    """One wish. For a tool: the customer's lines that bear on it, oldest first, and arguments that hold already."""

    want: Want
    text: str
    tool: Tool | None = None
    pieces: tuple[Piece, ...] = ()
    base: Mapping[str, Any] = field(default_factory=dict)
    forced: str = ""
    """The identifier that this goal is about, where the line names several."""
    intent: Intent | None = None


@dataclass(frozen=True, slots=True)
class Agenda:
    """The goals of a turn in order. `thread` is the wish that our last question belongs to, if it is still open."""

    goals: tuple[Goal, ...]
    intents: tuple[Intent, ...]
    thread: Goal | None = None
    dropped: bool = False
    unread: bool = False
    """The message was meant as an answer to our question, but no answer was found in it."""


class Planner:
    """Makes the agenda of a turn."""

    def __init__(self, dialogue: Dialogue, book: Toolbook) -> None:
        self._dialogue, self._book = dialogue, book

    async def agenda(self) -> Agenda:
        """The goals of this turn; see `Agenda`."""
        dialogue = self._dialogue
        message, relevance = dialogue.message, dialogue.brief.found.relevance
        intents = (
            tuple([await read_intent(clause, self._book, relevance) for clause in clauses_of(message)])
            if message
            else ()
        )
        own = self._own(intents, message)
        thread = await self._thread(own)
        if thread is None:
            further = self._further(message) if message and not own else None
            return Agenda((further,) if further else own, intents)
        if message and DROP.search(message) and not own:
            return Agenda((), intents, thread, dropped=True)
        answers = self._answers(thread, message, own)
        if answers or not message or self._goes_on(message):
            others = (
                tuple(goal for goal in own if goal.tool is not thread.tool and goal.want == "tool") if answers else ()
            )
            asked = tuple(goal for goal in own if goal.want == "policy" and goal.intent and goal.intent.clause.asks)
            return Agenda((thread, *others, *asked, *await self._left_over(thread)), intents, thread)
        if own:
            return Agenda(own, intents, thread)
        social = any(intent.want in ("social", "person") for intent in intents)
        return Agenda((), intents, thread, unread=not social)

    def _goes_on(self, message: str) -> bool:
        """The turn is about what was asked before: a call was made for it, or the customer said yes."""
        return bool(self._dialogue.brief.results) and (not message or is_yes(message))

    def _own(self, intents: Sequence[Intent], message: str) -> tuple[Goal, ...]:
        """The wishes of the message itself; what tells no wish goes with the one beside it."""
        goals: list[Goal] = []
        loose = ""
        for intent in intents:
            text = intent.clause.text
            if intent.want == "unclear":
                if goals and goals[-1].want != "person":
                    goals[-1] = _with_text(goals[-1], text)
                else:
                    loose = f"{loose} {text}".strip()
                continue
            if intent.want == "social":
                continue
            joined = f"{loose} {text}".strip() if intent.want == "tool" else text
            loose = ""
            last = goals[-1] if goals else None
            if last is not None and last.want == intent.want and last.tool is intent.tool and intent.want != "person":
                goals[-1] = _with_text(last, text)
                continue
            pieces = (Piece(joined, self._dialogue.last_line),)
            goals.append(Goal(intent.want, joined, intent.tool, pieces, intent=intent))
        if len(goals) == 1 and goals[0].tool is not None and goals[0].want == "tool":
            goals[0] = replace(goals[0], pieces=(Piece(message, self._dialogue.last_line),))
        return tuple(part for goal in goals for part in _by_ids(goal))

    async def _thread(self, own: Sequence[Goal]) -> Goal | None:
        """The wish that is still open from the lines before."""
        dialogue = self._dialogue
        proposal = dialogue.situation.proposal
        if proposal and proposal.tool in self._book.by_name and not dialogue.brief.results:
            tool = self._book.by_name[proposal.tool]
            return Goal("tool", dialogue.message, tool, (Piece(dialogue.message),), base=proposal.arguments)
        if not (asks(dialogue.last_line) or (dialogue.brief.results and not own)):
            return None
        if offered := self._offered():
            return offered
        later: list[Piece] = [Piece(dialogue.message, dialogue.last_line)] if dialogue.message else []
        for piece in dialogue.earlier():
            goals = [goal for goal in await self._goals_in(piece) if goal.tool is not None]
            open_ = [goal for goal in goals if not dialogue.done_since(_name(goal), piece.seq)]
            if open_:
                goal = open_[0]
                return replace(goal, pieces=(*goal.pieces, *later))
            if goals or not (asks(piece.before) or dialogue.brief.results):
                return None
            later.insert(0, piece)
        return None

    def _offered(self) -> Goal | None:
        """The wish that the customer takes up from our offer ("Would you like me to …, or to …?")."""
        message, line = self._dialogue.message, self._dialogue.last_line
        tools = [tool for tool in self._book.tools if f" {ability(tool)}" in line] if OFFER in line else []
        if not tools or not message or is_no(message):
            return None
        place = place_in(message, len(tools))
        said = stem_set(message)
        fits = [len(said & stem_set(ability(tool))) for tool in tools]
        if place is None and max(fits) > 0 and fits.count(max(fits)) == 1:
            place = fits.index(max(fits))
        if place is None and len(tools) == 1 and is_yes(message):
            place = 0
        if place is None:
            return None
        before = next(self._dialogue.earlier(), None)
        pieces = (*((before,) if before else ()), Piece(message, line))
        return Goal("tool", message, tools[place], pieces)

    def _further(self, message: str) -> Goal | None:
        """The same again for another thing ("and the second one?"), after something was done or shown for one."""
        situation = self._dialogue.situation
        used = [(a.seq, a.tool) for a in situation.actions if a.stage in ("succeeded", "failed")]
        used += [(r.seq, r.tool) for r in situation.results if r.arguments]
        name = max(used)[1] if used else ""
        tool = self._book.by_name.get(name)
        if tool is None or not any(slot.kind == "id" and slot.required for slot in slots_of(tool)):
            return None
        return Goal("tool", message, tool, (Piece(message),)) if self._chooses([tool], message) else None

    async def _left_over(self, thread: Goal) -> tuple[Goal, ...]:
        """Wishes of the line that began the thread, and of lines before it, which wait for their turn."""
        first = thread.pieces[0].seq if thread.pieces else 0
        left: list[Goal] = []
        for piece in self._dialogue.earlier():
            if not first or piece.seq < first or len(left) > 3:
                break
            for goal in await self._goals_in(piece):
                if (
                    goal.tool is not None
                    and goal.tool is not thread.tool
                    and not self._dialogue.done_since(_name(goal), piece.seq)
                ):
                    left.append(goal)
        return tuple(left)

    async def unfinished(self) -> tuple[Goal, ...]:
        """Wishes of the customer's last lines that nothing was done for yet: after an action they come next."""
        for piece in self._dialogue.earlier():
            goals = [goal for goal in await self._goals_in(piece) if goal.tool is not None]
            if goals:
                return tuple(goal for goal in goals if not self._dialogue.done_since(_name(goal), piece.seq))
        return ()

    async def _goals_in(self, piece: Piece) -> list[Goal]:
        """The wishes for tools in an earlier line."""
        intents = [await read_intent(clause, self._book, 0.0) for clause in clauses_of(piece.text)]
        offers = [
            intent for intent in intents if intent.want == "unclear" and intent.clause.form in ("ability", "howto")
        ]
        found = [goal for goal in self._own(intents, piece.text) if goal.want == "tool"]
        if not found and offers and offers[0].scores and offers[0].scores[0].value >= 0.6:
            found = [Goal("tool", piece.text, offers[0].scores[0].tool)]
        single = len(found) == 1
        return [
            replace(goal, pieces=(Piece(piece.text if single else goal.text, piece.before, piece.seq),))
            for goal in found
        ]

    def _answers(self, thread: Goal, message: str, own: Sequence[Goal]) -> bool:
        """Whether the message answers our last question, or changes what was proposed."""
        if not message or thread.tool is None:
            return False
        other = [goal for goal in own if goal.want == "tool" and goal.tool is not thread.tool]
        if any(goal.intent and goal.intent.fit >= SURE and not _short(goal.text) for goal in other):
            return False
        if any(goal.tool is thread.tool for goal in own if goal.want == "tool"):
            return True
        if is_no(message):
            return False
        asking = any(goal.want == "policy" and goal.intent and goal.intent.clause.asks for goal in own)
        tools = [thread.tool, *providers_of(thread.tool, self._book)]
        if asking:
            # A question back ("how long does that take?") is no answer, but "can I have the second one?" is.
            return self._chooses(tools, message)
        if is_yes(message):
            return not thread.base and not asked_in(self._dialogue.last_line, tools)
        if self._chooses(tools, message):
            return True
        free = any(slot.kind in ("text", "address") for _, slot in asked_in(self._dialogue.last_line, tools))
        return self._fills(tools, message) and not (free and other)

    def _fills(self, tools: Sequence[Tool], message: str) -> bool:
        brief = self._dialogue.brief
        asked = asked_in(self._dialogue.last_line, tools)
        moments = tuple(find_moments(message, brief.now, brief.timezone))
        for tool in tools:
            slots = slots_of(tool)
            mine = [slot for owner, slot in asked if owner is tool]
            for slot in mine or [None]:  # type: ignore[list-item]
                said = Said(message, moments, slot, common_words(tool))
                if fill(slots, said, brief.timezone):
                    return True
        return bool(asked) and any(slot.kind == "choice" for _, slot in asked) and len(stems(message)) <= 12

    def _chooses(self, tools: Sequence[Tool], message: str) -> bool:
        """Whether the message picks one of the things that were shown."""
        brief = self._dialogue.brief
        moments = find_moments(message, brief.now, brief.timezone)
        for slot in (slot for tool in tools for slot in slots_of(tool) if slot.kind == "id"):
            records = self._dialogue.shown(slot)
            picked = pick(records, message, moments, asked=True, known=common_words(tools[0]))
            if ids_in(message, slot) or (len(records) > 1 and 0 < len(picked) < len(records)):
                return True
        return False


def common_words(tool: Tool) -> frozenset[str]:
    """The stems by which a tool is asked for: they tell what is wanted, not which one."""
    return stem_set(humanised(tool.name)) | stem_set("show me my")


def asked_slot(tool: Tool, piece: Piece, tools: Sequence[Tool]) -> Slot | None:
    """The slot of a tool that a line answers: the one whose question stood before it, else the one it spoke of most."""
    asked = [slot for owner, slot in asked_in(piece.before, tools) if owner is tool]
    if asked or not piece.before or not asks(piece.before):
        return asked[0] if asked else None
    question = stem_set(piece.before.rstrip().rsplit("\n", 1)[-1][-200:])
    shared = {
        slot: len(question & slot.words) for slot in slots_of(tool) if slot.kind not in ("other", "text", "address")
    }
    best = max(shared, key=lambda slot: shared[slot], default=None)
    return best if best is not None and shared[best] > 0 else None


def _with_text(goal: Goal, text: str) -> Goal:
    joined = f"{goal.text} {text}"
    return replace(goal, text=joined, pieces=tuple(replace(piece, text=joined) for piece in goal.pieces))


def _by_ids(goal: Goal) -> list[Goal]:
    """A wish that names several identifiers is several wishes."""
    if goal.tool is None or goal.want != "tool":
        return [goal]
    slots = [slot for slot in slots_of(goal.tool) if slot.kind == "id" and slot.required and slot.pattern]
    found = ids_in(goal.text, slots[0]) if len(slots) == 1 else []
    return [replace(goal, forced=one) for one in found] if len(found) > 1 else [goal]


def _short(text: str) -> bool:
    return len(text.split()) <= 3


def _name(goal: Goal) -> str:
    return goal.tool.name if goal.tool else ""


__all__ = ["Agenda", "Goal", "Planner", "asked_slot", "common_words", "read"]
