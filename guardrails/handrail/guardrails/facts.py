"""The hard facts of a text: numbers with their units, amounts, dates, times, codes and names, in comparable form."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from handrail.guardrails.moments import DATES, MONTHS, WEEKDAYS, Day, days, minutes
from handrail.guardrails.text import even

DIGITS = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
SMALL = {
    w: n for n, w in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty".split()
    )
} | {"thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90, "hundred": 100, "dozen": 12}  # fmt: skip
SPELT = "|".join(sorted(SMALL, key=len, reverse=True))
UNITS = {
    "minute": ("hour", 1 / 60), "min": ("hour", 1 / 60), "hour": ("hour", 1), "hr": ("hour", 1), "h": ("hour", 1), "day": ("hour", 24), "night": ("night", 1), "week": ("hour", 168),
    "month": ("month", 1), "year": ("month", 12), "yr": ("month", 12), "km": ("km", 1), "kilometre": ("km", 1), "kilometer": ("km", 1), "mile": ("mile", 1), "m": ("metre", 1), "metre": ("metre", 1), "meter": ("metre", 1),
    "kg": ("kg", 1), "kilo": ("kg", 1), "g": ("kg", 0.001), "gram": ("kg", 0.001), "pound": ("pound", 1), "litre": ("litre", 1), "liter": ("litre", 1), "l": ("litre", 1), "cm": ("metre", 0.01), "mm": ("metre", 0.001),
    "%": ("%", 1), "percent": ("%", 1), "person": ("person", 1), "people": ("person", 1), "guest": ("person", 1), "adult": ("person", 1), "participant": ("person", 1),
    "$": ("money", 1), "€": ("money", 1), "£": ("money", 1), "usd": ("money", 1), "eur": ("money", 1), "gbp": ("money", 1), "dollar": ("money", 1), "euro": ("money", 1), "cent": ("money", 0.01), "chf": ("money", 1), "cad": ("money", 1), "aud": ("money", 1),
}  # fmt: skip
NUMBER = re.compile(
    rf"(?<![\w.,:/\-])(?P<sign>[$€£]|\b(?:usd|eur|gbp|chf|cad|aud)\s)?\s?(?:(?P<digits>{DIGITS})|(?P<word>(?:{SPELT})(?:[ -](?:{SPELT}))*))(?![\w:]|[.,/]\d)"
    rf"(?:\s?-\s?|\s)?(?:(?:full|whole|business|working|calendar|open|more|extra|additional|other|small) ){{0,2}}(?P<unit>%|\$|€|£|[a-z]+)?",
    re.IGNORECASE,
)
GLUED = re.compile(rf"(?<![\w.,:/\-])(?P<digits>{DIGITS})(?P<unit>km|kg|g|cm|mm|m|l|h|hrs?|mins?|%|€|£|\$)(?!\w)", re.IGNORECASE)
RANGE = re.compile(r"(?<=\d)\s?[-–]\s?(?=[$€£]?\d)|(?<=\d) ?to ?(?=\d)")
KEYED_CENTS = re.compile(r'"[^"]*(?:cents|minor|pence)[^"]*":\s*(\d+)')
CODE = re.compile(r"(?<![\w@.])(?=[A-Za-z0-9\-]*\d)(?=[A-Za-z0-9\-]*[A-Za-z])[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*(?![\w@])|(?<![\w.,:$€£+\-])\d{5,}(?![\w:]|[.,]\d)")
MEASURE = re.compile(r"\d+(?:st|nd|rd|th|am|pm|x|km|kg|g|cm|mm|m|l|h|hrs?|mins?|d|s|-?(?:day|night|hour|week|month|year|person|minute|mile|man|star|way|part|step|inch)s?(?:-\w+)*)|(?:24-7|24/7|a4|covid-19|b2b|co2|3d|h2o|mp3|5g|4g)", re.IGNORECASE)  # fmt: skip
NAME = re.compile(r"(?<![\w@.])[A-Z][\w'\-]*[a-z][\w'\-]*(?:\s+(?:of|de|van|von|the|and|&)?\s?[A-Z][\w'\-]*[a-z][\w'\-]*)*")
NO_NAMES = frozenset(
    """i i'm i'll i've i'd ok okay monday tuesday wednesday thursday friday saturday sunday january february march april may june july august
    september october november december yes no please thanks thank hello hi dear sorry great sure english pdf faq sms email e-mail internet wifi
    mr mrs ms dr am pm the a an and or if you your we our it this that unfortunately however""".split()
)


@dataclass(frozen=True, slots=True)
class Fact:
    """One hard fact. `kind` is number, date, time, code or name; `key` compares, `unit` only where there is one."""

    kind: str
    key: object
    unit: str
    span: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Known:
    """All hard facts of a piece of evidence, ready to be looked up."""

    numbers: frozenset[tuple[float, str]]
    values: frozenset[float]
    days: frozenset[Day]
    weekdays: frozenset[int]
    months: frozenset[int]
    minutes: frozenset[int]
    words: frozenset[str]
    codes: frozenset[str]


def numbers(text: str) -> list[Fact]:
    """The numbers, amounts and quantities of `text`; dates, times and codes are not among them."""
    parted = RANGE.sub(lambda m: " " * len(m[0]) if len(m[0]) > 1 else " ", even(text))
    found: list[Fact] = []
    for match in (*GLUED.finditer(parted), *NUMBER.finditer(parted)):
        start, end = match.start("digits"), match.end("digits")
        if start < 0:
            start, end = match.span("word")
        if any(start < f.span[1] and f.span[0] < end for f in found):
            continue
        named = match["unit"] or ""
        unit, factor = _unit(named)
        group = match.groupdict()
        if group.get("sign"):
            unit, factor = "money", 1.0
        if match["digits"]:
            value = float(match["digits"].replace(",", ""))
        else:
            value = _spelt(match["word"])
            if value == 1 and not unit:
                continue
        found.append(Fact("number", round(value * factor, 4), unit, (start, end)))
    return found


def _unit(name: str) -> tuple[str, float]:
    low = name.lower()
    unit = UNITS.get(low) or UNITS.get(low.removesuffix("s"))
    return unit if unit else ("", 1.0)


def _spelt(words: str) -> float:
    total = 0
    for word in re.split(r"[ -]", words.lower()):
        value = SMALL[word]
        total = max(total, 1) * value if word in ("hundred", "dozen") else total + value
    return float(total)


def codes(text: str) -> list[Fact]:
    """Order numbers and the like: letters and digits mixed, or five digits and more."""
    dated = [d.span for d in days(text)]
    return [
        Fact("code", m[0].lower(), "", m.span())
        for m in CODE.finditer(even(text))
        if not MEASURE.fullmatch(m[0]) and not any(a <= m.start() < b for a, b in dated) and not DATES.fullmatch(m[0])
    ]


def names(text: str) -> list[Fact]:
    """Words written with a capital that are not so written for standing first."""
    found = []
    for match in NAME.finditer(even(text)):
        parts = [p for p in re.findall(r"[A-Za-z][\w'\-]*", match[0]) if p[0].isupper()]
        first = not text[: match.start()].strip(" \"'(*-•\n") or bool(re.search(r"[.!?:\n]\s*[\"'(*]*$", text[: match.start()]))
        told = [p for p in parts[1 if first and len(parts) < 2 else 0 :] if p.lower().removesuffix("'s") not in NO_NAMES]
        if told:
            found.append(Fact("name", tuple(p.lower().removesuffix("'s") for p in told), "", match.span()))
    return found


@lru_cache(maxsize=512)
def known(text: str, zones: tuple[str, ...] = ()) -> Known:
    """Everything that `text` vouches for. Times with a zone are also known in each of `zones`."""
    stated = numbers(text)
    values = {(float(str(f.key)), f.unit) for f in stated} | {(float(c) / 100, "money") for c in KEYED_CENTS.findall(text)}
    values |= {(float(n), "") for n in _counts(text)}
    dates = {d.day for d in days(text)}
    clock = {m.minute for m in minutes(text)}
    for moment in _moments(text):
        for zone in zones:
            local = moment.astimezone(ZoneInfo(zone))
            dates.add(Day(local.year, local.month, local.day))
            clock.add(local.hour * 60 + local.minute)
    low = even(text).lower()
    spoken = frozenset(re.findall(r"[a-z\u00df-\u024f][\w'\-]*", low))
    return Known(
        numbers=frozenset(values),
        values=frozenset(v for v, _ in values),
        days=frozenset(dates),
        weekdays=frozenset(w for w, name in enumerate(WEEKDAYS) if _said(name, spoken)) | {d.weekday for d in dates if d.weekday is not None},
        months=frozenset(m for m, name in enumerate(MONTHS, 1) if _said(name, spoken)) | {d.month for d in dates},
        minutes=frozenset(clock),
        words=spoken | {part for word in spoken for part in re.split(r"['\-_]", word)},
        codes=frozenset(str(f.key) for f in codes(text)) | frozenset(re.findall(r"[a-z0-9][a-z0-9\-]*\d[a-z0-9\-]*", low)),
    )


def _said(name: str, spoken: frozenset[str]) -> bool:
    return name in spoken or name + "s" in spoken or name[:3] in spoken


def _counts(text: str) -> Iterable[int]:
    """How many things a JSON list holds: "you have three orders" counts them."""
    if "[" not in text or "{" not in text:
        return
    for listed in re.finditer(r"\[\s*\{", text):
        depth, objects, inner = 0, 0, 0
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
    for match in re.finditer(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+\-]\d{2}:?\d{2})", text):
        try:
            yield datetime.fromisoformat(match[0].replace(" ", "T")).astimezone(UTC)
        except ValueError:
            continue
