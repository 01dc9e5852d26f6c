"""Days as customers name them: "next Tuesday", "the 14th", "in two weeks", "14 July", "7/14"."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from handrail.agent.models.offline import daywords as words
from handrail.agent.models.offline.calendars import Span, add_months, around, make_day, nearest, of_month, whole_month


@dataclass(frozen=True, slots=True)
class Day:
    """A day, or the days from `first` to `last`, as named in `text[start:end]`."""

    start: int
    end: int
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class View:
    """From where days are counted: `past` takes a day without a year or week for the last such one, not the next."""

    today: date
    past: bool
    month_first: bool


Reading = Callable[["re.Match[str]", View], date | Span | None]


def find_days(text: str, today: date, *, past: bool = False, month_first: bool = False) -> list[Day]:
    """All days named in `text`, in order."""
    lower, view = text.lower().replace("’", "'"), View(today, past, month_first)
    found: list[Day] = []
    for pattern, read in READINGS:
        for match in pattern.finditer(lower):
            if any(match.start() < day.end and day.start < match.end() for day in found):
                continue
            days = read(match, view)
            if days is not None:
                first, last = (days, days) if isinstance(days, date) else days
                found.append(Day(match.start(), match.end(), first, last))
    return sorted(found, key=lambda day: day.start)


def _iso(m: re.Match[str], view: View) -> date | None:
    return make_day(int(m["y"]), int(m["m"]), int(m["d"]))


def _named(m: re.Match[str], view: View) -> date | None:
    month, day = words.month_number(m["month"]), int(m["d"])
    return make_day(int(m["y"]), month, day) if m["y"] else nearest(view.today, month, day, past=view.past)


def _range_in_month(m: re.Match[str], view: View) -> Span | None:
    first = _named(m, view)
    last = make_day(first.year, first.month, int(m["until"])) if first else None
    return (first, last) if first and last and first <= last else None


def _numeric(m: re.Match[str], view: View) -> date | None:
    day, month = int(m["a"]), int(m["b"])
    if view.month_first or month > 12:
        day, month = month, day
    if month > 12:
        day, month = month, day
    if m["y"]:
        return make_day(int(m["y"]) + (2000 if len(m["y"]) == 2 else 0), month, day)
    return nearest(view.today, month, day, past=view.past) if month <= 12 else None


def _near(m: re.Match[str], view: View) -> date:
    return view.today + timedelta(days=words.NEAR[m["near"]])


def _weekday(m: re.Match[str], view: View) -> date:
    today, number = view.today, words.weekday_number(m["day"])
    which, later = m["which"] or "", (m["later"] or "").strip()
    if which in ("last", "past", "previous") or (view.past and not which):
        return today - timedelta(days=(today.weekday() - number) % 7 or 7)
    if which == "next" or later.endswith("next week"):
        # "Next Tuesday" is that of the next calendar week; what is told back names the date, so it can be corrected.
        return today + timedelta(days=7 - today.weekday() + number)
    ahead = (number - today.weekday()) % 7 or (0 if which == "this" else 7)
    weeks = words.number(later.split()[1]) if later.startswith("in ") else 1 if later else 0
    return today + timedelta(weeks=weeks, days=ahead)


def _of_week(m: re.Match[str], view: View) -> date:
    step = {"last": -1, "this": 0, "next": 1}[m["which"]]
    return view.today + timedelta(weeks=step, days=words.weekday_number(m["day"]) - view.today.weekday())


def _numbered_weekday(m: re.Match[str], view: View) -> date | None:
    """A weekday with a day of the month ("Friday the 17th"): the nearest day that is both, else the number's."""
    weekday = words.weekday_number(m["day"])
    both = of_month(view.today, int(m["d"]), past=view.past, weekday=weekday)
    return both or of_month(view.today, int(m["d"]), past=view.past)


def _relative(m: re.Match[str], view: View) -> date | None:
    if not (m["ago"] or m["ahead"] or m["lead"]):
        return None
    count = words.number(m["n"]) * (-1 if m["ago"] else 1)
    if m["unit"] in ("month", "year"):
        return add_months(view.today, count * (12 if m["unit"] == "year" else 1))
    return view.today + timedelta(days=count * {"day": 1, "night": 1, "week": 7, "fortnight": 14}[m["unit"]])


def _stretch(m: re.Match[str], view: View) -> Span:
    """The last or the next so many days."""
    unit = {"day": 1, "night": 1, "week": 7, "month": 30, "year": 365}[m["unit"]]
    length = timedelta(days=words.number(m["n"]) * unit)
    back = m["which"] in ("last", "past", "previous")
    return (view.today - length, view.today) if back else (view.today, view.today + length)


def _calendar(m: re.Match[str], view: View) -> Span:
    step = {"next": 1, "last": -1, "previous": -1, "past": -1}.get(m["which"] or "", 0)
    return around(view.today, m["unit"], step, end=bool(m["end"]))


def _feast(m: re.Match[str], view: View) -> date | None:
    return nearest(view.today, *words.FEASTS[m[0]], past=view.past)


def _of_month(m: re.Match[str], view: View) -> date | None:
    return of_month(view.today, int(m["d"]), past=view.past)


def _whole_month(m: re.Match[str], view: View) -> Span:
    year = int(m["y"]) if m["y"] else None
    return whole_month(view.today, words.month_number(m["month"]), year, past=view.past)


READINGS: tuple[tuple[re.Pattern[str], Reading], ...] = (
    (words.ISO, _iso),
    (words.RANGE_IN_MONTH, _range_in_month),
    (words.DAY_MONTH, _named),
    (words.MONTH_DAY, _named),
    (words.NUMERIC, _numeric),
    (words.NEAR_DAY, _near),
    (words.OF_WEEK, _of_week),
    (words.NUMBERED_WEEKDAY, _numbered_weekday),
    (words.WEEKDAY, _weekday),
    (words.SHORT_WEEKDAY, _weekday),
    (words.ONLY_WEEKDAY, _weekday),
    (words.RELATIVE, _relative),
    (words.STRETCH, _stretch),
    (words.CALENDAR, _calendar),
    (words.FEAST, _feast),
    (words.OF_MONTH, _of_month),
    (words.WHOLE_MONTH, _whole_month),
)
"""Every way to name a day and what it means; what stands first is read first."""
