"""The built-in engine: drafts without a language model, by embeddings, strict slots, quotations and templates."""

from collections.abc import AsyncGenerator, Iterable, Sequence

from handrail.agent.models.offline.drafting import Drafting
from handrail.agent.models.offline.quoting import sentences_of
from handrail.agent.models.offline.reply import NAME
from handrail.agent.models.offline.slots import alike
from handrail.agent.models.protocol import Brief, Delta, Draft
from handrail.agent.sentences import split
from handrail.agent.toolbook import Toolbook
from handrail.agent.tools.api import Tool
from handrail.knowledge.embed import Embedder
from handrail.knowledge.passages import Hit, Passage

KEPT = 64
"""How many sets of tools are remembered."""
WARMED, AT_ONCE = 2048, 4
"""How many sentences are embedded ahead (an embedder's cache holds them beside what customers write), and how many
at once: so few that whoever writes meanwhile waits no longer for theirs than a sentence takes."""


class OfflineModel:
    """The engine that needs no model: the same brief gives the same draft.

    `tools` are all tools of the workspace: what a brief's few need to be told (an order's number) may be shown by
    another one.
    """

    name = NAME

    def __init__(self, embedder: Embedder, tools: Sequence[Tool] = ()) -> None:
        self._embedder = embedder
        self._books: dict[frozenset[str], Toolbook] = {}
        self.offer(tools)

    def offer(self, tools: Sequence[Tool]) -> None:
        """Work with these tools from now on."""
        self._tools = tuple(tools)
        self._books.clear()

    async def warm(self, passages: Iterable[Passage]) -> None:
        """Compute ahead what answers would otherwise wait for: the vectors of tools and of policies' sentences.

        Raises `Unavailable`.
        """
        await self._book(()).scores("warm up")
        told = dict.fromkeys(s for passage in passages for s in sentences_of(Hit(passage, 0.0, 0.0, 0.0)))
        sentences = list(told)[:WARMED]
        for start in range(0, len(sentences), AT_ONCE):
            await self._embedder.embed(sentences[start : start + AT_ONCE])

    async def draft(self, brief: Brief) -> AsyncGenerator[Delta | Draft, None]:
        """Draft a reply; see `Model`. The deltas are whole sentences."""
        draft = await Drafting(brief, self._book(brief.tools)).draft()
        for sentence in split(draft.text):
            yield Delta(sentence)
        yield draft

    def _book(self, tools: Sequence[Tool]) -> Toolbook:
        known = {tool.name for tool in self._tools}
        others = tuple(tool for tool in tools if tool.name not in known)
        names = frozenset(tool.name for tool in others)
        if names not in self._books:
            if len(self._books) >= KEPT:
                self._books.clear()
            self._books[names] = Toolbook(self._embedder, alike((*self._tools, *others)))
        return self._books[names]
