"""Containment told truly: corrected by what people say of a sample that was drawn as the desk draws it."""

from dataclasses import replace

import numpy as np
import pytest
from bench.audits import WITHIN, Month, together

from handrail.desk.audits.tally import Cell
from handrail.evals.audit import Stratum, audited, pooled
from handrail.evals.containment import containment


def test_it_covers_what_is_true_is_right_on_average_and_narrower_than_the_audited_alone():
    random, held, errors, widths, alone = np.random.default_rng(5), 0, [], [], []
    for turn in range(300):
        month = Month(random)
        cells = month.tagged(30, str(turn))
        found = containment(together(cells), WITHIN).corrected
        blind = containment(together([replace(cell, contained=False) for cell in cells]), WITHIN).corrected
        held += found.low <= month.true <= found.high
        errors.append(found.value - month.true)
        widths.append(found.high - found.low)
        alone.append(blind.high - blind.low)
    assert held / 300 > 0.92
    assert np.mean(errors) == pytest.approx(0, abs=0.01)
    assert np.mean(widths) < 0.92 * np.mean(alone)


def test_what_the_bot_says_of_itself_is_not_what_is_told():
    month = Month(np.random.default_rng(6))
    found = containment(together(month.tagged(60, "s")), WITHIN)
    assert found.told.value > month.true + 0.1
    assert found.corrected.low <= month.true <= found.corrected.high < found.told.value


def test_few_tags_cover_as_well():
    random, held = np.random.default_rng(7), 0
    for turn in range(300):
        month = Month(random, by_day=6)
        found = containment(together(month.tagged(6, str(turn))), WITHIN).corrected
        held += found.value is None or found.low <= month.true <= found.high
    assert held / 300 > 0.92


def test_where_too_few_are_tagged_nothing_is_told_but_how_many_it_takes():
    cells = [Cell("", "chat", True, True, None, None, 0.0, 0, 500), Cell("", "chat", True, True, 1.0, None, 9.0, 7, 7)]
    found = containment(cells, WITHIN)
    assert (found.corrected.value, found.corrected.n, found.needs) == (None, 7, 13)
    assert found.told.value == 1
    halves = [replace(cells[1], said=10, n=10, settled=word) for word in (0.0, 1.0)]
    wide = containment([cells[0], *halves], WITHIN)
    assert wide.corrected.value == pytest.approx(0.5)
    assert 60 < wide.needs < 100
    assert containment([], WITHIN).needs == 0


def test_where_all_are_tagged_a_small_desk_has_its_figure():
    cells = [Cell("", "chat", True, True, 1.0, None, 1.0, 9, 9), Cell("", "chat", True, True, 0.0, None, 1.0, 3, 3)]
    found = containment(cells, WITHIN)
    assert (found.corrected.value, found.needs) == (pytest.approx(0.75), 0)


def test_cant_tell_is_no_no_and_what_people_did_is_not_contained():
    tagged = [
        Cell("", "chat", True, True, 1.0, None, 5.0, 30, 30),
        Cell("", "chat", True, True, 0.0, None, 5.0, 10, 10),
    ]
    unknown = Cell("", "chat", True, True, None, None, 5.0, 20, 20)
    handled = Cell("", "chat", False, False, None, None, 0.0, 0, 60)
    found = containment([*tagged, unknown, handled], WITHIN)
    assert found.corrected.value == pytest.approx(0.75 * 0.5)
    assert (found.corrected.n, found.cant_tell) == (40, 20)


def test_a_person_should_have_been_called_in_this_share():
    cells = [
        Cell("", "chat", True, True, 1.0, 0.0, 1.0, 30, 30),
        Cell("", "chat", True, True, 0.0, 1.0, 1.0, 10, 10),
        Cell("", "chat", True, True, None, None, 0.0, 0, 400),
    ]
    assert containment(cells, WITHIN).person_needed.value == pytest.approx(0.25)


def test_those_that_were_less_likely_to_be_drawn_count_for_more():
    few = Stratum([0.0] * 10, [1.0] * 10, [1.0] * 90, [10.0] * 10)
    many = Stratum([1.0] * 50, [1.0] * 50, [1.0] * 50, [2.0] * 50)
    whole = pooled([few, many], fewest=1000)
    assert audited(whole).value == pytest.approx(0.5)


def test_small_strata_are_put_together_and_nobody_is_lost():
    strata = [Stratum([1.0] * n, [1.0] * n, [0.0] * others) for n, others in ((40, 10), (4, 20), (7, 1), (30, 300))]
    found = pooled(strata)
    assert [len(s.people) for s in found] == [40, 30, 11]
    assert sum(s.size for s in found) == sum(s.size for s in strata)
    (left,) = pooled(strata[1:2])
    assert left.size == 24
    assert [len(s.people) for s in pooled([*strata[:2], strata[3]])] == [40, 34]
    assert pooled([]) == ()
