"""How near passages are to a question in meaning, by their vectors.

A question about one named thing ("does the hotel have a view?") is widened by what the nearest passages say of whatever
else: their words for the same matter. That is pseudo-relevance feedback (Rocchio 1971), which blurs a question in
general; here it only tells the passages about one thing apart, where many things are written about in the same way.
"""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from .embed import Embedder, Rows
from .query import Query

FETCHED = 50
WANTED = 20
"""So many passages in force are weighed against each other, if there are as many."""
NAMED_MOST = 2000
"""So many passages about what is spoken of are looked at one by one."""
WIDENED, SHARE, LEAST_WIDENED = 100, 0.01, 5
"""A question is widened by so many passages, but no more than such a part of all, and not by fewer than the last."""
SHARPNESS = 0.1
"""How much lower the cosine is of a passage that tells less by a factor of e."""

Cosines = NDArray[np.float32]


class Vectors(Protocol):
    """What is near in meaning."""

    async def near(self, vector: Rows, count: int) -> list[tuple[str, float]]:
        """Return up to `count` digests with their cosines, nearest first. Raises `Unavailable`."""
        ...

    async def vectors(self, digests: Sequence[str]) -> dict[str, Rows]:
        """Return the vectors of these digests, as far as they are there. Raises `Unavailable`."""
        ...


class Exact:
    """Vectors in memory, compared one by one: `held` has one row a digest."""

    def __init__(self, digests: Sequence[str], held: Rows) -> None:
        self.digests, self.held = tuple(digests), held
        self._place = {digest: number for number, digest in enumerate(digests)}

    async def near(self, vector: Rows, count: int) -> list[tuple[str, float]]:
        """As the port says."""
        cosines = self.held @ vector
        return [(self.digests[number], float(cosines[number])) for number in highest(cosines, count)]

    async def vectors(self, digests: Sequence[str]) -> dict[str, Rows]:
        """As the port says."""
        return {digest: self.held[self._place[digest]] for digest in digests if digest in self._place}


class Meaning:
    """The cosines of fixed passages; `digests` names the vector of each, `named` tells which are about named things."""

    def __init__(self, digests: Sequence[str], vectors: Vectors, embedder: Embedder, named: NDArray[np.bool_]) -> None:
        self._digests = tuple(digests)
        self._vectors = vectors
        self._embedder = embedder
        self._named = named
        self._numbers: dict[str, list[int]] = {}
        for number, digest in enumerate(digests):
            self._numbers.setdefault(digest, []).append(number)

    async def cosines(
        self, query: Query, open_: NDArray[np.bool_], spoken_of: NDArray[np.float32] | None = None
    ) -> tuple[Cosines, Cosines]:
        """Return the cosine of each passage with the question, and with the question as it was widened.

        `open_` are those that may be told at all. `spoken_of` tells which passages are about what the conversation
        speaks of: theirs are exact. Of the others a passage that was not fetched gets the least cosine that was, which
        is the most it can be. Raises `Unavailable`.
        """
        plain = np.zeros(len(self._digests), dtype=np.float32)
        rows = await self._embedder.embed([query.text, *(text for text, _ in query.beside)])
        vector = rows[0] + sum(weight * row for (_, weight), row in zip(query.beside, rows[1:], strict=True))
        vector /= np.linalg.norm(vector) or 1.0
        found = await self._fetch(vector, open_, FETCHED if spoken_of is None else WIDENED)
        if len(found) < len(self._numbers):
            plain[:] = max(found[-1][1], 0.0) if found else 0.0
        for digest, cosine in found:
            plain[self._numbers.get(digest, [])] = cosine
        if spoken_of is None:
            return plain, plain
        numbers = np.flatnonzero(spoken_of)
        numbers = numbers[np.argsort(-spoken_of[numbers], kind="stable")[:NAMED_MOST]]
        about = await self._rows([self._digests[number] for number in numbers], vector)
        wide = plain.copy()
        plain[numbers], wide[numbers] = about @ vector, about @ await self._widened(vector, found)
        return plain, wide

    async def _fetch(self, vector: Rows, open_: NDArray[np.bool_], count: int) -> list[tuple[str, float]]:
        # Dates and audiences are filtered here: a filter inside Chroma makes a query of 100,000 20 times slower.
        enough = min(WANTED, int(open_.sum()))
        while True:
            found = await self._vectors.near(vector, count)
            held = sum(bool(open_[number]) for digest, _ in found for number in self._numbers.get(digest, ()))
            if held >= enough or len(found) < count:
                return found
            count *= 4

    async def _rows(self, digests: Sequence[str], like: Rows) -> Rows:
        """The vectors of these digests in their order; zeros for one that has gone from the index."""
        there = await self._vectors.vectors(digests)
        rows = np.zeros((len(digests), len(like)), dtype=np.float32)
        for row, digest in zip(rows, digests, strict=True):
            if digest in there:
                row[:] = there[digest]
        return rows

    async def _widened(self, vector: Rows, found: Sequence[tuple[str, float]]) -> Rows:
        count = min(WIDENED, int(SHARE * self._named.sum()))
        near = [(d, cosine) for d, cosine in found if any(self._named[n] for n in self._numbers.get(d, ()))][:count]
        if len(near) < LEAST_WIDENED:
            return vector
        weights = np.exp((np.array([cosine for _, cosine in near], dtype=np.float32) - near[0][1]) / SHARPNESS)
        centre = weights @ await self._rows([digest for digest, _ in near], vector)
        wide = vector + centre / (np.linalg.norm(centre) or 1.0)
        result: Rows = wide / np.linalg.norm(wide)
        return result


def highest(scores: NDArray[np.float32], count: int) -> NDArray[np.intp]:
    """The places of the `count` highest scores, highest first, ties in order."""
    if count < len(scores):
        among = np.sort(np.argpartition(-scores, count)[:count])
        return among[np.argsort(-scores[among], kind="stable")]
    return np.argsort(-scores, kind="stable")
