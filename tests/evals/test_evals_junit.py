"""JUnit XML that build servers can read, whatever a conversation holds."""

from xml.etree import ElementTree as ET

from evals_logs import case, log, said
from evals_runs import kept

from handrail.evals.gates import gate, judge
from handrail.evals.junit import as_junit
from handrail.evals.report import report
from handrail.evals.scoring import played
from handrail.evals.suite import report_of
from handrail.evals.trace import Trace


def test_cases_and_gates_are_tests():
    run = kept("a", {"right": (True, [True]), "wrong": (True, [False])}, text="]]> <b>\x00\ud800")
    run.add(("broken", 0), None, "Invalid: there is no such customer")
    told = report_of(run)
    root = ET.fromstring(as_junit(told, judge([gate("right >= 0.9"), gate("no regression beyond noise")], told)))
    cases, gates = root
    assert (cases.get("tests"), cases.get("failures"), cases.get("errors"), cases.get("skipped")) == (
        "3",
        "1",
        "1",
        "0",
    )
    failure = cases.find("testcase[@name='wrong']/failure")
    assert failure.get("message") == "escalation: no person was called; one should have been"
    assert "agent  ]]> <b>��" in failure.text
    assert cases.find("testcase[@name='broken']/error").get("message") == "Invalid: there is no such customer"
    assert (gates.get("tests"), gates.get("failures"), gates.get("skipped")) == ("2", "1", "1")


def test_what_nothing_was_expected_of_is_skipped_and_not_failed():
    one = played(case("free"), Trace(tuple(log(said("hello")))), "replay")
    root = ET.fromstring(as_junit(report([one], {})))
    assert root.find("testsuite").get("skipped") == "1"
    assert root.find("testsuite").get("failures") == "0"


def test_epochs_are_told_apart():
    root = ET.fromstring(as_junit(report_of(kept("a", {"c": (True, [True, False])}))))
    assert [test.get("name") for test in root.iter("testcase")] == ["c (1)", "c (2)"]
