"""From what was found to who takes it: the reason code, the department and the urgency."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import get_args

from handrail.conversation.errors import SettingsError
from handrail.conversation.events import Finding, Reason, Urgency
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


class Routing:
    """The rules by which handoffs find their department.

    A department's `reasons` hold reason codes (`legal`) or findings (`sensitive/bereavement`); a finding is the more
    exact and wins. Raises `SettingsError` for one that there is not.
    """

    def __init__(self, desk: DeskSection) -> None:
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
        taker = next((self._takers[t] for t in (*triggers, reason) if t in self._takers), GENERAL)
        return Route(reason, taker, _urgency(reason, triggers, situation))


def reason_of(findings: Iterable[Finding]) -> Reason | None:
    """The weightiest reason among findings that ask for a person; None where none of them does."""
    names = {f"{f.check}/{f.name}" for f in findings if f.action in ("offer", "handover")}
    checks = {name.partition("/")[0] for name in names}
    return next((reason for key, reason in REASONS.items() if key in names or key in checks), None)


def triggers_of(findings: Iterable[Finding]) -> tuple[str, ...]:
    """The findings that ask for a person, as triggers of a handoff."""
    return tuple(dict.fromkeys(f"{f.check}/{f.name}" for f in findings if f.action in ("offer", "handover")))


def _urgency(reason: Reason, triggers: tuple[str, ...], situation: Situation | None) -> Urgency:
    if URGENT.intersection(triggers):
        return "urgent"
    level = URGENCY.get(reason, "normal")
    angry = situation is not None and bool(situation.moods) and situation.moods[-1].frustration >= ANGRY
    return LEVELS[min(LEVELS.index(level) + 1, 2)] if angry else level
