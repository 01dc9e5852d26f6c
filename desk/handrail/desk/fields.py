"""One field of a business system's answer, told to a person: which matter, and how they read."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from . import wording

ID = re.compile(r"(?:^|_)(?:id|number|reference|ref|code|no)$")
SKIP = re.compile(
    r"(?:^|_)(?:customer|user|account|member)_?id$|^(?:ok|success|found|currency|version|idempotency_key|_.*)$"
)
_AMOUNT = re.compile(r"-?[$€£¥₹]\s?\d[\d.,]*|-?\d[\d.,]*\s?(?:[€£$]|[A-Z]{3})")
_LINK = re.compile(r"https?://|^[0-9a-f]{8}-[0-9a-f]{4}-|^[0-9a-f]{24,}$")
_STATUS = frozenset({"status", "state", "stage", "phase"})
_NAME = frozenset(
    {"name", "title", "product", "item", "service", "trip", "plan", "model", "subject", "carrier", "course", "workshop"}
)
_WHY = frozenset({"reason", "note", "message", "detail", "error", "remark"})
_OLD = frozenset({"created", "updated", "modified"})
_BEGUN = frozenset({"placed", "ordered", "bought", "booked"})
_PAST = frozenset({"placed", "ordered", "created", "updated", "shipped", "dispatched", "delivered", "paid", "bought"})
"""Moments of which only the day is told."""


MOVED = 4.5
"""How much a part matters that has a state and a moment of its own."""

_AHEAD = frozenset({"expected", "eta", "due", "until", "expires", "arrives", "arrival", "starts", "start", "deadline"})


@dataclass(frozen=True, slots=True)
class Teller:
    """How values are told: the moment and zone of the reader, and the words the conversation has used.

    `chosen` are those of the customer and of what tools were given: what it is about.
    """

    now: datetime
    zone: ZoneInfo
    mentioned: frozenset[str] = frozenset()
    chosen: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Field:
    """One thing told of a record; heavier ones matter more."""

    key: str
    text: str
    weight: float


def field_of(key: str, value: Any, currency: str, teller: Teller) -> Field | None:
    """A field in words with its weight, more where the conversation has used its words; None where it tells nothing."""
    told = _told(key, value, currency, teller)
    if told is None:
        return None
    text, weight = told
    heard = not isinstance(value, bool) and bool(words_of(str(value))) and words_of(str(value)) <= teller.mentioned
    return Field(key, text, weight + (2 if heard else 0))


def _told(key: str, value: Any, currency: str, teller: Teller) -> tuple[str, float] | None:
    name = wording.label(key)
    if value is None or value in ("", [], {}):
        return None
    if isinstance(value, Mapping):
        return _nested(name, value, currency, teller)
    if isinstance(value, list | tuple):
        return _listed(name, value, currency, teller)
    return _scalar(key, name, value, currency, teller)


def _scalar(key: str, name: str, value: Any, currency: str, teller: Teller) -> tuple[str, float] | None:
    words = set(wording.spaced(key).split())
    amount = _amount(key, value, currency)
    if amount is not None:
        nought = not re.search("[1-9]", amount)
        return f"{name} {amount}".removeprefix("amount "), 0.5 if nought else 2 if "tax" in words else 4
    at = wording.moment(value)
    if at is not None:
        past = bool(words & _PAST) and isinstance(at, datetime)
        when = wording.dated(at, teller.now, teller.zone, clock=not past)
        weight = 0.5 if words & _OLD else 2 if words & _BEGUN else 5 if words & _AHEAD else 4
        return (when if name in ("date", "time") else f"{name} {when}"), weight
    text = wording.plain(value)
    if _LINK.search(text) or len(text) > 80:
        return None
    if words & _STATUS or name.rpartition(" ")[2] in _NAME:
        return text, 6 if words & _STATUS else 3.5
    return text if key == "value" else f"{name}: {text}", 3 if words & _WHY else 1 if ID.search(key) else 1.5


def _amount(key: str, value: Any, currency: str) -> str | None:
    """An amount of money, told by its key or by its sign."""
    if wording.is_money(key, value):
        return wording.money(key, value, currency)
    return value if isinstance(value, str) and _AMOUNT.fullmatch(value) else None


def is_amount(value: Mapping[str, Any]) -> bool:
    """Whether a part is an amount with its currency."""
    return "currency" in value and len(value) == 2


def _nested(name: str, value: Mapping[str, Any], currency: str, teller: Teller) -> tuple[str, float] | None:
    if is_amount(value):
        key, amount = next((k, v) for k, v in value.items() if k != "currency")
        return f"{name} {wording.money(key, amount, str(value['currency']))}", 4
    best = _best(value, currency, teller)
    return (f"{name} {' '.join(best)}", MOVED if _moves(value) else 2) if best else None


def _listed(name: str, value: Sequence[Any], currency: str, teller: Teller) -> tuple[str, float] | None:
    items: list[str] = []
    for item in value[:3]:
        if isinstance(item, Mapping):
            quantity = next((item[k] for k in ("quantity", "qty") if isinstance(item.get(k), int)), 1)
            parts = {k: v for k, v in item.items() if k not in ("quantity", "qty") and not wording.is_money(k, v)}
            best = _best(parts or item, currency, teller)
            items.append(f"{quantity} × {' '.join(best)}" if quantity != 1 and best else " ".join(best))
        elif item is not None and len(str(item)) <= 40:
            items.append(wording.plain(item))
    items = [item for item in items if item]
    more = ", …" if len(value) > 3 else ""
    weight = MOVED if any(isinstance(item, Mapping) and _moves(item) for item in value[:3]) else 2.5
    return (f"{name}: {', '.join(items)}{more}", weight) if items else None


def _moves(value: Mapping[str, Any]) -> bool:
    """Whether a part tells how far something is and when: a parcel, a visit, a stage."""
    states = any(_STATUS & set(wording.spaced(key).split()) for key in value)
    return states and any(wording.moment(inner) is not None for inner in value.values())


def _best(value: Mapping[str, Any], currency: str, teller: Teller) -> list[str]:
    """The weightiest fields of a part, the id aside."""
    currency = str(value.get("currency") or currency)
    scalars = {k: v for k, v in value.items() if not isinstance(v, Mapping | list) and not SKIP.search(k)}
    state = words_of(" ".join(str(v) for k, v in scalars.items() if _STATUS & set(wording.spaced(k).split())))
    fields = [f for k, v in scalars.items() if (f := field_of(k, v, currency, teller)) is not None and f.weight >= 2]
    # What has come to pass counts with its moment ("delivered 11 June"), and then for its state too.
    passed = [f for f in fields if state and words_of(f.text) & state and state < words_of(f.text)]
    fields = [f for f in fields if not passed or words_of(f.text) != state]
    chosen = sorted(fields, key=lambda f: -f.weight - 4 * (f in passed))[:3]
    return [f.text for f in fields if f in chosen]


def words_of(text: str) -> frozenset[str]:
    """The words and numbers of a text, lower-cased."""
    return frozenset(re.findall(r"\w+", text.casefold()))
