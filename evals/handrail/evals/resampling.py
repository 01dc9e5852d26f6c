"""Intervals by resampling conversations: for figures that are no plain rate of independent yes and no.

Whole conversations are drawn, never turns: turns of one conversation are alike, and an interval over turns would be too
narrow (Davison and Hinkley 1997, section 3.8). So each conversation is one row of sums, its turns and epochs added
up, and a figure is a function of the totals over the rows: a mean is (sum, number), precision is (tp, fp).

The interval is BCa (bias-corrected and accelerated, Efron 1987): the plain percentile interval misses on one side where
a figure is skewed, as precision and cost are with few conversations; BCa corrects that to second order and maps along
with any rising function of the figure.
"""

from collections.abc import Callable, Iterator, Sequence
from statistics import NormalDist

import numpy as np

from handrail.evals.statistics import LEVEL, Detection, Figure, detection, f1_of, wilson

Rows = np.ndarray
"""(conversations, sums): one row a conversation."""
OfTotals = Callable[[np.ndarray], np.ndarray]
"""From totals (…, sums) to the figure (…); nan where it is undefined."""

RESAMPLES = 2000
CHUNK = 2_000_000
NORMAL = NormalDist()


def ratio(totals: np.ndarray) -> np.ndarray:
    """The first sum over the second; nan over nothing."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(totals[..., 1] == 0, np.nan, totals[..., 0] / totals[..., 1])


def bootstrap(rows: Rows, figure: OfTotals = ratio, *, seed: int = 7, resamples: int = RESAMPLES) -> Figure:
    """The figure of all rows with its BCa interval; None where it is undefined, no interval over fewer than two rows.

    Where every row says the same the interval has no width: use `wilson` for a rate.
    """
    rows = np.atleast_2d(np.asarray(rows, float))
    value = float(figure(rows.sum(0))) if len(rows) else np.nan
    if np.isnan(value):
        return Figure(None, n=len(rows))
    if len(rows) < 2:
        return Figure(value, n=len(rows))
    drawn = np.concatenate([figure(totals) for totals in _resampled(rows, np.random.default_rng(seed), resamples)])
    drawn = drawn[~np.isnan(drawn)]
    if len(drawn) < resamples / 2:
        return Figure(value, n=len(rows))
    low, high = np.quantile(drawn, _levels(value, drawn, figure(rows.sum(0) - rows)))
    return Figure(value, float(low), float(high), len(rows))


def _resampled(rows: Rows, random: np.random.Generator, resamples: int) -> Iterator[np.ndarray]:
    """The totals of resamples, some at a time, so that many conversations do not fill the memory."""
    n, done = len(rows), 0
    while done < resamples:
        some = min(resamples - done, max(1, CHUNK // n))
        yield rows[random.integers(n, size=(some, n))].sum(1)
        done += some


def _levels(value: float, drawn: np.ndarray, without_one: np.ndarray) -> list[float]:
    """At which quantiles of the resamples the interval ends (Efron and Tibshirani 1993, section 14.3)."""
    below = float((drawn < value).mean() + (drawn == value).mean() / 2)
    bias = NORMAL.inv_cdf(min(max(below, 1 / (2 * len(drawn))), 1 - 1 / (2 * len(drawn))))
    left = without_one[~np.isnan(without_one)]
    away = left.mean() - left if len(left) else np.zeros(1)
    spread = float((away**2).sum())
    skew = float((away**3).sum()) / (6 * spread**1.5) if spread > 0 else 0.0
    ends = []
    for z in (NORMAL.inv_cdf((1 - LEVEL) / 2), NORMAL.inv_cdf((1 + LEVEL) / 2)):
        moved = 1 - skew * (bias + z)
        ends.append(NORMAL.cdf(bias + (bias + z) / moved) if moved > 0 else float(z > 0))
    return ends


def rate(tries: Sequence[Sequence[bool]]) -> Figure:
    """A share over the tries of conversations: Wilson's where each was tried once, else by conversation."""
    some = [each for each in tries if each]
    if all(len(set(each)) == 1 for each in some):
        # Tries that all say the same are one.
        return wilson(sum(each[0] for each in some), len(some))
    return bootstrap(np.array([(sum(each), len(each)) for each in some], float))


def detections(tries: Sequence[Sequence[tuple[bool, bool]]]) -> Detection:
    """Precision, recall and F1 of pairs of what should be and what was, over the tries of conversations."""
    flat = [pair for each in tries for pair in each]
    found = detection([should for should, _ in flat], [was for _, was in flat])
    if all(len(each) < 2 for each in tries):
        return found
    kinds = ((True, True), (False, True), (True, False))
    tp, fp, fn = np.array([[each.count(kind) for kind in kinds] for each in tries], float).T
    return Detection(
        found.tp, found.fp, found.fn, found.tn,
        precision=_over(tp, tp + fp), recall=_over(tp, tp + fn), f1=_f1(tp, fp + fn),
    )  # fmt: skip


def _over(hits: np.ndarray, of: np.ndarray) -> Figure:
    tried = of > 0
    shares = hits[tried] / of[tried]
    if np.isin(shares, (0, 1)).all():
        return wilson(int(shares.sum()), int(tried.sum()))
    return bootstrap(np.column_stack([hits, of])[tried])


def _f1(right: np.ndarray, wrong: np.ndarray) -> Figure:
    figure = _over(right, right + wrong)
    return f1_of(figure, len(right))
