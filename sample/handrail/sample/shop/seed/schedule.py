"""When trips run and when the workshop takes repairs in."""

from datetime import date, datetime, timedelta
from typing import TypeAlias

from ..catalogue import REPAIRS, TRIPS, Service
from ..words import ZONE
from ..working_days import is_working_day

Planned: TypeAlias = tuple[Service, datetime, int]
"""A service, when it starts, and how many places it has."""

AHEAD = timedelta(days=150)
BEHIND = timedelta(days=120)


def planned(start: date, end: date) -> list[Planned]:
    """Every slot from the day `start` until the day before `end`, in the order of time."""
    days = [start + timedelta(days=n) for n in range((end - start).days)]
    return sorted((slot for day in days for slot in _of(day)), key=lambda slot: (slot[1], slot[0].value))


def _of(day: date) -> list[Planned]:
    slots = [
        (service, datetime.combine(day, trip.starts, ZONE), trip.places)
        for service, trip in TRIPS.items()
        if day.weekday() in trip.weekdays
        and day.month in trip.months
        and (day.month, day.day) not in ((12, 25), (12, 26))
    ]
    if is_working_day(day):
        slots += [
            (service, datetime.combine(day, start, ZONE), repair.places)
            for service, repair in REPAIRS.items()
            for start in repair.starts
        ]
    return slots
