"""Agreement against values worked elsewhere."""

import numpy as np
import pytest

from handrail.evals.agreement import kappa, krippendorff

# Krippendorff (2011), "Computing Krippendorff's alpha-reliability", section C: four observers, twelve units.
UNITS = [
    [1, 1, 1], [2, 2, 3, 2], [3, 3, 3, 3], [3, 3, 3, 3], [2, 2, 2, 2], [1, 2, 3, 4], [4, 4, 4, 4], [1, 1, 2, 1],
    [2, 2, 2, 2], [5, 5, 5], [1, 1], [3],
]  # fmt: skip


def test_alpha_as_published():
    assert krippendorff(UNITS).value == pytest.approx(0.743, abs=5e-4)
    assert krippendorff(UNITS, "ordinal", [1, 2, 3, 4, 5]).value == pytest.approx(0.815, abs=5e-4)


def test_alpha_of_chance_is_nothing_and_of_agreement_one():
    random = np.random.default_rng(1)
    by_chance = krippendorff(random.integers(2, size=(600, 3)).tolist())
    assert by_chance.low < 0 < by_chance.high
    assert krippendorff([[True, True], [False, False]]).value == 1


def test_nothing_to_disagree_about_is_not_agreement():
    assert krippendorff([["yes", "yes"], ["yes", "yes"]]).value is None
    assert krippendorff([["yes"]]).value is None
    assert krippendorff([]).value is None


def test_ordinal_alpha_forgives_neighbours():
    near, far = [[1, 2], [3, 4], [5, 4], [2, 1]], [[1, 5], [3, 1], [5, 1], [2, 5]]
    assert krippendorff(near, "ordinal").value > krippendorff(near).value
    assert krippendorff(far, "ordinal").value < krippendorff(near, "ordinal").value


def test_the_interval_of_alpha_covers():
    random, held = np.random.default_rng(3), 0
    # Two who each flip one tag in ten of an even split: alpha is nearly 1 - 2 * 0.1 * 0.9 / 0.5.
    for _ in range(200):
        truth = random.random(150) < 0.5
        tags = [truth ^ (random.random(150) < 0.1) for _ in range(2)]
        figure = krippendorff(list(zip(*(t.tolist() for t in tags), strict=True)))
        held += figure.low <= 0.64 <= figure.high
    assert 0.9 < held / 200 < 0.99


def test_kappa_as_worked_by_hand():
    first = ["yes"] * 25 + ["no"] * 25
    second = ["yes"] * 20 + ["no"] * 5 + ["yes"] * 10 + ["no"] * 15
    figure = kappa(first, second)
    assert figure.value == pytest.approx(0.4)
    assert figure.low < 0.4 < figure.high


def test_kappa_of_two_who_only_say_yes_is_undefined():
    assert kappa(["yes"] * 4, ["yes"] * 4).value is None
    assert kappa([], []).value is None
