"""Promises found in what is said to a customer: that something will be done, and by when."""

import re
from collections.abc import Iterator
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from handrail.conversation.events import PromiseMade
from handrail.conversation.ids import new_id

from .request import sentences

_SPOKEN = {
    word: n
    for n, word in enumerate(
        ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"), 1
    )
}
_NUMBER = rf"\d{{1,2}}|{'|'.join(_SPOKEN)}"
_MONTHS = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
_DAYS = "monday|tuesday|wednesday|thursday|friday|saturday|sunday"

_WILL = re.compile(
    r"\b(?:(?:i|we)(?:['’]ll| will| shall|['’](?:m|re) going to| am going to| are going to| promise)|"
    r"(?:somebody|someone|a colleague|our team|the team|you)(?:['’]ll| will))\b",
    re.I,
)
_OWED = re.compile(
    r"\b(?:call|ring|phone|write|e-?mail|send|refund|credit|reimburse|pay|ship|deliver|replace|repair|fix|arrange|book|"
    r"cancel|update|answer|reply|respond|contact|follow up|get back|let you know|be in touch|receive|get|have|hear|"
    r"be \w+ed|sort|check|look into|come back|confirm|close|remove)\b",
    re.I,
)
_LASTING = re.compile(
    r"\b(?:get back to you|let you know|(?:call|ring) you|be in touch|follow up|come back to you)\b", re.I
)
_OPEN = re.compile(
    r"\b(?:if|unless|(?-i:may)|might|could|would|can(?:no|['’])t|won['’]t|will not|not be able|shall (?:i|we))\b", re.I
)

_IN = re.compile(
    rf"\b(?:in|within)(?: the next)? ({_NUMBER}|an?)(?:\s*(?:-|to|–)\s*({_NUMBER}))?\s+"
    r"(working |business )?(minute|hour|day|week)s?\b",
    re.I,
)
_DAY = re.compile(
    rf"\b(?:(today|tonight|tomorrow)|({_DAYS})|"
    rf"(\d{{1,2}}(?:st|nd|rd|th)?(?: of)? (?:{_MONTHS})\w*|(?:{_MONTHS})\w* \d{{1,2}}(?:st|nd|rd|th)?\b(?!:))|"
    r"(\d{4}-\d\d-\d\d))",
    re.I,
)
_PART = re.compile(r"\b(morning|noon|afternoon|evening|tonight|end of (?:the )?(?:business )?(?:day|today))\b", re.I)
_CLOCK = re.compile(
    rf"\b(?:at|by|before|around|until) (\d{{1,2}}|(?:{_NUMBER})\b)(?:[:.](\d\d))?(?:\s*o['’]clock)?\s*(?:([ap])\.?m\b)?"
    rf"(?!\s*(?:st|nd|rd|th|of|{_MONTHS}|%|working|business|minute|hour|day|week)|[-/\d])",
    re.I,
)
_PARTS = {"morning": time(12), "noon": time(12), "afternoon": time(18), "evening": time(21), "tonight": time(23, 59)}


def found_in(text: str, owner: str, at: datetime, zone: ZoneInfo) -> tuple[PromiseMade, ...]:
    """The promises in a text that `owner` sends at the moment `at`, with the moment each is due.

    A sentence is a promise that says what will be done, without an if or a might, and names a time; one to come back to
    the customer counts without a time too. A day without an hour is due at its end, in `zone`.
    """
    return tuple(
        PromiseMade(promise_id=new_id(at), text=sentence, owner=owner, due=due)
        for sentence, due in _promises(text, at, zone)
    )


def due_of(text: str, at: datetime, zone: ZoneInfo) -> datetime | None:
    """The moment a sentence names as its time, in UTC; None where it names none that is still to come."""
    span = _IN.search(text)
    if span is not None:
        count, unit = _number(span[2] or span[1]), span[4].casefold()
        if span[3] and unit == "day":
            return _working_days(at.astimezone(zone), count).astimezone(at.tzinfo)
        return at + timedelta(**{f"{unit}s": count})
    local = at.astimezone(zone)
    clock, part = _clock(text), _PART.search(text)
    day = _day(text, local)
    if day is None and clock is None and part is None:
        return None
    hour = clock or (_hour(part[1]) if part else time(23, 59))
    due = datetime.combine(day or local.date(), hour, tzinfo=zone)
    if day is None and due <= local:
        due += timedelta(days=1)
    return due.astimezone(at.tzinfo) if due > local else None


def _promises(text: str, at: datetime, zone: ZoneInfo) -> Iterator[tuple[str, datetime | None]]:
    for sentence in sentences(text):
        if "?" in sentence or not _WILL.search(sentence) or not _OWED.search(sentence) or _OPEN.search(sentence):
            continue
        due = due_of(sentence, at, zone)
        if due is not None or _LASTING.search(sentence):
            yield sentence, due


def _day(text: str, local: datetime) -> "datetime | None":
    match = _DAY.search(text)
    if match is None:
        return None
    import dateparser

    said = next(group for group in match.groups() if group)
    said = "today" if said.casefold() == "tonight" else re.sub(r"(?<=\d)(?:st|nd|rd|th)\b| of\b", "", said)
    settings = {"RELATIVE_BASE": local.replace(tzinfo=None), "PREFER_DATES_FROM": "future"}
    found: datetime | None = dateparser.parse(said, languages=["en"], settings=settings)
    return found


def _working_days(local: datetime, count: int) -> datetime:
    """The end of the day that comes so many days from Monday to Friday later."""
    while count > 0:
        local += timedelta(days=1)
        count -= local.weekday() < 5
    return local.replace(hour=23, minute=59, second=0, microsecond=0)


def _clock(text: str) -> time | None:
    """An hour of the day; `at nine` is in the morning and `at two` in the afternoon, as at a desk."""
    match = _CLOCK.search(text)
    if match is None:
        return None
    hour, minute = _number(match[1]), int(match[2] or 0)
    if match[3]:
        hour = hour % 12 + (12 if match[3].casefold() == "p" else 0)
    elif match[2] is None and hour < 7:
        hour += 12
    return time(hour, minute) if hour < 24 and minute < 60 else None


def _hour(part: str) -> time:
    return _PARTS.get(part.casefold(), time(23, 59))


def _number(word: str) -> int:
    return _SPOKEN.get(word.casefold()) or (1 if word.casefold() in ("a", "an") else int(word))
