"""Working days: Monday to Friday, without the public holidays of England."""

from datetime import date, timedelta
from functools import cache


@cache
def _public_holidays(year: int) -> frozenset[date]:
    import holidays

    return frozenset(holidays.country_holidays("GB", subdiv="ENG", years=year))


def is_working_day(day: date) -> bool:
    """Whether parcels are packed and repairs done on `day`."""
    return day.weekday() < 5 and day not in _public_holidays(day.year)


def add_working_days(day: date, count: int) -> date:
    """The `count`-th working day after `day`; for 0, `day` itself or the next working day."""
    while count > 0 or not is_working_day(day):
        day += timedelta(days=1)
        if is_working_day(day):
            count -= 1
    return day


def working_days_since(start: date, end: date) -> int:
    """How many working days have begun after `start`, up to and with `end`; 0 where `end` is not later."""
    return sum(is_working_day(start + timedelta(days=n)) for n in range(1, (end - start).days + 1))
