"""Results of tools in plain words: by the tool's template, else as a readable line or list."""

import re
from collections.abc import Mapping, Sequence
from string import Formatter
from typing import Any

from handrail.agent.models.readable import label, plain, scalar
from handrail.agent.tools.api import Tool

SHOWN = 6
"""How many things of a list are told."""
FIELDS = 9
NAMES = ("summary", "message", "text", "answer", "description")
"""A field of this name says the result in words already."""
CURRENCIES = ("currency", "currency_code")
GAP = "\0"


def render(tool: Tool | None, value: Any, timezone: str) -> str:
    """What a result says, or nothing where it says nothing. A list is told as lines that begin with `- `."""
    value = plain(value)
    if value is None or (isinstance(value, list | Mapping) and not value):
        return ""
    items: Sequence[Any] = value if isinstance(value, list) else [value]
    if isinstance(value, Mapping) and (inner := _only_list(value)):
        items = inner
    lines = [line for item in items[:SHOWN] if (line := describe(tool, item, timezone))]
    if len(lines) == 1:
        return _closed(lines[0])
    return "\n".join(f"- {line.rstrip('.')}" for line in lines)


def describe(tool: Tool | None, item: Any, timezone: str) -> str:
    """One thing on one line."""
    if tool is not None and tool.template and isinstance(item, Mapping):
        told = _filled(tool.template, item, timezone)
        if told:
            return told
    if isinstance(item, Mapping):
        return _generic(item, timezone)
    return scalar("", item, timezone)


def _filled(template: str, item: Mapping[str, Any], timezone: str) -> str:
    """The template with its fields; a part of it (between commas) whose field is missing is left out."""
    text = "".join(
        literal + (_value(item, name, timezone) or GAP if name is not None else "")
        for literal, name, _, _ in Formatter().parse(template)
    )
    if GAP not in text:
        return text
    parts = re.split(r"(?<=[,;.])\s", text)
    kept = " ".join(part for part in parts if GAP not in part).strip(" ,;")
    return kept if kept else ""


def _value(item: Mapping[str, Any], path: str, timezone: str) -> str:
    at: Any = item
    names = re.findall(r"[^.\[\]]+", path)
    for name in names:
        if isinstance(at, Mapping):
            at = at.get(name)
        elif isinstance(at, list) and name.isdigit() and int(name) < len(at):
            at = at[int(name)]
        else:
            return ""
    return _inline(names[-1] if names else "", at, timezone, _currency(item))


def _inline(name: str, value: Any, timezone: str, currency: str) -> str:
    if isinstance(value, list):
        return ", ".join(part for entry in value if (part := _inline(name, entry, timezone, currency)))
    if isinstance(value, Mapping):
        shown = (_inline(key, part, timezone, currency) for key, part in value.items())
        return " ".join(part for part in shown if part)
    return scalar(name, value, timezone, currency)


def _generic(item: Mapping[str, Any], timezone: str) -> str:
    told = next((item[name] for name in NAMES if isinstance(item.get(name), str) and " " in item[name].strip()), None)
    currency = _currency(item)
    parts: list[str] = []
    for key, value in item.items():
        if key in CURRENCIES or value == told or value in (None, "", [], {}):
            continue
        shown = _inline(key, value, timezone, currency)
        if shown:
            parts.append(f"{label(key)} {shown}")
    rest = ", ".join(parts[:FIELDS])
    if told:
        return str(told)
    return rest[:1].upper() + rest[1:]


def _currency(item: Mapping[str, Any]) -> str:
    return next((str(item[name]) for name in CURRENCIES if isinstance(item.get(name), str)), "")


def _only_list(value: Mapping[str, Any]) -> Sequence[Any]:
    """The list in an envelope such as `{"items": […], "count": 3}`."""
    lists = [part for part in value.values() if isinstance(part, list) and part and isinstance(part[0], Mapping)]
    scalars = [part for part in value.values() if not isinstance(part, list | Mapping)]
    return lists[0] if len(lists) == 1 and len(scalars) <= 2 else ()


def _closed(line: str) -> str:
    return line if line[-1:] in ".!?" else f"{line}."
