"""Knowledge gaps: the questions that had no answer, those that mean the same together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from handrail.conversation.log import Log
from handrail.knowledge.embed import Embedder
from handrail.knowledge.groups import grouped, nearest

from . import statements
from .chosen import Chosen
from .insights import Figures
from .questions import Questions

LOOKED_AT = 400
"""Questions that are grouped at most, the latest."""
EXAMPLES = 3


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


class KnowledgeGaps:
    """Reads them from the log. What it shows is what customers wrote: only for those who may read conversations."""

    def __init__(self, log: Log, figures: Figures, embedder: Embedder, regions: Sequence[str]) -> None:
        self._log, self._figures, self._embedder = log, figures, embedder
        self._said = Questions(log, regions)

    async def read(self, chosen: Chosen, *, limit: int = 20) -> Gaps:
        """The gaps of these days. Raises `Unavailable` where the embedder does not answer."""
        asked = await self._questions(chosen)
        texts = await self._said.texts([(one.conversation_id, one.seq) for one in asked])
        readable = [one for one in asked if (one.conversation_id, one.seq) in texts]
        vectors = await self._embedder.embed([texts[one.conversation_id, one.seq] for one in readable])
        groups = grouped(vectors)[:limit]
        gaps = [await self._gap([readable[n] for n in nearest(found.members, vectors)], texts) for found in groups]
        return Gaps(len(asked), len(asked) - len(readable), tuple(gaps))

    async def _questions(self, chosen: Chosen) -> list[Example]:
        parameters = {**self._figures.parameters(chosen), "limit": LOOKED_AT}
        async with self._log.database.connection() as connection:
            rows = await (await connection.execute(statements.UNANSWERED, parameters)).fetchall()
        return [Example(text="", **row) for row in rows]

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
        text = await self._said.hidden((one.conversation_id, one.seq))
        return Example(one.conversation_id, one.seq, one.at, one.why, text)
