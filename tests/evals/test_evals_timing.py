"""When a person was called, in lines of the customer's."""

import pytest
from evals_logs import case, handed, heard, log, said

from handrail.evals.case import case_of
from handrail.evals.timing import lateness, timing
from handrail.evals.transcript import Transcript


def called_at(line: int):
    lines = [one for _ in range(line) for one in (heard(), said("hm"))]
    return log(*lines, handed(), heard())


@pytest.mark.parametrize(("line", "right", "off"), [(1, 0, -1), (2, 1, 0), (3, 1, 0), (5, 0, 2)])
def test_too_early_and_too_late(line, right, off):
    wanted = case(lines=[2, 3])
    assert timing(wanted, called_at(line)).value == right
    assert lateness(wanted, called_at(line)).value == off


def test_what_was_right_is_told():
    assert timing(case(lines=[2, 3]), called_at(5)).detail == "called at line 5; right: lines 2 to 3"
    assert timing(case(lines=[2, 2]), called_at(1)).detail == "called at line 1; right: line 2"


def test_no_call_and_no_expectation_are_not_scored():
    assert timing(case(lines=[1, 1]), log(heard())).value is None
    assert timing(case(), called_at(1)).value is None
    assert lateness(case(), called_at(1)).value is None


def test_taggers_lines_become_the_window():
    tags = [{"escalate": True, "line": n, "by": by, "at": "2026-05-04"} for n, by in ((2, "kim"), (4, "sol"))]
    tags.append({"escalate": True, "by": "mira", "at": "2026-05-04"})
    talk = {"id": "t", "turns": [{"role": "customer", "text": "hello"}], "tags": tags}
    assert case_of(Transcript.model_validate(talk)).expected.lines == (2, 4)
    talk["tags"] = [{"escalate": False, "line": 2, "by": "kim", "at": "2026-05-04"}]
    assert case_of(Transcript.model_validate(talk)).expected.lines is None
