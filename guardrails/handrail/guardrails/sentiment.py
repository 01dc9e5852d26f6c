"""The mood of a customer's line, and how it moves over the conversation."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from handrail.conversation.situation import Mood
from handrail.guardrails.lexicon import Tone, tone
from handrail.guardrails.probes import Reading

WORDS_SHARE = 0.3
"""How much the lexicon adds to the embedding's reading; the two were only put on one scale, nothing is fitted."""
UPSET = 0.5
"""From this frustration on a line counts as upset."""
TOLD = 0.2
UNSPOKEN = 0.85
"""Without a word of impatience the meaning alone counts so much: a curt line reads angrier than it is."""
FURIOUS = 0.85
CALM = 0.35
"""Below this frustration a line is calm."""
FRESH = 0.5
"""How much a new line weighs in the level of the mood against all before it."""
NEGATIVE = -0.45
"""Below this sentiment a line is negative."""


@dataclass(frozen=True, slots=True)
class Felt:
    """The mood of one line: sentiment -1 to 1, frustration 0 to 1, and the words that told it."""

    sentiment: float
    frustration: float
    cues: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Trend:
    """The mood over the customer's lines, this one last. `upset` counts upset lines among the last few in a row or
    nearly so; `rising` is how much more frustrated this line is than the ones before; `recovering` after an upset."""

    felt: Felt
    upset: int
    rising: float
    recovering: bool


@dataclass(frozen=True, slots=True)
class Course:
    """The mood over a conversation so far: its `level` now (-1 to 1, what was said last counts most), its `trend` (-2
    to 2, the later half less the earlier), the `peak` (which of the customer's lines was the most upset; None where
    none was), and whether they have `recovered` from it."""

    level: float
    trend: float
    peak: int | None
    recovered: bool


def feel(text: str, reading: Reading | None = None) -> Felt:
    """The mood of `text`: its words, and with a `reading` also its meaning."""
    words = tone(text)
    if reading is None:
        return Felt(math.tanh(1.2 * words.valence), words.frustration, words.cues)
    meant = min(reading.sentiment, 0.0) if words.sarcastic else reading.sentiment
    sentiment = math.tanh(1.6 * (meant + WORDS_SHARE * words.valence))
    return Felt(sentiment, _frustration(words, reading), words.cues)


def _frustration(words: Tone, reading: Reading) -> float:
    # Words of impatience count in full only where the whole does not read as content ("this is ridiculously good").
    spoken = words.frustration * (0.4 if reading.sentiment > 0.35 and not words.sarcastic else 1.0)
    meant = max(0.0, reading.frustration - 0.12) * 1.25 * (1.0 if spoken >= TOLD else UNSPOKEN)
    return min(1.0, 1 - (1 - 0.95 * spoken) * (1 - min(meant, 0.95)))


def trend(felt: Felt, before: Sequence[Mood]) -> Trend:
    """Put a line's mood beside those of the customer's lines `before` it, old to new."""
    recent = [m.frustration for m in before[-5:]]
    upset, calm = (1, 0) if felt.frustration >= UPSET else (0, 1)
    for value in reversed(recent):
        if value >= UPSET:
            upset += 1
        else:
            calm += 1
        if calm > 1:
            # One calm line between ("order 10442") does not end an upset; two do.
            break
    earlier = sum(recent[-3:]) / len(recent[-3:]) if recent else 0.0
    recovering = bool(recent) and max(recent[-3:]) >= UPSET and felt.frustration < 0.3 and felt.sentiment > 0.1
    return Trend(felt, upset if felt.frustration >= CALM else 0, felt.frustration - earlier, recovering)


def course(moods: Sequence[Mood]) -> Course:
    """How the mood has moved over the customer's lines, old to new; neutral where there are none."""
    felt = [m.sentiment for m in moods]
    if not felt:
        return Course(0.0, 0.0, None, False)
    level = felt[0]
    for value in felt[1:]:
        level += FRESH * (value - level)
    half = len(felt) // 2
    change = fmean(felt[-half:]) - fmean(felt[:half]) if half else 0.0
    worst = max(range(len(moods)), key=lambda n: moods[n].frustration)
    peak = worst if moods[worst].frustration >= UPSET else None
    recovered = peak is not None and peak < len(moods) - 1 and all(m.frustration < CALM for m in moods[peak + 1 :][-2:])
    return Course(level, change, peak, recovered)
