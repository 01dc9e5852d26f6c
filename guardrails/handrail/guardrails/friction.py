"""How much two sides talk past each other: the desk declines, the customer turns down what they got."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import takewhile

from handrail.conversation.situation import Line
from handrail.guardrails.phrasebook import phrasebook
from handrail.guardrails.text import even

FULL = 4.0
"""So much weight is friction in full."""


@dataclass(frozen=True, slots=True)
class _Cue:
    name: str
    weight: float
    most: int
    pattern: re.Pattern[str]

    def told(self, low: str) -> float:
        if self.most == 1:
            return self.weight * bool(self.pattern.search(low))
        return self.weight * min(len(self.pattern.findall(low)), self.most)


@dataclass(frozen=True, slots=True)
class _Book:
    customer: tuple[_Cue, ...]
    desk: tuple[_Cue, ...]
    closing: re.Pattern[str]
    closed: frozenset[str]
    sentiment: float
    early: tuple[float, ...]


def friction(lines: Sequence[Line], sentiment: float = 0.0) -> float:
    """The friction at the customer's line that ends `lines`, -1 (all goes smoothly) to 1.

    It is told by how the customer takes what the desk said since their last line, by what that was, and by the
    `sentiment` of the line (-1 to 1).
    """
    if not lines or lines[-1].speaker != "customer":
        return 0.0
    book = _book()
    low = even(lines[-1].text).lower()
    answer = takewhile(lambda line: line.speaker != "customer", reversed(lines[:-1]))
    said = even("\n".join(line.text for line in answer)).lower()
    closing = bool(book.closing.search(low))
    total = sum(c.told(low) for c in book.customer if not (closing and c.name in book.closed))
    total += sum(c.told(said) for c in book.desk)
    total += book.sentiment * sentiment
    before = sum(line.speaker == "customer" for line in lines) - 1
    if before < len(book.early):
        total += book.early[before]
    return max(-1.0, min(1.0, total / FULL))


def word(text: str) -> int:
    """What a line of the desk's says of the matter: 1 it is done, -1 it can't be, 0 neither."""
    book, low = _book(), even(text).lower()
    declined, done = (bool(cue.pattern.search(low)) for cue in book.desk)
    return -1 if declined else int(done)


@cache
def _book() -> _Book:
    book = phrasebook("friction")
    return _Book(
        customer=_cues("customer"),
        desk=_cues("desk"),
        closing=book.any("closing", "patterns"),
        closed=frozenset(book.data["closing"]["closed"]),
        sentiment=book.data["mood"]["sentiment"],
        early=tuple(book.data["early"]["weights"]),
    )


def _cues(side: str) -> tuple[_Cue, ...]:
    book = phrasebook("friction")
    return tuple(
        _Cue(name, cue["weight"], cue.get("most", 1), book.any(side, name, "patterns"))
        for name, cue in book.data[side].items()
    )
