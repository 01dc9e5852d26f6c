"""The hard facts of a text: numbers, days, times, codes and names, ready to be compared."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, lru_cache
from zoneinfo import ZoneInfo

from handrail.guardrails.moments import DATES, WEEKDAYS, Day, days, minutes
from handrail.guardrails.phrasebook import phrasebook
from handrail.guardrails.quantities import MONEY, quantities
from handrail.guardrails.text import even, packaged

KEYED_CENTS = re.compile(r'"[^"]*(?:cents|minor|pence)[^"]*":\s*(\d+)')
BELOW_ZERO = re.compile(r"[:\[,]\s*-(\d+(?:\.\d+)?)(?=\s*[,}\]])")
"""Numbers of JSON that business systems write below zero for what is paid back, and people without the sign."""
MIXED = r"(?<![\w@.])(?=[A-Za-z0-9\-]*\d)(?=[A-Za-z0-9\-]*[A-Za-z])[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*(?![\w@])"
LONG = r"(?<![\w.,:$€£+\-])\d{5,}(?![\w:]|[.,]\d)"
CODE = re.compile(f"{MIXED}|{LONG}")
CAPITAL = r"[A-Z][\w'\-]*[a-z][\w'\-]*"
NAME = re.compile(rf"(?<![\w@.]){CAPITAL}(?:\s+(?:of|de|van|von|the|and|&)?\s?{CAPITAL})*")
FIRST = re.compile(r"(?:^|[.!?:;\n\-–•*])[\s\"'(*]*$")
MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+\-]\d{2}:?\d{2})")


@dataclass(frozen=True, slots=True)
class Code:
    """An order number or the like, in lower case."""

    key: str
    span: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Name:
    """The words of a name, in lower case."""

    parts: tuple[str, ...]
    span: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Known:
    """Everything a piece of evidence vouches for."""

    quantities: frozenset[tuple[float, str]]
    values: frozenset[float]
    days: frozenset[Day]
    weekdays: frozenset[int]
    minutes: frozenset[int]
    words: frozenset[str]
    codes: frozenset[str]


def codes(text: str) -> list[Code]:
    """Order numbers and the like: letters and digits mixed, or five digits and more."""
    plain = _plain_codes()
    dated = [d.span for d in days(text)]
    return [
        Code(m[0].lower(), m.span())
        for m in CODE.finditer(even(text))
        if not plain.fullmatch(m[0]) and not any(a <= m.start() < b for a, b in dated) and not DATES.fullmatch(m[0])
    ]


def names(text: str) -> list[Name]:
    """Words written with a capital, except one that may only be so written because it comes first."""
    found = []
    for match in NAME.finditer(even(text)):
        parts = [p for p in re.findall(r"[A-Za-z][\w'\-]*", match[0]) if p[0].isupper()]
        if len(parts) == 1 and FIRST.search(text[: match.start()]):
            continue
        told = tuple(p.lower().removesuffix("'s") for p in parts)
        told = tuple(p for p in told if p not in _plain_names())
        if told:
            found.append(Name(told, match.span()))
    return found


@cache
def _plain_codes() -> re.Pattern[str]:
    return phrasebook("facts").any("codes", "plain", flags=re.IGNORECASE)


@cache
def _plain_names() -> frozenset[str]:
    return frozenset(packaged("facts.toml")["names"]["plain"].split())


@lru_cache(maxsize=512)
def known(text: str, zones: tuple[str, ...] = ()) -> Known:
    """Everything that `text` vouches for. Times with a zone are also known in each of `zones`."""
    dated = days(text)
    stated = {(q.value, q.unit) for q in quantities(_without([d.span for d in dated], text))}
    stated |= {(float(d.day.year), "") for d in dated if d.day.year}
    stated |= {(float(c) / 100, MONEY) for c in KEYED_CENTS.findall(text)}
    stated |= {(float(n), "") for n in (*_counts(text), *BELOW_ZERO.findall(text))}
    dates = {d.day for d in dated}
    clock = {m.minute for m in minutes(text)}
    for moment in _moments(text):
        for zone in zones:
            local = moment.astimezone(ZoneInfo(zone))
            dates.add(Day(local.year, local.month, local.day))
            clock.add(local.hour * 60 + local.minute)
    low = even(text).lower()
    spoken = frozenset(re.findall(r"[a-z\u00df-\u024f][\w'\-]*", low))
    said = {n for n, name in enumerate(WEEKDAYS) if spoken & {name, name + "s", name[:3]}}
    return Known(
        quantities=frozenset(stated),
        values=frozenset(value for value, _ in stated),
        days=frozenset(dates),
        weekdays=frozenset(said | {d.weekday for d in dates if d.weekday is not None}),
        minutes=frozenset(clock),
        words=spoken | {part for word in spoken for part in re.split(r"['\-_]", word)},
        codes=frozenset(c.key for c in codes(text))
        | frozenset(w for w in re.findall(r"[a-z0-9][a-z0-9\-]*", low) if not w.isalpha()),
    )


def _without(spans: Iterable[tuple[int, int]], text: str) -> str:
    """The text with spaces in these places: the 06 of a date is no number of anything."""
    for start, end in spans:
        text = text[:start] + " " * (end - start) + text[end:]
    return text


def _counts(text: str) -> Iterable[int]:
    """How many things a JSON list holds: "you have three orders" counts them."""
    if "[" not in text or "{" not in text:
        return
    for listed in re.finditer(r"\[\s*\{", text):
        depth = objects = inner = 0
        for char in text[listed.start() :]:
            depth += (char == "[") - (char == "]")
            if char == "{":
                objects += depth == 1 and inner == 0
                inner += 1
            elif char == "}":
                inner -= 1
            if depth == 0:
                break
        yield objects


def _moments(text: str) -> Iterable[datetime]:
    for match in MOMENT.finditer(text):
        try:
            yield datetime.fromisoformat(match[0].replace(" ", "T")).astimezone(UTC)
        except ValueError:
            # 2026-13-45T99:99Z looks like a moment and is none.
            continue
