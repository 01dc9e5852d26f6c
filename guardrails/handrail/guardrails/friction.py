"""How much two sides talk past each other: the desk declines, the customer turns down what they got."""

import re
from collections.abc import Sequence
from functools import cache

from handrail.conversation.situation import Line
from handrail.guardrails.phrasebook import phrasebook
from handrail.guardrails.text import even

LINES = 12
"""How many lines back are looked at."""
FADES = 0.7
"""How much of it is left after one more line of the customer's."""
DECLINED = 0.2
REJECTED = 0.35
"""What one refusal by the desk and one by the customer add."""


def friction(lines: Sequence[Line]) -> float:
    """The friction up to the last of `lines`, 0 to 1: refusals on both sides, the older ones fading."""
    value, declined = 0.0, False
    for line in lines[-LINES:]:
        low = even(line.text).lower()
        if line.speaker != "customer":
            declined = declined or bool(_pattern("declines").search(low))
            continue
        value = value * FADES + DECLINED * declined + REJECTED * bool(_pattern("rejects").match(low))
        declined = False
    return min(1.0, value)


@cache
def _pattern(name: str) -> re.Pattern[str]:
    return phrasebook("friction").any(name)
