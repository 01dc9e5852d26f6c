"""Rates with their intervals."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np

LEVEL = 0.95
Z = 1.959963984540054
"""The 97.5th percentile of the standard normal distribution: intervals are at 95 %."""


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


def detection(truth: Sequence[bool], got: Sequence[bool]) -> Detection:
    """Precision, recall and F1 with Wilson's intervals."""
    pairs = list(zip(truth, got, strict=True))
    tp, fp, fn, tn = (pairs.count(pair) for pair in ((True, True), (False, True), (True, False), (False, False)))
    return Detection(
        tp,
        fp,
        fn,
        tn,
        precision=wilson(tp, tp + fp),
        recall=wilson(tp, tp + fn),
        f1=f1_of(wilson(tp, tp + fp + fn), len(pairs)),
    )


def f1_of(share: Figure, n: int) -> Figure:
    """F1 = 2 J / (1 + J) where J, the share of tp in all but tn, is a rate: its interval maps to that of F1.

    Resampling, which is the usual way, gives an interval of no width where everything is right.
    """
    if share.value is None or share.low is None or share.high is None:
        return Figure(None, n=n)
    value, low, high = (2 * j / (1 + j) for j in (share.value, share.low, share.high))
    return Figure(value, low, high, n)


def percentile(values: Sequence[float], q: float) -> float | None:
    """The q-th percentile (0 to 100), None of nothing."""
    return float(np.percentile(values, q)) if values else None
