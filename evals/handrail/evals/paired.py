"""Comparing two runs over the same conversations: the differences, and whether noise explains them."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import comb

import numpy as np

from handrail.evals.resampling import OfTotals, Rows, bootstrap, ratio
from handrail.evals.statistics import Figure

FLIPS = 10_000
CHUNK = 2_000_000


@dataclass(frozen=True, slots=True)
class Flips:
    """Conversations that were right in one run and wrong in the other, and how probable so lopsided a split, or a more
    lopsided one, would be by chance."""

    better: int
    worse: int
    p: float


def mcnemar(before: Sequence[bool], after: Sequence[bool]) -> Flips:
    """McNemar's test in its exact form: of the flips, as many go either way by chance (binomial, two-sided)."""
    pairs = list(zip(before, after, strict=True))
    better, worse = pairs.count((False, True)), pairs.count((True, False))
    flips, few = better + worse, min(better, worse)
    tail = sum(comb(flips, n) for n in range(few + 1)) / 2**flips
    return Flips(better, worse, min(1.0, 2 * tail))


def difference(before: Rows, after: Rows, figure: OfTotals = ratio, *, seed: int = 7) -> Figure:
    """The figure of `after` less that of `before`, with the interval of a paired bootstrap: a conversation is drawn
    with both of its runs. Rows of the two belong together by their place."""
    before, after = np.asarray(before, float), np.asarray(after, float)
    if before.shape != after.shape:
        raise ValueError("rows that are paired need the same shape")
    sums = before.shape[1]
    return bootstrap(
        np.hstack([before, after]), lambda totals: figure(totals[..., sums:]) - figure(totals[..., :sums]), seed=seed
    )


def permutation(before: Sequence[float], after: Sequence[float], *, seed: int = 7, flips: int = FLIPS) -> float:
    """The two-sided p-value of a mean difference where the two runs of a conversation may change places (Fisher 1935,
    Pitman 1937). Never 0: what was seen counts as one of the draws (Phipson and Smyth 2010)."""
    away = np.asarray(after, float) - np.asarray(before, float)
    away = away[away != 0]
    if not len(away):
        return 1.0
    random, seen, as_far, done = np.random.default_rng(seed), abs(away.sum()) * (1 - 1e-12), 1, 0
    while done < flips:
        some = min(flips - done, max(1, CHUNK // len(away)))
        signs = random.integers(0, 2, size=(some, len(away)), dtype=np.int8) * 2 - 1
        as_far += int((abs(signs @ away) >= seen).sum())
        done += some
    return as_far / (flips + 1)


def holm(p: dict[str, float]) -> dict[str, float]:
    """p-values that may be read side by side: the chance that any of them is called a change where there is none stays
    at the level (Holm 1979)."""
    adjusted: dict[str, float] = {}
    highest = 0.0
    for place, (name, value) in enumerate(sorted(p.items(), key=lambda item: item[1])):
        highest = max(highest, min(1.0, value * (len(p) - place)))
        adjusted[name] = highest
    return {name: adjusted[name] for name in p}
