"""Two runs compared case by case: a planted regression is caught and named, noise is not."""

import numpy as np
import pytest
from evals_runs import kept

from handrail.conversation.errors import Invalid
from handrail.evals.compare import compare
from handrail.evals.gates import gate, judge
from handrail.evals.markdown import of_comparison
from handrail.evals.suite import report_of

NEEDED = {f"needed-{n}": (True, [True]) for n in range(30)}
PLAIN = {f"plain-{n}": (False, [False]) for n in range(30)}
BEFORE = kept("monday", NEEDED | PLAIN)
MISSED = {f"needed-{n}": (True, [False]) for n in range(9)}
AFTER = kept("tuesday", NEEDED | MISSED | PLAIN, settings="1")


def change(told, name: str):
    return next(change for change in told.changes if change.name == name)


def test_a_planted_regression_is_caught_and_named():
    told = compare(BEFORE, AFTER)
    recall = change(told, "escalation.recall")
    assert (recall.before.value, recall.after.value) == (1, 0.7)
    assert recall.difference.high < 0
    assert {c.name for c in told.regressions} == {"right", "escalation.recall"}
    assert [flip.after.case.id for flip in told.flips] == list(MISSED)
    assert not any(flip.better for flip in told.flips)
    assert told.flips[0].why == ("escalation: no person was called; one should have been",)
    assert told.differs == ("settings",)
    (judged,) = judge([gate("no regression beyond noise")], report_of(AFTER), told)
    assert judged.passed is False
    assert "escalation.recall 1.000 → 0.700" in judged.told
    assert "now wrong: needed-0" in judged.told


def test_what_was_mended_is_better_and_no_regression():
    told = compare(AFTER, BEFORE)
    assert not told.regressions
    assert change(told, "right").significant
    assert all(flip.better for flip in told.flips)
    assert judge([gate("no regression beyond noise")], report_of(BEFORE), told)[0].passed


def test_a_few_flips_both_ways_are_noise():
    after = kept("tuesday", NEEDED | {"needed-0": (True, [False])} | PLAIN | {"plain-0": (False, [True])})
    told = compare(kept("monday", NEEDED | {"needed-1": (True, [False])} | PLAIN), after)
    assert not any(c.significant for c in told.changes)
    assert {(flip.after.case.id, flip.better) for flip in told.flips} == {
        ("needed-0", False), ("needed-1", True), ("plain-0", False),
    }  # fmt: skip


def test_needless_handoffs_are_worse_when_there_are_more():
    after = kept("tuesday", NEEDED | {f"plain-{n}": (False, [True]) for n in range(30)})
    told = compare(BEFORE, after)
    assert change(told, "needless handoffs").worse
    assert {c.name for c in told.regressions} == {"right", "needless handoffs"}


def test_the_same_run_is_never_a_regression():
    random, wrong = np.random.default_rng(3), 0
    for _ in range(40):
        runs = [{f"c{n}": (True, [bool(hit)]) for n, hit in enumerate(random.random(60) < 0.8)} for _ in range(2)]
        wrong += bool(compare(kept("a", runs[0]), kept("b", runs[1])).regressions)
    assert wrong <= 3


def test_epochs_of_a_case_are_held_together():
    before = kept("a", {f"c{n}": (True, [True, True, True]) for n in range(20)})
    after = kept("b", {f"c{n}": (True, [True, n % 2 == 0, False]) for n in range(20)})
    told = compare(before, after)
    assert change(told, "right").after.n == 20
    assert {c.name for c in told.regressions} == {"right", "escalation.recall"}
    assert len(told.flips) == 20


def test_cases_of_one_run_alone_are_left_out_and_told():
    told = compare(kept("a", NEEDED), kept("b", NEEDED | PLAIN))
    assert told.common == 30
    assert set(told.alone) == set(PLAIN)
    with pytest.raises(Invalid, match="no case in common"):
        compare(kept("a", NEEDED), kept("b", PLAIN))
    with pytest.raises(Invalid, match="mode"):
        compare(kept("a", NEEDED), kept("b", NEEDED, mode="recorded"))


def test_markdown_names_the_regression_and_shows_both_sides():
    told = compare(BEFORE, AFTER)
    text = of_comparison(told, judge([gate("right >= 0.5")], report_of(AFTER), told))
    assert text.startswith("### Regression beyond noise: cases wholly right, escalation recall\n")
    assert "- ✅ right &gt;= 0.5: it is 0.850" in text.replace("\\", "")
    assert "| escalation recall **worse** | 1.000 | 0.700 | -0.300" in text
    assert "what differs: settings" in text
    assert text.count("<details>") == 9
    assert "side by side (Holm)" in text


def test_what_customers_wrote_is_text_in_markdown():
    hostile = "<img src=x onerror=alert(1)>\n\n</td></table> @everyone # big"
    told = compare(BEFORE, kept("tuesday", NEEDED | MISSED | PLAIN, text=hostile))
    text = of_comparison(told)
    assert "<img" not in text
    assert "&lt;img src=x onerror=alert(1)&gt; &lt;/td&gt;" in text
    assert "@everyone" not in text
