"""Finding the passages that answer a message: by meaning and by words, among the policies in force on a day."""

import logging
from collections.abc import Sequence
from datetime import date

import numpy as np
from numpy.typing import NDArray

from handrail.conversation.audience import EVERYBODY, Audience
from handrail.conversation.errors import Unavailable

from .alike import Alike
from .embed import Embedder
from .entities import Entities
from .lexical import Lexical, Titles, Vector
from .markdown import plain
from .meaning import FETCHED, Meaning, Vectors, highest
from .passages import Found, Hit, Passage
from .query import make_query
from .relevance import relevance
from .spelling import Spelling
from .stems import terms

WORDS = 1.0
"""Weight of the lexical share beside the cosine. Between 0.8 and 1.3 the recall is the same."""
TITLED = 0.1
"""Weight of how much of a policy's title is asked about: of two that speak of returns, the one on returns is meant."""
NAMED = 0.6
"""Weight of being about what the conversation speaks of, beside how well a passage fits the question."""
NEVER = date.max.toordinal() + 1

log = logging.getLogger(__name__)


def embedded(passage: Passage) -> str:
    """Return the text of a passage as it is embedded and indexed: with its title and heading, without marks."""
    return _headed(passage, plain(passage.text))


def _headed(passage: Passage, words: str) -> str:
    return ". ".join(part for part in (passage.policy.title, passage.heading, words) if part)


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
        words = [plain(passage.text) for passage in passages]
        texts = [_headed(passage, each) for passage, each in zip(passages, words, strict=True)]
        self.passages = tuple(passages)
        self._entities = Entities([passage.policy.entities for passage in passages], texts, english)
        self._meaning = Meaning(digests, vectors, embedder, self._entities.named())
        self._shared = self._entities.named(passages=2)
        self._lexical = Lexical(texts)
        self._titles = Titles([passage.policy.title for passage in passages])
        self._spelling = Spelling(texts, english)
        self._alike = Alike(self.passages)
        self._from = np.array([passage.policy.effective_from.toordinal() for passage in passages], dtype=np.int32)
        self._audiences = list(dict.fromkeys(passage.policy.audience for passage in passages))
        places = {audience: place for place, audience in enumerate(self._audiences)}
        self._told_to = np.array([places[passage.policy.audience] for passage in passages], dtype=np.int32)
        ends = (passage.policy.effective_until for passage in passages)
        self._until = np.array([end.toordinal() if end else NEVER for end in ends], dtype=np.int32)

    async def find(
        self,
        query: str,
        *,
        as_of: date,
        k: int = 5,
        context: Sequence[str] = (),
        said: Sequence[str] = (),
        audience: Audience = EVERYBODY,
    ) -> Found:
        """Return the `k` best passages of policies in force on `as_of` that `audience` may be told.

        `context` are the customer's lines before, `said` all lines before, of whoever; both oldest first. The former
        help to understand a short message, the latter tell what is spoken of: passages about it come first.
        Without vectors (the index or the embedder does not answer) it goes by words alone and the log says so.
        """
        open_ = self._open(as_of, audience)
        spoken_of = self._entities.weights([*said, query])
        if spoken_of is not None:
            query = self._entities.without(query)
            # What a pointer points at is known by now, so the lines before help only where the message asks nothing.
            context = [] if terms(query) else [self._entities.without(line) for line in context]
            spoken_of = np.where(open_, spoken_of, np.float32(0))
        asked = make_query(self._spelling.mended(query), context)
        if not open_.any() or not asked.text:
            return Found((), 0.0)
        lexical = self._lexical.shares(asked.text, asked.beside)
        try:
            dense, topical = await self._meaning.cosines(asked, open_, spoken_of)
        except Unavailable as error:
            log.warning("searching by words alone: %s", error)
            dense = topical = np.zeros(len(self.passages), dtype=np.float32)
        titled = self._titles.shares(asked.text)
        fused = (np.maximum(topical, 0) + WORDS * lexical + TITLED * titled) / (1 + WORDS + TITLED)
        if spoken_of is not None:
            fused = (fused + NAMED * spoken_of) / (1 + NAMED)
        named = np.zeros_like(dense) if spoken_of is None else spoken_of
        hits = self._best(np.where(open_, fused, np.float32(-1)), dense, lexical, named, k)
        # A greeting or a "yes" asks nothing, however near it lies to some passage.
        asks = bool(asked.beside or terms(asked.text))
        return Found(hits, relevance(hits) if asks else 0.0)

    def _open(self, as_of: date, audience: Audience) -> NDArray[np.bool_]:
        """Which passages are of policies in force that `audience` may be told."""
        day = as_of.toordinal()
        told = np.array([not audience.isdisjoint(each) for each in self._audiences], dtype=np.bool_)
        in_force: NDArray[np.bool_] = (self._from <= day) & (day < self._until)
        return in_force & told[self._told_to] if len(self.passages) else in_force

    def _best(self, scores: Vector, dense: Vector, lexical: Vector, named: Vector, count: int) -> tuple[Hit, ...]:
        """The best `count` passages in force. Those that say the same take one place, which the newest of them gets."""
        places: list[list[int]] = []
        for number in map(int, highest(scores, 4 * count + FETCHED)):
            if scores[number] < 0:
                break
            same = next((place for place in places if self._alike(place[0], number)), None)
            if same is not None:
                same.append(number)
            elif len(places) < count:
                places.append([number])
            else:
                break
        hits = []
        for place in places:
            newest, *others = sorted(place, key=lambda number: (-self._from[number], place.index(number)))
            score, near, words = (float(each[place[0]]) for each in (scores, dense, lexical))
            about = float(named[place[0]]) if self._shared[place[0]] else None
            also = tuple(self.passages[number] for number in others)
            hits.append(Hit(self.passages[newest], score, near, words, about, also))
        return tuple(hits)
