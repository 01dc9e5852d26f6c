"""`handrail route`: files of texts in, where they belong out, in batch and without a server."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import Field

from handrail.channels.cli.rows import Line, Row, convert, progress, read
from handrail.conversation.settings import Settings


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
