"""Finding the passages that answer a message: by meaning and by words, among the policies in force on a day."""

import logging
from collections.abc import Sequence
from datetime import date
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from handrail.conversation.errors import Unavailable

from .embed import Embedder
from .lexical import Lexical
from .markdown import plain
from .passages import Found, Hit, Passage
from .query import Query, make_query
from .relevance import relevance
from .spelling import Spelling
from .stems import terms

FETCHED = 50
WANTED = 20
"""So many passages in force are weighed against each other, if there are as many."""
DAYS_KEPT = 64
WORDS = 1.0
"""Weight of the lexical share beside the cosine. Between 0.8 and 1.3 the recall is the same."""

log = logging.getLogger(__name__)


class Vectors(Protocol):
    """What is near in meaning."""

    async def near(self, vector: NDArray[np.float32], count: int) -> list[tuple[str, float]]:
        """Return up to `count` digests with their cosines, nearest first. Raises `Unavailable`."""
        ...


def embedded(passage: Passage) -> str:
    """Return the text of a passage as it is embedded and indexed: with its title and heading, without marks."""
    return ". ".join(part for part in (passage.policy.title, passage.heading, plain(passage.text)) if part)


class Search:
    """A search over fixed passages; `digests` names the vector of each. It is replaced as a whole when they change."""

    def __init__(
        self,
        passages: Sequence[Passage],
        digests: Sequence[str],
        vectors: Vectors,
        embedder: Embedder,
        english: frozenset[str] = frozenset(),
    ) -> None:
        texts = [embedded(passage) for passage in passages]
        self.passages = tuple(passages)
        self._vectors = vectors
        self._embedder = embedder
        self._lexical = Lexical(texts)
        self._spelling = Spelling(texts, english)
        self._words = [" ".join(plain(passage.text).casefold().split()) for passage in passages]
        self._days: dict[date, NDArray[np.bool_]] = {}
        self._numbers: dict[str, list[int]] = {}
        for number, digest in enumerate(digests):
            self._numbers.setdefault(digest, []).append(number)

    async def find(self, query: str, *, as_of: date, k: int = 5, context: Sequence[str] = ()) -> Found:
        """Return the `k` best passages of policies in force on `as_of`; `context` are the lines before, oldest first.

        Without vectors (the index or the embedder does not answer) it goes by words alone and the log says so.
        """
        in_force = self._in_force(as_of)
        asked = make_query(self._spelling.mended(query), context)
        if not in_force.any() or not asked.text:
            return Found((), 0.0)
        lexical = self._lexical.shares(asked.text, asked.beside)
        dense = await self._dense(asked, in_force)
        scores = np.where(in_force, (np.maximum(dense, 0) + WORDS * lexical) / (1 + WORDS), -1.0)
        hits = self._best(scores, dense, lexical, k)
        # A greeting or a "yes" asks nothing, however near it lies to some passage.
        asks = bool(asked.beside or terms(asked.text))
        return Found(hits, relevance(hits) if asks else 0.0)

    async def _dense(self, query: Query, in_force: NDArray[np.bool_]) -> NDArray[np.float32]:
        """The cosine of each passage; one that was not fetched gets the least that was, which is the most it can be."""
        dense = np.zeros(len(self.passages), dtype=np.float32)
        try:
            rows = await self._embedder.embed([query.text, *(text for text, _ in query.beside)])
            vector = rows[0] + sum(weight * row for (_, weight), row in zip(query.beside, rows[1:], strict=True))
            vector /= np.linalg.norm(vector) or 1.0
            found = await self._fetch(vector, in_force)
        except Unavailable as error:
            log.warning("searching by words alone: %s", error)
            return dense
        if len(found) < len(self._numbers):
            dense[:] = max(found[-1][1], 0.0) if found else 0.0
        for digest, cosine in found:
            dense[self._numbers.get(digest, [])] = cosine
        return dense

    async def _fetch(self, vector: NDArray[np.float32], in_force: NDArray[np.bool_]) -> list[tuple[str, float]]:
        # Dates are filtered here: a filter inside Chroma makes a query of 100,000 passages 20 times slower.
        enough = min(WANTED, int(in_force.sum()))
        count = FETCHED
        while True:
            found = await self._vectors.near(vector, count)
            held = sum(bool(in_force[number]) for digest, _ in found for number in self._numbers.get(digest, ()))
            if held >= enough or len(found) < count:
                return found
            count *= 4

    def _in_force(self, day: date) -> NDArray[np.bool_]:
        found = self._days.get(day)
        if found is None:
            if len(self._days) >= DAYS_KEPT:
                self._days.clear()
            found = np.array([passage.policy.in_force(day) for passage in self.passages], dtype=bool)
            self._days[day] = found
        return found

    def _best(
        self, scores: NDArray[np.float32], dense: NDArray[np.float32], lexical: NDArray[np.float32], count: int
    ) -> tuple[Hit, ...]:
        """The best `count` passages in force; of those that say the same only the best."""
        hits: list[Hit] = []
        said: set[str] = set()
        for number in _descending(scores, 4 * count + FETCHED):
            if scores[number] < 0 or len(hits) == count:
                break
            if self._words[number] in said:
                continue
            said.add(self._words[number])
            hits.append(Hit(self.passages[number], float(scores[number]), float(dense[number]), float(lexical[number])))
        return tuple(hits)


def _descending(scores: NDArray[np.float32], count: int) -> NDArray[np.intp]:
    """The places of the `count` highest scores, highest first, ties in order."""
    if count < len(scores):
        among = np.sort(np.argpartition(-scores, count)[:count])
        return among[np.argsort(-scores[among], kind="stable")]
    return np.argsort(-scores, kind="stable")
