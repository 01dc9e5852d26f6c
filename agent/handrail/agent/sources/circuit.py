"""A circuit breaker: a system that fails again and again is left alone for a while, then tried once."""

from datetime import datetime
from typing import Literal

from handrail.conversation.clock import Clock

State = Literal["closed", "open", "half_open"]


class Circuit:
    """Counts failures in a row. After `failures` of them it is open for `seconds`; then one call at a time tries, and
    the first that succeeds closes it."""

    def __init__(self, clock: Clock, *, failures: int, seconds: float) -> None:
        self._clock, self._limit, self._seconds = clock, failures, seconds
        self._failed = 0
        self._opened: datetime | None = None
        self._trying = False

    @property
    def state(self) -> State:
        if self._opened is None:
            return "closed"
        waited = (self._clock.now() - self._opened).total_seconds()
        return "half_open" if waited >= self._seconds and not self._trying else "open"

    def enter(self) -> bool:
        """Whether a call may be made now. Where it may, tell how it went: `succeeded`, `failed` or `left`."""
        state = self.state
        if state == "half_open":
            self._trying = True
        return state != "open"

    def succeeded(self) -> None:
        """The system answered, whatever it said."""
        self._failed, self._opened, self._trying = 0, None, False

    def failed(self) -> None:
        """The system did not answer, or answered nonsense."""
        self._failed += 1
        self._trying = False
        if self._opened is not None or self._failed >= self._limit:
            self._opened = self._clock.now()

    def left(self) -> None:
        """The call was given up before its end: it tells nothing."""
        self._trying = False
