"""Days and times for the slots that take them."""

import re
from dataclasses import replace
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from handrail.agent.models.offline.moments import Moment
from handrail.agent.models.offline.said import Said
from handrail.agent.models.offline.slots import Slot
from handrail.agent.models.offline.words import humanised

Paths = dict[tuple[str, ...], Any]
NEW = re.compile(r"\b(?:to|until|till|onto)\s+(?:the\s+|next\s+|this\s+)?$", re.IGNORECASE)
LED = re.compile(r"\b(?:to|for|on|until|till|by|onto)\s+(?:the\s+|next\s+|this\s+)?$", re.IGNORECASE)
FIRSTS = frozenset(
    {"from", "start", "begin", "since", "after", "checkin", "arrival", "depart", "earliest", "first", "min"}
)
LASTS = frozenset({"until", "end", "to", "till", "before", "checkout", "return", "latest", "last", "max", "through"})


def times_in(slots: list[Slot], said: Said, timezone: str) -> Paths:
    """Days and times for the slots of those kinds: a from and an until, or the one that the change is to."""
    wanted = [slot for slot in slots if slot.kind in ("day", "time", "moment")]
    if (
        said.asked is not None
        and said.asked.kind == "id"
        and not any(NEW.search(said.text[: m.start]) for m in said.moments)
    ):
        # "The one on Friday" tells which one is meant, not when something is to be.
        return {}
    hour = said.asked is None or said.asked.kind in ("time", "moment")
    moments = [m for m in said.moments if m.sure or (hour and any(slot.kind != "day" for slot in wanted))]
    if not wanted or not moments:
        return {}
    values: Paths = {}
    for kind in ("day", "time", "moment"):
        those = [slot for slot in wanted if slot.kind == kind]
        telling = _telling(moments, kind)
        if not telling:
            continue
        if said.asked in those:
            values.update(_told(said.asked, _best(telling, said.text), timezone))
        elif len(those) == 1:
            values.update(_told(those[0], _best(telling, said.text), timezone, end=_is_last(those[0])))
        elif those:
            values.update(_stretch(those, telling, said.text, timezone))
    return values


def _telling(moments: list[Moment], kind: str) -> list[Moment]:
    """Those that tell a value of a kind; a day and a time that stand apart in the text make one moment."""
    days, times = [m for m in moments if m.day], [m for m in moments if m.at]
    if kind != "moment":
        return days if kind == "day" else times
    both = [m for m in days if m.at]
    if both or len(days) != 1 or len(times) != 1:
        return both or moments
    return [replace(days[0], at=times[0].at, at_until=times[0].at_until)]


def _stretch(slots: list[Slot], moments: list[Moment], text: str, timezone: str) -> Paths:
    first = next((slot for slot in slots if _is_first(slot)), slots[0])
    last = next((slot for slot in slots if _is_last(slot) and slot is not first), slots[1])
    if len(moments) == 1 and moments[0].day == moments[0].day_until:
        until_only = bool(
            re.search(r"\b(?:until|till|by|before|latest)\s+(?:the\s+)?$", text[: moments[0].start], re.IGNORECASE)
        )
        from_only = bool(
            re.search(r"\b(?:from|after|since|starting)\s+(?:the\s+)?$", text[: moments[0].start], re.IGNORECASE)
        )
        values = {} if until_only else _told(first, moments[0], timezone)
        return values if from_only else {**values, **_told(last, moments[0], timezone, end=True)}
    return {**_told(first, moments[0], timezone), **_told(last, moments[-1], timezone, end=True)}


def _best(moments: list[Moment], text: str) -> Moment:
    """The moment that something is to be at: not the one it is moved from."""
    fresh = [
        m
        for m in moments
        if not re.search(r"\b(?:from|instead of|not|rather than)\s+(?:the\s+|my\s+)?$", text[: m.start], re.I)
    ]
    led = [m for m in fresh if LED.search(text[: m.start])]
    return (led or fresh or moments)[-1]


def _told(slot: Slot, moment: Moment, timezone: str, *, end: bool = False) -> Paths:
    day = (moment.day_until if end else moment.day) or moment.day
    at = moment.at
    if slot.kind == "day":
        return {slot.path: day.isoformat()} if day else {}
    if slot.kind == "time":
        return {slot.path: at.isoformat("minutes")} if at else {}
    if day is None or at is None:
        return {}
    return {slot.path: _aware(day, at, timezone)}


def _aware(day: date, at: time, timezone: str) -> str:
    return datetime.combine(day, at, ZoneInfo(timezone)).isoformat()


def _is_first(slot: Slot) -> bool:
    return bool(FIRSTS & set(humanised(slot.name).replace("check in", "checkin").split()))


def _is_last(slot: Slot) -> bool:
    return bool(LASTS & set(humanised(slot.name).replace("check out", "checkout").split()))
