"""Times of day as customers name them: "at 3", "half past two", "2 to 4 pm", "in the afternoon"."""

import re
from dataclasses import dataclass
from datetime import time

WORDS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "eleven": 11, "twelve": 12, "quarter": 15, "a quarter": 15, "twenty": 20, "half": 30, "twenty five": 25,
    "twenty-five": 25,
}  # fmt: skip
PARTS = {
    "morning": (time(6), time(12)), "afternoon": (time(12), time(18)), "evening": (time(17), time(23)),
    "night": (time(18), time(23, 59)), "tonight": (time(18), time(23, 59)), "lunchtime": (time(12), time(14)),
}  # fmt: skip
"""Parts of a day, from when until when."""

_PARTS = "|".join(sorted(PARTS, key=len, reverse=True))
_HOUR = rf"(?P<h>[01]?\d|2[0-4]|{'|'.join(list(WORDS)[:12])})"
_HALF = (
    r"(?:ish)?(?:\s*(?P<half>a\.?m\b\.?|p\.?m\b\.?|o\s?'?clock)"
    rf"|\s+(?:in the |at )?(?P<part>{_PARTS})\b)"
)
_MINUTE = r"(?P<m>[0-5]\d)"
_SAID = rf"(?P<said>\d{{1,2}}|a quarter|quarter|half|twenty[ -]five|{'|'.join([*list(WORDS)[:11], 'twenty'])})"
_AT = r"(?:\b(?:at|around|about|by|before|after|from|until|till|to|between|and|than|make it|it to|@)\s+|^)"
_COUNTED = (
    "days?|weeks?|months?|hours?|minutes?|people|persons?|pax|kids|child|children|rooms?|tickets?|places?|seats?|spots?|"
    "nights?|pieces|guests?|adults?|items?|pairs?|of|%|€|\\$|dollars?|euros?|more|less|other|x"
)

TOLD = re.compile(
    rf"\b{_SAID}(?: minutes?| mins?)? (?P<side>past|to|after|before) {_HOUR}\b(?!\s*(?:days?|weeks?|people|%)){_HALF}?"
)
CLOCK = re.compile(rf"(?<![\d.,$€£/-])\b{_HOUR}[:.h]{_MINUTE}(?!\d|\.\d|%){_HALF}?")
HALVED = re.compile(rf"(?<![\d.,$€£/:-])\b{_HOUR}(?: {_MINUTE})?{_HALF}")
BARE = re.compile(rf"{_AT}{_HOUR}(?: {_MINUTE})?(?:ish)?\b(?![:.,/-]\d|st|nd|rd|th|\s*(?:{_COUNTED}))")
RANGED = re.compile(r"(?<![\d.,$€£/:-])\b(?P<h>\d{1,2})(?=\s*(?:-|–|to)\s*\d{1,2}(?::\d\d)?\s*[ap]\.?m)")
NAMED = re.compile(r"\b(?P<word>noon|midday|midnight)\b")
PATTERNS = (TOLD, CLOCK, HALVED, BARE, RANGED, NAMED)
LED = re.compile(r"(?:at|around|about|@)\s")
PART = re.compile(rf"\b({_PARTS})\b")


@dataclass(frozen=True, slots=True)
class Time:
    """A time of day, or a part of a day (`first` to `last`), as named in `text[start:end]`. `exact` tells which."""

    start: int
    end: int
    first: time
    last: time
    exact: bool = True
    sure: bool = True
    """False for a bare number: it is a time only where one is looked for."""


def find_times(text: str) -> list[Time]:
    """All times named in `text`, in order. A bare hour from 1 to 7 is taken as of the afternoon."""
    lower = text.lower().replace("’", "'")
    found: list[Time] = []
    for pattern in PATTERNS:
        for match in pattern.finditer(lower):
            start, end = (match.start("h") if pattern is BARE else match.start()), match.end()
            if any(start < other.end and other.start < end for other in found):
                continue
            at = _read(match, lower)
            if at is not None:
                groups = match.groupdict()
                named = any(groups.get(key) for key in ("half", "part", "m", "side", "word"))
                named = named or (pattern is BARE and bool(LED.match(match[0])))
                found.append(Time(start, end, at, at, sure=bool(named)))
    for match in PART.finditer(lower):
        if not any(match.start() < other.end and other.start < match.end() for other in found):
            found.append(Time(match.start(), match.end(), *PARTS[match[1]], exact=False))
    return _same_half(sorted(found, key=lambda t: t.start), lower)


def _read(match: re.Match[str], text: str) -> time | None:
    groups = match.groupdict()
    if word := groups.get("word"):
        return time(0) if word == "midnight" else time(12)
    hour, minute = _number(groups["h"]), int(groups.get("m") or 0)
    if said := groups.get("said"):
        minutes = _number(said)
        if minutes >= 60:
            return None
        before = groups["side"] in ("to", "before")
        hour, minute = (hour - 1, 60 - minutes) if before else (hour, minutes)
        hour, minute = hour + minute // 60, minute % 60
    hour = _of_day(hour % 24, groups.get("half") or "", groups.get("part") or "", text, match.end())
    return time(hour, minute) if 0 <= hour < 24 else None


def _of_day(hour: int, half: str, part: str, text: str, end: int) -> int:
    if hour > 12:
        return hour
    if half.startswith("a") or part == "morning":
        return hour % 12
    if half.startswith("p") or part:
        return hour % 12 + 12
    if "morning" in text[max(end - 40, 0) : end + 24]:
        return hour % 24
    return hour + 12 if 1 <= hour <= 7 else hour


def _same_half(times: list[Time], text: str) -> list[Time]:
    """In "10 to 11 am" the half of the day that is said once holds for both."""
    for number in range(len(times) - 1):
        first, second = times[number], times[number + 1]
        between = text[first.end : second.start]
        joined = re.fullmatch(r"\s*(?:-|–|to|and|until|till)\s*", between) and first.exact and second.exact
        morning = re.search(r"a\.?m", text[second.start : second.end])
        if joined and morning and not first.sure and first.first.hour >= 12:
            at = first.first.replace(hour=first.first.hour - 12)
            times[number] = Time(first.start, first.end, at, at)
    return times


def _number(word: str) -> int:
    return int(word) if word.isdigit() else WORDS[word]
