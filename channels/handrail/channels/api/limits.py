"""How often a caller may ask: token buckets in this process."""

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from handrail.conversation.errors import TooMany

SIGNALS = 40
"""Twice as often as a page that signals every three seconds."""

KEPT = 20_000
"""How many callers a limit remembers; the one unheard for longest is forgotten first."""


@dataclass(slots=True)
class _Bucket:
    left: float
    at: float


class Limit:
    """At most `per_minute` takes a key, with bursts up to that number. `seconds` is a monotonic clock."""

    def __init__(self, per_minute: float, seconds: Callable[[], float] = time.monotonic) -> None:
        self._size, self._rate, self._seconds = float(per_minute), per_minute / 60, seconds
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()

    def take(self, key: str) -> None:
        """Count one. Raises `TooMany` with the seconds after which the next one is allowed."""
        now = self._seconds()
        bucket = self._buckets.pop(key, None) or _Bucket(self._size, now)
        bucket.left, bucket.at = min(self._size, bucket.left + (now - bucket.at) * self._rate), now
        self._buckets[key] = bucket
        while len(self._buckets) > KEPT:
            self._buckets.popitem(last=False)
        if bucket.left < 1:
            raise TooMany("too many requests at once; please wait a little", retry_after=(1 - bucket.left) / self._rate)
        bucket.left -= 1


class Limits:
    """The limits of the API, as the settings give them."""

    def __init__(
        self,
        *,
        requests: float,
        conversations: float,
        messages: float,
        logins: float,
        signals: float = SIGNALS,
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self.requests = Limit(requests, seconds)
        """All requests of one address."""
        self.conversations = Limit(conversations, seconds)
        """New conversations from one address."""
        self.messages = Limit(messages, seconds)
        """Lines, codes, ratings and the like in one conversation."""
        self.logins = Limit(logins, seconds)
        """Tries to log in, by address and by name."""
        self.signals = Limit(signals, seconds)
        """That somebody types or listens, by conversation and by who it is."""
