"""Customers' words and policies' words for the same thing: "courier" and "carrier", "send it back" and "return".

The groups stand in `words.txt`. They widen the lexical query only; the embedder knows synonyms of its own.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import TypeAlias

from .stems import stem, words

SYNONYM = 0.8
"""What finding another word of the group is worth beside finding the customer's own. From 0.7 to 1 recall is alike."""

PARTICLES = frozenset(["away", "back", "in", "off", "out", "over", "up"])
BETWEEN = 4
"""So many words may stand inside a phrase of a verb and its particle: "send that grey jacket back"."""

Alternatives: TypeAlias = dict[str, float]
"""Stems that stand for one thing a query asks about, each with its worth (0 to 1)."""


@dataclass(frozen=True, slots=True)
class Thesaurus:
    """Phrases, as tuples of stems, and the stems to search for where one of them is said."""

    groups: dict[tuple[str, ...], tuple[str, ...]]
    longest: int

    def knows(self, word: str) -> bool:
        """Whether a word stands in a group by itself."""
        return (_whole(word),) in self.groups

    def alternatives(self, text: str) -> list[Alternatives]:
        """Return the things `text` asks about, one for each telling word and known phrase, without repeats."""
        said = words(text)
        whole = [_whole(word) for word in said]
        found: dict[frozenset[str], Alternatives] = {}
        covered: set[str] = set()
        for places, phrase in self._phrases(whole):
            own = [stem(said[place]) for place in places]
            things = dict.fromkeys(self.groups[phrase], SYNONYM)
            if len(places) == 1:
                things.update({term: 1.0 for term in own if term})
            # The words of a phrase say together what none of them says alone ("send back").
            covered.update(own)
            found.setdefault(frozenset(things), things)
        for word in said:
            if (term := stem(word)) and term not in covered:
                found.setdefault(frozenset((term,)), {term: 1.0})
        return list(found.values())

    def _phrases(self, whole: Sequence[str]) -> Iterator[tuple[tuple[int, ...], tuple[str, ...]]]:
        """At each place the longest phrase that begins there, with the places of its words."""
        for start, word in enumerate(whole):
            for length in range(min(self.longest, len(whole) - start), 0, -1):
                phrase = tuple(whole[start : start + length])
                if phrase in self.groups:
                    yield tuple(range(start, start + length)), phrase
                    break
            # "send the jacket back" is "send back".
            for end in range(start + 2, min(start + BETWEEN + 2, len(whole))):
                if whole[end] in PARTICLES and (word, whole[end]) in self.groups:
                    yield (start, end), (word, whole[end])
                    break


@lru_cache(maxsize=1)
def thesaurus() -> Thesaurus:
    """Return the groups of `words.txt`."""
    groups: dict[tuple[str, ...], tuple[str, ...]] = {}
    for line in files(__package__).joinpath("words.txt").read_text("utf-8").splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        searched, _, said = line.partition("|")
        terms = dict.fromkeys(term for word in words(searched) if (term := stem(word)))
        for phrase in f"{searched},{said}".split(","):
            if key := tuple(_whole(word) for word in words(phrase)):
                # A word may stand in several groups: then it stands for all of them.
                groups[key] = tuple(dict.fromkeys((*groups.get(key, ()), *terms)))
    return Thesaurus(groups, max(map(len, groups)))


def _whole(word: str) -> str:
    """The stem of a word; a word that says nothing by itself stays, since phrases hold such."""
    return stem(word) or word
