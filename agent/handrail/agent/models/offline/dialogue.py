"""What the built-in engine sees of a conversation: what was said, asked and shown, and what is not done yet."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from handrail.agent.models.offline.records import Record, records_in
from handrail.agent.models.offline.slots import Slot, slots_of
from handrail.agent.models.protocol import Brief, Result
from handrail.agent.sentences import split
from handrail.agent.tools.api import Tool
from handrail.conversation.situation import ActionState, Line, Situation

CODE = re.compile(r"\[code\]")
PLEASE = re.compile(r"\bplease (?:give|tell|send|say|choose|name|enter|provide|write|type|let)\b", re.IGNORECASE)
BACK = 8
"""How many lines of the customer's are looked through for what is still to be done."""
SETTLED = frozenset(
    {"consented", "waiting", "approved", "refused", "claimed", "succeeded", "failed", "unknown", "dropped"}
)


@dataclass(frozen=True, slots=True)
class Piece:
    """A line of the customer's (seq 0: the message), and our line before it."""

    text: str
    before: str = ""
    seq: int = 0
    item: str = ""
    """The item of our list that the customer picked with it."""
    relevance: float = 0.0
    """How relevant to it what the policies' search found was."""


class Dialogue:
    """A brief, read with an eye on what was asked and shown before."""

    def __init__(self, brief: Brief, mend: Callable[[str], str] = str) -> None:
        self.brief, self._mend = brief, mend
        self.message = self._read(brief.message)
        self.before = _before(brief.situation)
        last = self.before[-1] if self.before else None
        self.newest = last.text if last and last.speaker == "bot" else ""
        self.last_line = self._original(len(self.before) - 1) if last and last.speaker == "bot" else ""
        self._now = {result.seq for result in brief.results if result.seq}

    @property
    def situation(self) -> Situation:
        return self.brief.situation

    def _read(self, text: str) -> str:
        return self._mend(CODE.sub(" ", text).strip())

    def earlier(self) -> Iterator[Piece]:
        """The customer's lines before the message, newest first, each with our line before it."""
        count = 0
        for place in range(len(self.before) - 1, -1, -1):
            line = self.before[place]
            if line.speaker != "customer":
                continue
            ours = self._original(place - 1) if place and self.before[place - 1].speaker == "bot" else ""
            yield Piece(self._read(line.text), ours, line.seq, relevance=self._relevance(line.seq))
            count += 1
            if count >= BACK:
                return

    def _relevance(self, seq: int) -> float:
        return next((c.relevance for c in self.situation.consulted if c.seq > seq), 0.0)

    def _original(self, place: int) -> str:
        """A line of ours; where its last question only reminded of an earlier one, the line that asked it first."""
        line = self.before[place].text
        question = last_question(line)
        if not question:
            return line
        earlier = (other.text for other in self.before[max(place - 6, 0) : place] if other.speaker == "bot")
        return next((text for text in earlier if question in text), line)

    def result_of(self, tool: str, value: str = "") -> Result | None:
        """What a tool came to in this turn; with `value`, where that was among its arguments."""
        for result in reversed(self.brief.results):
            if result.call.tool == tool and (not value or value in map(str, result.call.arguments.values())):
                return result
        return None

    def done_since(self, tool: str, seq: int, value: str = "") -> bool:
        """Whether a tool was used (for `value`) since the line `seq`: by a read before this turn, or an action."""
        # A refusal that asks back ("which day?") is no end of it.
        ran = (r for r in self.situation.results if r.seq not in self._now and not r.message.endswith("?"))
        used = [(r.seq, r.tool, r.arguments) for r in ran]
        used += [(a.seq, a.tool, a.arguments) for a in self.situation.actions if a.stage in SETTLED]
        return any(
            at > seq and name == tool and (not value or value in map(str, arguments.values()))
            for at, name, arguments in used
        )

    def acted_since(self, seq: int) -> bool:
        """Whether any action was settled since the line `seq`."""
        return any(a.seq > seq and a.stage in SETTLED for a in self.situation.actions)

    def action_of(self, tool: str) -> ActionState | None:
        """The last action by a tool."""
        return next((a for a in reversed(self.situation.actions) if a.tool == tool), None)

    @property
    def put_aside(self) -> bool:
        """Whether an action was put aside by the very line that is answered: declined, or left to a colleague."""
        heard = self.situation.heard
        return any(a.seq > heard and a.stage in ("dropped", "waiting") for a in self.situation.actions)

    def acted_on(self, tool: str) -> frozenset[str]:
        """The ids that a tool has been done to already: they are not meant again."""
        return frozenset(
            str(value)
            for a in self.situation.actions
            if a.tool == tool and a.stage == "succeeded"
            for value in a.arguments.values()
        )

    def touched(self) -> frozenset[str]:
        """The ids that any action was put before the customer for: the other one is none of them."""
        return frozenset(str(value) for a in self.situation.actions for value in a.arguments.values())

    def shown(self, slot: Slot) -> list[Record]:
        """The things with ids of a slot's kind in the newest result that has any, of this turn or before."""
        return next(self.lists(slot), [])

    def lists(self, slot: Slot) -> Iterator[list[Record]]:
        """The results that show things with ids of a slot's kind, newest first."""
        for result in reversed(self.brief.results):
            if result.ok and (found := self._records(result.value, slot, result.seq or 10**9, result.call.tool)):
                yield found
        for seq, tool, value in self._earlier_values():
            if found := self._records(value, slot, seq, tool):
                yield found

    def _earlier_values(self) -> list[tuple[int, str, object]]:
        """What reads and actions before this turn brought, newest first."""
        values: list[tuple[int, str, object]] = [
            (r.seq, r.tool, r.result) for r in self.situation.results if r.ok and r.seq not in self._now
        ]
        values += [
            (a.seq, a.tool, a.result) for a in self.situation.actions if a.stage == "succeeded" and a.result is not None
        ]
        return sorted(values, key=lambda value: -value[0])

    def about(self, tools: Sequence[Tool]) -> frozenset[str]:
        """The names of the tools that take an identifier which the newest result shows: "it" means that."""
        values = self._earlier_values()
        if not values:
            return frozenset()
        seq, name, value = values[0]
        return frozenset(
            tool.name
            for tool in tools
            if any(slot.kind == "id" and self._records(value, slot, seq, name) for slot in slots_of(tool))
        )

    def _records(self, value: object, slot: Slot, seq: int, tool: str) -> list[Record]:
        return records_in(value, slot.of, seq, tool, self.brief.timezone)


def asks(line: str) -> bool:
    """Whether a line of ours waits for an answer."""
    return "?" in line or bool(PLEASE.search(line))


def last_question(line: str) -> str:
    """The question that a line of ours ends with, or that a list follows; empty where there is none."""
    parts = [part.strip() for part in split(line) if part.strip() and not part.lstrip().startswith("-")]
    return parts[-1] if parts and parts[-1].endswith("?") else ""


def _before(situation: Situation) -> Sequence[Line]:
    """The lines up to the last one that was answered, ours among them."""
    waiting = {line.seq for line in situation.lines if line.speaker == "customer" and line.seq > situation.answered}
    first = min(waiting, default=None)
    return [line for line in situation.lines if line.speaker != "system" and (first is None or line.seq < first)]
