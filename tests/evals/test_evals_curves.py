"""Curves over thresholds."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from handrail.evals.calibrate import conformal
from handrail.evals.curves import auroc, average_precision, cheapest, choices, reliability

TOLD, WANTED = [0.9, 0.8, 0.8, 0.3, 0.1], [True, True, False, True, False]


def test_choices_count_what_a_threshold_comes_to():
    curve = choices(TOLD, WANTED)
    assert [(c.threshold, c.needed, c.needless, c.missed, c.rest) for c in curve] == [
        (float("inf"), 0, 0, 3, 2), (0.9, 1, 0, 2, 2), (0.8, 2, 1, 1, 1), (0.3, 3, 1, 0, 1), (0.1, 3, 2, 0, 0),
    ]  # fmt: skip
    assert curve[0].precision is None
    assert (curve[2].precision, curve[2].recall) == (2 / 3, 2 / 3)


def test_average_precision_as_worked_by_hand():
    assert average_precision(choices(TOLD, WANTED)) == pytest.approx((1 + 2 / 3 + 3 / 4) / 3)
    assert average_precision(choices([0.1], [False])) is None
    assert average_precision([]) is None


def test_the_cheapest_choice_follows_the_costs():
    curve = choices(TOLD, WANTED)
    assert cheapest(curve, missed=5, needless=1).threshold == 0.3
    assert cheapest(curve, missed=1, needless=50).threshold == 0.9
    assert cheapest(curve, missed=5, needless=1).cost(5, 1) == pytest.approx(1 / 5)


@given(st.lists(st.tuples(st.sampled_from([0.1, 0.2, 0.5, 0.9]), st.booleans()), min_size=1))
def test_every_choice_counts_every_conversation(rows):
    curve = choices([told for told, _ in rows], [wanted for _, wanted in rows])
    assert all(c.needed + c.needless + c.missed + c.rest == len(rows) for c in curve)
    assert all(c.needed == sum(w for t, w in rows if t >= c.threshold) for c in curve)
    assert curve[-1].missed == 0


def test_auroc_counts_ties_half():
    assert auroc([0.9, 0.5, 0.5, 0.1], [True, True, False, False]).value == pytest.approx(0.875)
    assert auroc([0.9, 0.1], [True, True]).value is None


def test_the_interval_of_auroc_covers():
    random, held, truth = np.random.default_rng(5), 0, 0.7602  # Φ(1 / √2)
    for _ in range(500):
        wanted = np.arange(200) < 60
        figure = auroc((random.normal(size=200) + wanted).tolist(), wanted.tolist())
        held += figure.low <= truth <= figure.high
    assert 0.925 < held / 500 < 0.975


def test_reliability_steps_hold_as_many_conversations_each():
    random = np.random.default_rng(6)
    told = random.random(1000)
    steps = reliability(told.tolist(), (random.random(1000) < told).tolist())
    assert [step.seen.n for step in steps] == [100] * 10
    assert [round(step.told, 1) for step in reliability([0.2] * 50, [False] * 50)] == [0.2]
    assert reliability([], []) == []


def test_well_calibrated_probabilities_lie_in_the_intervals_of_their_steps():
    random, held = np.random.default_rng(7), []
    for _ in range(60):
        told = random.random(500)
        steps = reliability(told.tolist(), (random.random(500) < told).tolist())
        held += [step.seen.low <= step.told <= step.seen.high for step in steps]
    assert 0.93 < np.mean(held) < 0.99


@pytest.mark.parametrize("risk", [0.05, 0.1, 0.25])
def test_the_bound_on_missed_handoffs_holds_for_new_conversations(risk):
    random, missed = np.random.default_rng(8), []
    for _ in range(2000):
        needed = random.beta(3, 1.5, size=59)
        threshold = conformal(needed.tolist(), 59, risk)
        missed.append(0 if threshold is None else np.mean(random.beta(3, 1.5, size=40) < threshold))
    error = 3 * float(np.std(missed)) / len(missed) ** 0.5
    assert risk - 2 / 60 - error <= np.mean(missed) <= risk + error
