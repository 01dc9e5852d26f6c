"""Whether a line is made up: a judge of its own, which shares no code with the product's verifier.

It takes a line apart by its own rules, and looks for every part in the raw text of the evidence.
"""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html import unescape
from typing import Any
from zoneinfo import ZoneInfo

LONG_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
    "november", "december",
)  # fmt: skip
MONTHS = {name[:3]: n for n, name in enumerate(LONG_MONTHS, 1)}
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
OPENERS = frozenset({
    "a", "acknowledge", "after", "agreed", "and", "angry", "annoyed", "answer", "approved", "as", "asked",
    "asks", "at", "before", "bot", "by", "calm", "channel", "confirm", "customer", "deadline", "decide",
    "department", "done", "find", "first", "friendly", "give", "given", "go", "handed", "hello", "her", "his",
    "i", "i'll", "i'm", "if", "in", "it", "its", "language", "last", "let", "looked", "looking", "make", "may",
    "mood", "next", "no", "nobody", "not", "now", "offer", "offered", "on", "once", "one", "opening", "our",
    "policies", "policy", "promised", "reason", "reported", "reports", "rules", "says", "secure", "signals",
    "since", "so", "somebody", "speak", "speaks", "started", "still", "suspects", "take", "taken", "that",
    "the", "their", "then", "there", "they", "this", "tried", "uncertain", "unhappy", "upset", "urgency",
    "very", "waiting", "wants", "was", "went", "what", "when", "where", "with", "writes", "you", "your",
})  # fmt: skip
"""Words with which a sentence of ours may open without their standing in the evidence."""

NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
CLOCK = re.compile(r"(?<!\d)(\d{1,2}):(\d{2})(?!\d)")
DATE = re.compile(rf"\b(\d{{1,2}})(?:st|nd|rd|th)?\s+({'|'.join(MONTHS)})[a-z]*\.?(?:\s+(\d{{4}}))?", re.I)
TURNED = re.compile(rf"\b({'|'.join(MONTHS)})[a-z]*\.?\s+(\d{{1,2}})(?:st|nd|rd|th)?\b(?:,?\s+(\d{{4}}))?", re.I)
STAMP = re.compile(r"(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::\d\d(?:\.\d+)?)?(Z|[+-]\d\d:\d\d)?)?")
QUOTE = re.compile(r"“([^”]*)”")


@dataclass(slots=True)
class Ground:
    """What the evidence of a line says: its words, its values as numbers, its days and hours in every zone."""

    text: str = ""
    words: set[str] = field(default_factory=set)
    values: set[float] = field(default_factory=set)
    days: set[tuple[int, int, int]] = field(default_factory=set)
    """(day, month, year); the year is 0 where none is told."""
    hours: set[tuple[int, int]] = field(default_factory=set)


def ground(pieces: Iterable[Any], zones: Sequence[ZoneInfo] = ()) -> Ground:
    """Read evidence: texts as they were written, or whatever JSON holds."""
    found = Ground()
    for piece in pieces:
        text = piece if isinstance(piece, str) else json.dumps(piece, ensure_ascii=False, default=str)
        for one in (text, unescape(text)):
            _read(one, found, zones)
        if not isinstance(piece, str):
            found.values |= {value / 100 for key, value in _leaves(piece) if re.search("cents|minor|pence", key)}
    return found


