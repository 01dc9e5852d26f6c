"""Which of the calls that were offered a customer's line chooses."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from .promises import due_of

ORDINALS = ("first", "second", "third")


def chosen(text: str, said_at: datetime, slots: Sequence[datetime], zone: ZoneInfo) -> datetime | None:
    """The offered slot that a text names: by its place, its hour, or its day and hour."""
    for place, slot in zip(ORDINALS, slots, strict=False):
        if re.search(rf"\b{place}\b", text, re.I):
            return slot
    due = due_of(text, said_at, zone)
    if due is not None and due.astimezone(UTC) in slots:
        return due.astimezone(UTC)
    named = [slot for slot in slots if _names(text, slot.astimezone(zone))]
    return named[0] if len(named) == 1 else None


def _names(text: str, local: datetime) -> bool:
    """Whether a text names this hour: `10:30`, `10.30`, `10 am`, and `10` for a whole one after "at"."""
    hour, minute, half = local.hour, local.minute, local.hour % 12 or 12
    exact = rf"\b(?:0?{hour}[:.]{minute:02}|{half}[:.]{minute:02}\s*{'pm' if hour >= 12 else 'am'})\b"
    whole = rf"\b{half}\s*{'p' if hour >= 12 else 'a'}\.?m\b|\bat (?:{hour}|{half})\b(?![:.]\d)"
    return bool(re.search(exact if minute else f"{exact}|{whole}", text, re.I))
