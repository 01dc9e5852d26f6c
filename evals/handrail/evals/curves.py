"""Curves over every threshold of a probability: precision and recall, reliability, and what mistakes cost."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log, sqrt

import numpy as np

from handrail.evals.statistics import Figure, Z, wilson


@dataclass(frozen=True, slots=True)
class Choice:
    """What calling a person from `threshold` on comes to: counts of needed and needless calls and of missed ones."""

    threshold: float
    needed: int
    needless: int
    missed: int
    rest: int

    @property
    def precision(self) -> float | None:
        called = self.needed + self.needless
        return self.needed / called if called else None

    @property
    def recall(self) -> float | None:
        should = self.needed + self.missed
        return self.needed / should if should else None

    def cost(self, missed: float, needless: float) -> float:
        """The mean cost of a conversation."""
        return (missed * self.missed + needless * self.needless) / max(1, self._all)

    @property
    def _all(self) -> int:
        return self.needed + self.needless + self.missed + self.rest


def choices(told: Sequence[float], wanted: Sequence[bool]) -> list[Choice]:
    """A choice for every probability that was told, from the highest threshold down; the first one calls nobody."""
    if len(told) != len(wanted):
        raise ValueError("as many probabilities as tags are needed")
    if not len(told):
        return []
    order = np.argsort(-np.asarray(told, float), kind="stable")
    probability, should = np.asarray(told, float)[order], np.asarray(wanted, bool)[order]
    last = np.append(np.flatnonzero(np.diff(probability)), len(probability) - 1)
    hits, all_, total = np.cumsum(should)[last], last + 1, int(should.sum())
    nobody = Choice(float("inf"), 0, 0, total, len(should) - total)
    return [
        nobody,
        *(
            Choice(
                float(probability[at]), int(hit), int(n - hit), total - int(hit), int(len(should) - total - (n - hit))
            )
            for at, hit, n in zip(last, hits, all_, strict=True)
        ),
    ]


def average_precision(curve: Sequence[Choice]) -> float | None:
    """The area under precision over recall in steps, without drawing lines between them (Davis and Goadrich 2006 on why
    not); None where no conversation needed a person."""
    if not curve or curve[0].missed == 0:
        return None
    area, before = 0.0, 0.0
    for choice in curve[1:]:
        recall = choice.recall or 0.0
        area += (recall - before) * (choice.precision or 0.0)
        before = recall
    return area


def cheapest(curve: Sequence[Choice], missed: float, needless: float) -> Choice:
    """The choice of the least cost; of several the one that calls the fewest people. Raises `ValueError` of none."""
    return min(curve, key=lambda choice: choice.cost(missed, needless))


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a reliability curve: the mean probability told, and the share seen with its interval."""

    told: float
    seen: Figure


def reliability(told: Sequence[float], wanted: Sequence[bool], steps: int = 10) -> list[Step]:
    """Steps of the same number of conversations each, as far as equal probabilities allow (equal-mass bins bias the
    calibration error less than equal widths: Roelofs and others 2022)."""
    probability, should = np.asarray(told, float), np.asarray(wanted, bool)
    if not len(probability):
        return []
    edges = np.unique(np.quantile(probability, np.linspace(0, 1, steps + 1)[1:-1]))
    place = np.searchsorted(edges, probability, side="left")
    return [
        Step(float(probability[place == n].mean()), wilson(int(should[place == n].sum()), int((place == n).sum())))
        for n in np.unique(place)
    ]


def auroc(told: Sequence[float], wanted: Sequence[bool]) -> Figure:
    """The probability that a conversation that needed a person stands above one that did not; ties count half.

    The interval is that of DeLong and others (1988), taken on the log-odds so that it stays between 0 and 1.
    """
    probability, should = np.asarray(told, float), np.asarray(wanted, bool)
    n, ones, zeros = len(should), int(should.sum()), int((~should).sum())
    if not ones or not zeros:
        return Figure(None, n=n)
    every, high, low = _ranks(probability), _ranks(probability[should]), _ranks(probability[~should])
    above = (every[should] - high) / zeros
    below = 1 - (every[~should] - low) / ones
    value = float(above.mean())
    if ones < 2 or zeros < 2 or value in (0.0, 1.0):
        return Figure(value, n=n)
    spread = sqrt(float(above.var(ddof=1)) / ones + float(below.var(ddof=1)) / zeros)
    odds, half = log(value / (1 - value)), Z * spread / (value * (1 - value))
    return Figure(value, 1 / (1 + exp(half - odds)), 1 / (1 + exp(-odds - half)), n)


def _ranks(values: np.ndarray) -> np.ndarray:
    """From 1; ties share the middle of theirs."""
    _, places, counts = np.unique(values, return_inverse=True, return_counts=True)
    return np.asarray((np.cumsum(counts) - (counts - 1) / 2)[places])
