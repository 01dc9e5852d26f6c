"""Which of the things that passages are about a conversation speaks of: places, products, branches, plans.

A name is found in parts and misspelt ("the Kestrel", "the kestrle inn"), since customers seldom write it out. Its words
count by how few things' passages say them, so "inn" tells little and "Kestrel" much. What was named last counts most.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import process
from rapidfuzz.distance import OSA

WORD = re.compile(r"[^\W_]+(?:['’][^\W\d_]+)*|&")
LEAST = 0.55
"""The share of a name that must be said, by the weights of its words."""
SLACK = 1e-9
"""What sums of weights may differ by, added up in another order."""
DULL = 0.05
"""The least weight of a word."""
ALIKE, SHORTEST = 0.8, 4
"""How alike a misspelt word must be, and from which length words are taken for misspelt."""
FADING = 0.7
"""What a name counts less for each line after it that names something else."""
LINES = 30
"""How many lines back names are looked for."""
RARE = 50
"""A name that one of so many passages carries, or fewer, counts wholly; one that all carry counts nothing."""
KEPT = 4096
POINTER = "it"
"""What stands in a question for a name, so that the rest of it is what is searched for."""


@dataclass(frozen=True, slots=True)
class Mention:
    """A name as it was said: its number, how much of it, and from where to where in the text."""

    name: int
    share: float
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Said:
    """A name as it may have been said: what of its weight, and by the words at which places."""

    name: int
    weight: float
    share: float
    places: frozenset[int]


class Entities:
    """The names that passages carry: `names[n]` are those of passage n, which may be none, and `texts[n]` its words."""

    def __init__(
        self, names: Sequence[Sequence[str]], texts: Sequence[str], english: frozenset[str] = frozenset()
    ) -> None:
        carried: dict[str, list[int]] = {}
        for number, of_passage in enumerate(names):
            for name in dict.fromkeys(each.casefold() for each in of_passage):
                carried.setdefault(name, []).append(number)
        self._english = english
        self._size = len(names)
        self._passages = [np.array(numbers, dtype=np.intp) for numbers in carried.values()]
        self._parts = [tuple(word for word, _, _ in _words(name)) for name in carried]
        self._weights = _weights(self._parts, list(carried.values()), texts)
        self._wholes = [sum(weights) for weights in self._weights]
        self._where: dict[str, list[tuple[int, tuple[int, ...]]]] = defaultdict(list)
        for known, parts in enumerate(self._parts):
            for place, word in enumerate(parts):
                self._where[word].append((known, (place,)))
            for place, (first, second) in enumerate(pairwise(parts)):
                self._where[first + second].append((known, (place, place + 1)))
        self._by_letter: dict[str, list[str]] = defaultdict(list)
        for word in sorted(self._where):
            self._by_letter[word[0]].append(word)
        self._mentions = lru_cache(maxsize=KEPT)(self._found)

    def __bool__(self) -> bool:
        return bool(self._parts)

    def named(self, passages: int = 1) -> NDArray[np.bool_]:
        """Which passages carry a name that so many passages carry at least."""
        found = np.zeros(self._size, dtype=np.bool_)
        for numbers in self._passages:
            found[numbers] |= len(numbers) >= passages
        return found

    def weights(self, lines: Sequence[str]) -> NDArray[np.float32] | None:
        """Return how much each passage's things are spoken of (0 to 1), by lines oldest first; none where none is."""
        found = np.zeros(self._size, dtype=np.float32)
        worth = 1.0
        for line in reversed(lines[-LINES:]):
            most = 0.0
            for mention in self._mentions(line):
                numbers = self._passages[mention.name]
                told = mention.share * self._telling(len(numbers))
                found[numbers] = np.maximum(found[numbers], told * worth)
                most = max(most, told)
            # A name that many passages carry ("hotel") hardly takes the place of what was named before.
            worth *= FADING**most
        return found if found.any() else None

    def mentions(self, text: str) -> Sequence[Mention]:
        """Return the names that a text says, in order."""
        return self._mentions(text)

    def without(self, text: str) -> str:
        """Return a text with a pointer in the place of every name."""
        kept: list[str] = []
        end = 0
        for mention in self._mentions(text):
            # Two names may be said by the same words.
            if mention.start >= end:
                kept.extend((text[end : mention.start], POINTER))
                end = mention.end
        return "".join((*kept, text[end:]))

    def _telling(self, passages: int) -> float:
        return min(1.0, float(np.log(self._size / passages) / np.log(RARE))) if self._size > RARE else 1.0

    def _found(self, text: str) -> tuple[Mention, ...]:
        if not self._parts:
            return ()
        words = list(_words(text))
        hits: dict[int, list[tuple[tuple[int, ...], tuple[int, ...]]]] = defaultdict(list)
        for places, written in _spelt(words):
            for word in self._known(written):
                for name, parts in self._where[word]:
                    hits[name].append((places, parts))
        likely = ((name, found) for name, found in hits.items() if self._may_be_said(name, found))
        said = [best for name, found in likely if (best := self._best(name, found)).share >= LEAST]
        said = [each for each in said if each.share > 0.99 or self._is_name(each, words, text)]
        chosen = []
        for each in _undisputed(said):
            spans = [words[place][1:] for place in sorted(each.places)]
            chosen.append(Mention(each.name, each.share, spans[0][0], spans[-1][1]))
        return tuple(sorted(chosen, key=lambda mention: (mention.start, -mention.end)))

    def _known(self, word: str) -> Iterator[str]:
        """The words of names that a written word stands for: itself, its singular or plural, or what it misspells."""
        forms = [form for form in (word, word.removesuffix("s"), f"{word}s") if form in self._where]
        yield from forms
        if forms or len(word) < SHORTEST or word in self._english or not word.isalpha():
            return
        near = process.extractOne(
            word, self._by_letter.get(word[0], ()), scorer=OSA.normalized_similarity, score_cutoff=ALIKE
        )
        if near is not None:
            yield near[0]

    def _may_be_said(self, name: int, hits: list[tuple[tuple[int, ...], tuple[int, ...]]]) -> bool:
        """Whether all that is said of a name, wherever, is enough of it: most names share a dull word or two."""
        weights = self._weights[name]
        return (
            sum(weights[part] for part in {p for _, parts in hits for p in parts})
            >= (LEAST - SLACK) * self._wholes[name]
        )

    def _best(self, name: int, hits: list[tuple[tuple[int, ...], tuple[int, ...]]]) -> _Said:
        """The stretch of words that says most of a name; each word stands for one of the name's."""
        weights, best = self._weights[name], _Said(name, 0.0, 0.0, frozenset())
        whole = self._wholes[name]
        for first in {places[0] for places, _ in hits}:
            used: set[int] = set()
            told: set[int] = set()
            for places, parts in hits:
                near = first <= places[0] and places[-1] <= first + len(weights)
                if near and used.isdisjoint(places) and told.isdisjoint(parts):
                    used.update(places)
                    told.update(parts)
            weight = sum(weights[part] for part in told)
            if weight > best.weight:
                best = _Said(name, weight, weight / whole, frozenset(used))
        return best

    def _is_name(self, said: _Said, words: Sequence[tuple[str, int, int]], text: str) -> bool:
        """Whether a part of a name is more than words anybody uses: "one" is no "Pier One"."""
        for place in said.places:
            word, start, _ = words[place]
            within = bool(re.search(r"[\w,;] *$", text[:start]))
            if (word not in self._english and not word.isdigit()) or (within and text[start].isupper()):
                return True
        return False


