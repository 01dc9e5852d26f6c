"""A conversation that goes in circles: the customer says it again, the bot says it again, nothing moves."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from rapidfuzz import fuzz

from handrail.conversation.situation import Situation
from handrail.guardrails.claims import claim
from handrail.guardrails.phrasebook import phrasebook
from handrail.guardrails.text import even

NUMBERS = re.compile(r"\d+")
SAME = 84
"""From this rapidfuzz ratio on two lines say the same."""
LOOK_BACK = 4
IDLE = 3
"""So many turns in a row without an answer or an action are no progress."""
UNMOVED = ("offered", "refused")
"""Outcomes that move nothing. A question of ours ("asked") neither moves nor stops: slots are filled one by one."""


@dataclass(frozen=True, slots=True)
class Standstill:
    """What points to a standstill: how alike this line is to an earlier one (0 to 1) and how many such there were; how
    often the bot said the same; where the customer complains of it, and in how many lines in a row; idle turns."""

    alike: float
    repeats: int
    loops: int
    complaint: tuple[int, int] | None
    complaints: int
    idle: int

    @property
    def score(self) -> float:
        """All of it as one number, 0 to 1."""
        doubt = (
            (1 - 0.35 * min(self.repeats, 2)) * (1 - 0.35 * min(self.loops, 2)) * (1 - 0.4) ** min(self.complaints, 2)
        )
        return 1 - doubt * (1 - 0.2 * min(max(self.idle - 1, 0), 3))


def standstill(text: str, situation: Situation | None) -> Standstill:
    """Look for a standstill at the customer's line `text`, the last in `situation`."""
    complaint = _complains().search(even(text).lower())
    span = complaint.span() if complaint else None
    if situation is None:
        return Standstill(0.0, 0, 0, span, int(span is not None), 0)
    # What came after the last answer belongs to this message and is no repetition of it.
    before = [n.text for n in situation.lines if n.speaker == "customer" and n.seq <= situation.answered]
    ratios = [_alike(text, other) for other in before[-LOOK_BACK:]]
    said = [line.text for line in situation.lines if line.speaker == "bot"]
    return Standstill(
        alike=max(ratios, default=0.0),
        repeats=sum(r >= 1 for r in ratios),
        loops=_loops(said[-LOOK_BACK:]),
        complaint=span,
        complaints=_in_a_row(before) + 1 if span else 0,
        idle=_idle(situation.outcomes),
    )


def _in_a_row(before: Sequence[str]) -> int:
    """How many of the customer's lines up to the last one complain without a break."""
    count = 0
    for text in reversed(before):
        if not _complains().search(even(text).lower()):
            break
        count += 1
    return count


@cache
def _complains() -> re.Pattern[str]:
    return phrasebook("stuck").any("complains")


def _alike(text: str, other: str) -> float:
    """1 where both say the same. Short answers ("yes") may repeat freely, and another number is another
    question."""
    one, two = claim(text), claim(other)
    if len(one.stems) < 2 or len(two.stems) < 2 or NUMBERS.findall(text) != NUMBERS.findall(other):
        return 0.0
    words = len(one.stems & two.stems) / min(len(one.stems), len(two.stems))
    ratio = max(fuzz.ratio(text.lower(), other.lower()), fuzz.token_sort_ratio(text.lower(), other.lower())) / SAME
    enough = min(len(one.stems), len(two.stems)) >= 3 and words >= 0.8 and one.negative == two.negative
    return min(1.0, max(ratio, 1.0 if enough else 0.0))


def _loops(said: Sequence[str]) -> int:
    if not said:
        return 0
    return sum(len(other) > 25 and fuzz.ratio(said[-1].lower(), other.lower()) >= 92 for other in said[:-1])


def _idle(outcomes: Sequence[str]) -> int:
    count = 0
    for outcome in reversed(outcomes):
        if outcome in UNMOVED:
            count += 1
        elif outcome != "asked":
            break
    return count
