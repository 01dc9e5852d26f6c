"""Why customers want something, in their words: what tells a choice of reasons whose own words they don't use."""

import re
from collections.abc import Sequence
from typing import Any

from handrail.agent.models.offline.forms import words
from handrail.agent.models.offline.slots import Slot
from handrail.agent.models.offline.words import humanised, stem_set

ASKS_WHY = re.compile(
    r"\b(?:reason|why|problem|wrong|issue|cause|fault|for what|what (?:it|the \w+) is for)\b", re.IGNORECASE
)
REASONS: tuple[tuple[re.Pattern[str], frozenset[str]], ...] = (
    (
        words("changed my mind", "(?:don't|do not|no longer) (?:\\w+ )?(?:need|want|like)", "don't need it"),
        stem_set("unwanted longer need needed mind liked remorse"),
    ),
    (
        words("by (?:mistake|accident)", "accidental\\w*", "a mistake", "wasn't meant to"),
        stem_set("mistake mistaken accident error"),
    ),
    (
        words(
            "too (?:small|big|large|tight|short|long|loose|wide|narrow)",
            "wrong size",
            "sizes? too",
            "(?:don't|doesn't|not) fit",
        ),
        stem_set("fit fits fitting size sizing small large"),
    ),
    (
        words(
            "torn", "broken", "cracked", "hole", "scratch\\w*", "dent\\w*", "leak\\w*", "ripped", "smashed", "damaged"
        ),
        stem_set("damaged damage broken"),
    ),
    (
        words(
            "(?:doesn't|does not|don't|stopped|not) work\\w*",
            "broke",
            "faulty",
            "defect\\w*",
            "came apart",
            "fell apart",
        ),
        stem_set("faulty fault defective defect malfunction working"),
    ),
    (
        words(
            "wrong (?:item|one|colou?r|product|thing)",
            "not what i ordered",
            "(?:sent|got) (?:me )?(?:a|the) (?:different|wrong)",
        ),
        stem_set("wrong incorrect different mistaken"),
    ),
    (words("late", "delayed", "took too long", "days? (?:too )?late"), stem_set("late delayed delay")),
    (
        words(
            "never (?:arrived|came|turned up|showed up)",
            "(?:didn't|did not|hasn't|has not) (?:arrived?|come)",
            "lost",
            "missing",
            "not received",
        ),
        stem_set("arrived lost missing received"),
    ),
    (
        words("cheaper", "price (?:went down|dropped|has dropped|fell)", "reduced", "on sale now"),
        stem_set("price cheaper"),
    ),
)
"""What is said, and the stems by which a choice may speak of it."""


def reason_in(slot: Slot, text: str) -> Any:
    """The one choice of a slot for reasons that a text gives; None where it gives none, or several fit."""
    if not ASKS_WHY.search(f"{humanised(slot.name)} {slot.description}"):
        return None
    spoken = [stems for pattern, stems in REASONS if pattern.search(text)]
    found = _choices(slot.choices, spoken)
    return found[0] if len(found) == 1 else None


def _choices(choices: Sequence[Any], spoken: Sequence[frozenset[str]]) -> list[Any]:
    """Those that a reason speaks of with most of their words ("lost" rather than "contents missing")."""
    shares = {choice: _share(stem_set(humanised(str(choice))), spoken) for choice in choices}
    most = max(shares.values(), default=0.0)
    return [choice for choice, share in shares.items() if share == most > 0]


def _share(words: frozenset[str], spoken: Sequence[frozenset[str]]) -> float:
    return max((len(words & stems) / max(len(words), 1) for stems in spoken), default=0.0)
