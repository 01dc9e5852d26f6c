"""Shares with their intervals."""

from dataclasses import dataclass
from math import sqrt

Z = 1.959963984540054
"""The 97.5th percentile of the standard normal distribution: intervals are at 95 %."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure with the ends of its 95 % interval; `n` is over how many it is. None where it is undefined."""

    value: float | None
    low: float | None = None
    high: float | None = None
    n: int = 0


def wilson(hits: int, n: int) -> Figure:
    """A share with the score interval of Wilson (1927); a share of nothing has no value."""
    if n == 0:
        return Figure(None)
    p, z2 = hits / n, Z * Z
    centre = (p + z2 / (2 * n)) / (1 + z2 / n)
    half = Z / (1 + z2 / n) * sqrt(p * (1 - p) / n + z2 / (4 * n * n))
    return Figure(p, max(0.0, centre - half), min(1.0, centre + half), n)
