"""A run as JUnit XML, which build servers show."""

import re
from collections.abc import Sequence
from xml.etree import ElementTree as ET

from handrail.conversation.events import TurnEnded
from handrail.evals.gates import Judged
from handrail.evals.report import Report
from handrail.evals.scorers import of_kind
from handrail.evals.story import story
from handrail.evals.trace import Played
from handrail.evals.verdicts import is_right, is_scored, wrong

UNWRITABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML can't hold."""


def as_junit(report: Report, judged: Sequence[Judged] = ()) -> str:
    """Every case is a test, every gate is one. What is not right fails, what could not be run is an error, and what
    was not scored is skipped."""
    suites = ET.Element("testsuites", name="handrail evals")
    cases = ET.SubElement(suites, "testsuite", name=f"cases ({report.mode}, {report.engine})")
    for played in report.played:
        _case(cases, played, report.epochs)
    for case_id, why in sorted(report.broken.items()):
        test = ET.SubElement(cases, "testcase", classname="handrail.cases", name=_plain(case_id), time="0")
        ET.SubElement(test, "error", message=_plain(why))
    _count(cases)
    gates = ET.SubElement(suites, "testsuite", name="gates")
    for one in judged:
        test = ET.SubElement(gates, "testcase", classname="handrail.gates", name=_plain(one.gate.text), time="0")
        if one.passed is None:
            ET.SubElement(test, "skipped", message=_plain(one.told))
        elif not one.passed:
            ET.SubElement(test, "failure", message=_plain(one.told))
    _count(gates)
    ET.indent(suites)
    return ET.tostring(suites, encoding="unicode", xml_declaration=True) + "\n"


def _case(suite: ET.Element, played: Played, epochs: int) -> None:
    name = f"{played.case.id} ({played.epoch + 1})" if epochs > 1 else played.case.id
    seconds = sum(end.milliseconds for end in of_kind(played.log, TurnEnded)) / 1000
    test = ET.SubElement(suite, "testcase", classname="handrail.cases", name=_plain(name), time=f"{seconds:.3f}")
    if not is_scored(played):
        ET.SubElement(test, "skipped", message="nothing was expected of it")
    elif not is_right(played):
        why = "; ".join(f"{score.name}: {score.detail}" for score in played.scores if wrong(score))
        failure = ET.SubElement(test, "failure", message=_plain(why))
        failure.text = _plain("\n".join(f"{who or '·'}  {text}" for who, text in story(played.log)))


def _count(suite: ET.Element) -> None:
    suite.set("tests", str(len(suite)))
    for kind, name in (("failure", "failures"), ("error", "errors"), ("skipped", "skipped")):
        suite.set(name, str(len(suite.findall(f"testcase/{kind}"))))


def _plain(text: str) -> str:
    return UNWRITABLE.sub("\ufffd", text)
