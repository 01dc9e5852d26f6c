"""Intervals by resampling conversations cover at their level, and turns of one conversation are not counted twice."""

import numpy as np
import pytest

from handrail.evals.resampling import bootstrap, ratio


def covers(draw, truth: float, *, times: int = 400, seed: int = 5) -> float:
    """How often the interval holds the truth over samples that `draw` makes."""
    random = np.random.default_rng(seed)
    figures = [bootstrap(draw(random), seed=n, resamples=500) for n in range(times)]
    return float(np.mean([figure.low <= truth <= figure.high for figure in figures]))


def test_a_mean_has_its_interval_around_it():
    figure = bootstrap(np.column_stack([[1.0, 2, 3, 4, 5, 6], np.ones(6)]))
    assert figure.value == 3.5
    assert 1.5 < figure.low < 3.5 < figure.high < 5.5
    assert figure.n == 6


def test_the_same_seed_draws_the_same():
    rows = np.column_stack([np.arange(20.0), np.ones(20)])
    assert bootstrap(rows, seed=3) == bootstrap(rows, seed=3)
    assert bootstrap(rows, seed=3) != bootstrap(rows, seed=4)


def test_the_interval_of_a_skewed_mean_covers():
    # Costs of conversations are like this: most small, some great. The mean of a log-normal is exp(1/2).
    share = covers(lambda r: np.column_stack([r.lognormal(size=120), np.ones(120)]), float(np.exp(0.5)))
    assert 0.89 < share < 0.98


def test_turns_of_one_conversation_count_as_one():
    def draw(random: np.random.Generator) -> np.ndarray:
        mood = random.beta(0.6, 0.6, size=60)
        return np.column_stack([random.binomial(10, mood), np.full(60, 10)])

    assert 0.91 < covers(draw, 0.5) < 0.98
    rows = draw(np.random.default_rng(1))
    turns = np.concatenate([np.repeat([[1.0, 1], [0, 1]], [int(h), int(n - h)], 0) for h, n in rows])
    whole, each = bootstrap(rows), bootstrap(turns)
    assert whole.high - whole.low > 1.8 * (each.high - each.low)


def test_the_interval_of_precision_covers():
    def draw(random: np.random.Generator) -> np.ndarray:
        called = random.random(200) < 0.3
        return np.column_stack([called & (random.random(200) < 0.8), called])

    assert 0.90 < covers(draw, 0.8) < 0.98


@pytest.mark.parametrize(
    ("rows", "value", "n"), [(np.zeros((0, 2)), None, 0), ([[0, 0], [0, 0]], None, 2), ([[1, 2]], 0.5, 1)]
)
def test_what_can_not_be_told_has_no_interval(rows, value, n):
    figure = bootstrap(rows)
    assert (figure.value, figure.low, figure.high, figure.n) == (value, None, None, n)


def test_resamples_in_which_the_figure_is_undefined_are_left_out():
    figure = bootstrap([[1, 1], [0, 1], *[[0, 0]] * 8], ratio)
    assert figure.value == 0.5
    assert 0 <= figure.low <= figure.high <= 1
