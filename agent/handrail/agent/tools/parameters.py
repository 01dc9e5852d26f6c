"""The JSON schema of a tool's arguments, small and without references, as models and grammars take it."""

import re
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

NOISE = ("title", "$defs", "definitions", "$schema", "$id", "$comment")
REFERENCE = re.compile(r"#/(?:\$defs|definitions)/(.+)")


def parameters_of(model: type[BaseModel]) -> dict[str, Any]:
    """The JSON schema of `model`. Raises `ValueError` for a type that contains itself: models can't be given that."""
    return written_out(model.model_json_schema())


def written_out(schema: Mapping[str, Any]) -> dict[str, Any]:
    """The schema of some arguments without references and noise. Raises `ValueError` where it contains itself, or
    refers to what is not there."""
    definitions = {**schema.get("definitions", {}), **schema.get("$defs", {})}
    cleaned = _clean(schema, definitions, ())
    cleaned.pop("description", None)
    cleaned.setdefault("properties", {})
    return cleaned


def _clean(node: Mapping[str, Any], definitions: Mapping[str, Any], within: tuple[str, ...]) -> dict[str, Any]:
    found = REFERENCE.fullmatch(str(node.get("$ref", "")))
    name = found[1] if found else ""
    if name in within:
        raise ValueError(f"{name} contains itself")
    if "$ref" in node and name not in definitions:
        raise ValueError(f"there is no {node['$ref']}")
    if name:
        # What stands beside the reference (a description, a default) goes before what the reference says.
        own = {key: value for key, value in node.items() if key != "$ref"}
        return _clean({**definitions[name], **own}, definitions, (*within, name))
    clean = {key: _part(key, value, definitions, within) for key, value in node.items() if key not in NOISE}
    if clean.get("default", ...) is None:
        del clean["default"]
    return _merged(clean)


def _part(key: str, value: Any, definitions: Mapping[str, Any], within: tuple[str, ...]) -> Any:
    if key == "properties":
        return {name: _clean(schema, definitions, within) for name, schema in value.items()}
    if key in ("anyOf", "oneOf", "allOf", "prefixItems"):
        return [_clean(schema, definitions, within) for schema in value]
    if key in ("items", "additionalProperties") and isinstance(value, Mapping):
        return _clean(value, definitions, within)
    return value


def _merged(node: dict[str, Any]) -> dict[str, Any]:
    """An optional argument may be left out, so `null` is no choice of its own; one choice alone is no choice."""
    if "const" in node:
        node["enum"] = [node.pop("const")]
    for key in ("anyOf", "allOf"):
        choices = [choice for choice in node.get(key, ()) if choice.get("type") != "null"]
        if len(choices) == 1:
            del node[key]
            return {**choices[0], **node}
        if choices:
            node[key] = choices
    return node
