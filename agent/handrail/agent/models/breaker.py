"""Falls back to another engine while the model does not answer, and notices when it does again."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import replace
from datetime import datetime
from typing import Literal

from handrail.agent.models.protocol import Brief, Delta, Draft, Interrupted, Model
from handrail.conversation.clock import Clock
from handrail.conversation.errors import Unavailable

State = Literal["closed", "open", "half_open"]


class Fallback:
    """Two engines as one. The secondary drafts where the primary fails before its first delta, or failed too often.

    After `failures` in a row the primary is left alone for `seconds`; then one draft at a time tries it, and the first
    that succeeds brings it back. A draft by the secondary says why in `switched`. When the primary breaks off in
    mid-stream, `Interrupted` is raised: draft again with `brief.degraded`, and the secondary finishes.
    """

    def __init__(
        self, primary: Model, secondary: Model, clock: Clock, *, failures: int = 3, seconds: float = 30.0
    ) -> None:
        self._primary, self._secondary, self._clock = primary, secondary, clock
        self._limit, self._seconds = failures, seconds
        self._failures = 0
        self._opened: datetime | None = None
        self._probing = False
        self.why = ""
        """The code of the primary's last failure; empty once it has answered again."""

    @property
    def name(self) -> str:
        """The engine that the next draft begins with."""
        return self._secondary.name if self.state == "open" else self._primary.name

    @property
    def state(self) -> State:
        if self._opened is None:
            return "closed"
        waited = (self._clock.now() - self._opened).total_seconds()
        return "half_open" if waited >= self._seconds and not self._probing else "open"

    async def draft(self, brief: Brief) -> AsyncGenerator[Delta | Draft, None]:
        """Draft by the engine that can; see `Model`."""
        why = "degraded" if brief.degraded else self.why
        if not brief.degraded and self.state != "open":
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
                yield _signed(piece, self._secondary, why)

    async def _try(self, brief: Brief) -> AsyncGenerator[Delta | Draft, None]:
        """The primary's draft, and what follows from it for the next ones."""
        probe = self.state == "half_open"
        self._probing = self._probing or probe
        try:
            async with _read(self._primary, brief) as pieces:
                async for piece in pieces:
                    if isinstance(piece, Draft):
                        self._mended()
                    yield _signed(piece, self._primary, "")
        except Unavailable as error:
            self._failed(error.code)
            raise
        finally:
            # A draft that nobody reads to its end (the customer wrote again) tells nothing: the next may probe.
            if probe:
                self._probing = False

    def _mended(self) -> None:
        self._failures, self._opened, self.why = 0, None, ""

    def _failed(self, code: str) -> None:
        self._failures += 1
        self.why = code
        if self._opened is not None or self._failures >= self._limit:
            self._opened = self._clock.now()


def _signed(piece: Delta | Draft, engine: Model, why: str) -> Delta | Draft:
    return replace(piece, engine=engine.name, switched=why) if isinstance(piece, Draft) else piece


@asynccontextmanager
async def _read(model: Model, brief: Brief) -> AsyncIterator[AsyncIterator[Delta | Draft]]:
    """A draft's stream that is closed as soon as nobody reads it any more: the model's server stops writing then."""
    stream = model.draft(brief)
    try:
        yield stream
    finally:
        if isinstance(stream, AsyncGenerator):
            await stream.aclose()
