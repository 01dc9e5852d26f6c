"""Rates with their intervals."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np

Z = 1.959963984540054
"""The 97.5th percentile of the standard normal distribution: intervals are at 95 %."""

DRAWS = 2000


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure with the ends of its 95 % interval; `n` is over how many conversations. None where it is undefined."""

    value: float | None
    low: float | None = None
    high: float | None = None
    n: int = 0


def wilson(hits: int, n: int) -> Figure:
    """A share with the score interval of Wilson (1927)."""
    if n == 0:
        return Figure(None)
    p, z2 = hits / n, Z * Z
    centre = (p + z2 / (2 * n)) / (1 + z2 / n)
    half = Z / (1 + z2 / n) * sqrt(p * (1 - p) / n + z2 / (4 * n * n))
    return Figure(p, max(0.0, centre - half), min(1.0, centre + half), n)


@dataclass(frozen=True, slots=True)
class Detection:
    """How well a yes-or-no decision agrees with the tags: true and false positives and negatives, and their rates."""

    tp: int
    fp: int
    fn: int
    tn: int
    precision: Figure
    recall: Figure
    f1: Figure


def detection(truth: Sequence[bool], got: Sequence[bool], seed: int = 0) -> Detection:
    """Precision and recall with Wilson's intervals, F1 with the percentile bootstrap over conversations."""
    pairs = list(zip(truth, got, strict=True))
    tp, fp, fn, tn = (pairs.count(pair) for pair in ((True, True), (False, True), (True, False), (False, False)))
    return Detection(
        tp, fp, fn, tn, precision=wilson(tp, tp + fp), recall=wilson(tp, tp + fn), f1=_f1((tp, fp, fn, tn), seed)
    )


def _f1(counts: tuple[int, int, int, int], seed: int) -> Figure:
    """F1 = 2 tp / (2 tp + fp + fn). To draw conversations anew is to draw the four counts from their multinomial."""
    n, (tp, fp, fn, _) = sum(counts), counts
    if tp + fp + fn == 0:
        return Figure(None, n=n)
    drawn = np.random.default_rng(seed).multinomial(n, np.array(counts) / n, size=DRAWS)
    below = 2 * drawn[:, 0] + drawn[:, 1] + drawn[:, 2]
    f1 = 2 * drawn[below > 0, 0] / below[below > 0]
    low, high = np.percentile(f1, [2.5, 97.5])
    return Figure(2 * tp / (2 * tp + fp + fn), float(low), float(high), n)


def percentile(values: Sequence[float], q: float) -> float | None:
    """The q-th percentile (0 to 100), None of nothing."""
    return float(np.percentile(values, q)) if values else None
