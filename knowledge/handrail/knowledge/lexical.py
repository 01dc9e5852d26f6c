"""Search by words: BM25 in memory.

A passage's score is a share: what it gets for a query, over what the query could give at most. So 1 would mean that all
the query asks about is said (often, and in a short passage), and a word that no passage knows counts against all of
them. The weights of terms are Lucene's (https://arxiv.org/abs/2407.03618, table 1).
"""

from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from .stems import terms
from .thesaurus import Alternatives, thesaurus

K1 = 1.2
B = 0.75

Vector = NDArray[np.float32]


class Lexical:
    """An index over `texts`, which are known by their place in the sequence."""

    def __init__(self, texts: Sequence[str]) -> None:
        counts = [Counter(terms(text)) for text in texts]
        lengths = np.array([sum(each.values()) for each in counts], dtype=np.float32)
        norms = K1 * (1 - B + B * lengths / max(float(lengths.mean()) if len(texts) else 0.0, 1.0))
        said: dict[str, list[tuple[int, int]]] = {}
        for number, each in enumerate(counts):
            for term, times in each.items():
                said.setdefault(term, []).append((number, times))
        self._size = len(texts)
        self._unknown = self._rarity(0)
        self._postings: dict[str, tuple[NDArray[np.intp], Vector]] = {}
        for term, pairs in said.items():
            numbers = np.array([number for number, _ in pairs], dtype=np.intp)
            often = np.array([times for _, times in pairs], dtype=np.float32)
            earned = self._rarity(len(pairs)) * often / (often + norms[numbers])
            self._postings[term] = numbers, earned.astype(np.float32)

    def shares(self, query: str, before: Iterable[tuple[str, float]] = ()) -> Vector:
        """Return for each text the share (0 to 1) that it earns of what `query` asks about.

        `before` are earlier lines with their weights (0 to 1): what they ask about is worth so much of it.
        """
        scores, most = self._earned(thesaurus().alternatives(query), 1.0)
        for line, weight in before:
            more, possible = self._earned(thesaurus().alternatives(line), weight)
            scores, most = scores + more, most + possible
        return scores / most if most else scores

    def _earned(self, things: Iterable[Alternatives], weight: float) -> tuple[Vector, float]:
        scores = np.zeros(self._size, dtype=np.float32)
        most = 0.0
        for thing in things:
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
