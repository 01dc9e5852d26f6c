"""What a customer wants: wishes for a tool, questions for the policies, as a line of theirs tells them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from handrail.agent.models.offline import forms
from handrail.agent.models.offline.clauses import Clause, clauses_of
from handrail.agent.models.offline.dialogue import Piece
from handrail.agent.models.offline.identifiers import ids_in
from handrail.agent.models.offline.intents import RELEVANT, Intent, Want, read_intent
from handrail.agent.models.offline.records import points
from handrail.agent.models.offline.slots import slots_of
from handrail.agent.models.offline.words import humanised, stem_set
from handrail.agent.toolbook import Toolbook
from handrail.agent.tools.api import Tool

CLEAR = 0.8
"""A fit from which a statement is a wish of its own, whatever stands beside it."""
OFFERED = 0.6
"""How well a tool must fit a question about how something is done for a later yes to mean it."""


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

    @property
    def uses(self) -> bool:
        """Whether this is a wish for a tool."""
        return self.want == "tool" and self.tool is not None

    @property
    def asks(self) -> bool:
        """Whether this is a question for the policies, put as one."""
        return self.want == "policy" and self.intent is not None and self.intent.clause.asks

    @property
    def name(self) -> str:
        """The name of its tool."""
        return self.tool.name if self.tool else ""


async def intents_of(
    text: str, book: Toolbook, relevance: float, *, meant: frozenset[str] = frozenset(), lenient: bool = False
) -> tuple[Intent, ...]:
    """What each clause of a line wants. `meant` are the tools for what it points at ("it", "the second one");
    `lenient` says that the policies have no answer to it."""
    clauses = clauses_of(text)
    # A customer who names something of theirs in one clause means it in the next ("I have B1. Can I move it?").
    named = (clause.own or book.spoken(clause.text) != clause.text for clause in clauses)
    own = bool(meant) or (len(clauses) > 1 and any(named))
    conditional = bool(forms.CONDITION.search(text))
    intents: list[Intent] = []
    for clause in clauses:
        about = meant | _of_same(intents, clause, book)
        intents.append(
            await read_intent(clause, book, relevance, own=own, meant=about, conditional=conditional, lenient=lenient)
        )
    return tuple(intents)


def _of_same(before: Sequence[Intent], clause: Clause, book: Toolbook) -> frozenset[str]:
    """The tools for things of the kind that the clause before was about, where this one only points at one ("… and
    cancel the other one")."""
    last = before[-1].tool if before and before[-1].want == "tool" else None
    if last is None or not points(clause.text):
        return frozenset()
    kinds = {slot.noun for slot in slots_of(last) if slot.kind == "id" and slot.required}
    return frozenset(
        tool.name
        for tool in book.tools
        if any(s.kind == "id" and s.required and s.noun in kinds for s in slots_of(tool))
    )


def goals_of(intents: Sequence[Intent], line: Piece) -> tuple[Goal, ...]:
    """The wishes of one line, in order; a clause that tells none goes with the one beside it."""
    tools = any(intent.want == "tool" for intent in intents)
    wished = any(intent.want in ("tool", "policy") and intent.clause.form != "statement" for intent in intents)
    goals: list[Goal] = []
    loose = ""
    for intent in intents:
        text = intent.clause.text
        background = _background(intent, tools=tools, wished=wished)
        if intent.want == "unclear" or background:
            if goals and goals[-1].want != "person":
                goals[-1] = _with_text(goals[-1], text)
            else:
                loose = f"{loose} {text}".strip()
        elif intent.want != "social":
            joined = f"{loose} {text}".strip() if intent.want == "tool" else text
            loose = ""
            last = goals[-1] if goals else None
            if last is not None and _same(last, intent):
                goals[-1] = _with_text(last, text)
            else:
                goals.append(Goal(intent.want, joined, intent.tool, (replace(line, text=joined),), intent=intent))
    if sum(goal.uses for goal in goals) == 1 and len(goals) == 1:
        goals[0] = replace(goals[0], pieces=(line,))
    return tuple(part for goal in goals for part in _by_ids(goal))


def _background(intent: Intent, *, tools: bool, wished: bool) -> bool:
    """Whether a statement only leads to the wish beside it ("I ordered boots in May. Can I return them?")."""
    if intent.clause.form != "statement":
        return False
    return (tools and intent.want == "policy") or (wished and intent.want == "tool" and intent.fit < CLEAR)


def _same(goal: Goal, intent: Intent) -> bool:
    """Whether a clause goes on with the wish before it. Two questions for the policies are two."""
    if goal.want != intent.want or goal.tool is not intent.tool or goal.want == "person":
        return False
    return not (goal.asks and intent.clause.asks)


async def wishes_in(line: Piece, book: Toolbook) -> list[Goal]:
    """The wishes for tools in an earlier line."""
    intents = await intents_of(line.text, book, 0.0, lenient=line.relevance < RELEVANT)
    found = [goal for goal in goals_of(intents, line) if goal.uses]
    if found:
        return found
    asked = [intent for intent in intents if intent.clause.form in ("ability", "howto") and intent.scores]
    if asked and asked[0].scores[0].value >= OFFERED:
        return [Goal("tool", line.text, asked[0].scores[0].tool, (line,))]
    return []


def common_words(tool: Tool) -> frozenset[str]:
    """The stems by which a tool is asked for: they tell what is wanted, not which one."""
    return stem_set(humanised(tool.name)) | stem_set("show me my")


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
