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
    """A figure with the ends of its 95 % interval; `n` is over how many conversations. NaN-free: None where undefined."""

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
    t, g = np.array(truth, dtype=bool), np.array(got, dtype=bool)
    tp, fp, fn = int((t & g).sum()), int((~t & g).sum()), int((t & ~g).sum())
    draws = np.random.default_rng(seed).integers(0, max(len(t), 1), size=(DRAWS, len(t)))
    return Detection(
        tp, fp, fn, int((~t & ~g).sum()),
        precision=wilson(tp, tp + fp),
        recall=wilson(tp, tp + fn),
        f1=_f1(t, g, draws),
    )  # fmt: skip


def _f1(t: "np.ndarray", g: "np.ndarray", draws: "np.ndarray") -> Figure:
    value = _f1_of(t & g, t, g)
    if value is None:
        return Figure(None, n=len(t))
    drawn = [f for row in draws if (f := _f1_of((t & g)[row], t[row], g[row])) is not None]
    low, high = np.percentile(drawn, [2.5, 97.5]) if drawn else (value, value)
    return Figure(value, float(low), float(high), len(t))


def _f1_of(both: "np.ndarray", t: "np.ndarray", g: "np.ndarray") -> float | None:
    whole = int(t.sum() + g.sum())
    return 2 * int(both.sum()) / whole if whole else None


def percentile(values: Sequence[float], q: float) -> float | None:
    """The q-th percentile (0 to 100), None of nothing."""
    return float(np.percentile(values, q)) if values else None
