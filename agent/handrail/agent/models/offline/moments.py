"""Days and times named in a text, put together."""

import re
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from handrail.agent.models.offline.days import Day, find_days
from handrail.agent.models.offline.times import Time, find_times

JOINT = re.compile(
    r"[\s,]*(?:at|on|in the|in|the|around|about|by|from|between|after|before|for|,|-)*[\s,]*(?:at|the)?[\s,]*"
)
NOON = time(12)
MONTH_FIRST = ("America/", "US/", "Pacific/Honolulu", "Pacific/Guam")
"""Zones whose people write the month first: 7/14 is the 14th of July."""


@dataclass(frozen=True, slots=True)
class Moment:
    """A day, a time, or both, named in `text[start:end]`. `day_until`, `at_until` end a stretch of them."""

    start: int
    end: int
    day: date | None = None
    day_until: date | None = None
    at: time | None = None
    at_until: time | None = None
    sure: bool = True


def find_moments(text: str, now: datetime, timezone: str, *, past: bool = False) -> list[Moment]:
    """All moments named in `text`, in order, counted from `now` in the customer's zone."""
    today = now.astimezone(ZoneInfo(timezone)).date()
    days = find_days(text, today, past=past, month_first=timezone.startswith(MONTH_FIRST))
    times = [t for t in find_times(text) if not any(_covers(day, t) for day in days)]
    found: list[Moment] = []
    pieces: list[Day | Time] = [*days, *times]
    for piece in sorted(pieces, key=lambda p: p.start):
        last = found[-1] if found else None
        if last is not None and JOINT.fullmatch(text[last.end : piece.start].lower()):
            joined = _join(last, piece, text)
            if joined is not None:
                found[-1] = joined
                continue
        found.append(_single(piece, text))
    return found


def _covers(day: Day, at: Time) -> bool:
    within = day.start <= at.start and at.end <= day.end
    return within or (day.start < at.end and at.start < day.end and at.exact)


def _single(piece: Day | Time, text: str) -> Moment:
    if isinstance(piece, Day):
        part = next((t for t in find_times(text[piece.start : piece.end]) if not t.exact), None)
        moment = Moment(piece.start, piece.end, day=piece.first, day_until=piece.last)
        return _with_time(moment, part, piece.end) if part else moment
    return Moment(piece.start, piece.end, at=piece.first, at_until=piece.last, sure=piece.sure)


def _join(moment: Moment, piece: Day | Time, text: str) -> Moment | None:
    if isinstance(piece, Day):
        if moment.day is not None:
            return None
        return Moment(moment.start, piece.end, piece.first, piece.last, moment.at, moment.at_until)
    if moment.at is not None and not _narrows(moment, piece):
        return None
    if moment.day is None and not _narrows(moment, piece):
        return None
    return _with_time(moment, _of_part(moment, piece), piece.end)


def _of_part(moment: Moment, piece: Time) -> Time:
    """An hour of the evening that was named before it ("tonight at 8")."""
    late = moment.at is not None and moment.at >= NOON and piece.exact and piece.first < NOON
    if not late or moment.at == moment.at_until:
        return piece
    return replace(piece, first=_later(piece.first), last=_later(piece.last))


def _later(at: time) -> time:
    return at.replace(hour=at.hour + 12)


def _narrows(moment: Moment, piece: Time) -> bool:
    """Whether a time says more exactly what a part of the day said ("in the morning at 7")."""
    return moment.at is not None and moment.at != moment.at_until and piece.exact


def _with_time(moment: Moment, at: Time, end: int) -> Moment:
    return Moment(moment.start, max(end, moment.end), moment.day, moment.day_until, at.first, at.last)
