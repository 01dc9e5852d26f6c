"""The reasons of a turn with their counts: "two numbers and a date without a source"."""

from collections import Counter
from collections.abc import Sequence

from handrail.conversation.events import Finding
from handrail.conversation.situation import Mood
from handrail.guardrails.sentiment import UPSET
from handrail.guardrails.verdict import Verdict

FACTS = ("number", "date", "name")
NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


def counted(inbound: Verdict, outbound: Sequence[Verdict], moods: Sequence[Mood], held_back: int) -> dict[str, str]:
    """By signal, the words that tell how much of it there is; a signal that is not here keeps its general words."""
    told = {
        "unsupported": _facts([f for verdict in outbound for f in verdict.of("grounded")]),
        "held_back": f"{_number(held_back)} drafts had to be held back" if held_back > 1 else "",
        "sensitive": _matters(inbound.of("sensitive")),
        "building": _upset(moods),
        "repeats": _strongest(inbound, "repeat", "the customer "),
        "circles": _strongest(inbound, "loop"),
        "idle": _strongest(inbound, "no_progress"),
    }
    return {name: words for name, words in told.items() if words}


def _facts(findings: Sequence[Finding]) -> str:
    kinds = Counter(f.name for f in findings if f.name in FACTS)
    listed = [f"{_number(kinds[kind])} {kind}{'s' if kinds[kind] > 1 else ''}" for kind in FACTS if kinds[kind]]
    return f"{' and '.join(listed)} without a source" if listed else ""


def _matters(findings: Sequence[Finding]) -> str:
    names = dict.fromkeys(f.name.replace("_", " ") for f in findings if f.action in ("offer", "handover"))
    return f"the matter needs a person's care ({', '.join(names)})" if names else ""


def _upset(moods: Sequence[Mood]) -> str:
    upset = sum(mood.frustration >= UPSET for mood in moods)
    return f"the customer was upset in {_number(upset)} of {_number(len(moods))} lines" if upset else ""


def _strongest(inbound: Verdict, name: str, who: str = "") -> str:
    found = [f for f in inbound.of("stuck") if f.name == name and f.reason]
    return who + max(found, key=lambda f: f.score).reason if found else ""


def _number(count: int) -> str:
    return NUMBERS[count] if count < len(NUMBERS) else str(count)
