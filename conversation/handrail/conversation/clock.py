"""The time, injected: nothing else in Handrail asks the system what time it is."""

from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Where the time comes from."""

    def now(self) -> datetime:
        """The present moment, in UTC, with its zone."""
        ...


class SystemClock:
    """The clock of the machine."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class FixedClock:
    """A clock that stands until it is moved: for tests, and for evaluations that replay a day. Monday, at first."""

    def __init__(self, at: datetime = datetime(2026, 6, 15, 10, tzinfo=UTC)) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at

    def advance(self, by: float | timedelta) -> None:
        """Move on by seconds or a timedelta."""
        self.at += by if isinstance(by, timedelta) else timedelta(seconds=by)
