"""How long a model may take."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from handrail.conversation.errors import Unavailable

T = TypeVar("T")


class Watch:
    """Counts the seconds waited for the model, not those that the reader of its stream takes. One for one draft."""

    def __init__(self, timer: Callable[[], float], total: float) -> None:
        self._timer, self.left = timer, total
        self._first: float | None = None
        self._gap: float | None = None
        self._lap = 0.0

    def expect(self, first: float | None, gap: float | None = None) -> None:
        """From here, wait `first` seconds at most for the first token; None once it is there, with the seconds (`gap`)
        that may go by between any two pieces."""
        self._first, self._gap = first, gap

    async def wait(self, waiting: Awaitable[T]) -> T:
        """Wait for the model. Raises `Unavailable` with the code `timeout` when its time has run out."""
        limit = max(min(limit for limit in (self.left, self._first, self._gap) if limit is not None), 0.0)
        began = self._timer()
        try:
            async with asyncio.timeout(limit):
                return await waiting
        except TimeoutError as error:
            raise Unavailable(f"the model did not answer within {limit:.1f} s", code="timeout") from error
        finally:
            waited = self._timer() - began
            self.left -= waited
            self._lap += waited
            if self._first is not None:
                self._first -= waited

    def lap(self) -> float:
        """Seconds waited since the last lap."""
        lap, self._lap = self._lap, 0.0
        return lap
