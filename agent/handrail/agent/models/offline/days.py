"""Days as customers name them: "next Tuesday", "the 14th", "in two weeks", "14 July", "7/14"."""

import calendar
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

NUMBERS = {
    "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "eleven": 11, "twelve": 12, "couple": 2, "a couple of": 2, "few": 3, "a few": 3,
}  # fmt: skip
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
SHORT_DAYS = {
    "mon": 0,
    "tue": 1,
    "tues": 1,
    "wed": 2,
    "weds": 2,
    "thu": 3,
    "thur": 3,
    "thurs": 3,
    "fri": 4,
    "sat": 5,
    "sun": 6,
}
MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
          "december")  # fmt: skip
FEASTS = {
    "christmas eve": (12, 24), "christmas day": (12, 25), "christmas": (12, 25), "xmas": (12, 25), "boxing day": (12, 26),
    "new year's eve": (12, 31), "new years eve": (12, 31), "new year's day": (1, 1), "new year's": (1, 1),
    "halloween": (10, 31), "valentine's day": (2, 14), "valentines day": (2, 14),
}  # fmt: skip

_N = r"(?P<n>\d{1,3}|a couple of|a few|" + "|".join(NUMBERS) + ")"
_DAY = "|".join(DAYS)
_SHORT = "|".join(sorted(SHORT_DAYS, key=len, reverse=True))
_MONTH = "(?:" + "|".join(f"{m[:3]}(?:{m[3:]})?" if len(m) > 3 else m for m in MONTHS) + r"|sept)\b\.?"
_NTH = r"(?P<d>[12]\d|3[01]|0?[1-9])(?:st|nd|rd|th)?"
_YEAR = r"(?:,?\s+(?P<y>(?:19|20)\d\d)\b)?"
_WHICH = r"(?P<which>this coming|this|next|coming|last|past|previous)"


@dataclass(frozen=True, slots=True)
class Day:
    """A day, or the days from `first` to `last`, as named in `text[start:end]`."""

    start: int
    end: int
    first: date
    last: date


Reading = Callable[["re.Match[str]", date, bool], tuple[date, date] | None]


def find_days(text: str, today: date, *, past: bool = False, month_first: bool = False) -> list[Day]:
    """All days named in `text`, in order. A day without a year or week is the next such one, or the last with `past`."""
    lower = text.lower().replace("’", "'")
    found: list[Day] = []
    for pattern, read in _patterns(month_first):
        for match in pattern.finditer(lower):
            if any(match.start() < day.end and day.start < match.end() for day in found):
                continue
            days = read(match, today, past)
            if days is not None:
                found.append(Day(match.start(), match.end(), *days))
    return sorted(found, key=lambda day: day.start)


def _patterns(month_first: bool) -> Iterator[tuple[re.Pattern[str], Reading]]:
    yield from _READINGS[:3]
    yield _NUMERIC, _numeric_us if month_first else _numeric
    yield from _READINGS[3:]


def _iso(m: re.Match[str], today: date, past: bool) -> tuple[date, date] | None:
    return _one(_date(int(m["y"]), int(m["m"]), int(m["d"])))


def _named(m: re.Match[str], today: date, past: bool) -> tuple[date, date] | None:
    month, day = _month(m["month"]), int(m["d"])
    if m["y"]:
        return _one(_date(int(m["y"]), month, day))
    return _one(_nearest(today, month, day, past))


def _numeric(m: re.Match[str], today: date, past: bool) -> tuple[date, date] | None:
    return _in_order(int(m["a"]), int(m["b"]), m["y"], today, past)


def _numeric_us(m: re.Match[str], today: date, past: bool) -> tuple[date, date] | None:
    return _in_order(int(m["b"]), int(m["a"]), m["y"], today, past)


def _in_order(day: int, month: int, year: str | None, today: date, past: bool) -> tuple[date, date] | None:
    if month > 12:
        day, month = month, day
    if not year:
        return _one(_nearest(today, month, day, past)) if month <= 12 else None
    return _one(_date(int(year) + (2000 if len(year) == 2 else 0), month, day))


def _near(m: re.Match[str], today: date, past: bool) -> tuple[date, date] | None:
    word = m[0]
    steps = {
        "day after tomorrow": 2,
        "day before yesterday": -2,
        "yesterday": -1,
        "last night": -1,
        "tom": 1,
        "tmr": 1,
        "tmw": 1,
    }
    days = next((n for key, n in steps.items() if key in word), 0)
    return _one(today + timedelta(days=days))


