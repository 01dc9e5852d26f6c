"""The JSON schema of a tool's arguments, small and without references, as models and grammars take it."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

NOISE = ("title", "$defs")
REFERENCE = "#/$defs/"


def parameters_of(model: type[BaseModel]) -> dict[str, Any]:
    """The JSON schema of `model`. Raises `ValueError` for a type that contains itself: models can't be given that."""
    schema = model.model_json_schema()
    cleaned = _clean(schema, schema.get("$defs", {}), ())
    cleaned.pop("description", None)
    cleaned.setdefault("properties", {})
    return cleaned


def _clean(node: Mapping[str, Any], definitions: Mapping[str, Any], within: tuple[str, ...]) -> dict[str, Any]:
    name = str(node.get("$ref", "")).removeprefix(REFERENCE)
    if name in within:
        raise ValueError(f"{name} contains itself")
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
