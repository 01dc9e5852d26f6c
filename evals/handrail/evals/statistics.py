"""Rates with their intervals."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from handrail.conversation.shares import Figure, Z, wilson

LEVEL = 0.95

__all__ = ["LEVEL", "Detection", "Figure", "Z", "detection", "f1_of", "percentile", "wilson"]


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
