"""Which few of the tools a prompt carries: those that fit what the customer writes, and those in use."""

import asyncio
from collections.abc import Sequence

from handrail.agent.companions import companions
from handrail.agent.models.offline.clauses import clauses_of
from handrail.agent.models.offline.ranking import rank
from handrail.agent.toolbook import Toolbook
from handrail.agent.tools.api import Tool
from handrail.conversation.situation import Situation
from handrail.knowledge.embed import Embedder

PICKED = 6
SHORT = 5
"""Words under which a message is read together with the line before it, as is any answer to a question of ours."""
BEFORE = 0.7


class Router:
    """Picks the few tools that a prompt carries."""

    def __init__(self, tools: Sequence[Tool], embedder: Embedder) -> None:
        self._embedder = embedder
        self.offer(tools)
        self._foreseen: set[asyncio.Task[object]] = set()

    def offer(self, tools: Sequence[Tool]) -> None:
        """Pick among these from now on."""
        self.book = Toolbook(self._embedder, tools)
        self._beside = {t.name: [r.name for r in companions(t, tools)] for t in tools if t.effect == "write"}

    def foresee(self, message: str) -> None:
        """Begin to embed a message and what `pick` asks of it, while its turn still waits for other things."""
        task = asyncio.create_task(self.book.embed([message, *self._asked(message)]), name="router: foresee")
        self._foreseen.add(task)
        task.add_done_callback(self._foreseen.discard)

    async def pick(self, message: str, situation: Situation, k: int = PICKED) -> tuple[Tool, ...]:
        """The `k` tools that fit best, best first; those of the open proposal and the last results are among them."""
        values = await self._values(message)
        answers = len(message.split()) < SHORT or situation.last_outcome == "asked"
        if answers and (before := _line_before(situation)):
            for name, value in (await self._values(before)).items():
                values[name] = max(values[name], BEFORE * value)
        ranked = sorted(values, key=lambda name: -values[name])
        kept = [name for name in _in_use(situation) if name in values][:k]
        chosen = {*kept, *[name for name in self._accompanied(ranked) if name not in kept][: k - len(kept)]}
        return tuple(self.book.by_name[name] for name in self._accompanied(ranked) if name in chosen)

    def _accompanied(self, ranked: Sequence[str]) -> list[str]:
        """The tools in their order, each write followed by the reads that it needs."""
        return list(dict.fromkeys(name for first in ranked for name in (first, *self._beside.get(first, ()))))

    async def _values(self, text: str) -> dict[str, float]:
        """How well each tool fits the clause of a text that it fits best."""
        values = dict.fromkeys(self.book.by_name, 0.0)
        if len(asked := self._asked(text)) > 1:
            # At once: each by itself would be waited for in turn.
            await self.book.embed(asked)
        for clause in clauses_of(text):
            for score in await rank(clause, self.book):
                values[score.tool.name] = max(values[score.tool.name], score.value)
        return values

    def _asked(self, text: str) -> list[str]:
        return [self.book.spoken(part) for clause in clauses_of(text) for part in (clause.text, clause.core) if part]


def _line_before(situation: Situation) -> str:
    before = [line for line in situation.lines if line.speaker == "customer" and line.seq <= situation.answered]
    return before[-1].text if before else ""


def _in_use(situation: Situation) -> list[str]:
    """The tools of the open proposal, of actions that have just ended, of a parked call, and of the last look-ups."""
    names = [situation.proposal.tool] if situation.proposal else []
    names += [a.tool for a in situation.actions if a.stage in ("succeeded", "failed") and a.seq > situation.ended]
    names += [situation.parked.tool] if situation.parked else []
    names += [result.tool for result in reversed(situation.results[-2:])]
    return list(dict.fromkeys(names))
