"""Numbers with their units, and days of the calendar, as policies write them in English."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from .stems import stem

COUNTED = {
    word: number
    for number, word in enumerate(
        ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen",
         "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty"], 1)
} | {"thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "ninety": 90, "hundred": 100}  # fmt: skip
MONEY = {"£": "£", "$": "$", "€": "€", "pound": "£", "gbp": "£", "dollar": "$", "usd": "$", "euro": "€", "eur": "€"}
TIMES = {"minute": (1, "minute"), "hour": (60, "minute"), "day": (1, "day"), "week": (7, "day"), "month": (1, "month"),
         "year": (12, "month")}  # fmt: skip
"""Units of time in the smallest that is exact; a month is no number of days."""
SIZES = ("%", "percent", "kg", "kilo", "gram", "km", "mile", "metr", "meter", "litr", "cm", "mm", "degree", "time",
         "item", "night", "guest", "person", "people", "point", "star")  # fmt: skip
BETWEEN = r"(?:(?:working|business|calendar|full|further|more|whole)\s+)?"
NUMBER = re.compile(
    rf"(?P<sign>[£$€])?\s?\b(?P<number>\d[\d,]*(?:\.\d+)?|{'|'.join(COUNTED)})\b[\s-]?{BETWEEN}(?P<unit>%|[a-z]+)?",
    re.IGNORECASE,
)
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
MONTH = rf"(?P<month>{'|'.join(MONTHS)})[a-z]*\.?"
DAYS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"\b(?P<year>20\d\d)-(?P<number>\d\d)-(?P<day>\d\d)\b",
        rf"\b(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?{MONTH},?\s+(?P<year>20\d\d)\b",
        rf"\b{MONTH}\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<year>20\d\d)\b",
    )
)


@dataclass(frozen=True, slots=True)
class Measure:
    """A number with its unit in a comparable form, as it was written, and the stems of what was written."""

    value: float
    unit: str
    text: str
    terms: frozenset[str]


def measures(text: str) -> Iterator[Measure]:
    """Return what a text counts in units; numbers of anything else (a phone, a year) are left out."""
    for match in NUMBER.finditer(text):
        written = match["number"].lower()
        value = float(COUNTED.get(written) or written.replace(",", ""))
        unit = "%" if match["unit"] == "%" else stem((match["unit"] or "").lower())
        if match["sign"]:
            # The word after an amount is not its unit.
            unit = MONEY[match["sign"]]
            shown = f"{match['sign']}{match['number']}"
        elif unit in MONEY:
            unit, shown = MONEY[unit], match[0].strip()
        elif found := next((name for name in TIMES if stem(name) == unit), None):
            factor, unit = TIMES[found]
            value, shown = value * factor, match[0].strip()
        elif unit in SIZES:
            shown = match[0].strip()
        else:
            continue
        words = frozenset(stem(word) for word in re.findall(r"[a-z]+|\d+", shown.lower()))
        yield Measure(value, unit, shown, words)


def dates(text: str) -> Iterator[tuple[date, int, str]]:
    """Return the days that a text names with their years: the day, where it stands, and how it is written."""
    for pattern in DAYS:
        for match in pattern.finditer(text):
            named = match.groupdict()
            month = int(named["number"]) if named.get("number") else MONTHS.index(named["month"].lower()[:3]) + 1
            try:
                yield date(int(named["year"]), month, int(named["day"])), match.start(), match[0]
            except ValueError:
                # 31 June is no day: whoever wrote it meant none that could be past.
                continue
