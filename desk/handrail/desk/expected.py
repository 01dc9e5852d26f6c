"""How long somebody will wait: drawn many times from what was seen lately, and corrected by how right that was."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

DRAWS = 300
LATER = 200
"""So many arrivals to come are drawn at most."""
PRIOR_HANDLING = tuple(480.0 * math.exp(0.8 * z) for z in (-1.4, -0.9, -0.5, -0.2, 0.0, 0.2, 0.5, 0.9, 1.4))
"""Handling times in seconds that stand in until there are some: a median of eight minutes, log-normal, as the lengths
of service contacts are (Brown et al., Statistical Analysis of a Telephone Call Center, JASA 2005)."""
PRIOR_PICKUP = (10.0, 20.0, 30.0, 45.0, 75.0, 120.0, 240.0)
"""Seconds from when somebody is free to when they take the next, until some were seen."""

COVER = 0.855
"""The share of waits that is to be within a range before its ends are rounded outwards to whole minutes."""
ENOUGH = 25
"""Waits told before their errors count."""
LATELY = 200
ONE_BY_ONE = 50
"""So many at the end of the line are drawn one by one."""
GRACE = 60.0
"""Seconds added to a wait before its logarithm is taken: a few more or less are no error."""

Seconds = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Standing:
    """Where somebody stands in the line, and who is there.

    `ahead` of them are served first, of those who wait. `busy` holds for how many seconds each conversation in hand has
    been so; `slots` is how many the people who are on can have at once. `later` are arrivals to come that are served
    first: how many a second, and for how many seconds from now, by urgency.
    """

    ahead: int
    busy: tuple[float, ...]
    slots: int
    later: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Seen:
    """What was seen lately at this desk, in seconds: handling times, and times from a free person to the claim."""

    handling: Sequence[float] = ()
    pickup: Sequence[float] = ()


@dataclass(frozen=True, slots=True)
class Drawn:
    """A range of seconds before correction, as it is kept to be judged later."""

    low: float
    high: float


def draw(standing: Standing, seen: Seen) -> Drawn:
    """The narrowest range in which `COVER` of the waits fall, by simulation.

    Each draw serves the line in order by the slot that is free first. What is left of a conversation in hand is drawn
    from the handling times that are longer than it has lasted already; everything else is a bootstrap of recent times
    (Ibrahim and Whitt, Real-time delay estimation, 2009, find simulation of the state as it is to beat averages of past
    waits). Equal input gives equal output.
    """
    random = np.random.default_rng(crc32(repr(standing).encode()))
    # A few times that were seen are not all there are: the prior fades as they come in.
    handling = np.array([*PRIOR_HANDLING[:: 1 + len(seen.handling) // 10], *seen.handling], dtype=float)
    if len(seen.handling) >= 30:
        handling = np.array(seen.handling, dtype=float)
    pickup = np.array(seen.pickup if len(seen.pickup) >= 10 else [*PRIOR_PICKUP, *seen.pickup], dtype=float)
    waits = _serve(standing, np.sort(handling), random) + random.choice(pickup, DRAWS)
    waits.sort()
    inside = math.ceil(COVER * DRAWS) - 1
    start = int(np.argmin(waits[inside:] - waits[:-inside]))
    return Drawn(float(waits[start]), float(waits[start + inside]))


def correction(judged: Sequence[tuple[Drawn, float]]) -> tuple[float, float]:
    """By how much to move the two ends of a range outwards (inwards, below 0), in logarithms, so that `COVER` of the
    last ones had been right.

    `judged` holds what was drawn and how long it took. This is conformalized quantile regression (Romano, Patterson,
    Candès 2019), each end by itself, on the logarithm of the wait: it bears whatever the simulation does not know, such
    as people who never have as many conversations as they could, or who go home.
    """
    if len(judged) < ENOUGH:
        return 0.05, 0.05
    below = [_log(drawn.low) - _log(took) for drawn, took in judged]
    above = [_log(took) - _log(drawn.high) for drawn, took in judged]
    level = min(1.0, (1 + COVER) / 2 * (1 + 1 / len(judged)))
    return float(np.quantile(below, level)), float(np.quantile(above, level))


def corrected(drawn: Drawn, by: tuple[float, float]) -> tuple[int, int]:
    """The range to tell, in whole minutes: from 0, and at least one wide."""
    low, high = math.exp(_log(drawn.low) - by[0]) - GRACE, math.exp(_log(drawn.high) + by[1]) - GRACE
    low, high = min(low, high), max(low, high)
    earliest = max(0, math.floor(low / 60))
    return earliest, max(earliest + 1, math.ceil(high / 60))


def _log(seconds: float) -> float:
    return math.log(max(seconds, 0.0) + GRACE)


def _serve(standing: Standing, handling: Seconds, random: np.random.Generator) -> Seconds:
    if standing.slots > len(standing.busy) + standing.ahead + LATER:
        # Somebody is free, whoever comes first.
        return np.zeros(DRAWS)
    free = _free(standing, handling, random)
    # Of a long line the first part is one sum: by the central limit theorem all that counts of it is its length.
    if (many := standing.ahead - ONE_BY_ONE) > 0:
        slots = free.shape[1]
        shift = random.normal(many * handling.mean() / slots, math.sqrt(many) * handling.std() / slots, DRAWS)
        free += np.maximum(shift, 0)[:, None]
    for _ in range(min(standing.ahead, ONE_BY_ONE)):
        _take(free, np.zeros(DRAWS), handling, random)
    for at, until in _later(standing, random):
        passing = (at < free.min(axis=1)) & (at < until)
        if (at >= free.min(axis=1)).all():
            break
        _take(free, at, handling, random, passing)
    first: Seconds = free.min(axis=1)
    return first


def _later(standing: Standing, random: np.random.Generator) -> Iterator[tuple[Seconds, Seconds]]:
    """Arrivals to come: when, by draw, and until when such are served first."""
    rates = np.array([rate for rate, _ in standing.later])
    total = float(rates.sum())
    if total <= 0:
        return
    untils = np.array([until for _, until in standing.later])
    most = min(int(total * untils.max() * 2) + 5, LATER)
    arrivals = np.cumsum(random.exponential(1 / total, (most, DRAWS)), axis=0)
    kinds = random.choice(len(rates), (most, DRAWS), p=rates / total)
    yield from zip(arrivals, untils[kinds], strict=True)


def _free(standing: Standing, handling: Seconds, random: np.random.Generator) -> Seconds:
    """When each slot is free, by draw."""
    slots = max(1, standing.slots)
    left = np.zeros((DRAWS, max(slots, len(standing.busy))))
    for place, lasted in enumerate(standing.busy):
        longer = handling[handling > lasted]
        # Longer than any that was seen: as long again as half of what it has lasted.
        rest = random.choice(longer, DRAWS) - lasted if len(longer) else random.exponential(0.5 * lasted + 60, DRAWS)
        left[:, place] = rest
    # Where fewer people are on than conversations in hand, the first ones to end make nobody free.
    return np.sort(left, axis=1)[:, -slots:].copy()


def _take(
    free: Seconds, at: Seconds, handling: Seconds, random: np.random.Generator, who: NDArray[np.bool_] | None = None
) -> None:
    rows = np.arange(DRAWS)
    first = free.argmin(axis=1)
    ends = np.maximum(free[rows, first], at) + random.choice(handling, DRAWS)
    free[rows, first] = ends if who is None else np.where(who, ends, free[rows, first])
