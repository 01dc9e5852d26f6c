"""Search by words: BM25 in memory.

A passage's score is a share: what it gets for a query, over what the query could give at most. So 1 would mean that all
the query asks about is said (often, and in a short passage), and a word that no passage knows counts against all of
them. The weights of terms are Lucene's (https://arxiv.org/abs/2407.03618, table 1).
"""

from array import array
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from .stems import terms
from .thesaurus import Alternatives, thesaurus

K1 = 1.2
B = 0.75
MATTER = 1.3
"""What a thing counts that the thesaurus knows (a return, a delivery) beside another (a jacket): policies are about the
former, and say "item" where a customer names the latter."""

Vector = NDArray[np.float32]


class Lexical:
    """An index over `texts`, which are known by their place in the sequence."""

    def __init__(self, texts: Sequence[str]) -> None:
        known: dict[str, int] = {}
        # Flat arrays, since a hundred thousand passages as lists of pairs would take most of a gigabyte.
        which, where, often = array("i"), array("i"), array("i")
        lengths = np.zeros(len(texts), dtype=np.float32)
        for number, text in enumerate(texts):
            counts = Counter(terms(text))
            lengths[number] = counts.total()
            which.extend(known.setdefault(term, len(known)) for term in counts)
            where.extend([number] * len(counts))
            often.extend(counts.values())
        norms = K1 * (1 - B + B * lengths / max(float(lengths.mean()) if len(texts) else 0.0, 1.0))
        self._size = len(texts)
        self._unknown = self._rarity(0)
        terms_said = np.frombuffer(which, dtype=np.intc) if which else np.zeros(0, dtype=np.intc)
        order = np.argsort(terms_said, kind="stable")
        edges = np.searchsorted(terms_said[order], np.arange(len(known) + 1))
        numbers = np.array(where, dtype=np.int32)[order]
        times = np.array(often, dtype=np.float32)[order]
        earned: Vector = (times / (times + norms[numbers])).astype(np.float32)
        self._postings: dict[str, tuple[NDArray[np.int32], Vector]] = {}
        for term, (start, end) in zip(known, pairwise(edges), strict=True):
            worth: Vector = earned[start:end] * np.float32(self._rarity(int(end - start)))
            self._postings[term] = numbers[start:end], worth

    def shares(self, query: str, before: Iterable[tuple[str, float]] = ()) -> Vector:
        """Return for each text the share (0 to 1) that it earns of what `query` asks about.

        `before` are earlier lines with their weights (0 to 1): what they ask about is worth so much of it.
        """
        scores, most = self._earned(thesaurus().alternatives(query), 1.0)
        for line, weight in before:
            more, possible = self._earned(thesaurus().alternatives(line), weight)
            scores, most = scores + more, most + possible
        return scores / most if most else scores

    def _earned(self, things: Iterable[Alternatives], of_line: float) -> tuple[Vector, float]:
        scores = np.zeros(self._size, dtype=np.float32)
        most = 0.0
        for thing in things:
            weight = of_line * (MATTER if len(thing) > 1 else 1.0)
            known = [(term, worth * weight) for term, worth in thing.items() if term in self._postings]
            if not known:
                most += self._unknown * weight * max(thing.values())
                continue
            best = np.zeros(self._size, dtype=np.float32)
            for term, worth in known:
                numbers, values = self._postings[term]
                best[numbers] = np.maximum(best[numbers], worth * values)
            scores += best
            most += max(worth * self._rarity(len(self._postings[term][0])) for term, worth in known)
        return scores, most

    def _rarity(self, texts: int) -> float:
        """How telling a term is that so many texts say: its inverse document frequency."""
        return float(np.log1p((self._size - texts + 0.5) / (texts + 0.5)))


class Titles:
    """How much of each title a query speaks of; `titles` are known by their place in the sequence."""

    def __init__(self, titles: Sequence[str]) -> None:
        said: dict[str, frozenset[str]] = {title: frozenset(terms(title)) for title in dict.fromkeys(titles)}
        where: dict[str, list[int]] = {}
        for number, title in enumerate(titles):
            for term in said[title]:
                where.setdefault(term, []).append(number)
        self._where = {term: np.array(numbers, dtype=np.int32) for term, numbers in where.items()}
        self._lengths: Vector = np.array([max(len(said[title]), 1) for title in titles], dtype=np.float32)

    def shares(self, query: str) -> Vector:
        """Return for each title the part (0 to 1) of its words that `query` says, in whatever words."""
        found = np.zeros(len(self._lengths), dtype=np.float32)
        for term in {term for thing in thesaurus().alternatives(query) for term in thing}:
            if (numbers := self._where.get(term)) is not None:
                found[numbers] += 1
        return found / self._lengths
