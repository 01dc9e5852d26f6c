"""Customers' words and policies' words for the same thing: "courier" and "carrier", "send it back" and "return".

The groups stand in `words.txt`. They widen the lexical query only; the embedder knows synonyms of its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import TypeAlias

from .stems import stem, words

SYNONYM = 0.8
"""What finding another word of the group is worth beside finding the customer's own. From 0.7 to 1 recall is alike."""

Alternatives: TypeAlias = dict[str, float]
"""Stems that stand for one thing a query asks about, each with its worth (0 to 1)."""


@dataclass(frozen=True, slots=True)
class Thesaurus:
    """Phrases, as tuples of stems, and the stems to search for where one of them is said."""

    groups: dict[tuple[str, ...], tuple[str, ...]]
    longest: int

    def alternatives(self, text: str) -> list[Alternatives]:
        """Return the things `text` asks about, one for each telling word and known phrase, without repeats."""
        said = words(text)
        whole = [_whole(word) for word in said]
        found: dict[frozenset[str], Alternatives] = {}
        grouped: set[str] = set()
        for start, length in self._phrases(whole):
            own = [stem(word) for word in said[start : start + length]] if length == 1 else []
            grouped.update(own)
            things = dict.fromkeys(self.groups[tuple(whole[start : start + length])], SYNONYM)
            things.update({term: 1.0 for term in own if term})
            found.setdefault(frozenset(things), things)
        for word in said:
            if (term := stem(word)) and term not in grouped:
                found.setdefault(frozenset((term,)), {term: 1.0})
        return list(found.values())

    def _phrases(self, whole: Sequence[str]) -> list[tuple[int, int]]:
        """At each place the longest phrase that begins there, as (start, length)."""
        found = []
        for start in range(len(whole)):
            for length in range(min(self.longest, len(whole) - start), 0, -1):
                if tuple(whole[start : start + length]) in self.groups:
                    found.append((start, length))
                    break
        return found


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
