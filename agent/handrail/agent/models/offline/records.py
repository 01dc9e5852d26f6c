"""Things that tools have shown (orders, dates, bookings), and which of them a customer means."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from handrail.agent.models.offline.daywords import MONTH
from handrail.agent.models.offline.moments import Moment
from handrail.agent.models.offline.words import ORDINALS, stem_set
from handrail.agent.models.readable import ISO, plain

POINTING = re.compile(r"\b(it|that|this|that one|this one|the one|them|those|these)\b", re.IGNORECASE)
LAST_SHOWN = re.compile(r"\b(?:the )?(?:last|bottom) one\b", re.IGNORECASE)
NEWEST = re.compile(
    r"\b(?:last|latest|most recent|newest|recent)\b(?! (?:one|week|month|year|night|time))", re.IGNORECASE
)
SOONEST = re.compile(
    r"\b(?:next|soonest|earliest|first available|upcoming)\b(?! (?:week|month|year|to|mon|tue|wed|thu|fri|sat|sun))",
    re.IGNORECASE,
)
OTHER = re.compile(r"\b(?:the )?other(?: one)?\b", re.IGNORECASE)
NUMBERED = re.compile(r"(?:\b(?:number|no\.?|option|nr\.?)\s*|#)(\d{1,2})\b", re.IGNORECASE)
BARE = re.compile(r"^\W*(\d{1,2})\W*(?:please|thanks|thank you)?\W*$", re.IGNORECASE)
ORDINAL = re.compile(rf"\b(?:the\s+)?({'|'.join(ORDINALS)})\b(?!\s+(?:of\s+)?(?:{MONTH}))", re.IGNORECASE)
"""A place in a list; before a month it is a day."""


@dataclass(frozen=True, slots=True)
class Record:
    """One thing that a tool showed: its `id`, all its fields, and where: the list of the result at `seq`."""

    id: str
    fields: Mapping[str, Any]
    seq: int
    tool: str

    @property
    def words(self) -> frozenset[str]:
        return stem_set(" ".join(_texts(self.fields)))

    @property
    def days(self) -> tuple[date, ...]:
        """The days that it names, in the order of its fields."""
        return tuple(day for text in _texts(self.fields) if (day := _day(text)))


def records_in(value: Any, fields: Sequence[str], seq: int, tool: str, timezone: str) -> list[Record]:
    """The things in a result that carry an id in one of `fields`, in order, each id once; times are the customer's."""
    found: dict[str, Record] = {}
    for item in _mappings(_localised(plain(value), ZoneInfo(timezone))):
        key = next(
            (name for name in fields if isinstance(item.get(name), str | int) and not isinstance(item.get(name), bool)),
            None,
        )
        if key is not None:
            found.setdefault(str(item[key]), Record(str(item[key]), item, seq, tool))
    return list(found.values())


def pick(
    records: Sequence[Record], text: str, moments: Sequence[Moment], *, asked: bool, known: frozenset[str]
) -> list[Record]:
    """Those of the records that the words of a text point at; all of them where it says nothing about it.

    `asked` tells that the customer was asked to choose, so that a bare number counts. `known` are the stems that speak
    of every such thing ("order"), and so tell none apart.
    """
    if not records:
        return []
    if (number := place_in(text, len(records), asked=asked)) is not None:
        return [records[number]]
    picked = by_moment(records, moments)
    picked = _by_words(picked, text, known)
    if len(picked) > 1 and (NEWEST.search(text) or (SOONEST.search(text) and not asked)):
        return [_extreme(picked, newest=bool(NEWEST.search(text)))]
    return picked


def points(text: str) -> bool:
    """Whether a text points at something that was spoken of before ("cancel it", "that one")."""
    return bool(
        POINTING.search(text)
        or LAST_SHOWN.search(text)
        or re.search(r"\b(?:first|second|third|other) one\b", text, re.I)
    )


def place_in(text: str, size: int, *, asked: bool = True) -> int | None:
    """The place in a list of `size` that a text names, from 0. A bare number counts only where one was `asked` for."""
    if LAST_SHOWN.search(text):
        return size - 1
    for found in NUMBERED.finditer(text):
        if 1 <= int(found[1]) <= size:
            return int(found[1]) - 1
    bare = BARE.match(text) if asked else None
    if bare and 1 <= int(bare[1]) <= size:
        return int(bare[1]) - 1
    placed = ORDINAL.search(text)
    if placed and (asked or re.search(r"\bone\b|\border\b|\bthe\b", text, re.IGNORECASE)):
        place = ORDINALS[placed[1].lower()]
        return place - 1 if place <= size else None
    return None


def by_moment(records: Sequence[Record], moments: Sequence[Moment]) -> list[Record]:
    """Those that are on a day and at a time which the moments name; all of them where none is."""
    for moment in moments:
        if moment.day is None:
            continue
        last = moment.day_until or moment.day
        on = [record for record in records if any(moment.day <= day <= last for day in record.days)]
        if on:
            return _at(on, moment)
    timed = [moment for moment in moments if moment.day is None and moment.at is not None and moment.sure]
    return _at(list(records), timed[0]) if timed else list(records)


def _at(records: list[Record], moment: Moment) -> list[Record]:
    if moment.at is None:
        return records
    last = moment.at_until or moment.at
    hours = [record for record in records if any(moment.at <= at <= last for at in _times(record))]
    return hours or records


def _by_words(records: list[Record], text: str, known: frozenset[str]) -> list[Record]:
    """The records that share most telling words with the text: words that some, but not all of them say."""
    said = stem_set(text) - known
    telling = {word for word in said if 0 < sum(word in record.words for record in records) < len(records)}
    if not telling:
        return records
    most = max(len(telling & record.words) for record in records)
    return [record for record in records if len(telling & record.words) == most]


def _extreme(records: list[Record], *, newest: bool) -> Record:
    dated = [record for record in records if record.days]
    if not dated:
        return records[0]
    return max(dated, key=lambda r: r.days[0]) if newest else min(dated, key=lambda r: r.days[0])


def _localised(value: Any, zone: ZoneInfo) -> Any:
    if isinstance(value, Mapping):
        return {key: _localised(part, zone) for key, part in value.items()}
    if isinstance(value, list):
        return [_localised(part, zone) for part in value]
    found = ISO.match(value) if isinstance(value, str) else None
    if found is None or not found[3]:
        return value
    return datetime.fromisoformat(f"{found[1]}T{found[2]}{found[3]}").astimezone(zone).replace(tzinfo=None).isoformat()


def _mappings(value: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(value, Mapping):
        yield value
        for part in value.values():
            yield from _mappings(part)
    elif isinstance(value, list):
        for part in value:
            yield from _mappings(part)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for part in value.values():
            yield from _texts(part)
    elif isinstance(value, list):
        for part in value:
            yield from _texts(part)
    elif isinstance(value, str | int | float) and not isinstance(value, bool):
        yield str(value).replace("_", " ")


def _day(text: str) -> date | None:
    found = ISO.match(text)
    return date.fromisoformat(found[1]) if found else None


def _times(record: Record) -> list[time]:
    found = (ISO.match(text) for text in _texts(record.fields))
    return [time.fromisoformat(match[2]) for match in found if match and match[2]]
