"""How reliably cases pass when they are run several times."""

from collections.abc import Sequence
from math import comb

import numpy as np

from handrail.evals.resampling import bootstrap
from handrail.evals.statistics import Figure, wilson


def pass_hat(passed: Sequence[Sequence[bool]], k: int) -> Figure:
    """pass^k: the probability that a case passes in all of `k` tries, as the mean over the cases.

    `passed` are the tries of each case. The estimate of a case with c passes in n tries is C(c, k) / C(n, k), which is
    unbiased (Yao and others 2024, tau-bench, section 3). Cases with fewer than `k` tries are left out.
    """
    if k < 1:
        raise ValueError("k is at least 1")
    shares = [comb(sum(tries), k) / comb(len(tries), k) for tries in passed if len(tries) >= k]
    if all(share in (0, 1) for share in shares):
        return wilson(sum(map(int, shares)), len(shares))
    return bootstrap(np.array([(share, 1.0) for share in shares]))


def pass_curve(passed: Sequence[Sequence[bool]]) -> dict[int, Figure]:
    """pass^k for every k up to the fewest tries that a case has."""
    return {k: pass_hat(passed, k) for k in range(1, min(map(len, passed), default=0) + 1)}
