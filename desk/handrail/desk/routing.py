"""From what was found to who takes it: the reason code, the department, the skills asked for, and the urgency."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, get_args

from handrail.conversation.errors import SettingsError
from handrail.conversation.events import Finding, Reason, Urgency
from handrail.conversation.sections import Worth
from handrail.conversation.settings import DeskSection
from handrail.conversation.situation import Situation

GENERAL = "general"
"""The department that takes what no other does."""

LEVELS: tuple[Urgency, ...] = ("low", "normal", "high", "urgent")

REASONS: dict[str, Reason] = {
    "sensitive/self_harm": "vulnerable",
    "sensitive/safety": "fraud_or_safety",
    "sensitive/fraud": "fraud_or_safety",
    "sensitive/minor": "vulnerable",
    "sensitive/bereavement": "vulnerable",
    "sensitive/medical": "vulnerable",
    "sensitive/legal": "legal",
    "sensitive": "sensitive",
    "asks_for_person": "asked_for_person",
    "abuse": "upset",
    "sentiment": "upset",
    "stuck": "stuck",
    "injection": "fraud_or_safety",
    "grounded": "not_covered",
    "promise": "not_covered",
    "leak": "error",
    "confidence": "low_confidence",
}
"""The reason a finding (`check/name`, or `check` for the rest of its names) stands for; weightier ones come first."""

URGENCY: dict[Reason, Urgency] = {
    "vulnerable": "high",
    "fraud_or_safety": "high",
    "legal": "high",
    "action_unknown": "high",
    "upset": "high",
    "sensitive": "high",
    "not_covered": "normal",
    "low_confidence": "normal",
}
"""Where a reason is not named here it is `normal`."""

URGENT = frozenset({"sensitive/self_harm", "sensitive/safety", "sensitive/fraud"})
"""Findings that do not wait."""

ANGRY = 0.75
"""Frustration from which a conversation is moved up one level."""


@dataclass(frozen=True, slots=True)
class Route:
    """Where a handoff goes, and how fast."""

    reason: Reason
    department: str
    urgency: Urgency
    skills: tuple[str, ...] = ()


class Routing:
    """The rules by which handoffs find their department.

    A department's `reasons` hold reason codes (`legal`) or findings (`sensitive/bereavement`); a finding is the more
    exact and wins. Then come departments by the tool that was last in hand and by language, then those by reason code.
    Raises `SettingsError` for a reason that there is not.
    """

    def __init__(self, desk: DeskSection) -> None:
        self._desk = desk
        self._takers: dict[str, str] = {}
        for code, department in desk.departments.items():
            for reason in department.reasons:
                if reason not in get_args(Reason) and "/" not in reason:
                    known = ", ".join(get_args(Reason))
                    raise SettingsError(f"desk.departments.{code}.reasons: {reason!r} is no reason ({known})")
                self._takers.setdefault(reason, code)

    def route(self, reason: Reason, triggers: Iterable[str] = (), situation: Situation | None = None) -> Route:
        """Decide for a handoff with this reason; `triggers` are findings as `check/name`."""
        triggers = tuple(triggers)
        by_finding = next((self._takers[t] for t in triggers if t in self._takers), None)
        taker = by_finding or self._by_matter(situation) or self._takers.get(reason, GENERAL)
        urgency = _urgency(reason, triggers, situation)
        if situation is not None and any(worth_it(situation, worth) for worth in self._desk.worth):
            urgency = LEVELS[min(LEVELS.index(urgency) + 1, LEVELS.index("urgent"))]
        return Route(reason, taker, urgency, self._skills(triggers, situation))

    def _by_matter(self, situation: Situation | None) -> str | None:
        if situation is None:
            return None
        tool, language = tool_in_hand(situation), _language(situation)
        departments = self._desk.departments.items()
        by_tool = (code for code, department in departments if tool in department.tools)
        by_language = (code for code, department in departments if language in department.languages)
        return next(by_tool, None) or next(by_language, None)

    def _skills(self, triggers: tuple[str, ...], situation: Situation | None) -> tuple[str, ...]:
        tool, language = (tool_in_hand(situation), _language(situation)) if situation else ("", "")
        return tuple(
            name
            for name, skill in self._desk.skills.items()
            if tool in skill.tools or language in skill.languages or not set(triggers).isdisjoint(skill.findings)
        )


def reason_of(findings: Iterable[Finding]) -> Reason | None:
    """The weightiest reason among findings that ask for a person; None where none of them does."""
    names = {f"{f.check}/{f.name}" for f in findings if f.action in ("offer", "handover")}
    checks = {name.partition("/")[0] for name in names}
    return next((reason for key, reason in REASONS.items() if key in names or key in checks), None)


def triggers_of(findings: Iterable[Finding]) -> tuple[str, ...]:
    """The findings that ask for a person, as triggers of a handoff."""
    return tuple(dict.fromkeys(f"{f.check}/{f.name}" for f in findings if f.action in ("offer", "handover")))


def tool_in_hand(situation: Situation) -> str:
    """The tool that the conversation is about: that of the last action, of a call that waits, or of the last read."""
    found = [(a.seq, a.tool) for a in situation.actions[-1:]] + [(r.seq, r.tool) for r in situation.results[-1:]]
    if situation.parked is not None:
        found.append((situation.parked.seq, situation.parked.tool))
    return max(found, default=(0, ""))[1]


def worth_it(situation: Situation, worth: Worth) -> bool:
    """Whether a record that was read for this customer holds a field with as much in it, at any depth."""
    return any(
        _holds(value, worth)
        for read in situation.results
        if read.ok
        for name, value in _fields(read.result)
        if name == worth.field
    )


def _holds(value: object, worth: Worth) -> bool:
    if worth.equals is not None:
        return str(value).casefold() == worth.equals.casefold()
    try:
        return float(str(value)) >= (worth.at_least or 0)
    except ValueError:
        return False


def _fields(value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        for name, part in value.items():
            yield str(name), part
            yield from _fields(part)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from _fields(part)


def _language(situation: Situation) -> str:
    return situation.language.partition("-")[0].casefold()


def _urgency(reason: Reason, triggers: tuple[str, ...], situation: Situation | None) -> Urgency:
    if URGENT.intersection(triggers):
        return "urgent"
    level = URGENCY.get(reason, "normal")
    angry = situation is not None and bool(situation.moods) and situation.moods[-1].frustration >= ANGRY
    return LEVELS[min(LEVELS.index(level) + 1, 2)] if angry else level
