"""Cutting a long result to a budget of tokens: ids stay, and what was left out is told."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from handrail.knowledge.tokens import count

TEXT = 400
"""Characters that are kept of a long text, at first."""
ITEMS = 40
NAMED = 4
"""For each record that is kept, so many of those left out are named by their ids."""
ROUNDS = 12
CHARACTERS = 20
"""More for each token than any text has: what is longer is too long, and need not be counted to its end."""
LEFT_OUT = "left_out"
ID = re.compile(r"(?:.*(?:_|\b))?(?:ids?|key|code|number|sku|token|iata|url|email)|.*[a-z](?:Id|ID)s?", re.ASCII)
"""The names of fields by which a record is asked for again: half of such a value is worth nothing."""
LONGEST_ID = 120
MANY = 24
"""Fields from which on an object is no record but a table of many."""


def cut(value: Any, tokens: int, form: Callable[[Any], Any] = lambda value: value) -> Any:
    """`value` within about `tokens` tokens. Lists and tables lose their end and texts their middle, ids nothing.

    `form` is how what is left will be written: it is that which must fit.
    What is left out is told under `left_out` with the ids of what it was (beside a list in an object
    `<name>_left_out`; a list alone stands under `items`).
    """
    if _fits(formed := form(value), tokens):
        return formed
    text, items = TEXT, ITEMS
    for _ in range(ROUNDS):
        shorter = _told_as(form, _shortened(value, text, items))
        if _fits(shorter, tokens):
            return shorter
        text, items = max(text * 2 // 3, 24), max(items * 2 // 3, 1)
    told = json.dumps(value, ensure_ascii=False, default=str)
    sample = told[: tokens * CHARACTERS]
    keep = max(len(sample) * tokens // max(count(sample), 1) - 40, 40)
    return {"beginning": told[:keep], LEFT_OUT: f"{len(told) - keep} characters"}


def _told_as(form: Callable[[Any], Any], shorter: Any) -> Any:
    """What is kept in its form, beside what is told of the rest."""
    if not isinstance(shorter, dict) or LEFT_OUT not in shorter:
        return form(shorter)
    kept = {name: part for name, part in shorter.items() if name != LEFT_OUT}
    return {**form(kept), LEFT_OUT: shorter[LEFT_OUT]}


def _fits(value: Any, tokens: int) -> bool:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str)
    return len(text) <= tokens * CHARACTERS and count(text) <= tokens


def _shortened(value: Any, text: int, items: int, name: str = "") -> Any:
    if isinstance(value, str):
        return _short_text(value, LONGEST_ID if ID.fullmatch(name) else text)
    if isinstance(value, list):
        kept = [_shortened(each, text, items, name) for each in value[:items]]
        return kept if len(value) <= items else {"items": kept, LEFT_OUT: _told([*map(_id_of, value[items:])], items)}
    if isinstance(value, dict):
        return _short_table(value, text, items) if _is_table(value) else _short_record(value, text, items)
    return value


def _short_text(value: str, characters: int) -> str:
    if len(value) <= characters:
        return value
    return f"{value[: characters * 2 // 3]} […] {value[-characters // 3 :]}"


def _short_record(value: Mapping[str, Any], text: int, items: int) -> dict[str, Any]:
    shorter: dict[str, Any] = {}
    for name, part in value.items():
        kept = _shortened(part, text, items, name)
        if isinstance(part, list) and isinstance(kept, dict):
            shorter[name], shorter[f"{name}_{LEFT_OUT}"] = kept["items"], kept[LEFT_OUT]
        else:
            shorter[name] = kept
    return shorter


def _short_table(value: Mapping[str, Any], text: int, items: int) -> dict[str, Any]:
    """Records by their ids."""
    names = list(value)
    shorter = {name: _shortened(value[name], text, items, name) for name in names[:items]}
    return {**shorter, LEFT_OUT: _told(names[items:], items)} if len(names) > items else shorter


def _is_table(value: Mapping[str, Any]) -> bool:
    """Whether an object holds many things of one kind under their ids, rather than the fields of one."""
    if len(value) > MANY:
        return True
    parts = list(value.values())
    records = len(parts) > 1 and all(isinstance(part, dict) and part for part in parts)
    return records and bool(set.intersection(*(set(part) for part in parts)))


def _told(left: Sequence[str], kept: int) -> str:
    """How many were left out, and the first of their ids."""
    ids = [each for each in left if each][: kept * NAMED]
    more = ", …" if len(ids) < len(left) else ""
    return f"{len(left)} more: {', '.join(ids)}{more}" if ids else f"{len(left)} more"


def _id_of(value: Any) -> str:
    """What a record is called by, and some records together; empty where none tells an id."""
    if isinstance(value, list):
        return "+".join(filter(None, map(_id_of, value)))[:LONGEST_ID]
    if not isinstance(value, dict):
        return ""
    found = (str(part) for name, part in value.items() if ID.fullmatch(name) and isinstance(part, str | int))
    return next(found, "")[:LONGEST_ID]
