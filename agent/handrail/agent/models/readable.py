"""Values of tool results as people read them: days and times in the customer's zone, money, plain words."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from enum import Enum
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import BaseModel

ISO = re.compile(
    r"(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2})(?::\d{2}(?:\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?(?:\[[\w/]+\])?\Z"
)
MONEY = re.compile(
    r"(?:^|_)(total|price|amount|cost|fee|refund|refunded|paid|balance|charge|charged|subtotal|tax|shipping_cost|deposit)"
    r"(?:_(?:total|amount|paid|due|usd|eur|gbp))?$"
)
CODE = re.compile(r"[a-z]+(?:_[a-z]+)+\Z")
SIGNS = {"USD": "$", "EUR": "€", "GBP": "£", "CAD": "CA$", "AUD": "A$", "JPY": "¥", "CHF": "CHF ", "INR": "₹"}


def plain(value: Any) -> Any:
    """A tool's result as JSON has it: mappings, lists and scalars."""
    if isinstance(value, BaseModel):
        return plain(value.model_dump(mode="json"))
    if isinstance(value, Mapping):
        return {str(key): plain(part) for key, part in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return [plain(part) for part in value]
    if isinstance(value, Enum):
        return plain(value.value)
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


def label(name: str) -> str:
    """A field's name in words: `order_id` becomes `order`, `placedAt` `placed`."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).replace("-", "_").lower().split("_")
    while len(words) > 1 and words[-1] in ("id", "at", "on", "code", "number", "no", "iso", "utc", "cents"):
        words.pop()
    return " ".join(word for word in words if word) or name


def scalar(name: str, value: Any, timezone: str, currency: str = "") -> str:
    """One value in plain words; `name` is its field, which tells money from other numbers."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    shown = _moment(value, timezone) if isinstance(value, str) else ""
    shown = shown or _money(name, value, currency)
    if shown:
        return shown
    if isinstance(value, float):
        return f"{value:.2f}".rstrip("0").rstrip(".")
    words = " ".join(str(value).split())
    return words.replace("_", " ") if CODE.match(words) else words


def day_text(day: date) -> str:
    """A day, with its weekday: `Tuesday, 16 June 2026`."""
    return f"{day:%A}, {day.day} {day:%B %Y}"


def moment_text(moment: datetime, timezone: str) -> str:
    """A day and a time of the customer's zone: `Tuesday, 16 June 2026 at 15:00`. A naive one is taken as it stands."""
    local = moment.astimezone(ZoneInfo(timezone)) if moment.tzinfo else moment
    return f"{day_text(local.date())} at {local:%H:%M}"


def local(value: Any, timezone: str) -> Any:
    """The same structure with every day and time made readable, for an engine to quote from."""
    if isinstance(value, Mapping):
        return {key: local(part, timezone) for key, part in value.items()}
    if isinstance(value, list):
        return [local(part, timezone) for part in value]
    return (_moment(value, timezone) or value) if isinstance(value, str) else value


def _moment(text: str, timezone: str) -> str:
    found = ISO.match(text)
    if not found:
        return ""
    try:
        if found[2] is None:
            return day_text(date.fromisoformat(found[1]))
        return moment_text(datetime.fromisoformat(f"{found[1]}T{found[2]}{found[3] or ''}"), timezone)
    except ValueError:
        return ""


def _money(name: str, value: Any, currency: str) -> str:
    key = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
    cents = key.endswith("_cents")
    if not (cents or MONEY.search(key)) or isinstance(value, bool):
        return ""
    try:
        amount = Decimal(str(value)) / (100 if cents else 1)
    except ArithmeticError:
        return ""
    if not amount.is_finite():
        return ""
    sign = SIGNS.get(currency.upper(), f"{currency.upper()} " if currency else "")
    return f"{'-' if amount < 0 else ''}{sign}{abs(amount):,.2f}"