def _weekday(m: re.Match[str], today: date, past: bool) -> tuple[date, date] | None:
    number = _day_number(m["day"])
    which = m["which"] or ""
    ahead = (number - today.weekday()) % 7
    if which in ("last", "past", "previous") or (past and not which):
        return _one(today - timedelta(days=(today.weekday() - number) % 7 or 7))
    day = today + timedelta(days=ahead or (0 if which == "this" else 7))
    if which == "next" or m["later"] in (" next week", " of next week"):
        # "Next Tuesday" is that of the next calendar week; what is told back names the date, so it can be corrected.
        day = today + timedelta(days=7 - today.weekday() + number)
    elif m["later"]:
        weeks = re.search(r"in (\w+) weeks", m["later"])
        day += timedelta(weeks=_number(weeks[1]) if weeks and (weeks[1].isdigit() or weeks[1] in NUMBERS) else 1)
    return _one(day)


def _of_next_week(m: re.Match[str], today: date, past: bool) -> tuple[date, date] | None:
    step = -1 if m["which"] == "last" else 1 if m["which"] == "next" else 0
    return _one(today + timedelta(weeks=step, days=_day_number(m["day"]) - today.weekday()))


def _numbered_weekday(m: re.Match[str], today: date, past: bool) -> tuple[date, date] | None:
    """A weekday with a day of the month ("Friday the 17th"): the nearest day that is both, else the number's."""
    number = int(m["d"])
    for step in range(12):
        first = _add_months(today.replace(day=1), -step if past else step)
        day = _date(first.year, first.month, number)
        if day and day.weekday() == _day_number(m["day"]) and (day <= today if past else day >= today):
            return _one(day)
    return _of_month(m, today, past)


def _range_in_month(m: re.Match[str], today: date, past: bool) -> tuple[date, date] | None:
    month = _month(m["month"])
    first = _date(int(m["y"]), month, int(m["d"])) if m["y"] else _nearest(today, month, int(m["d"]), past)
    last = _date(first.year, month, int(m["until"])) if first else None
    return (first, last) if first and last and first <= last else None


def _relative(m: re.Match[str], today: date, past: bool) -> tuple[date, date] | None:
    number, unit = _number(m["n"]), m["unit"]
    back = bool(m["ago"])
    if not (back or m["ahead"] or m["lead"]):
        return None
    sign = -1 if back else 1
    if unit == "month":
        return _one(_add_months(today, sign * number))
    if unit == "year":
        return _one(_add_months(today, sign * 12 * number))
    return _one(today + sign * timedelta(days=number * {"day": 1, "night": 1, "week": 7, "fortnight": 14}[unit]))


def _stretch(m: re.Match[str], today: date, past: bool) -> tuple[date, date] | None:
    """The last or the next so many days."""
    unit = {"day": 1, "night": 1, "week": 7, "month": 30, "year": 365}[m["unit"]]
    length = timedelta(days=_number(m["n"]) * unit)
    return (today - length, today) if m["which"] in ("last", "past", "previous") else (today, today + length)


def _calendar(m: re.Match[str], today: date, past: bool) -> tuple[date, date] | None:
    unit = m["unit"]
    step = {"next": 1, "last": -1, "previous": -1, "past": -1}.get(m["which"] or "", 0)
    monday = today - timedelta(days=today.weekday())
    if unit == "week":
        first = monday + timedelta(weeks=step)
        return max(first, today) if step == 0 else first, first + timedelta(days=6)
    if unit == "weekend":
        first = monday + timedelta(weeks=step, days=5)
        return first, first + timedelta(days=1)
    if unit == "year":
        return date(today.year + step, 1, 1), date(today.year + step, 12, 31)
    first = _add_months(today.replace(day=1), step)
    last = first.replace(day=calendar.monthrange(first.year, first.month)[1])
    return (last, last) if m["end"] else (first, last)


def _feast(m: re.Match[str], today: date, past: bool) -> tuple[date, date] | None:
    return _one(_nearest(today, *FEASTS[m[0]], past))


def _of_month(m: re.Match[str], today: date, past: bool) -> tuple[date, date] | None:
    number = int(m["d"])
    for step in range(12):
        first = _add_months(today.replace(day=1), -step if past else step)
        day = _date(first.year, first.month, number)
        if day and (day <= today if past else day >= today):
            return _one(day)
    return None


def _whole_month(m: re.Match[str], today: date, past: bool) -> tuple[date, date] | None:
    month = _month(m["month"])
    year = int(m["y"]) if m["y"] else today.year
    if not m["y"] and (month > today.month if past else month < today.month):
        year += -1 if past else 1
    return date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1])


