"""Values of business systems in the words of people: keys, states, amounts, dates."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

SIGNS = {"USD": "$", "EUR": "€", "GBP": "£", "INR": "₹"}
WHOLE = ("JPY", "KRW", "VND", "CLP")
"""Currencies without a smaller unit."""

CENTS = re.compile(r"_?(?:in_)?(?:cents|minor_units|minor|pence)$")
_ASIDE = ("at", "on", "date", "time", "datetime", "timestamp", "value", "amount")
_MONEY = frozenset({
    "price", "total", "amount", "refund", "refunded", "fee", "cost", "paid", "balance", "charge", "charged",
    "deposit", "subtotal", "tax",
})  # fmt: skip
_VERBS = frozenset({
    "get", "find", "list", "show", "look", "lookup", "up", "search", "fetch", "read", "check", "query", "status",
    "state", "details", "detail", "info", "information", "history", "by", "for", "my", "all", "of", "the", "and",
    "current", "track", "tracking", "a",
})  # fmt: skip


def spaced(key: str) -> str:
    """`orderStatus`, `order_status` and `order-status` as `order status`."""
    apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", key)
    return re.sub(r"[\s_\-.]+", " ", apart).strip().casefold()


def snake(key: str) -> str:
    """`orderStatus` as `order_status`."""
    return spaced(key).replace(" ", "_")


def singular(word: str) -> str:
    """The singular of a plain English plural."""
    if len(word) < 4 or word.endswith(("ss", "us", "is")) or not word.endswith("s"):
        return word
    if word.endswith("ies"):
        return word[:-3] + "y"
    return word[:-2] if word.endswith(("ses", "xes", "ches", "shes", "zes")) else word[:-1]


def plural(word: str) -> str:
    """The plural of a plain English noun."""
    if word.endswith(("s", "x", "ch", "sh", "z")):
        return word + "es"
    return word[:-1] + "ies" if re.search(r"[^aeiou]y$", word) else word + "s"


def noun(tool: str) -> str:
    """What a tool is about, from its name: `get_order_details` and `order_status` are about an `order`."""
    return singular(subject(tool).split(" ")[-1])


def subject(tool: str) -> str:
    """A tool's name without what it does: `get_loyalty_points` is `loyalty points`."""
    return " ".join(w for w in spaced(tool).split() if w not in _VERBS) or "record"


def deed(tool: str, arguments: Mapping[str, Any]) -> str:
    """What a call does, from its name and the ids it was given: `cancel order W10021`."""
    ids = [str(v) for v in arguments.values() if isinstance(v, str | int) and re.search(r"\d", str(v))]
    return " ".join([spaced(tool), *ids[:1]])


def label(key: str) -> str:
    """A key without the words that only tell its type: `placed_at` is `placed`, `total_cents` is `total`."""
    left = spaced(CENTS.sub("", snake(key))).split()
    while len(left) > 1 and left[-1] in _ASIDE:
        left.pop()
    text = " ".join(left)
    return {"eta": "expected", "qty": "quantity"}.get(text, text)


def is_money(key: str, value: Any) -> bool:
    """Whether a value under this key is an amount of money."""
    if decimal(value) is None:
        return False
    return bool(CENTS.search(snake(key))) or bool(_MONEY.intersection(spaced(key).split()))


def money(key: str, value: Any, currency: str) -> str:
    """An amount: `$129.00`, `129.00 CHF`, `129` where no currency is told."""
    number = decimal(value)
    if number is None:
        return str(value)
    if CENTS.search(snake(key)):
        number = number / 100
    code = currency.upper()
    whole = code in WHOLE or (not code and number == number.to_integral_value())
    text = f"{number:,.0f}" if whole else f"{number:,.2f}"
    if code in SIGNS:
        return f"-{SIGNS[code]}{text[1:]}" if text.startswith("-") else f"{SIGNS[code]}{text}"
    return f"{text} {code}".strip()


def decimal(value: Any) -> Decimal | None:
    """A number or a string that is one."""
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        return None
    if isinstance(value, str) and not re.fullmatch(r"-?\d+(?:\.\d+)?", value):
        return None
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return None


def moment(value: Any) -> datetime | date | None:
    """An ISO date or moment; None for anything else."""
    if not isinstance(value, str) or not re.match(r"\d{4}-\d{2}-\d{2}(?:$|[T ]\d{2}:\d{2})", value):
        return None
    try:
        return date.fromisoformat(value) if len(value) == 10 else datetime.fromisoformat(value)
    except ValueError:
        return None


def dated(at: datetime | date, now: datetime, zone: ZoneInfo, *, clock: bool = True) -> str:
    """`17 June`, `17 June at 14:30`, with the year where it is not this one; offsets are turned into `zone`."""
    hour = ""
    if isinstance(at, datetime):
        at = at if at.tzinfo is None else at.astimezone(zone)
        hour = f" at {at:%H:%M}" if clock and (at.hour, at.minute) != (0, 0) else ""
    year = "" if at.year == now.astimezone(zone).year else f" {at.year}"
    return f"{at.day} {at:%B}{year}{hour}"


def plain(value: Any) -> str:
    """A scalar as people say it: `in_transit` is `in transit`, True is `yes`."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = re.sub(r"^(\d\d:\d\d):00$", r"\1", str(value).strip())
    return spaced(text) if re.fullmatch(r"[a-z]+(?:_[a-z]+)+|[A-Z]+(?:_[A-Z]+)+", text) else text


def clip(text: str, length: int) -> str:
    """A text shortened at a word, marked by `…`."""
    text = " ".join(text.split())
    if len(text) <= length:
        return text
    return text[:length].rsplit(" ", 1)[0].rstrip(" ,.;:-") + "…"


def quote(text: str, length: int = 150) -> str:
    """Somebody's words in quotation marks, shortened. Marks within become single ones, so that they end nothing."""
    inner = re.sub('[“”„"]', "'", clip(text, length))
    return f"“{inner}”"


def lower_first(text: str) -> str:
    """A text to go on a sentence: its first letter small, unless it begins a name or an id."""
    head = text.split(" ", 1)[0]
    return text if not head or head.upper() == head or any(c.isdigit() for c in head) else text[0].lower() + text[1:]