def _weights(
    names: Sequence[Sequence[str]], passages: Sequence[Sequence[int]], texts: Sequence[str]
) -> list[list[float]]:
    """How telling each word of each name is: by how few of the things' passages say it."""
    vocabulary = {word for parts in names for word in parts}
    saying: dict[str, set[int]] = defaultdict(set)
    cached: dict[int, set[str]] = {}
    for name, (parts, numbers) in enumerate(zip(names, passages, strict=True)):
        for word in parts:
            saying[word].add(name)
        for number in numbers:
            if number not in cached:
                cached[number] = vocabulary.intersection(word for word, _, _ in _words(texts[number]))
            for word in cached[number]:
                saying[word].add(name)
    return [[max(float(np.log((len(names) + 1) / (len(saying[w]) + 0.5))), DULL) for w in parts] for parts in names]


def _words(text: str) -> Iterator[tuple[str, int, int]]:
    """Words in lower case without apostrophes, and where they stand."""
    for match in WORD.finditer(text):
        written = match[0].lower()
        yield "and" if written == "&" else re.sub("['’]", "", written), match.start(), match.end()


def _spelt(words: Sequence[tuple[str, int, int]]) -> Iterator[tuple[tuple[int, ...], str]]:
    """Each word and each two neighbours written as one, with their places."""
    for place, (word, _, _) in enumerate(words):
        yield (place,), word
    for place, ((first, _, _), (second, _, _)) in enumerate(pairwise(words)):
        yield (place, place + 1), first + second


def _undisputed(said: Iterable[_Said]) -> Iterator[_Said]:
    """The names that claim words which no better one claims; those that say the same equally well stay together."""
    claimed: dict[int, tuple[float, float]] = {}
    for each in sorted(said, key=lambda each: (-round(each.weight, 6), -each.share)):
        rank = (round(each.weight, 6), round(each.share, 6))
        if all(claimed.get(place, rank) == rank for place in each.places):
            claimed.update(dict.fromkeys(each.places, rank))
            yield each
