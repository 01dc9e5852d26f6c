"""Two engines as one: the second drafts while the first does not answer."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import replace

from handrail.agent.models.breaker import Breaker
from handrail.agent.models.protocol import Brief, Delta, Draft, Interrupted, Model
from handrail.conversation.errors import Unavailable


class Fallback:
    """The secondary drafts where the primary fails before its first delta, or is left alone by its breaker.

    Every piece is signed with the engine that made it; those of the secondary say why in `switched`. When the primary
    breaks off in mid-stream, `Interrupted` is raised: draft again with `brief.degraded`, and the secondary finishes.
    """

    def __init__(self, primary: Model, secondary: Model, breaker: Breaker) -> None:
        self._primary, self._secondary, self.breaker = primary, secondary, breaker

    @property
    def name(self) -> str:
        """The engine that the next draft begins with."""
        return self._secondary.name if self.breaker.state == "open" else self._primary.name

    async def draft(self, brief: Brief) -> AsyncGenerator[Delta | Draft, None]:
        """Draft by the engine that can; see `Model`."""
        why = "degraded" if brief.degraded else self.breaker.why
        if not brief.degraded and self.breaker.state != "open":
            shown = ""
            try:
                async with aclosing(self._try(brief)) as pieces:
                    async for piece in pieces:
                        shown += piece.text if isinstance(piece, Delta) else ""
                        yield piece
                return
            except Unavailable as error:
                if shown:
                    raise Interrupted(str(error), code=error.code, text=shown) from error
                why = error.code
        async with _read(self._secondary, brief) as pieces:
            async for piece in pieces:
                yield replace(piece, engine=self._secondary.name, switched=why)

    async def _try(self, brief: Brief) -> AsyncGenerator[Delta | Draft, None]:
        """The primary's draft, and what follows from it for the next ones."""
        with self.breaker.trial():
            async with _read(self._primary, brief) as pieces:
                async for piece in pieces:
                    if isinstance(piece, Draft):
                        self.breaker.succeeded()
                    yield replace(piece, engine=self._primary.name, switched="")


@asynccontextmanager
async def _read(model: Model, brief: Brief) -> AsyncIterator[AsyncIterator[Delta | Draft]]:
    """A draft's stream that is closed as soon as nobody reads it any more: the model's server stops writing then."""
    stream = model.draft(brief)
    try:
        yield stream
    finally:
        if isinstance(stream, AsyncGenerator):
            await stream.aclose()
