"""The built-in engine: drafts without a language model, by embeddings, strict slots, quotations and templates."""

from collections.abc import AsyncGenerator, Iterable, Sequence

from handrail.agent.models.offline.drafting import Drafting
from handrail.agent.models.offline.quoting import sentences_of
from handrail.agent.models.offline.reply import NAME
from handrail.agent.models.protocol import Brief, Delta, Draft
from handrail.agent.sentences import split
from handrail.agent.toolbook import Toolbook
from handrail.agent.tools.api import Tool
from handrail.knowledge.embed import Embedder
from handrail.knowledge.passages import Hit, Passage

KEPT = 64
"""How many sets of tools are remembered."""


class OfflineModel:
    """The engine that needs no model: the same brief gives the same draft.

    `tools` are all tools of the workspace: what a brief's few need to be told (an order's number) may be shown by
    another one.
    """

    name = NAME

    def __init__(self, embedder: Embedder, tools: Sequence[Tool] = ()) -> None:
        self._embedder = embedder
        self._tools = tuple(tools)
        self._books: dict[tuple[str, ...], Toolbook] = {}

    async def warm(self, passages: Iterable[Passage]) -> None:
        """Compute ahead what answers would otherwise wait for: the vectors of tools and of policies' sentences."""
        await self._book(()).scores("warm up")
        for passage in passages:
            await self._embedder.embed(sentences_of(Hit(passage, 0.0, 0.0, 0.0)))

    async def draft(self, brief: Brief) -> AsyncGenerator[Delta | Draft, None]:
        """Draft a reply; see `Model`. The deltas are whole sentences."""
        draft = await Drafting(brief, self._book(brief.tools)).draft()
        for sentence in split(draft.text):
            yield Delta(sentence)
        yield draft

    def _book(self, tools: Sequence[Tool]) -> Toolbook:
        known = {tool.name for tool in self._tools}
        every = (*self._tools, *(tool for tool in tools if tool.name not in known))
        names = tuple(tool.name for tool in every)
        if names not in self._books:
            if len(self._books) >= KEPT:
                self._books.clear()
            self._books[names] = Toolbook(self._embedder, every)
        return self._books[names]
