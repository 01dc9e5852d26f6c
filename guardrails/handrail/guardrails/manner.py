"""How a line to a customer must not sound."""

import re
from functools import cache

from handrail.guardrails.abuse import abuse
from handrail.guardrails.lexicon import loudness
from handrail.guardrails.phrasebook import phrasebook
from handrail.guardrails.text import even

RUDE = {"blames": "it blames the customer", "lectures": "it lectures"}


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((reason, phrasebook("manner").any(name)) for name, reason in RUDE.items())


def manner(text: str) -> tuple[str, tuple[int, int] | None] | None:
    """What is wrong with the manner of `text`, and where; None where nothing is."""
    low = even(text).lower()
    for reason, pattern in _patterns():
        match = pattern.search(low)
        if match:
            return reason, match.span()
    if abuse(text)[0]:
        return "it insults", None
    if loudness(text) >= 0.9 and len(text) > 20:
        return "it shouts", None
    return None
