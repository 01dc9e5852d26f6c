"""Reckoning with days: the nearest that fits a description."""

import calendar
from datetime import date, timedelta

Span = tuple[date, date]
"""The first and the last day."""


def make_day(year: int, month: int, day: int) -> date | None:
    """The day, or None where the calendar has none such."""
    try:
        return date(year, month, day)
    except ValueError:
        return None


def nearest(today: date, month: int, day: int, *, past: bool) -> date | None:
    """The next such day of a year, today included, or the last one."""
    years = range(today.year, today.year - 5, -1) if past else range(today.year, today.year + 5)
    found = (make_day(year, month, day) for year in years)
    return next((d for d in found if d and (d <= today if past else d >= today)), None)


def of_month(today: date, number: int, *, past: bool, weekday: int | None = None) -> date | None:
    """The next such day of a month, or the last one; with `weekday`, one that falls on it within a year."""
    for step in range(13):
        first = add_months(today.replace(day=1), -step if past else step)
        day = make_day(first.year, first.month, number)
        if day and (day <= today if past else day >= today) and weekday in (None, day.weekday()):
            return day
    return None


def whole_month(today: date, month: int, year: int | None, *, past: bool) -> Span:
    """A month, the next or the last one where no year is given."""
    if year is None:
        passed = month > today.month if past else month < today.month
        year = today.year + (0 if not passed else -1 if past else 1)
    return date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1])


def around(today: date, unit: str, step: int, *, end: bool = False) -> Span:
    """The week, weekend, month or year that is `step` away from the present one."""
    monday = today - timedelta(days=today.weekday())
    if unit == "week":
        first = monday + timedelta(weeks=step)
        return max(first, today) if step == 0 else first, first + timedelta(days=6)
    if unit == "weekend":
        first = monday + timedelta(weeks=step, days=5)
        return first, first + timedelta(days=1)
    if unit == "year":
        return date(today.year + step, 1, 1), date(today.year + step, 12, 31)
    first = add_months(today.replace(day=1), step)
    last = first.replace(day=calendar.monthrange(first.year, first.month)[1])
    return (last, last) if end else (first, last)


def add_months(day: date, months: int) -> date:
    """The same day some months on, or the last of a month that is too short for it."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
