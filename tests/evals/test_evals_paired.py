"""Paired tests keep their error rate and see what they are made for."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from handrail.evals.paired import difference, holm, mcnemar, permutation


@pytest.mark.parametrize(
    ("better", "worse", "p"),
    [(0, 0, 1.0), (5, 5, 1.0), (1, 0, 1.0), (0, 6, 2 / 64), (2, 10, 2 * (1 + 12 + 66) / 4096)],
)
def test_mcnemar_is_the_binomial_of_the_flips(better, worse, p):
    before = [False] * better + [True] * worse + [True, False] * 4
    after = [True] * better + [False] * worse + [True, False] * 4
    flips = mcnemar(before, after)
    assert (flips.better, flips.worse) == (better, worse)
    assert flips.p == pytest.approx(p)


def test_mcnemar_keeps_its_error_rate():
    random, found = np.random.default_rng(2), 0
    for _ in range(2000):
        ease = random.beta(2, 1, size=80)
        before, after = random.random(80) < ease, random.random(80) < ease
        found += mcnemar(before.tolist(), after.tolist()).p < 0.05
    assert 0.005 < found / 2000 < 0.06


def test_mcnemar_sees_a_regression():
    random, found = np.random.default_rng(3), 0
    for _ in range(200):
        before = random.random(150) < 0.9
        after = before & (random.random(150) < 0.88)
        found += mcnemar(before.tolist(), after.tolist()).p < 0.05
    assert found / 200 > 0.95


def test_permutation_keeps_its_error_rate():
    random, found = np.random.default_rng(4), 0
    for n in range(400):
        ease = random.lognormal(size=40)
        before, after = ease * random.lognormal(sigma=0.5, size=40), ease * random.lognormal(sigma=0.5, size=40)
        found += permutation(before.tolist(), after.tolist(), seed=n, flips=400) < 0.05
    assert 0.02 < found / 400 < 0.08


def test_permutation_of_no_difference_and_of_a_plain_one():
    assert permutation([1, 2], [1, 2]) == 1
    assert permutation([0.0] * 12, [1.0] * 12) < 0.002


def test_a_paired_difference_is_narrower_than_two_runs_apart():
    random = np.random.default_rng(6)
    ease = random.normal(size=100) * 5
    before = np.column_stack([ease + random.normal(size=100), np.ones(100)])
    after = np.column_stack([ease + 1 + random.normal(size=100), np.ones(100)])
    paired, apart = difference(before, after), difference(before, random.permutation(after))
    assert paired.low < 1 < paired.high
    assert paired.low > 0
    assert paired.high - paired.low < (apart.high - apart.low) / 3


def test_a_paired_difference_covers():
    random, held = np.random.default_rng(8), 0
    for n in range(300):
        ease = random.beta(2, 1, size=90)
        before = np.column_stack([random.random(90) < ease, np.ones(90)])
        after = np.column_stack([random.random(90) < ease * 0.9, np.ones(90)])
        figure = difference(before, after, seed=n)
        held += figure.low <= -0.1 * 2 / 3 <= figure.high
    assert 0.91 < held / 300 < 0.98


def test_rows_that_do_not_belong_together_are_refused():
    with pytest.raises(ValueError, match="same shape"):
        difference(np.ones((3, 2)), np.ones((4, 2)))


def test_holm_as_worked_by_hand():
    adjusted = holm({"a": 0.01, "b": 0.04, "c": 0.03, "d": 0.005})
    assert adjusted == pytest.approx({"a": 0.03, "b": 0.06, "c": 0.06, "d": 0.02})


@given(st.dictionaries(st.text(), st.floats(0, 1)))
def test_holm_lies_between_the_single_test_and_bonferroni(p):
    adjusted = holm(p)
    assert list(adjusted) == list(p)
    assert all(p[name] <= adjusted[name] <= min(1, p[name] * len(p)) for name in p)


def test_holm_keeps_the_rate_of_any_false_alarm():
    random = np.random.default_rng(9)
    draws = [holm({str(n): p for n, p in enumerate(random.random(20))}) for _ in range(1000)]
    assert np.mean([min(draw.values()) < 0.05 for draw in draws]) < 0.07
