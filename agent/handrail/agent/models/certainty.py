"""How sure a model is of what it writes, by the probabilities of its tokens."""

import math
from collections.abc import Iterable


class Certainty:
    """The geometric mean of the probabilities of all tokens heard so far: what a token was worth on the average, so
    that long replies do not count as doubtful."""

    def __init__(self) -> None:
        self._sum, self._count = 0.0, 0

    def hear(self, logprobs: Iterable[float]) -> None:
        """Take in the log-probabilities of further tokens."""
        for each in logprobs:
            self._sum += each
            self._count += 1

    @property
    def value(self) -> float | None:
        """From 0 to 1; None before anything was heard."""
        return math.exp(self._sum / self._count) if self._count else None
