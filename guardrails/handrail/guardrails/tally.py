"""What can be counted over a conversation so far: how the customer takes it, and how the desk gets on."""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from handrail.guardrails.friction import word
from handrail.guardrails.phrasebook import phrasebook
from handrail.guardrails.sentiment import UPSET
from handrail.guardrails.text import even

CALM = 1
"""So many lines of nothing are added to every share and mean: one of two lines says less than ten of twenty."""
LATE = 2
"""So many lines at the end of each side are its last word."""
CUES = ("hurry", "harsh", "sighs", "gives_up", "blames", "polite")
"""The cues of which it is counted in how many of the customer's lines they stand."""


@dataclass(frozen=True, slots=True)
class Part:
    """One line: whose, and for the customer's its friction (-1 to 1), sentiment (-1 to 1) and frustration (0 to 1)."""

    customer: bool
    text: str
    friction: float = 0.0
    sentiment: float = 0.0
    frustration: float = 0.0


@dataclass(frozen=True, slots=True)
class Tally:
    """`values`: every measure of `tally.toml`, mostly shares of lines (0 to 1); `counts`: the lines behind it."""

    values: Mapping[str, float]
    counts: Mapping[str, int]


def tally(parts: Sequence[Part]) -> Tally:
    """Count over a conversation, old to new. Nothing that comes later is needed for what came before."""
    heard = [part for part in parts if part.customer]
    said = [even(part.text).lower() for part in parts if not part.customer]
    values, counts = _mood(heard)
    told = [even(part.text).lower() for part in heard]
    for name in CUES:
        counts[name] = sum(bool(_cue(name).search(text)) for text in told)
        values[name] = counts[name] / (len(told) + CALM)
    words = [word(text) for text in said]
    declined, done = [w < 0 for w in words], [w > 0 for w in words]
    moved = [d or bool(_moves().search(text)) for d, text in zip(done, said, strict=True)]
    counts |= {"declined": sum(declined), "standstill": _longest(not m for m in moved)}
    values |= {
        "declined": _mean(declined),
        "declined_late": _mean(declined[-LATE:]),
        "done": _mean(done),
        "word": float(next((w for w in reversed(words) if w), 0)),
        "standstill": math.log1p(counts["standstill"]),
    }
    return Tally(values, counts)


def _mood(heard: Sequence[Part]) -> tuple[dict[str, float], dict[str, int]]:
    felt = [part.sentiment for part in heard]
    half = len(felt) // 2
    values = {
        "late_friction": _mean(part.friction for part in heard[-LATE:]),
        "gloom": -_mean(felt),
        "frustration": _mean(part.frustration for part in heard),
        "peak": max((part.frustration for part in heard), default=0.0),
        "worsening": _mean(felt[:half]) - _mean(felt[-half:]) if half else 0.0,
    }
    return values, {"peak": sum(part.frustration >= UPSET for part in heard)}


def _longest(marks: Iterable[bool]) -> int:
    longest = row = 0
    for mark in marks:
        row = row + 1 if mark else 0
        longest = max(longest, row)
    return longest


def _mean(values: Iterable[float]) -> float:
    told = list(values)
    return sum(told) / (len(told) + CALM)


@cache
def _cue(name: str) -> re.Pattern[str]:
    return phrasebook("tally").any("measures", name, "patterns")


@cache
def _moves() -> re.Pattern[str]:
    return phrasebook("tally").any("moves", "patterns")