def made_up(line: str, found: Ground, pieces: int = 0) -> list[str]:
    """What in a line its evidence does not say, each in words. "3 times" may count the `pieces` of evidence."""
    line = line.replace(f" {pieces} times", " times") if pieces > 1 else line
    quotes = QUOTE.findall(line)
    wrong = [f"quote: {part}" for quote in quotes for part in _cuts(quote) if part not in found.text]
    rest = QUOTE.sub(" ", line)
    for pattern, day, month in ((DATE, 1, 2), (TURNED, 2, 1)):
        for match in pattern.finditer(line):
            told = (int(match[day]), MONTHS[match[month][:3].lower()], int(match[3] or 0))
            if not any(told[:2] == d[:2] and 0 in (told[2], d[2], told[2] - d[2]) for d in found.days):
                wrong.append(f"date: {match[0]}")
        rest = pattern.sub(" ", rest)
    for match in CLOCK.finditer(rest):
        if (int(match[1]), int(match[2])) not in found.hours:
            wrong.append(f"time: {match[0]}")
    rest = CLOCK.sub(" ", rest)
    bare = unescape(QUOTE.sub(lambda quote: f" {quote[1]} ", line))
    for match in NUMBER.finditer(rest):
        if not any(value in found.values for value in _values(match[0])):
            wrong.append(f"number: {match[0]}")
    for match in NUMBER.finditer(CLOCK.sub(" ", TURNED.sub(" ", DATE.sub(" ", bare)))):
        if not any(value in found.values for value in _values(match[0])):
            wrong.append(f"number: {match[0]}")
    return [*dict.fromkeys(wrong), *_names(rest, found)]


def _names(rest: str, found: Ground) -> list[str]:
    wrong = []
    for match in re.finditer(r"[^\W\d_][\w'’&-]*", rest):
        word = match[0].rstrip("'’-").removesuffix("'s").removesuffix("’s")
        if not word[:1].isupper() or word.casefold() in found.words:
            continue
        if re.fullmatch("|".join(LONG_MONTHS), word.casefold()):
            continue
        if word.casefold() in DAYS and _weekday(word, found):
            continue
        before = rest[: match.start()].rstrip()
        opens = not before or before[-1] in ".:;!?(”“"
        if not (opens and word.casefold() in OPENERS) and word not in ("I", "I'm", "I'll", "I've", "I’m"):
            wrong.append(f"name: {word}")
    return wrong


def _weekday(word: str, found: Ground) -> bool:
    return any(year and f"{datetime(year, month, day):%A}" == word for day, month, year in found.days)


def _read(text: str, found: Ground, zones: Sequence[ZoneInfo]) -> None:
    found.text += " " + _flat(text)
    found.words |= {word.casefold() for word in re.findall(r"[^\W\d_][\w'’&-]*", text)}
    found.words |= {word.casefold() for word in re.findall(r"[^\W\d_]+", text)}
    for match in NUMBER.finditer(text):
        found.values |= _values(match[0])
    found.values |= {float(n) for n in re.findall(r"\d+", text)}
    found.hours |= {(int(m[1]), int(m[2])) for m in CLOCK.finditer(text)}
    for match in DATE.finditer(text):
        found.days.add((int(match[1]), MONTHS[match[2][:3].lower()], int(match[3] or 0)))
    for match in TURNED.finditer(text):
        found.days.add((int(match[2]), MONTHS[match[1][:3].lower()], int(match[3] or 0)))
    for match in STAMP.finditer(text):
        _stamp(match, found, zones)


def _stamp(match: re.Match[str], found: Ground, zones: Sequence[ZoneInfo]) -> None:
    try:
        at = datetime.fromisoformat(match[0].replace("Z", "+00:00"))
    except ValueError:
        return
    for moment in [at] if at.tzinfo is None else [at, *(at.astimezone(zone) for zone in (UTC, *zones))]:
        found.days.add((moment.day, moment.month, moment.year))
        if match[4]:
            found.hours.add((moment.hour, moment.minute))


def _values(token: str) -> set[float]:
    """`1,299.00` may be read both ways, as thousands and as decimals."""
    read = set()
    for text in (token.replace(",", ""), token.replace(".", "").replace(",", "."), token):
        try:
            read.add(float(text))
        except ValueError:
            continue
    if not read:
        # A version, a telephone number in groups: its parts stand for it.
        read = {float(part) for part in re.findall(r"\d+", token)[-1:]}
    return read


def _cuts(quote: str) -> list[str]:
    return [flat for part in re.split(r"…|\.\.\.|\[[^\]]*\]", quote) if (flat := _flat(part))]


def _flat(text: str) -> str:
    """Letters and digits only, so that neither spaces nor marks decide."""
    return " ".join(re.findall(r"\w+", text.casefold()))


def _leaves(value: Any, key: str = "") -> Iterable[tuple[str, float]]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _leaves(inner, str(name))
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _leaves(inner, key)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield key, float(value)
