"""Knowledge gaps: the questions that had no answer, those that mean the same together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np

from handrail.conversation.codec import event_of
from handrail.conversation.events import CustomerSaid
from handrail.conversation.log import Log
from handrail.desk.hiding import of_events
from handrail.knowledge.embed import Embedder, Rows

from . import statements
from .chosen import Chosen
from .insights import Figures

LOOKED_AT = 400
"""Questions that are grouped at most, the latest."""
ALIKE = 0.6
"""From this likeness (the cosine) to the middle of a group on, a question belongs to it."""
EXAMPLES = 3
CHARACTERS = 240
"""How much of a question is shown."""

READ = """
SELECT e.conversation_id, e.seq, e.at, e.kind, e.actor, e.data, e.sealed, e.holder
FROM events e JOIN unnest(%(ids)s::text[], %(seqs)s::int[]) AS q(id, seq) ON e.conversation_id = q.id AND e.seq = q.seq
WHERE e.kind = 'customer_said'
"""


@dataclass(frozen=True, slots=True)
class Example:
    """A question with what identifies its customer hidden, and how it was found to have no answer: `offered` a person
    instead, `handed_over`, or `tagged` by a person."""

    conversation_id: str
    seq: int
    at: datetime
    why: str
    text: str


@dataclass(frozen=True, slots=True)
class Gap:
    """Questions that mean about the same; `examples` are those nearest to what they have in common."""

    count: int
    first_at: datetime
    last_at: datetime
    examples: tuple[Example, ...]


@dataclass(frozen=True, slots=True)
class Gaps:
    """Of `total` questions without an answer, `unreadable` are forgotten. The groups of the rest, the largest first."""

    total: int
    unreadable: int
    groups: tuple[Gap, ...]


@dataclass(slots=True)
class _Cluster:
    members: list[int] = field(default_factory=list)
    middle: Rows = field(default_factory=lambda: np.zeros(0, np.float32))


class KnowledgeGaps:
    """Reads them from the log. What it shows is what customers wrote: only for those who may read conversations."""

    def __init__(self, log: Log, figures: Figures, embedder: Embedder, regions: Sequence[str]) -> None:
        self._log, self._figures, self._embedder, self._regions = log, figures, embedder, regions

    async def read(self, chosen: Chosen, *, limit: int = 20) -> Gaps:
        """The gaps of these days. Raises `Unavailable` where the embedder does not answer."""
        asked = await self._questions(chosen)
        texts = await self._texts(asked)
        readable = [one for one in asked if texts.get((one.conversation_id, one.seq), "").strip()]
        vectors = await self._embedder.embed([texts[one.conversation_id, one.seq] for one in readable])
        clusters = _grouped(vectors)[:limit]
        groups = [await self._gap([readable[n] for n in _nearest(found, vectors)], texts) for found in clusters]
        return Gaps(len(asked), len(asked) - len(readable), tuple(groups))

    async def _questions(self, chosen: Chosen) -> list[Example]:
        parameters = {**self._figures.parameters(chosen), "limit": LOOKED_AT}
        async with self._log.database.connection() as connection:
            rows = await (await connection.execute(statements.UNANSWERED, parameters)).fetchall()
        return [Example(text="", **row) for row in rows]

    async def _texts(self, asked: Sequence[Example]) -> dict[tuple[str, int], str]:
        parameters = {"ids": [one.conversation_id for one in asked], "seqs": [one.seq for one in asked]}
        async with self._log.database.connection() as connection:
            rows = await (await connection.execute(READ, parameters)).fetchall()
        found = {}
        for row in rows:
            event = event_of(row, await self._log.vault.box(row["conversation_id"]))
            if isinstance(event.data, CustomerSaid):
                found[event.conversation_id, event.seq] = event.data.text
        return found

    async def _gap(self, members: Sequence[Example], texts: Mapping[tuple[str, int], str]) -> Gap:
        """A group, its members in the order of how well they stand for it; what was asked in the same words is shown
        once."""
        different: dict[str, Example] = {}
        for one in members:
            different.setdefault(" ".join(texts[one.conversation_id, one.seq].casefold().split()), one)
        shown = [await self._hidden(one) for one in list(different.values())[:EXAMPLES]]
        times = [one.at for one in members]
        return Gap(len(members), min(times), max(times), tuple(shown))

    async def _hidden(self, one: Example) -> Example:
        events = await self._log.read(one.conversation_id)
        said = next((each.data for each in events if each.seq == one.seq), None)
        text = said.text if isinstance(said, CustomerSaid) else ""
        hidden = " ".join(of_events(events, self._regions).hide(text).split())
        clipped = hidden if len(hidden) <= CHARACTERS else f"{hidden[: CHARACTERS - 1]}…"
        return Example(one.conversation_id, one.seq, one.at, one.why, clipped)


def _grouped(vectors: Rows) -> list[_Cluster]:
    """Put each vector (rows of length 1) to the group whose middle it is most alike, or let it begin one; then once
    more to the middles that came of that, so that the order in which they came counts for little."""
    clusters: list[_Cluster] = []
    for number, vector in enumerate(vectors):
        best = _best(vector, clusters)
        if best is None:
            clusters.append(_Cluster([number], vector))
        else:
            best.members.append(number)
            best.middle = _middle(vectors[best.members])
    seeds = [_Cluster([], found.middle) for found in clusters]
    for number, vector in enumerate(vectors):
        best = _best(vector, seeds)
        if best is None:
            seeds.append(_Cluster([number], vector))
        else:
            best.members.append(number)
    return sorted((found for found in seeds if found.members), key=lambda found: (-len(found.members), found.members))


def _best(vector: Rows, clusters: Sequence[_Cluster]) -> _Cluster | None:
    likeness = [float(vector @ found.middle) for found in clusters]
    most = max(range(len(clusters)), key=likeness.__getitem__, default=None)
    return clusters[most] if most is not None and likeness[most] >= ALIKE else None


def _middle(vectors: Rows) -> Rows:
    total = vectors.sum(axis=0)
    return np.asarray(total / (np.linalg.norm(total) or 1.0), dtype=np.float32)


def _nearest(found: _Cluster, vectors: Rows) -> list[int]:
    middle = _middle(vectors[found.members])
    return sorted(found.members, key=lambda number: -float(vectors[number] @ middle))
