"""Audited containment: what a program says of all conversations, corrected by what people say of a sample of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np

from handrail.evals.statistics import Figure, Z

UNSEEN = np.array([(0.0, 0.0), (0.0, 1.0), (1.0, 0.0), (1.0, 1.0)])
"""What people and program say of four audits that nobody made: they count for the width alone (see `audited`)."""


@dataclass(frozen=True, slots=True)
class Stratum:
    """Conversations of one kind: what people said of the audited ones, what the program said of these same ones, in
    the same order, and what it said of all others (0 to 1, or yes and no)."""

    people: Sequence[float]
    program: Sequence[float]
    others: Sequence[float]


def audited(strata: Sequence[Stratum]) -> Figure:
    """The share over all conversations as people would have tagged it, with its 95 % interval; `n` is how many were
    audited. The sample must be drawn at random within each stratum, blind to the program's word.

    Prediction-powered inference with power tuning (Angelopoulos, Duchi and Zrnic 2023, PPI++, for a mean), summed over
    strata by their sizes: it is unbiased however wrong the program is, and narrower than the sample alone as far as
    the program is right. Where it says nothing useful, the tuning leaves the sample alone. A program that is rarely
    wrong is often never wrong in a small sample, and the interval would have no width: so it is as wide as if four more
    had been audited, one of each kind of agreement and error (as in "plus four", Agresti and Coull 1998). None where a
    stratum has fewer than two audited conversations.
    """
    sizes = np.array([len(s.people) + len(s.others) for s in strata], float)
    audits = sum(len(s.people) for s in strata)
    if not audits or any(len(s.people) < 2 for s in strata):
        return Figure(None, n=audits)
    told = [_mean(stratum) for stratum in strata]
    weights = sizes / sizes.sum()
    value = float(weights @ [mean for mean, _ in told])
    spread = sqrt(float(weights**2 @ [variance for _, variance in told]))
    return Figure(value, max(0.0, value - Z * spread), min(1.0, value + Z * spread), audits)


def _mean(stratum: Stratum) -> tuple[float, float]:
    """The tuned estimate of a stratum's mean, and its variance."""
    people, program = np.asarray(stratum.people, float), np.asarray(stratum.program, float)
    if len(people) != len(program):
        raise ValueError("people and program must speak of the same conversations")
    others = np.asarray(stratum.others, float)
    if not len(others):
        return float(people.mean()), float(np.append(people, UNSEEN[:, 0]).var(ddof=1)) / len(people)
    n, varies = len(people), float(np.concatenate([program, others]).var(ddof=1))
    wide, guess = np.append(people, UNSEEN[:, 0]), np.append(program, UNSEEN[:, 1])
    # With this weight of the program's word the interval is narrowest; outside of 0 and 1 it is chance.
    trust = float(np.cov(wide, guess)[0, 1]) / varies / (1 + n / len(others)) if varies > 0 else 0.0
    trust = min(1.0, max(0.0, trust))
    value = float(trust * others.mean() + (people - trust * program).mean())
    spread = float(others.var(ddof=1)) if len(others) > 1 else 0.0
    return value, trust**2 * spread / len(others) + float((wide - trust * guess).var(ddof=1)) / n
