"""Keeping a situation small."""

from collections.abc import Callable
from typing import Any, TypeVar

from handrail.conversation.situation import RECENT

T = TypeVar("T")


def recent(items: tuple[T, ...], item: T) -> tuple[T, ...]:
    """`items` with `item` at the end, the oldest dropped beyond `RECENT`."""
    return (*items, item)[-RECENT:]


def trimmed(items: tuple[T, ...], is_open: Callable[[T], Any]) -> tuple[T, ...]:
    """`items` with the oldest of those that are not open dropped beyond `RECENT`."""
    spare = len(items) - RECENT
    if spare <= 0:
        return items
    kept = []
    for item in items:
        if spare > 0 and not is_open(item):
            spare -= 1
        else:
            kept.append(item)
    return tuple(kept)
