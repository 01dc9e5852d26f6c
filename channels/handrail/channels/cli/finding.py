"""`handrail route` and `handrail search`: files in, where texts belong and what answers them out, without a server."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ConfigDict, Field

from handrail.channels.cli.rows import Line, Row, convert, progress, read
from handrail.conversation.settings import Settings

if TYPE_CHECKING:
    from handrail.knowledge.search import Search

CUSTOMER = frozenset({"customer", "user", "u"})
CONTEXT = 3
"""How many of the customer's lines before help to understand a short one."""
EMBEDDED = 256
"""Passages that are embedded together."""


class Text(Row):
    """A text to be routed."""

    text: str


class Shown(Line):
    """A text whose intent is known."""

    text: str = Field(min_length=1)
    intent: str | None


async def route(settings: Settings, file: Path, examples: Path, out: Path) -> None:
    """Write the intent of each text of `file`, learnt from `examples`."""
    from handrail.knowledge.embed import open_embedder
    from handrail.knowledge.intents import Example, Intents

    shown = [Example(row.text, row.intent or "") for row in read(examples, Shown)]
    texts = read(file, Text)
    with progress() as bar:
        task = bar.add_task("learning", total=None)
        router = await Intents.fit(
            shown, open_embedder(settings), lambda done, total: bar.update(task, completed=done, total=total)
        )

    async def work(rows: Sequence[Text]) -> list[dict[str, Any]]:
        routed = await router.route([row.text for row in rows])
        return [
            {"id": row.id, "intent": to.intent, "in_scope": round(to.in_scope, 4)}
            for row, to in zip(rows, routed, strict=True)
        ]

    await convert(texts, out, work)


class Turn(Line):
    """A line of a conversation."""

    role: str
    text: str

    @property
    def own(self) -> bool:
        """Whether it is the customer's."""
        return self.role.lower() in CUSTOMER


class Asked(Row):
    """A conversation whose last line of the customer is to be answered."""

    turns: tuple[Turn, ...] = Field(min_length=1)


class Held(Row):
    """A passage with whatever further fields it has."""

    model_config = ConfigDict(extra="allow", frozen=True)

    text: str = Field(min_length=1)


async def search(settings: Settings, file: Path, kb: Path, out: Path, k: int) -> None:
    """Write the `k` best passages of `kb` for each conversation of `file`, and how surely one of them answers."""
    held = read(kb, Held)
    asked = read(file, Asked)
    ids = {str(row.id): row.id for row in held}
    found = await _shelf(settings, held)

    async def work(rows: Sequence[Asked]) -> list[dict[str, Any]]:
        return [{"id": row.id, **await _found(found, row.turns, k, ids)} for row in rows]

    await convert(asked, out, work)


async def _shelf(settings: Settings, held: Sequence[Held]) -> "Search":
    import numpy as np

    from handrail.knowledge.corpus import Record, passages
    from handrail.knowledge.embed import open_embedder
    from handrail.knowledge.meaning import Exact
    from handrail.knowledge.minilm import english
    from handrail.knowledge.search import Search, embedded

    shelf = passages([Record(str(row.id), row.text, row.model_extra or {}) for row in held])
    embedder = open_embedder(settings)
    parts = []
    with progress() as bar:
        for start in bar.track(range(0, len(shelf), EMBEDDED), description="reading"):
            parts.append(await embedder.embed([embedded(passage) for passage in shelf[start : start + EMBEDDED]]))
    vectors = np.concatenate(parts) if parts else np.zeros((0, embedder.dimensions), np.float32)
    names = [passage.id for passage in shelf]
    return Search(shelf, names, Exact(names, vectors), embedder, english())


async def _found(search: "Search", turns: Sequence[Turn], k: int, ids: dict[str, str | int]) -> dict[str, Any]:
    last = max((place for place, turn in enumerate(turns) if turn.own), default=None)
    if last is None:
        return {"passages": [], "relevant": 0.0}
    before = [turn for place, turn in enumerate(turns) if place != last]
    own = [turn.text for turn in before if turn.own]
    found = await search.find(
        turns[last].text, as_of=date.max, k=k, context=own[-CONTEXT:], said=[turn.text for turn in before]
    )
    passages = [{"id": ids[hit.passage.id], "score": round(hit.score, 4)} for hit in found.hits]
    return {"passages": passages, "relevant": round(found.relevance, 4)}
