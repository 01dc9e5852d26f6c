"""Which passages say the same: copies of a policy in two files, or in two formats.

They may differ in marks, in order and in a word here and there, but not in a number, nor in a word that turns a rule
round: "within 14 days" and "within 30 days", or "not refunded" and "refunded", are two answers.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from .markdown import plain
from .passages import Passage
from .stems import terms

SAME = 0.85
"""The part of all their words that two passages share which say the same."""
KEPT = 4096
NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")
HINGE = re.compile(
    r"\b(?:not|no|never|none|nor|cannot|only|except|unless|without|before|after|from|until|if)\b|n['’]t\b"
)


@dataclass(frozen=True, slots=True)
class _Gist:
    words: frozenset[str]
    numbers: frozenset[tuple[str, int]]
    hinges: frozenset[tuple[str, int]]


class Alike:
    """Tells which of fixed passages say the same; what a passage says is read when it is first asked for."""

    def __init__(self, passages: Sequence[Passage]) -> None:
        self._passages = passages
        self._gist = lru_cache(maxsize=KEPT)(self._read)

    def __call__(self, one: int, other: int) -> bool:
        """Whether these two, by their places, say the same of the same things to the same readers."""
        first, second = self._passages[one].policy, self._passages[other].policy
        if first.entities != second.entities or first.audience != second.audience:
            return False
        ours, theirs = self._gist(one), self._gist(other)
        if ours.numbers != theirs.numbers or ours.hinges != theirs.hinges:
            return False
        return len(ours.words & theirs.words) >= SAME * len(ours.words | theirs.words)

    def _read(self, number: int) -> _Gist:
        text = plain(self._passages[number].text).lower()
        numbers, hinges = Counter(NUMBER.findall(text)), Counter(HINGE.findall(text))
        return _Gist(frozenset(terms(text)), frozenset(numbers.items()), frozenset(hinges.items()))
