"""The arguments of a tool as slots to be filled, each of a kind that tells how to look for its value."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from handrail.agent.models.offline.kinds import Kind, kind_of
from handrail.agent.models.offline.words import humanised, stem_set
from handrail.agent.models.readable import label
from handrail.agent.tools.api import Id, Tool


@dataclass(frozen=True, slots=True)
class Slot:
    """One argument. `path` leads to it (an object's fields are slots of their own), `name` is its last part."""

    path: tuple[str, ...]
    kind: Kind
    required: bool
    description: str
    pattern: str = ""
    of: tuple[str, ...] = ()
    """For an id: the result fields that hold such ids."""
    choices: tuple[Any, ...] = ()
    items: "Slot | None" = None
    minimum: float | None = None
    maximum: float | None = None
    whole: bool = True

    @property
    def name(self) -> str:
        return self.path[-1]

    @property
    def words(self) -> frozenset[str]:
        """The stems of its name and description: what a value of it is spoken of with."""
        return stem_set(f"{humanised(self.name)} {self.description}")

    @property
    def noun(self) -> str:
        """What it is called to the customer: `order_id` is an order."""
        return label(self.name)


@lru_cache(maxsize=512)
def slots_of(tool: Tool) -> tuple[Slot, ...]:
    """The slots of a tool in the order of its signature; required ones of kind `other` can't be filled in by words."""
    return tuple(_object(tool.parameters, (), _ids(tool), required=True))


def alike(tools: Sequence[Tool]) -> tuple[Tool, ...]:
    """The tools, with the form of an identifier that one of them tells in all of them that call it the same."""
    forms = {slot.name: slot.pattern for tool in tools for slot in slots_of(tool) if slot.kind == "id" and slot.pattern}
    return tuple(_formed(tool, forms) for tool in tools)


def _formed(tool: Tool, forms: Mapping[str, str]) -> Tool:
    untold = {slot.name for slot in slots_of(tool) if slot.kind == "id" and not slot.pattern and len(slot.path) == 1}
    if not untold & forms.keys():
        return tool
    fields = {
        name: {**field, "pattern": forms[name]} if name in untold & forms.keys() else field
        for name, field in tool.parameters["properties"].items()
    }
    return replace(tool, parameters={**tool.parameters, "properties": fields})


def put(values: dict[str, Any], slot: Slot, value: Any) -> None:
    """Put the value of a slot where its path leads."""
    *parents, last = slot.path
    for parent in parents:
        values = values.setdefault(parent, {})
    values[last] = value


def value_of(values: Mapping[str, Any], slot: Slot) -> Any:
    """The value of a slot among arguments; None where it has none."""
    at: Any = values
    for part in slot.path:
        if not isinstance(at, Mapping) or part not in at:
            return None
        at = at[part]
    return at


def _object(schema: Mapping[str, Any], path: tuple[str, ...], marks: Mapping[str, Id], *, required: bool) -> list[Slot]:
    needed = set(schema.get("required", ())) if required else set()
    slots: list[Slot] = []
    for name, field in schema.get("properties", {}).items():
        here = (*path, name)
        if field.get("type") == "object" and field.get("properties"):
            slots += _object(field, here, {}, required=name in needed)
        else:
            slots.append(_slot(here, field, marks.get(name), required=name in needed))
    return slots


def _slot(path: tuple[str, ...], field: Mapping[str, Any], mark: Id | None, *, required: bool) -> Slot:
    field = _one_of(field)
    name, description = path[-1], str(field.get("description", ""))
    kind, pattern = kind_of(name, field, description, mark)
    of = (mark.of,) if mark and mark.of else ()
    items = None
    if kind == "list":
        items = _slot(
            (*path[:-1], _singular(name)), {**field.get("items", {}), "description": description}, mark, required=True
        )
    return Slot(
        path,
        kind,
        required,
        description,
        pattern,
        tuple(dict.fromkeys((*of, name, *(items.of if items else ())))) if kind in ("id", "list") else (),
        tuple(choice for choice in field.get("enum", ()) if choice is not None),
        items,
        field.get("minimum", field.get("exclusiveMinimum")),
        field.get("maximum", field.get("exclusiveMaximum")),
        field.get("type") != "number",
    )


def _one_of(field: Mapping[str, Any]) -> Mapping[str, Any]:
    choices = [choice for key in ("anyOf", "oneOf") for choice in field.get(key, ()) if choice.get("type") != "null"]
    if not choices:
        return field
    # Of several forms (a number or its text) the first that is not free text says most.
    best = next(
        (choice for choice in choices if choice.get("type") != "string" or "format" in choice or "pattern" in choice),
        choices[0],
    )
    return {**best, **{key: value for key, value in field.items() if key not in ("anyOf", "oneOf")}}


def _ids(tool: Tool) -> dict[str, Id]:
    fields = getattr(tool.arguments, "model_fields", {})
    marks: dict[str, Id] = {}
    for name, field in fields.items():
        mark = _mark(field.annotation, field.metadata)
        if mark:
            marks[name] = mark
    return marks


def _mark(annotation: Any, metadata: Any) -> Id | None:
    """The `Id` of an annotation, also where it stands within an optional one or a list."""
    for mark in metadata:
        if isinstance(mark, Id):
            return mark
    if found := _mark_in(getattr(annotation, "__metadata__", ())):
        return found
    return next((found for part in getattr(annotation, "__args__", ()) if (found := _mark(part, ()))), None)


def _mark_in(metadata: Any) -> Id | None:
    return next((mark for mark in metadata if isinstance(mark, Id)), None)


def _singular(name: str) -> str:
    return name.removesuffix("s") if not name.endswith("ss") else name
