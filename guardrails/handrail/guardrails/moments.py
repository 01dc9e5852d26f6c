"""Dates and times of day in a text, as they are written in English and in data."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTH = (
    r"(?P<month{n}>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|"
    r"sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
DATES = re.compile(
    r"(?<![\w.])(?:(?P<iso>\d{4}-\d{2}-\d{2})(?=T|\b)"
    r"|(?P<day1>\d{1,2})(?:st|nd|rd|th)?(?: of)? " + _MONTH.format(n=1) + r"(?:,? (?P<year1>\d{4}))?\b"
    r"|" + _MONTH.format(n=2) + r" (?:the )?(?P<day2>\d{1,2})(?:st|nd|rd|th)?\b(?!:)(?:,? (?P<year2>\d{4}))?"
    r"|(?P<a>\d{1,2})(?P<mark>[./])(?P<b>\d{1,2})(?P=mark)(?P<year3>\d{4}|\d{2})\b)",
    re.IGNORECASE,
)
TIMES = re.compile(
    r"(?<![\w.:])(?:(?P<h>\d{1,2}):(?P<m>\d{2})(?::\d{2})?\s?(?P<half>[ap]m\b|[ap]\.m\.)?|(?P<h2>\d{1,2})\s?(?P<half2>[ap]m\b|[ap]\.m\.)|(?P<word>noon|midday|midnight)\b)"
    r"|(?<=T)(?P<h3>\d{2}):(?P<m3>\d{2})",
    re.IGNORECASE,
)
SHORT = re.compile(r"\b(?P<day>mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:days?)?\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Day:
    """A day, with or without its year."""

    year: int | None
    month: int
    day: int

    @property
    def weekday(self) -> int | None:
        """0 is Monday; None where the year is not told or there is no such day."""
        try:
            return date(self.year, self.month, self.day).weekday() if self.year else None
        except ValueError:
            return None

    def same(self, other: "Day") -> bool:
        """Whether both can be the same day: a year that is not told fits any."""
        return (self.month, self.day) == (other.month, other.day) and (
            not self.year or not other.year or self.year == other.year
        )


@dataclass(frozen=True, slots=True)
class Dated:
    """A day and where it stands."""

    day: Day
    span: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Timed:
    """A time of day, in minutes since midnight, and where it stands."""

    minute: int
    span: tuple[int, int]


def days(text: str) -> list[Dated]:
    """The calendar days named in `text`. `4/5/2026` may be either day, and counts as both."""
    return [Dated(day, m.span()) for m in DATES.finditer(text) for day in _days(m)]


def _days(match: re.Match[str]) -> Iterator[Day]:
    if match["iso"]:
        year, month, day = (int(p) for p in match["iso"].split("-"))
        yield Day(year, month, day)
    elif match["mark"]:
        year = int(match["year3"]) + (2000 if len(match["year3"]) == 2 else 0)
        a, b = int(match["a"]), int(match["b"])
        if b <= 12:
            yield Day(year, b, a)
        if a <= 12 and match["mark"] == "/":
            yield Day(year, a, b)
    else:
        n = "1" if match["month1"] else "2"
        month = next(i for i, name in enumerate(MONTHS, 1) if name.startswith(match[f"month{n}"].lower()[:3]))
        yield Day(int(match[f"year{n}"]) if match[f"year{n}"] else None, month, int(match[f"day{n}"]))


def minutes(text: str) -> list[Timed]:
    """The times of day named in `text`."""
    found = []
    for match in TIMES.finditer(text):
        if match["word"]:
            minute = 0 if match["word"].lower() == "midnight" else 720
        else:
            hour = int(match["h"] or match["h2"] or match["h3"])
            half = (match["half"] or match["half2"] or "").lower()
            if half:
                hour = hour % 12 + (12 if half.startswith("p") else 0)
            minute = hour * 60 + int(match["m"] or match["m3"] or 0)
        found.append(Timed(minute, match.span()))
    return found


def weekdays(text: str) -> list[tuple[int, tuple[int, int]]]:
    """The days of the week named in full or shortened, as 0 (Monday) to 6, and where."""
    found = []
    for match in SHORT.finditer(text):
        written = match[0].lower()
        number = next(i for i, name in enumerate(WEEKDAYS) if name.startswith(match["day"].lower()[:3]))
        # "sun", "sat" and "wed" are words of their own; other short forms count with a capital.
        if written.rstrip("s") in WEEKDAYS or (
            match[0][0].isupper() and len(written) >= 3 and written not in ("sun", "sat", "wed")
        ):
            found.append((number, match.span()))
    return found
