"""Insults against whoever reads the line. Anger about the matter is no abuse."""

import re
from functools import cache

from handrail.guardrails.phrasebook import phrasebook
from handrail.guardrails.text import plain

KINDS = (("slur", 0.95), ("explicit", 0.9), ("at_you", 0.8))
"""The lists, worst first, and how surely each is abuse."""


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], float], ...]:
    return tuple((phrasebook("abuse").any(name), score) for name, score in KINDS)


def abuse(text: str) -> tuple[float, tuple[int, int] | None]:
    """How surely the line insults its reader, 0 to 1, and where (roughly: letters may have been folded)."""
    low = plain(text)
    for pattern, score in _patterns():
        match = pattern.search(low)
        if match:
            return score, (min(match.start(), len(text)), min(match.end(), len(text)))
    return 0.0, None
