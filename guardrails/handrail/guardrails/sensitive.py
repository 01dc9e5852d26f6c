"""Messages that need care: by their topic, whether a person takes over, and how the bot speaks until then."""

import re
from dataclasses import dataclass
from functools import cache

from handrail.conversation.events import Action
from handrail.guardrails.phrasebook import phrasebook
from handrail.guardrails.text import even

TOPICS = ("self_harm", "safety", "bereavement", "fraud", "discrimination", "legal", "press", "medical", "minor")
SUPPOSED = re.compile(
    r"\b(?:what if|what happens (?:if|when|with|to)|in case|if (?:i|we|my|you|a|an|some\w*|any\w*)|"
    r"how long|how do (?:you|i)|can i|what.s the|do you|does|policy|time to)\b"
    r".{0,50}$",
    re.DOTALL,
)
SUPPOSABLE = ("safety", "fraud")
"""Topics that people also ask about in the abstract ("what if someone gets hurt on the tour?"): no one is called."""
PERSONAL = "self_harm"
"""The topic that is taken seriously however it is put."""
NEAR = 12
"""How far, in characters, a look-alike may stand from what it explains away."""


@dataclass(frozen=True, slots=True)
class Topic:
    """One topic found in a text, what should follow, how surely, and where it stands."""

    name: str
    action: Action
    score: float
    span: tuple[int, int] | None


@dataclass(frozen=True, slots=True)
class _Rules:
    steps: tuple[tuple[Action, tuple[re.Pattern[str], ...]], ...]
    but: tuple[re.Pattern[str], ...]
    estate: re.Pattern[str] | None


STEPS: tuple[tuple[str, Action], ...] = (("hand", "handover"), ("offer", "offer"), ("mind", "note"))


@cache
def _rules() -> dict[str, _Rules]:
    book = phrasebook("sensitive")
    return {
        name: _Rules(
            steps=tuple((action, book.each(name, key, flags=re.DOTALL)) for key, action in STEPS),
            but=book.each(name, "but", flags=re.DOTALL),
            estate=book.any(name, "estate") if "estate" in book.data[name] else None,
        )
        for name in TOPICS
    }


def topics(text: str) -> list[Topic]:
    """The topics that `text` touches, at most one entry for each, the strongest step that a pattern asks for."""
    low = even(text).lower()
    aside = _aside().search(low)
    found = []
    for name, rules in _rules().items():
        topic = _first(name, rules, low)
        if topic and aside and name != PERSONAL:
            topic = Topic(name, "note", 0.4, topic.span)
        if topic:
            found.append(topic)
    return found


def explained(text: str) -> frozenset[str]:
    """The topics that something in `text` only sounds like ("a suit for court")."""
    low = even(text).lower()
    return frozenset(name for name, rules in _rules().items() if any(p.search(low) for p in rules.but))


@cache
def _aside() -> re.Pattern[str]:
    return phrasebook("sensitive").any("aside", "patterns")


def _first(name: str, rules: _Rules, low: str) -> Topic | None:
    excused = [m.span() for p in rules.but for m in p.finditer(low)]
    for action, patterns in rules.steps:
        for pattern in patterns:
            for match in pattern.finditer(low):
                if any(a - NEAR < match.end() and match.start() < b + NEAR for a, b in excused):
                    continue
                if name in SUPPOSABLE and SUPPOSED.search(low[: match.start()]):
                    return Topic(name, "note", 0.4, match.span())
                if action == "note" and rules.estate and _about_them(low, rules.estate, match):
                    return Topic(name, "handover", 0.8, match.span())
                return Topic(name, action, 0.95 if action == "handover" else 0.8, match.span())
    return None


def _about_them(low: str, estate: re.Pattern[str], match: re.Match[str]) -> bool:
    """Whether what is asked concerns the affairs of the one who died ("my late father's booking"), not a keepsake."""
    after = low[match.end() : match.end() + 40]
    return bool(re.match(r"(?:'s|s') (?:\w+ ){0,2}?" + estate.pattern, after)) or bool(
        re.search(r"\b(?:his|her|their) (?:\w+ ){0,1}?" + estate.pattern, low)
    )
