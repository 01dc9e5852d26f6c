"""The mood that words carry: a small lexicon of our own, with negation, emphasis, emoji and slips of the keyboard."""

import math
import re
from dataclasses import dataclass
from functools import cache

from handrail.guardrails.text import even, misspelt, packaged, plain

SARCASM = 0.65
"""The frustration of a line that is sarcastic."""
REACH = 3
"""How many words back a negation is looked for."""
TOKEN = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*|[!?]+|[.,;:]")


@dataclass(frozen=True, slots=True)
class Lexicon:
    """`valence` by word, phrases with their weights, words that negate, strengthen or weaken."""

    valence: dict[str, float]
    strong: frozenset[str]
    phrases: tuple[tuple[re.Pattern[str], dict[str, float]], ...]
    frustration: tuple[re.Pattern[str], dict[str, float]]
    signs: dict[str, float]
    praise: tuple[re.Pattern[str], ...]
    sting: re.Pattern[str]
    sincere: re.Pattern[str]
    negations: frozenset[str]
    more: frozenset[str]
    less: frozenset[str]


@dataclass(frozen=True, slots=True)
class Tone:
    """What the words of one text say: `valence` -1 to 1, `frustration` 0 to 1, loudness, and the words that say it."""

    valence: float
    frustration: float
    shouting: float
    cues: tuple[str, ...]
    sarcastic: bool


@cache
def lexicon() -> Lexicon:
    """The packaged lexicon, read once."""
    data = packaged("words.toml")
    valence = {w: float(v) for v, ws in data["valence"].items() for w in ws.split()}
    phrases = {p: float(v) for v, ps in data["phrases"].items() for p in ps}
    impatience = {p: float(v) for v, ps in data["frustration"].items() for p in ps}
    turns = data["turns"]
    return Lexicon(
        valence=valence,
        strong=frozenset(w for w, v in valence.items() if abs(v) >= 0.7),
        phrases=((_any(phrases), phrases),),
        frustration=(_any(impatience), impatience),
        praise=tuple(re.compile(p) for p in data["sarcasm"]["praise"]),
        sting=re.compile(data["sarcasm"]["sting"]),
        sincere=re.compile(data["sarcasm"]["sincere"]),
        signs={s: float(v) for v, ss in data["signs"].items() for s in ss},
        negations=frozenset(turns["not"]),
        more=frozenset(turns["more"]),
        less=frozenset(turns["less"]),
    )


def _any(phrases: dict[str, float]) -> re.Pattern[str]:
    longest = sorted(phrases, key=len, reverse=True)
    return re.compile(r"(?<![\w'])(?:" + "|".join(re.escape(p) for p in longest) + r")(?![\w'])")


def tone(text: str) -> Tone:
    """Read the mood of `text` from its words alone."""
    book, low = lexicon(), plain(text)
    total, cues = 0.0, []
    pattern, weights = book.phrases[0]
    rest = low
    for match in pattern.finditer(low):
        total += weights[match[0]]
        cues.append(match[0])
        rest = rest[: match.start()] + " " * len(match[0]) + rest[match.end() :]
    tokens = TOKEN.findall(rest)
    for place, token in enumerate(tokens):
        value = _value(token, book)
        if value:
            total += value * _turned(tokens, place, value, book)
            cues.append(token)
    total += sum(v * min(low.count(s.lower()), 2) for s, v in book.signs.items() if s.lower() in low)
    shouting = loudness(text)
    impatience = _impatience(low, tokens, book, shouting)
    ironic = sarcastic(low)
    if ironic:
        total, impatience = min(-abs(total), -1.0), max(impatience, SARCASM)
    if total < 0:
        total *= 1 + 0.3 * shouting
    return Tone(total / math.sqrt(total * total + 2.0), impatience, shouting, tuple(cues), ironic)


def _value(token: str, book: Lexicon) -> float:
    value = book.valence.get(token)
    if value is None:
        slip = misspelt(token, book.strong)
        value = book.valence[slip] * 0.8 if slip else 0.0
    return value


def _turned(tokens: list[str], place: int, value: float, book: Lexicon) -> float:
    factor = 1.0
    for back in range(1, REACH + 1):
        if place < back or tokens[place - back][0] in ".,;:!?":
            break
        before = tokens[place - back]
        if before in book.negations:
            # "not great" is bad; "not bad" and "no delay" are not good, only no longer bad.
            return -0.7 if value > 0 else 0.0
        if before in book.more:
            factor *= 1.3 / back**0.5 if back > 1 else 1.3
        elif before in book.less:
            factor *= 0.7
    return factor


def _impatience(low: str, tokens: list[str], book: Lexicon, shouting: float) -> float:
    pattern, weights = book.frustration
    found = {match[0]: weights[match[0]] for match in pattern.finditer(low)}
    for token in tokens:
        slip = misspelt(token, _single(frozenset(weights)))
        if slip:
            found[slip] = weights[slip] * 0.9
    # Independent cues: each leaves less doubt, none alone is certain.
    calm = math.prod(1 - 0.75 * w for w in found.values()) * (1 - 0.35 * shouting)
    return 1 - calm


@cache
def _single(phrases: frozenset[str]) -> frozenset[str]:
    return frozenset(p for p in phrases if p.isalpha())


def sarcastic(low: str) -> bool:
    """Whether praise opens or closes what can only be a complaint ("great, cancelled again")."""
    book = lexicon()
    return any(p.search(low) for p in book.praise) and bool(book.sting.search(low)) and not book.sincere.search(low)


def loudness(text: str) -> float:
    """How much of the text is shouted, 0 to 1: words in capitals, rows of exclamation and question marks."""
    written = re.findall(r"[^\W\d_]{2,}", text)
    capitals = [w for w in written if w.isupper()]
    share = len(capitals) / len(written) if len(written) >= 3 or len(capitals) >= 2 else 0.0
    marks = re.findall(r"[!?]{2,}", even(text))
    return min(1.0, share + 0.25 * len(marks) + 0.05 * text.count("!"))
