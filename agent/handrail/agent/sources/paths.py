"""Fields of a result by a path with dots, and texts that name them in braces."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from handrail.agent.models.readable import label, scalar

NAMED = re.compile(r"\{([\w.]+)\}")
NOWHERE = object()


def at(value: Any, path: str) -> Any:
    """What stands at `path` (`customer.id`, `items.0.name`); `NOWHERE` where nothing does."""
    for part in path.split("."):
        if isinstance(value, Mapping) and part in value:
            value = value[part]
        elif isinstance(value, Sequence) and not isinstance(value, str) and part.isdigit() and int(part) < len(value):
            value = value[int(part)]
        else:
            return NOWHERE
    return value


def named(text: str) -> list[str]:
    """The paths that a text names in braces."""
    return NAMED.findall(text)


def only(value: Any, paths: Sequence[str]) -> Any:
    """The value with nothing but what stands at these paths, in every entry of its lists; of a value that has no fields
    nothing is left."""
    if isinstance(value, list):
        return [only(part, paths) for part in value]
    kept: dict[str, Any] = {}
    for name, part in value.items() if isinstance(value, Mapping) else ():
        inner = [path.partition(".")[2] for path in paths if path.partition(".")[0] == name]
        if inner:
            kept[name] = part if "" in inner else only(part, inner)
    return kept


def without(value: Mapping[str, Any], paths: Sequence[str]) -> dict[str, Any]:
    """The value without what stands at these paths, and without what that leaves empty."""
    left: dict[str, Any] = {}
    for name, part in value.items():
        inner = [path.partition(".")[2] for path in paths if path.partition(".")[0] == name]
        if "" in inner:
            continue
        kept = without(part, inner) if inner and isinstance(part, Mapping) else part
        if kept or not inner:
            left[name] = kept
    return left


def filled(text: str, values: Mapping[str, Any], timezone: str) -> str:
    """The text with every `{path}` put in as people read it; what is not there stands as a dash."""

    def put(match: re.Match[str]) -> str:
        found = at(values, match[1])
        return "–" if found is NOWHERE else told(match[1].rpartition(".")[2], found, timezone) or "–"

    return NAMED.sub(put, text)


def told(name: str, value: Any, timezone: str) -> str:
    """A value in plain words, however it is nested."""
    if isinstance(value, Mapping):
        return "; ".join(f"{label(key)} {told(key, part, timezone)}" for key, part in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(told(name, part, timezone) for part in value)
    return scalar(name, value, timezone)