_NUMERIC = re.compile(
    r"(?<![\d/.-])(?P<a>\d{1,2})[/.](?P<b>\d{1,2})(?:[/.](?P<y>\d{4}|\d{2}))?(?![\d/]|\.\d|\s?[ap]\.?m)"
)
_LEAD = rf"(?:(?:{_DAY}|{_SHORT}),?\s+)?(?:the\s+)?"
_READINGS: tuple[tuple[re.Pattern[str], Reading], ...] = (
    (re.compile(r"\b(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})\b"), _iso),
    (
        re.compile(
            rf"\b(?:the\s+)?{_NTH}\s*(?:to|-|–|until|till|through)\s*(?:the\s+)?(?P<until>[12]\d|3[01]|0?[1-9])(?:st|nd|rd|th)?"
            rf"\s+(?:of\s+)?(?P<month>{_MONTH}){_YEAR}"
        ),
        _range_in_month,
    ),
    (
        re.compile(
            rf"\b{_LEAD}{_NTH}\s+(?:of\s+)?(?P<month>{_MONTH}){_YEAR}", re.IGNORECASE
        ),
        _named,
    ),
    (re.compile(rf"\b{_LEAD}(?P<month>{_MONTH})\s+(?:the\s+)?{_NTH}(?!\d|:|\s*[ap]\.?m){_YEAR}"), _named),
    (
        re.compile(
            r"\b(?:the )?day after tomorrow\b|\b(?:the )?day before yesterday\b|\b(?:today|tonight|tomorrow|tomorow|tommorow|"
            r"tomorrows|tmrw|tmr|tmw|yesterday|last night|this (?:morning|afternoon|evening))\b"
        ),
        _near,
    ),
    (re.compile(rf"\b(?P<which>this|next|last) week (?:on )?(?P<day>{_DAY})\b"), _of_next_week),
    (re.compile(rf"\b(?:{_WHICH}\s+)?(?P<day>{_DAY}),?\s+(?:the\s+)?(?P<d>[12]\d|3[01]|0?[1-9])(?:st|nd|rd|th)\b"), _numbered_weekday),
    (
        re.compile(
            rf"\b(?:{_WHICH}\s+)?(?P<day>{_DAY})s?\b(?P<later>\s+week\b|\s+in a week\b|\s+after next\b)?"
        ),
        _weekday,
    ),
    (re.compile(rf"\b(?:on\s+|{_WHICH}\s+)(?P<day>{_SHORT})\b(?P<later>\s+week\b)?"), _weekday),
    (re.compile(rf"^(?P<which>)(?P<day>{_SHORT})(?P<later>)\b"), _weekday),
    (
        re.compile(
            rf"\b(?P<lead>(?:in|within)\s+)?{_N}\s+(?P<unit>day|night|week|fortnight|month|year)s?'?(?:\s+time)?\b"
            r"(?P<ahead>\s+(?:from (?:now|today)|later|ahead))?(?P<ago>\s+(?:ago|back|earlier))?"
        ),
        _relative,
    ),
    (re.compile(rf"\b(?<!\d )(?<!half )(?<!quarter )(?P<which>last|past|previous|next|coming)\s+{_N}\s+(?P<unit>day|night|week|month|year)s?\b"), _stretch),
    (
        re.compile(
            r"\b(?P<end>(?:the )?end of )?(?:(?P<which>this|next|coming|last|past|previous|current)|the)\s+"
            r"(?P<unit>weekend|week|month|year)\b"
        ),
        _calendar,
    ),
    (re.compile("|".join(rf"\b{re.escape(name)}\b" for name in sorted(FEASTS, key=len, reverse=True))), _feast),
    (re.compile(rf"\b(?:the\s+)?(?P<d>[12]\d|3[01]|0?[1-9])(?:st|nd|rd|th)\b(?!\s+(?:one|of the (?!month)|{_MONTH}))"), _of_month),
    (re.compile(rf"\b(?:in|on|until|till|since|before|after|by|for|from|during|next|last|to|of)\s+(?P<month>{_MONTH}){_YEAR}"), _whole_month),
)  # fmt: skip


def _one(day: date | None) -> tuple[date, date] | None:
    return (day, day) if day else None


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _month(name: str) -> int:
    return next(n for n, month in enumerate(MONTHS, 1) if month.startswith(name.strip(".")[:3]))


def _day_number(name: str) -> int:
    return SHORT_DAYS[name] if name in SHORT_DAYS else DAYS.index(name)


def _number(word: str) -> int:
    return int(word) if word.isdigit() else NUMBERS[word]


def _nearest(today: date, month: int, day: int, past: bool) -> date | None:
    years = (today.year, today.year - 1) if past else (today.year, today.year + 1)
    for year in (*years, *(today.year + n for n in range(2, 5))):
        found = _date(year, month, day)
        if found and (found <= today if past else found >= today):
            return found
    return None


def _add_months(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
