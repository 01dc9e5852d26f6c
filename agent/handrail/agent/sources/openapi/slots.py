"""Where each argument goes in a request, and how its value is written there (OpenAPI's `style` and `explode`)."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import quote

from handrail.agent.sources.openapi.document import Document, Place
from handrail.agent.sources.openapi.parts import Parameter

Where = Literal["path", "query", "header", "cookie", "body"]
STYLES: dict[str, tuple[str, ...]] = {
    "path": ("simple",),
    "query": ("form", "spaceDelimited", "pipeDelimited", "deepObject"),
    "header": ("simple",),
    "cookie": ("form", "cookie"),
}
"""The styles that can be written, by place; the first is what holds where nothing is said."""

BETWEEN = {"form": ",", "spaceDelimited": "%20", "pipeDelimited": "%7C", "cookie": ","}
Pairs = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Slot:
    """One argument: the name that the service knows it by, its place, and its style there."""

    argument: str
    name: str
    place: Where
    style: str = "json"
    explode: bool = False
    parts: frozenset[str] = frozenset()
    """The properties that the document names of an object."""

    @property
    def scatters(self) -> bool:
        """Whether an object's entries are written as if each were a parameter of its own."""
        return self.explode and self.style in ("form", "cookie")


def style_of(parameter: Parameter, document: Document, at: Place) -> tuple[str, bool]:
    """How a parameter is written. Raises `SettingsError` for a style that is not known here."""
    styles = STYLES[parameter.place]
    style = parameter.style or styles[0]
    if style not in styles:
        raise document.wrong((*at, "style"), f"{style!r} is not supported in a {parameter.place}: only {styles}")
    exploding = style in ("form", "cookie", "deepObject")
    return style, exploding if parameter.explode is None else parameter.explode


def pairs(slot: Slot, value: Any) -> Pairs:
    """A value in a query, a form or a cookie: names and values, percent-encoded but for the signs of the style."""
    name = encoded(slot.name)
    if slot.style == "deepObject":
        return _deep(name, value)
    if isinstance(value, Mapping) and slot.style != "json":
        if slot.explode:
            return [(encoded(key), encoded(text(part))) for key, part in value.items()]
        value = [part for pair in value.items() for part in pair]
    if isinstance(value, Sequence) and not isinstance(value, str) and slot.style != "json":
        parts = [encoded(text(part)) for part in value]
        if slot.explode:
            return [(name, part) for part in parts]
        return [(name, BETWEEN[slot.style].join(parts))] if parts else []
    return [(name, encoded(text(value)))]


def _deep(name: str, value: Any) -> Pairs:
    if isinstance(value, Mapping):
        return [pair for key, part in value.items() for pair in _deep(f"{name}%5B{encoded(key)}%5D", part)]
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [pair for part in value for pair in _deep(name, part)]
    return [(name, encoded(text(value)))]


def simple(slot: Slot, value: Any, *, encode: bool) -> str:
    """A value in a path (encoded) or a header (as it is)."""
    write = encoded if encode else str
    if isinstance(value, Mapping) and slot.style != "json":
        between = "=" if slot.explode else ","
        return ",".join(f"{write(key)}{between}{write(text(part))}" for key, part in value.items())
    if isinstance(value, Sequence) and not isinstance(value, str) and slot.style != "json":
        return ",".join(write(text(part)) for part in value)
    return write(json.dumps(value) if slot.style == "json" else text(value))


def text(value: Any) -> str:
    """One value as text: JSON's words for what is no text itself."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def encoded(value: str) -> str:
    """Percent-encoded, all but letters, digits and `-._~`."""
    return quote(value, safe="")
