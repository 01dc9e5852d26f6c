"""What a text asserts that can be wrong: numbers, amounts, dates, times, ids, addresses, names, quotations."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from decimal import Decimal, InvalidOperation
from zoneinfo import ZoneInfo

MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
RELATIVE = ("today", "tomorrow", "yesterday", "tonight")
SPOKEN = ("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
WORDS = {word: Decimal(n) for n, word in enumerate(SPOKEN, 2)}
CURRENCIES = {"$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY", "₹": "INR"}

_MONTH = "|".join(f"{m[:3]}(?:{m[3:]})?" if len(m) > 3 else m for m in MONTHS) + "|sept"
_QUOTE = re.compile(r"[“\"„]([^“”\"„]+)[”\"“]")
_ADDRESS = re.compile(r"https?://\S+|www\.\S+|[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_ISO = re.compile(
    r"\b(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::\d{2}(?:\.\d+)?)?\s?(Z|UTC|[+-]\d{2}:?\d{2})?)?(?![\d-])"
)
_DAY_MONTH = re.compile(rf"\b(\d{{1,2}})(?:st|nd|rd|th)?(?:\s+of)?\s+({_MONTH})\b\.?(?:,?\s+(\d{{4}})\b)?", re.I)
_MONTH_DAY = re.compile(rf"\b({_MONTH})\b\.?\s+(\d{{1,2}})(?:st|nd|rd|th)?\b(?!:)(?:,?\s+(\d{{4}})\b)?", re.I)
_SLASHES = re.compile(r"\b(\d{1,2})/(\d{1,2})(?:/(\d{4}|\d{2}))?\b|\b(\d{1,2})\.(\d{1,2})\.(\d{4}|\d{2})\b")
_CLOCK = re.compile(r"\b(\d{1,2}):(\d{2})(?::\d{2})?(?:\s*([ap])\.?m\b)?|\b(\d{1,2})\s*([ap])\.?m\b", re.I)
_CODE = re.compile(r"\b(?=[\w-]*\d)(?=[\w-]*[^\W\d_])[^\W_]+(?:[-_][^\W_]+)*\b")
_NUMBER = re.compile(r"\d+(?:[.,’']\d+)*")
_MONEY = re.compile(r"([$€£¥₹])|\b(USD|EUR|GBP|JPY|CHF|CAD|AUD|INR|SEK|NOK|DKK|PLN|NZD)\b")
_WORD = re.compile(r"[^\W\d_]+(?:[’'][^\W\d_]+)?")


@dataclass(frozen=True, slots=True)
class Day:
    """A calendar day as a text names it; the year is None where it does not."""

    month: int
    day: int
    year: int | None = None

    def agrees(self, other: "Day") -> bool:
        """Whether both can be the same day."""
        years = {self.year, other.year} - {None}
        return (self.month, self.day) == (other.month, other.day) and len(years) <= 1

    @property
    def weekday(self) -> str | None:
        """The name of its day of the week, where the year is known."""
        try:
            return None if self.year is None else WEEKDAYS[date(self.year, self.month, self.day).weekday()]
        except ValueError:
            return None


@dataclass(slots=True)
class Claims:
    """All that was read from a text. `words` are lower-cased; `names` are capitalised words, with whether one opens a
    sentence."""

    quotes: set[str] = field(default_factory=set)
    addresses: set[str] = field(default_factory=set)
    days: set[Day] = field(default_factory=set)
    slashed: set[str] = field(default_factory=set)
    times: set[time] = field(default_factory=set)
    codes: set[str] = field(default_factory=set)
    numbers: set[Decimal] = field(default_factory=set)
    currencies: set[str] = field(default_factory=set)
    words: set[str] = field(default_factory=set)
    names: set[tuple[str, bool]] = field(default_factory=set)

    def join(self, other: "Claims") -> None:
        """Take in all that another text asserts."""
        for name in self.__slots__:
            getattr(self, name).update(getattr(other, name))


def read(text: str, zones: Iterable[ZoneInfo] = (), *, quotes: bool = True) -> Claims:
    """Read a text. Moments with an offset count in UTC, as written, and in each of `zones`.

    With `quotes`, what stands in quotation marks is a quotation and is not read further.
    """
    claims = Claims()
    claims.words = set(words(text))
    rest = _take(_QUOTE, text, lambda m: claims.quotes.add(m[1])) if quotes else text
    rest = _take(_ADDRESS, rest, lambda m: claims.addresses.add(m[0].rstrip(".,;:!?)").casefold()))
    rest = _take(_ISO, rest, lambda m: _moment(m, claims, tuple(zones)))
    rest = _take(_DAY_MONTH, rest, lambda m: _day(m[2], m[1], m[3], claims))
    rest = _take(_MONTH_DAY, rest, lambda m: _day(m[1], m[2], m[3], claims))
    rest = _take(_SLASHES, rest, lambda m: _slashed(m, claims))
    rest = _take(_CLOCK, rest, lambda m: _clock(m, claims))
    rest = _take(_CODE, rest, lambda m: _code(m[0], claims))
    claims.currencies = {CURRENCIES[m[1]] if m[1] else m[2] for m in _MONEY.finditer(rest)}
    claims.numbers |= {number for m in _NUMBER.finditer(rest) if (number := _decimal(m[0])) is not None}
    claims.names = set(_names(rest))
    return claims


def words(text: str) -> list[str]:
    """The words of a text, lower-cased, without possessive endings."""
    return [re.sub(r"[’']s$", "", w).casefold() for w in _WORD.findall(text)]


def _take(pattern: re.Pattern[str], text: str, use: object) -> str:
    """Use every match and blank it out, so that no later pattern reads it again. A quotation leaves its marks."""

    def blank(match: re.Match[str]) -> str:
        used = use(match)  # type: ignore[operator]
        return match[0] if used is False else " \x00 "

    return pattern.sub(blank, text)


def _moment(match: re.Match[str], claims: Claims, zones: tuple[ZoneInfo, ...]) -> None:
    try:
        at = datetime.fromisoformat(match[0].replace(" UTC", "Z").replace("UTC", "Z"))
    except ValueError:
        claims.codes.add(match[0].casefold())
        return
    readings = [at] if at.tzinfo is None else [at, at.astimezone(UTC), *(at.astimezone(zone) for zone in zones)]
    for reading in readings:
        claims.days.add(Day(reading.month, reading.day, reading.year))
        if match[4]:
            claims.times.add(time(reading.hour, reading.minute))


def _day(month: str, day: str, year: str | None, claims: Claims) -> bool:
    number = next(n for n, name in enumerate(MONTHS, 1) if name.startswith(month[:3].casefold()))
    if not 1 <= int(day) <= 31:
        return False
    claims.days.add(Day(number, int(day), int(year) if year else None))
    return True


def _slashed(match: re.Match[str], claims: Claims) -> None:
    claims.slashed.add(match[0])


def _clock(match: re.Match[str], claims: Claims) -> bool:
    hour, minute, half = (int(match[4]), 0, match[5]) if match[4] else (int(match[1]), int(match[2]), match[3])
    if half and 1 <= hour <= 12:
        hour = hour % 12 + (12 if half.casefold() == "p" else 0)
    if hour > 23 or minute > 59:
        return False
    claims.times.add(time(hour, minute))
    return True


def _code(token: str, claims: Claims) -> bool:
    """An id mixes letters and digits. `16th`, `5kg`, `24-hour` are numbers with a word, and stay for the numbers."""
    digits = sum(c.isdigit() for c in token)
    unit = re.fullmatch(r"\d+-?[a-z]+(?:-[a-z]+)*", token)
    if unit or (digits < 3 and not any(c.isupper() for c in token)):
        return False
    claims.codes.add(token.casefold())
    return True


def _decimal(token: str) -> Decimal | None:
    """`1,299.00`, `1.299,00` and `1299` are one number; a lone comma not before three digits is a decimal one."""
    plain = re.sub(r"[’']", "", token)
    comma, point = plain.rfind(","), plain.rfind(".")
    if comma >= 0 and point >= 0:
        decimal, group = (",", ".") if comma > point else (".", ",")
        plain = plain.replace(group, "").replace(decimal, ".")
    elif comma >= 0:
        plain = plain.replace(",", "") if re.fullmatch(r"\d{1,3}(?:,\d{3})+", plain) else plain.replace(",", ".")
    try:
        return Decimal(plain)
    except InvalidOperation:
        return None


def _names(text: str) -> Iterable[tuple[str, bool]]:
    for match in _WORD.finditer(text):
        if match[0][0].isupper():
            before = text[: match.start()].rstrip(" (“\"'‘")
            opens = not before or before[-1] in ".!?:;–—-•\n\x00…"
            yield re.sub(r"[’']s$", "", match[0]).casefold(), opens
