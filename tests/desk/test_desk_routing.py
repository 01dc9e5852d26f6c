"""Which reason, which department, how urgent."""

import pytest

from handrail.conversation.errors import SettingsError
from handrail.conversation.events import Finding
from handrail.conversation.settings import Department, DeskSection
from handrail.conversation.situation import Mood, Situation, ToolResult
from handrail.desk.routing import Routing, reason_of, triggers_of

DESK = DeskSection(
    departments={
        "general": Department(),
        "care": Department(reasons=("vulnerable", "upset")),
        "bereavement": Department(reasons=("sensitive/bereavement",)),
    }
)


def finding(check: str, name: str, action: str = "handover") -> Finding:
    return Finding(check=check, name=name, score=0.9, action=action)


@pytest.mark.parametrize(
    ("check", "name", "reason"),
    [
        ("asks_for_person", "asked", "asked_for_person"),
        ("sentiment", "frustrated", "upset"),
        ("sensitive", "bereavement", "vulnerable"),
        ("sensitive", "legal", "legal"),
        ("sensitive", "fraud", "fraud_or_safety"),
        ("sensitive", "press", "sensitive"),
        ("stuck", "loop", "stuck"),
        ("injection", "override", "fraud_or_safety"),
        ("grounded", "unsupported", "not_covered"),
    ],
)
def test_findings_become_reasons(check, name, reason):
    assert reason_of([finding(check, name)]) == reason


def test_the_weightiest_finding_gives_the_reason():
    found = [finding("sentiment", "frustrated"), finding("asks_for_person", "asked"), finding("sensitive", "self_harm")]
    assert reason_of(found) == "vulnerable"
    assert triggers_of(found) == ("sentiment/frustrated", "asks_for_person/asked", "sensitive/self_harm")


def test_notes_and_refusals_ask_for_nobody():
    assert reason_of([finding("sentiment", "score", "note"), finding("injection", "override", "refuse")]) is None


def test_a_department_takes_its_reasons_and_general_the_rest():
    routing = Routing(DESK)
    assert routing.route("upset").department == "care"
    assert routing.route("stuck").department == "general"


def test_a_finding_is_more_exact_than_a_reason():
    routing = Routing(DESK)
    assert routing.route("vulnerable", ["sensitive/bereavement"]).department == "bereavement"
    assert routing.route("vulnerable", ["sensitive/minor"]).department == "care"


def test_danger_does_not_wait():
    assert Routing(DESK).route("vulnerable", ["sensitive/self_harm"]).urgency == "urgent"
    assert Routing(DESK).route("asked_for_person", ["asks_for_person/asked"]).urgency == "normal"


def test_anger_moves_up():
    angry = Situation("c", moods=(Mood(3, -0.9, 0.9),))
    assert Routing(DESK).route("stuck", (), angry).urgency == "high"
    assert Routing(DESK).route("stuck", (), Situation("c", moods=(Mood(3, 0.2, 0.1),))).urgency == "normal"


def test_an_unknown_reason_in_the_settings_is_named():
    with pytest.raises(SettingsError, match=r"departments\.general\.reasons: 'angry'"):
        Routing(DeskSection(departments={"general": Department(reasons=("angry",))}))


MATTER = DeskSection.model_validate(
    {
        "departments": {
            "general": {},
            "trips": {"tools": ["book_trip"]},
            "german": {"languages": ["de"]},
            "care": {"reasons": ["upset", "sensitive/bereavement"]},
        },
        "skills": {"german": {"languages": ["de"]}, "calm": {"findings": ["sensitive/bereavement"]}},
        "worth": [{"field": "total", "at_least": 500}, {"field": "tier", "equals": "gold"}],
    }
)


def about(language: str = "en", tool: str = "", **record: object) -> Situation:
    results = (ToolResult(1, tool, {}, True, {"orders": [record]}),) if tool else ()
    return Situation("c", language=language, results=results)


@pytest.mark.parametrize(
    ("situation", "triggers", "department", "skills"),
    [
        (about("de-AT"), (), "german", ("german",)),
        (about("de", "book_trip"), (), "trips", ("german",)),
        (about("de"), ("sensitive/bereavement",), "care", ("german", "calm")),
        (about("en", "find_order"), (), "general", ()),
    ],
)
def test_what_it_is_about_finds_department_and_skills(situation, triggers, department, skills):
    route = Routing(MATTER).route("stuck", triggers, situation)
    assert (route.department, route.skills) == (department, skills)


@pytest.mark.parametrize(
    ("record", "urgency"),
    [
        ({"total": "512.40"}, "high"),
        ({"total": 499}, "normal"),
        ({"total": "n/a"}, "normal"),
        ({"tier": "Gold"}, "high"),
        ({"subtotal": 900}, "normal"),
    ],
)
def test_much_at_stake_is_worth_a_level(record, urgency):
    assert Routing(MATTER).route("stuck", (), about("en", "find_order", **record)).urgency == urgency
