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
    the same order, and what it said of all others (0 to 1, or yes and no).

    `weights` are one over the chance by which each audited one was drawn, where these were not all the same.
    """

    people: Sequence[float]
    program: Sequence[float]
    others: Sequence[float]
    weights: Sequence[float] = ()

    @property
    def size(self) -> int:
        """How many there are, audited or not."""
        return len(self.people) + len(self.others)


def audited(strata: Sequence[Stratum]) -> Figure:
    """The share over all conversations as people would have tagged it, with its 95 % interval; `n` is how many were
    audited. The sample must be drawn at random within each stratum, blind to the program's word.

    Prediction-powered inference with power tuning (Angelopoulos, Duchi and Zrnic 2023, PPI++, for a mean), summed over
    strata by their sizes: it is unbiased however wrong the program is, and narrower than the sample alone as far as
    the program is right. Where it says nothing useful, the tuning leaves the sample alone. With weights its means are
    those of Hájek, over as many as count by Kish (1965). A program that is rarely wrong is often never wrong in a small
    sample, and the interval would have no width: so it is as wide as if four more had been audited, one of each kind of
    agreement and error (as in "plus four", Agresti and Coull 1998). None where a stratum has fewer than two audited
    conversations.
    """
    sizes = np.array([s.size for s in strata], float)
    audits = sum(len(s.people) for s in strata)
    if not audits or any(len(s.people) < 2 for s in strata):
        return Figure(None, n=audits)
    told = [_mean(stratum) for stratum in strata]
    weights = sizes / sizes.sum()
    value = float(weights @ [mean for mean, _ in told])
    spread = sqrt(float(weights**2 @ [variance for _, variance in told]))
    # The correction may lead out of what a share can be.
    value = min(1.0, max(0.0, value))
    return Figure(value, max(0.0, value - Z * spread), min(1.0, value + Z * spread), audits)


def pooled(strata: Sequence[Stratum], fewest: int = 10) -> tuple[Stratum, ...]:
    """The same conversations, with those strata put together in which fewer were audited; what is then still too small
    goes to the largest of the others."""
    if not strata:
        return ()
    large = sorted((s for s in strata if len(s.people) >= fewest), key=lambda s: s.size)
    small = _together([s for s in strata if len(s.people) < fewest])
    if not small.size:
        return tuple(large)
    if large and len(small.people) < fewest:
        return (*large[:-1], _together([large[-1], small]))
    return (*large, small)


def _together(strata: Sequence[Stratum]) -> Stratum:
    return Stratum(
        people=[each for s in strata for each in s.people],
        program=[each for s in strata for each in s.program],
        others=[each for s in strata for each in s.others],
        weights=[each for s in strata for each in s.weights or [1.0] * len(s.people)],
    )


def _mean(stratum: Stratum) -> tuple[float, float]:
    """The tuned estimate of a stratum's mean, and its variance."""
    people, program = np.asarray(stratum.people, float), np.asarray(stratum.program, float)
    if len(people) != len(program):
        raise ValueError("people and program must speak of the same conversations")
    drawn = np.asarray(stratum.weights or np.ones(len(people)), float)
    whole = np.concatenate([program, np.asarray(stratum.others, float)])
    wide, guess = np.append(people, UNSEEN[:, 0]), np.append(program, UNSEEN[:, 1])
    counts = np.append(drawn, np.full(len(UNSEEN), drawn.mean())) / drawn.mean()
    varies = float(whole.var(ddof=1))
    # With this weight of the program's word the interval is narrowest; outside of 0 and 1 it is chance.
    trust = float(np.cov(wide, guess, aweights=counts)[0, 1]) / varies if varies > 0 else 0.0
    trust = min(1.0, max(0.0, trust))
    value = trust * float(whole.mean()) + float(np.average(people - trust * program, weights=drawn))
    effective = float(drawn.sum() ** 2 / (drawn**2).sum())
    spread = float(np.cov(wide - trust * guess, aweights=counts))
    return value, trust**2 * varies / len(whole) + spread / effective
