"""A small suite, played against the sample business on the built-in engine."""

import io
import json
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from pydantic import SecretStr
from rich.console import Console

from handrail.conversation.events import HandoffRequested, ToolRan
from handrail.conversation.folder import sample_folder
from handrail.conversation.settings import Settings, load
from handrail.evals.case import Case
from handrail.evals.files import read_suite
from handrail.evals.printing import as_json, print_report
from handrail.evals.report import Report
from handrail.evals.scorers import of_kind
from handrail.evals.story import story
from handrail.evals.suite import recorded, replay
from handrail.evals.trace import Played

pytestmark = pytest.mark.asyncio(loop_scope="module")

DAY, NIGHT = "2026-06-15T10:00:00Z", "2026-06-15T22:30:00Z"
CANCEL = {"tool": "cancel_order", "arguments": {"order_id": "W10008"}}
CANCELLED = {"tool": "order_status", "arguments": {"order_id": "W10008"}, "expect": {"status": "cancelled"}}


def case(id_: str, *steps: dict[str, object], **fields: object) -> Case:
    return Case.model_validate({"id": id_, "purpose": f"to test {id_}", "now": DAY, "steps": steps, **fields})


def says(text: str) -> dict[str, object]:
    return {"say": text}


PLEASE, YES = says("Please cancel my order W10008"), says("yes")
CASES = [
    case(
        "cancel", PLEASE, YES, customer_id="C1005",
        expected={"escalate": False, "outcome": "acted", "calls": [CANCEL], "state": [CANCELLED]},
    ),
    case(
        "not-yet", PLEASE, customer_id="C1005",
        expected={"calls": [CANCEL], "state": [CANCELLED]},
    ),
    case(
        "code", says("Where is my order W10002? I am priya.raman@example.org"), {"code": True},
        expected={"escalate": False, "calls": [{"tool": "order_status"}], "says": ["PW4200101GB"]},
    ),
    case(
        "late-code", says("Where is my order W10002? I am priya.raman@example.org"), {"wait": 3600}, {"code": True},
        expected={"calls": [{"tool": "order_status", "times": 0}]},
    ),
    case("live", says("representative!!"), expected={"escalate": True, "handoff": {"mode": "live"}}),
    case("empty", says("representative!!"), staffed=False, expected={"handoff": {"mode": "ticket"}}),
    case("night", says("representative!!"), now=NIGHT, expected={"handoff": {"mode": "ticket"}}),
    case("needless", says("representative!!"), expected={"escalate": False}),
    case(
        "meanwhile",
        {"meanwhile": {"customer_id": "C1005", "tool": "cancel_order", "arguments": {"order_id": "W10008"}}},
        says("Where is my order W10008?"), customer_id="C1005",
        expected={"calls": [], "state": [CANCELLED]},
    ),
    case(
        "cancel-again", PLEASE, YES, customer_id="C1005",
        expected={"escalate": False, "outcome": "acted", "calls": [CANCEL], "state": [CANCELLED]},
    ),
    case("stranger", says("hello"), customer_id="C9999"),
    case(
        "impossible",
        {"meanwhile": {"customer_id": "C1001", "tool": "cancel_order", "arguments": {"order_id": "W10002"}}},
    ),
]  # fmt: skip


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def settings(postgres: str, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    settings = load(sample_folder(), {"HANDRAIL_ENGINE__KIND": "offline"})
    database = settings.database.model_copy(update={"url": SecretStr(postgres)})
    return settings.model_copy(update={"data": tmp_path_factory.mktemp("data"), "database": database})


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def told() -> list[Played | None]:
    return []


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def report(settings: Settings, told: list[Played | None]) -> AsyncIterator[Report]:
    yield await replay(CASES, settings, progress=told.append)


def played(report: Report, id_: str) -> Played:
    return next(played for played in report.played if played.case.id == id_)


async def test_cases_are_told_in_their_order_and_each_once(report, told):
    assert [p.case.id for p in report.played] == [c.id for c in CASES if c.id not in report.broken]
    assert len(told) == len(CASES)
    assert told.count(None) == 2


async def test_a_case_that_can_not_be_played_is_broken_and_not_wrong(report):
    assert set(report.broken) == {"stranger", "impossible"}
    assert "there is no customer C9999" in report.broken["stranger"]
    assert "cancel_order was not done: already_dispatched" in report.broken["impossible"]


async def test_an_action_is_agreed_to_and_its_end_state_looked_at(report):
    cancel = played(report, "cancel")
    assert {name: cancel.score(name).value for name in ("escalation", "outcome", "calls", "consent", "end_state")} == (
        dict.fromkeys(("escalation", "outcome", "calls", "consent", "end_state"), 1)
    )


async def test_what_was_only_proposed_is_not_done(report):
    undone = played(report, "not-yet")
    assert (undone.score("calls").value, undone.score("end_state").value) == (0, 0)
    assert undone.score("end_state").detail == "order_status: status is 'placed', not 'cancelled'"


async def test_every_case_has_a_business_of_its_own(report):
    # "cancel" and "meanwhile" both cancel the order that "not-yet" finds as it was.
    assert played(report, "meanwhile").score("end_state").value == 1
    assert played(report, "meanwhile").score("calls").value == 1


async def test_the_customer_types_the_code_they_were_sent(report):
    assert played(report, "code").score("facts").value == 1


async def test_time_passes_where_a_case_says_so(report):
    assert played(report, "late-code").score("calls").value == 1
    assert not of_kind(played(report, "late-code").log, ToolRan)


@pytest.mark.parametrize("id_", ["live", "empty", "night"])
async def test_the_desk_is_there_when_it_is_open_and_staffed(report, id_):
    assert played(report, id_).score("handoff").value == 1


async def test_the_figures_add_up(report):
    found = report.escalation
    assert (found.tp, found.fp, found.fn, found.tn) == (1, 1, 0, 3)
    assert report.right.n == len(CASES)
    assert {p.case.id for p in report.failed} == {"not-yet", "needless"}
    assert report.right.value == pytest.approx(1 - 4 / len(CASES))
    assert report.engine == "offline"
    assert report.spent.turns >= 13
    assert report.spent.p95 >= report.spent.p50 > 0


async def test_a_report_names_what_is_wrong_and_why(report):
    out = io.StringIO()
    print_report(report, Console(file=out, width=200), show=["needless"])
    text = out.getvalue()
    assert "✗ needless  to test needless" in text
    assert "escalation: a person was called (asked_for_person); none was needed" in text
    assert "representative!!" in text
    assert "✗ stranger could not be run" in text
    assert "to test cancel" not in text


async def test_a_report_is_json(report):
    told = json.loads(json.dumps(as_json(report)))
    assert told["cases"] == len(CASES)
    assert told["escalation"]["recall"]["value"] == 1
    needless = next(one for one in told["played"] if one["id"] == "needless")
    assert (needless["right"], needless["scores"]["escalation"]["value"]) == (False, 0)
    assert {"who": "customer", "text": "representative!!"} in needless["conversation"]


async def test_the_same_case_comes_to_the_same(report):
    first, again = played(report, "cancel"), played(report, "cancel-again")
    assert story(first.log) == story(again.log)
    assert [s for s in first.scores if s.name != "latency"] == [s for s in again.scores if s.name != "latency"]


async def test_recorded_lines_are_judged_without_an_agent(settings):
    suite = read_suite(settings.cases_folder / "recorded.jsonl")
    some = [c for c in suite.cases if c.id in ("rec-late-parcel-loop", "rec-return-window", "rec-voucher-wish")]
    report = await recorded(some, settings)
    loop = next(p for p in report.played if p.case.id == "rec-late-parcel-loop")
    assert [handoff.reason for handoff in of_kind(loop.log, HandoffRequested)]
    assert report.escalation.recall.value == 1
    assert report.escalation.fp == 0
    assert report.split == 1
    assert report.mode == "recorded"


async def test_the_samples_cases_are_many_and_can_all_be_read(settings):
    cases = read_suite(settings.cases_folder).cases
    assert len(cases) >= 60
    assert all(case.now for case in cases)
    assert sum(bool(case.recorded) for case in cases) >= 25
    assert any(len({tag.by for tag in case.tags}) > 1 for case in cases)
