"""How honest the statistics are: `python -m bench.coverage [--times 4000]`.

Draws samples from worlds whose truth is known and counts how often the 95 % intervals hold it, how often the tests call
a change where there is none, and whether the bound on missed handoffs is kept. Every row but the last should lie near
its target; 1,000 draws of a 95 % interval lie within 0.014 of it.
"""

import argparse
from collections.abc import Callable
from math import exp

import numpy as np

from handrail.evals.agreement import kappa, krippendorff
from handrail.evals.audit import Stratum, audited
from handrail.evals.calibrate import conformal
from handrail.evals.curves import auroc
from handrail.evals.epochs import pass_hat
from handrail.evals.judging.trust import LEANS, leaning
from handrail.evals.paired import difference, holm, mcnemar, permutation
from handrail.evals.resampling import bootstrap
from handrail.evals.statistics import Figure, wilson

Draw = Callable[[np.random.Generator, int], bool | float]


def holds(figure: Figure, truth: float) -> bool:
    """Whether the interval holds the truth."""
    return figure.low is not None and figure.high is not None and figure.low <= truth <= figure.high


def share(n: int, p: float) -> Draw:
    return lambda random, _: holds(wilson(int(random.binomial(n, p)), n), p)


def precision(random: np.random.Generator, seed: int) -> bool:
    called = random.random(200) < 0.3
    rows = np.column_stack([called & (random.random(200) < 0.8), called])
    return holds(bootstrap(rows, seed=seed, resamples=1000), 0.8)


def cost(random: np.random.Generator, seed: int) -> bool:
    rows = np.column_stack([random.lognormal(size=200), np.ones(200)])
    return holds(bootstrap(rows, seed=seed, resamples=1000), exp(0.5))


def clustered(random: np.random.Generator, seed: int) -> bool:
    mood = random.beta(0.6, 0.6, size=80)
    rows = np.column_stack([random.binomial(10, mood), np.full(80, 10)])
    return holds(bootstrap(rows, seed=seed, resamples=1000), 0.5)


def reliable(random: np.random.Generator, seed: int) -> bool:
    ease = random.beta(4, 1, size=100)
    return holds(pass_hat((random.random((100, 5)) < ease[:, None]).tolist(), 3), 4 / 7)


def ranked(random: np.random.Generator, seed: int) -> bool:
    wanted = np.arange(200) < 60
    return holds(auroc((random.normal(size=200) + wanted).tolist(), wanted.tolist()), 0.76025)


def agreed(random: np.random.Generator, seed: int) -> bool:
    truth = random.random(150) < 0.5
    tags = [(truth ^ (random.random(150) < 0.1)).tolist() for _ in range(2)]
    return holds(krippendorff(list(zip(*tags, strict=True))), 0.64)


def judged(random: np.random.Generator, seed: int) -> bool:
    people = random.random(200) < 0.6
    judge = people ^ (random.random(200) < 0.15)
    return holds(kappa(people.tolist(), judge.tolist()), 1 - 0.15 / 0.486)


def leaned(favour: float) -> Callable[[np.random.Generator], Figure]:
    """A judge that says yes of longer talks more often by `favour`, where what people settle is longer too."""

    def draw(random: np.random.Generator) -> Figure:
        people = random.random(200) < 0.6
        lengths = random.normal(size=200) + people
        judge = random.random(200) < 0.2 + 0.5 * people + favour * (lengths > np.median(lengths))
        return leaning(judge.tolist(), people.tolist(), lengths.tolist())

    return draw


def accused(random: np.random.Generator, _: int) -> bool:
    figure = leaned(0)(random)
    return not holds(figure, 0) and abs(figure.value or 0) >= LEANS


def two_runs(random: np.random.Generator, *, drop: float) -> tuple[np.ndarray, np.ndarray]:
    ease = random.beta(2, 1, size=120)
    return random.random(120) < ease, random.random(120) < ease * (1 - drop)


def apart(random: np.random.Generator, seed: int) -> bool:
    before, after = (np.column_stack([run, np.ones(120)]) for run in two_runs(random, drop=0.1))
    return holds(difference(before, after, seed=seed), -0.1 * 2 / 3)


def flips(drop: float) -> Draw:
    def draw(random: np.random.Generator, _: int) -> bool:
        before, after = two_runs(random, drop=drop)
        return mcnemar(before.tolist(), after.tolist()).p < 0.05

    return draw


def swapped(random: np.random.Generator, seed: int) -> bool:
    ease = random.lognormal(size=60)
    before, after = (ease * random.lognormal(sigma=0.5, size=60) for _ in range(2))
    return permutation(before.tolist(), after.tolist(), seed=seed, flips=1000) < 0.05


def any_of_twenty(random: np.random.Generator, _: int) -> bool:
    return min(holm({str(n): p for n, p in enumerate(random.random(20))}).values()) < 0.05


def contained(random: np.random.Generator) -> tuple[Figure, Figure]:
    """By audit and program together, and by the audited alone."""
    truth = random.random(2000) < 0.7
    program = np.where(random.random(2000) < 0.85, truth, True)
    people = truth[:200].tolist()
    return audited([Stratum(people, program[:200].tolist(), program[200:].tolist())]), wilson(sum(people), 200)


def width(random: np.random.Generator, _: int) -> float:
    both, alone = ((figure.high or 0) - (figure.low or 0) for figure in contained(random))
    return both / alone


def bound(random: np.random.Generator, _: int) -> float:
    threshold = conformal(random.beta(3, 1.5, size=99).tolist(), 99, 0.1)
    return float(np.mean(random.beta(3, 1.5, size=100) < (threshold or 0.0)))


ROWS: tuple[tuple[str, Draw, str], ...] = (
    ("Wilson, 20 of rate 0.9", share(20, 0.9), "0.95"),
    ("Wilson, 200 of rate 0.05", share(200, 0.05), "0.95"),
    ("BCa: precision, 200 conversations", precision, "0.95"),
    ("BCa: mean cost (log-normal), 200 conversations", cost, "0.95"),
    ("BCa: share of turns, 80 conversations of 10 like turns", clustered, "0.95"),
    ("pass^3 of 100 cases in 5 epochs", reliable, "0.95"),
    ("AUROC (DeLong), 60 of 200", ranked, "0.95"),
    ("Krippendorff's alpha, 150 conversations", agreed, "0.95"),
    ("Cohen's kappa of a judge, 200 conversations", judged, "0.95"),
    ("how much oftener a judge says yes of long talks, 200", lambda random, _: holds(leaned(0.2)(random), 0.2), "0.95"),
    ("… told of one that does not look at length", accused, "≤ 0.05"),
    ("paired difference of a rate, 120 cases", apart, "0.95"),
    ("audited containment (PPI), 200 of 2,000", lambda random, _: holds(contained(random)[0], 0.7), "0.95"),
    ("… its width over that of the audited alone", width, "< 1"),
    ("McNemar calls a change where there is none", flips(0), "≤ 0.05"),
    ("… where a tenth more fails (power)", flips(0.1), ""),
    ("permutation calls a change where there is none", swapped, "0.05"),
    ("Holm over 20 figures calls any where there is none", any_of_twenty, "≤ 0.05"),
    ("missed handoffs under a bound of 0.1", bound, "≤ 0.1"),
)


def main() -> None:
    """Print every row."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--times", type=int, default=4000, help="draws a row")
    times = parser.parse_args().times
    for name, draw, target in ROWS:
        random = np.random.default_rng(11)
        seen = float(np.mean([draw(random, seed) for seed in range(times)]))
        print(f"{name:<58} {seen:.3f}  {target}")


if __name__ == "__main__":
    main()
