"""pass^k over several tries of each case."""

import numpy as np
import pytest

from handrail.evals.epochs import pass_curve, pass_hat

T, F = True, False


def test_pass_hat_as_worked_by_hand():
    tries = [[T, T, T, T], [T, T, F, F], [F, F, F, F]]
    assert pass_hat(tries, 1).value == pytest.approx((1 + 1 / 2 + 0) / 3)
    assert pass_hat(tries, 2).value == pytest.approx((1 + 1 / 6 + 0) / 3)
    assert pass_hat(tries, 4).value == pytest.approx(1 / 3)


def test_pass_hat_is_unbiased():
    random = np.random.default_rng(1)
    ease = np.array([0.95, 0.8, 0.5])
    told = [pass_hat((random.random((3, 5)) < ease[:, None]).tolist(), 3).value for _ in range(1500)]
    assert np.mean(told) == pytest.approx(float((ease**3).mean()), abs=0.01)


def test_its_interval_covers():
    random, held = np.random.default_rng(2), 0
    truth = 4 / 7  # the mean of ease³ where ease is beta(4, 1)
    for _ in range(200):
        ease = random.beta(4, 1, size=80)
        figure = pass_hat((random.random((80, 4)) < ease[:, None]).tolist(), 3)
        held += figure.low <= truth <= figure.high
    assert 0.9 < held / 200 < 0.99


def test_a_suite_that_always_passes_is_not_sure_to():
    figure = pass_hat([[T, T]] * 10, 2)
    assert figure.value == 1
    assert figure.low < 0.75


def test_cases_with_fewer_tries_are_left_out():
    assert pass_hat([[T], [T, F]], 2).n == 1
    assert pass_hat([[T]], 2).value is None
    with pytest.raises(ValueError, match="at least 1"):
        pass_hat([[T]], 0)


def test_the_curve_falls():
    curve = pass_curve([[T, T, F], [T, T, T], [F, T, F, T]])
    assert list(curve) == [1, 2, 3]
    assert curve[1].value > curve[2].value > curve[3].value
    assert pass_curve([]) == {}
