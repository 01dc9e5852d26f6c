"""What the checks say of one text, and what they are given to judge it by."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from handrail.conversation.events import Action, Finding

STRENGTH: tuple[Action, ...] = ("note", "mask", "redraft", "offer", "handover", "refuse")
"""The actions a finding may ask for, mildest first."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """All findings on one text. `action` is the strongest that any of them asks for; `milliseconds` is by check."""

    findings: tuple[Finding, ...] = ()
    milliseconds: Mapping[str, float] = field(default_factory=dict)

    @property
    def action(self) -> Action:
        return max((f.action for f in self.findings), key=STRENGTH.index, default="note")

    @property
    def withholds(self) -> bool:
        """Whether a passage or a result with this verdict must not reach a model: it carries instructions."""
        return self.action in ("refuse", "handover")

    def of(self, check: str) -> tuple[Finding, ...]:
        """The findings of one check."""
        return tuple(f for f in self.findings if f.check == check)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a draft may rest on: passages by id, tool results as text by ref (`seq:12`), and what was said."""

    passages: Mapping[str, str] = field(default_factory=dict)
    results: Mapping[str, str] = field(default_factory=dict)
    said: tuple[str, ...] = ()
