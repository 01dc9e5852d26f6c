"""Figures against values known elsewhere, and intervals that cover as they say."""

import numpy as np
import pytest

from handrail.evals.statistics import detection, percentile, wilson


@pytest.mark.parametrize(
    ("hits", "n", "low", "high"),
    [
        # Newcombe (1998), Statistics in Medicine 17, table I: the score method without continuity correction.
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0000, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilson_as_published(hits, n, low, high):
    figure = wilson(hits, n)
    assert figure.value == hits / n
    assert figure.low == pytest.approx(low, abs=5e-5)
    assert figure.high == pytest.approx(high, abs=5e-5)


def test_wilson_of_nothing_is_nothing():
    assert wilson(0, 0).value is None


def test_wilson_covers_at_its_level():
    random = np.random.default_rng(7)
    covered = []
    for p in (0.1, 0.5, 0.9):
        figures = [wilson(int(hits), 60) for hits in random.binomial(60, p, size=4000)]
        covered.append(np.mean([f.low <= p <= f.high for f in figures]))
    assert 0.93 < np.mean(covered) < 0.97


def test_detection_counts():
    found = detection([True, True, True, False, False], [True, True, False, True, False])
    assert (found.tp, found.fp, found.fn, found.tn) == (2, 1, 1, 1)
    assert found.precision.value == pytest.approx(2 / 3)
    assert found.recall.value == pytest.approx(2 / 3)
    assert found.f1.value == pytest.approx(2 / 3)
    assert found.f1.low <= 2 / 3 <= found.f1.high


def test_detection_of_a_suite_without_positives_is_undefined_and_not_zero():
    found = detection([False, False], [False, False])
    assert (found.precision.value, found.recall.value, found.f1.value) == (None, None, None)
    assert found.tn == 2
    assert detection([], []).f1.value is None


def test_missing_everything_is_zero():
    found = detection([True, True], [False, False])
    assert (found.recall.value, found.f1.value, found.precision.value) == (0, 0, None)


def test_detection_needs_as_many_answers_as_truths():
    with pytest.raises(ValueError, match="zip"):
        detection([True], [])


def test_the_interval_of_f1_has_a_width_also_where_everything_is_right():
    f1 = detection([True, False], [True, False]).f1
    assert f1.value == 1
    assert f1.low < 0.5


def test_the_interval_of_f1_covers_at_its_level():
    random, covered = np.random.default_rng(3), []
    for cells in ((0.24, 0.10, 0.06, 0.60), (0.08, 0.01, 0.01, 0.90), (0.1, 0.3, 0.1, 0.5)):
        truth = 2 * cells[0] / (2 * cells[0] + cells[1] + cells[2])
        for tp, fp, fn, tn in random.multinomial(100, cells, size=1000):
            tags = [True] * tp + [False] * fp + [True] * fn + [False] * tn
            f1 = detection(tags, [True] * (tp + fp) + [False] * (fn + tn)).f1
            covered.append(f1.low <= truth <= f1.high)
    assert 0.93 < np.mean(covered) < 0.97


def test_percentile():
    assert percentile([1, 2, 3, 4], 50) == 2.5
    assert percentile([], 95) is None
