"""Containment as people would have tagged it, from a sample of what a program says of all."""

import numpy as np
import pytest

from handrail.evals.audit import Stratum, audited
from handrail.evals.statistics import wilson


def stratum(
    random: np.random.Generator, *, contained: float, right: float, all_: int = 1500, seen: int = 150
) -> Stratum:
    truth = random.random(all_) < contained
    program = np.where(random.random(all_) < right, truth, True)
    return Stratum(truth[:seen].tolist(), program[:seen].tolist(), program[seen:].tolist())


def test_it_covers_and_is_narrower_than_the_audited_alone():
    random, held, widths, alone = np.random.default_rng(1), 0, [], []
    for _ in range(600):
        sample = stratum(random, contained=0.7, right=0.85)
        figure, plain = audited([sample]), wilson(sum(sample.people), len(sample.people))
        held += figure.low <= 0.7 <= figure.high
        widths.append(figure.high - figure.low)
        alone.append(plain.high - plain.low)
    assert 0.93 < held / 600 < 0.975
    assert np.mean(widths) < 0.75 * np.mean(alone)


def test_a_program_that_flatters_itself_is_corrected():
    random = np.random.default_rng(2)
    told = [audited([stratum(random, contained=0.6, right=0.5)]).value for _ in range(200)]
    assert np.mean(told) == pytest.approx(0.6, abs=0.015)


def test_a_program_that_says_nothing_leaves_the_audited_alone():
    random = np.random.default_rng(3)
    truth = (random.random(200) < 0.7).tolist()
    figure = audited([Stratum(truth, [True] * 200, [True] * 2000)])
    plain = wilson(sum(truth), 200)
    assert figure.value == pytest.approx(plain.value)
    assert figure.high - figure.low == pytest.approx(plain.high - plain.low, rel=0.05)


def test_strata_count_by_their_size_and_not_by_how_many_were_audited():
    random, held = np.random.default_rng(4), 0
    for _ in range(300):
        strata = [
            stratum(random, contained=0.9, right=0.9, all_=3000, seen=60),
            stratum(random, contained=0.4, right=0.9, all_=1000, seen=140),
        ]
        figure = audited(strata)
        held += figure.low <= 0.75 * 0.9 + 0.25 * 0.4 <= figure.high
    assert held / 300 > 0.93  # with few audits and a good program the interval errs on the wide side


def test_too_few_audits_tell_nothing():
    assert audited([]).value is None
    assert audited([Stratum([1], [1], [1, 0])]).value is None


def test_all_audited_alike_is_not_certain():
    figure = audited([Stratum([True] * 30, [True] * 30, [True] * 300)])
    assert figure.value == 1
    assert figure.low < 0.95


def test_people_and_program_speak_of_the_same():
    with pytest.raises(ValueError, match="same conversations"):
        audited([Stratum([1, 0], [1], [1])])
