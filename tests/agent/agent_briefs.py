"""Briefs and engines that the tests of the models share."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

from handrail.agent.models.protocol import Brief, Delta, Draft
from handrail.conversation.errors import Unavailable
from handrail.conversation.situation import Situation
from handrail.knowledge.passages import Found

BRIEF = Brief(
    message="hello",
    situation=Situation("c1"),
    found=Found((), 0.0),
    tools=(),
    results=(),
    now=datetime(2026, 6, 15, 10, tzinfo=UTC),
    timezone="UTC",
    business="Shop",
)


class Scripted:
    """Does what its script says next: a text to draft, or the code of a failure; a dict breaks off in mid-stream."""

    def __init__(self, name: str, *script: str | dict[str, str]) -> None:
        self.name, self.script, self.asked, self.closed = name, list(script), 0, 0

    async def draft(self, brief: Brief) -> AsyncIterator[Delta | Draft]:
        self.asked += 1
        step = self.script.pop(0) if self.script else "fine"
        try:
            if step in ("timeout", "server_error"):
                raise Unavailable("it broke", code=str(step))
            text = step["text"] if isinstance(step, dict) else step
            for word in text.split(" "):
                yield Delta(f"{word} ")
            if isinstance(step, dict):
                raise Unavailable("it broke", code=step["code"])
            yield Draft("answer", text=f"{text} ")
        finally:
            self.closed += 1
