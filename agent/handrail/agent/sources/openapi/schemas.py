"""The schemas of an OpenAPI document as JSON schemas that stand alone."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from handrail.agent.sources.openapi.document import Document, Place

log = logging.getLogger("handrail.sources")

Way = Literal["in", "out"]
"""Into the service (arguments) or out of it (results)."""

LARGEST = 3000
"""Schemas within one schema that is written out; what lies deeper may be anything."""

MAPS = ("properties", "patternProperties", "dependentSchemas", "$defs", "definitions")
LISTS = ("allOf", "anyOf", "oneOf", "prefixItems")
SINGLE = (
    "items", "additionalProperties", "not", "if", "then", "else", "contains", "propertyNames",
    "unevaluatedItems", "unevaluatedProperties",
)  # fmt: skip
NOISE = (
    "example", "examples", "xml", "externalDocs", "discriminator", "deprecated", "nullable", "readOnly", "writeOnly",
)  # fmt: skip
TYPES = frozenset({"string", "number", "integer", "boolean", "array", "object", "null"})
BOUNDS = (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum"))


def written_out(document: Document, node: Any, where: Place) -> dict[str, Any]:
    """The schema of an argument: every reference replaced by what it points at. Inside itself a schema stands as `{}`,
    which takes anything."""
    return _Writer(document, "in", write_out=True).schema(node, where, ())


def standing_alone(document: Document, node: Any, where: Place) -> dict[str, Any]:
    """The schema of a result: what it refers to stands in its own `$defs`, so that it may contain itself."""
    writer = _Writer(document, "out", write_out=False)
    schema = writer.schema(node, where, ())
    definitions: dict[str, Any] = {}
    while writer.waiting:
        name, target, place = writer.waiting.pop()
        definitions[name] = writer.schema(target, place, ())
    return {**schema, "$defs": definitions} if definitions else schema


@dataclass(slots=True)
class _Writer:
    document: Document
    way: Way
    write_out: bool
    names: dict[str, str] = field(default_factory=dict)
    waiting: list[tuple[str, Any, Place]] = field(default_factory=list)
    written: int = 0

    def schema(self, node: Any, where: Place, within: tuple[str, ...]) -> dict[str, Any]:
        if isinstance(node, bool):
            return {} if node else {"not": {}}
        if not isinstance(node, Mapping):
            raise self.document.wrong(where, "a schema must be an object")
        self.written += 1
        if self.written > LARGEST and self.write_out:
            return {}
        if "$ref" in node:
            return self._reference(node, where, within)
        own = self._known(self._without_hidden(node, where), where)
        made = {key: self._part(key, value, (*where, key), within) for key, value in own.items() if _told(key)}
        return _modern(node, made) if self.document.old else made

    def _reference(self, node: Mapping[str, Any], where: Place, within: tuple[str, ...]) -> dict[str, Any]:
        # In 3.0 what stands beside a reference does not count.
        beside = {} if self.document.old else {key: value for key, value in node.items() if key != "$ref"}
        target, place = self.document.target(node["$ref"], where)
        if not self.write_out:
            return {**self.schema(beside, where, within), "$ref": f"#/$defs/{self._name(node['$ref'], target, place)}"}
        if node["$ref"] in within:
            return {}
        told = self.schema(target, place, (*within, node["$ref"]))
        return {**told, **self.schema(beside, where, within)}

    def _name(self, reference: str, target: Any, place: Place) -> str:
        if reference not in self.names:
            name = "".join(letter if letter.isalnum() else "_" for letter in str(place[-1] if place else "document"))
            taken = set(self.names.values())
            unique = next(n for n in (name, *(f"{name}_{i}" for i in range(2, len(taken) + 3))) if n not in taken)
            self.names[reference] = unique
            self.waiting.append((unique, target, place))
        return self.names[reference]

    def _part(self, key: str, value: Any, where: Place, within: tuple[str, ...]) -> Any:
        if key in MAPS and isinstance(value, Mapping):
            return {str(name): self.schema(part, (*where, name), within) for name, part in value.items()}
        if key in LISTS and isinstance(value, list):
            return [self.schema(part, (*where, index), within) for index, part in enumerate(value)]
        if key in SINGLE and isinstance(value, Mapping):
            return self.schema(value, where, within)
        return value

    def _known(self, node: Mapping[str, Any], where: Place) -> Mapping[str, Any]:
        """The schema without a type that there is none of: documents made from code hold `str` or `file`, and the
        operation is as sound as the others."""
        kind = node.get("type")
        if not isinstance(kind, str) or kind in TYPES:
            return node
        place = ".".join(str(part) for part in (*where, "type"))
        log.info("%s: %s: %r is no type; anything is taken there", self.document.origin, place, kind)
        return {key: value for key, value in node.items() if key != "type"}

    def _without_hidden(self, node: Mapping[str, Any], where: Place) -> Mapping[str, Any]:
        """What the service alone sets is no argument; what it never tells is not required in a result."""
        properties = node.get("properties")
        if not isinstance(properties, Mapping):
            return node
        mark = "readOnly" if self.way == "in" else "writeOnly"
        hidden = {name for name, part in properties.items() if self._is(mark, part, (*where, "properties", name))}
        if not hidden:
            return node
        kept = {name: part for name, part in properties.items() if name not in hidden}
        required = [name for name in node.get("required", ()) if name not in hidden]
        return {**node, "properties": kept, "required": required}

    def _is(self, mark: str, part: Any, where: Place) -> bool:
        if isinstance(part, Mapping) and part.get(mark) is True:
            return True
        part, _ = self.document.resolved(part, where)
        return isinstance(part, Mapping) and part.get(mark) is True


def _told(key: str) -> bool:
    return key not in NOISE and not key.startswith("x-")


def _modern(old: Mapping[str, Any], made: dict[str, Any]) -> dict[str, Any]:
    """A schema of 3.0 in the words of JSON schema."""
    for exclusive, bound in BOUNDS:
        if isinstance(old.get(exclusive), bool):
            del made[exclusive]
            if old[exclusive] and bound in made:
                made[exclusive] = made.pop(bound)
    if old.get("nullable") is not True:
        return made
    if "enum" in made and None not in made["enum"]:
        made["enum"] = [*made["enum"], None]
    if isinstance(made.get("type"), str):
        made["type"] = [made["type"], "null"]
        return made
    return {"anyOf": [made, {"type": "null"}]}


def objects_merged(schema: Mapping[str, Any]) -> dict[str, Any] | None:
    """The properties of an object in one place, also where `allOf` puts them together; None where it is no plain object
    (a choice of several, say, or a map)."""
    parts = [objects_merged(part) for part in schema.get("allOf", ())]
    own = {key: value for key, value in schema.items() if key != "allOf"}
    plain = not any(key in own for key in ("anyOf", "oneOf", "not", "if", "patternProperties"))
    if not plain or own.get("type", "object") != "object" or None in parts:
        return None
    properties: dict[str, Any] = {}
    required: list[str] = []
    for part in (*parts, own):
        properties.update((part or {}).get("properties", {}))
        required += (part or {}).get("required", ())
    if not properties:
        return None
    return {"type": "object", "properties": properties, "required": list(dict.fromkeys(required))}
