"""Arguments as a model or a form gives them, bound to a tool's signature: validated, in their one canonical form."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from handrail.agent.tools.api import Tool

NO_NUMBERS = (date, datetime, time)
"""pydantic would read a bare number as seconds since 1970 for these."""


@dataclass(frozen=True, slots=True)
class Bound:
    """Arguments that fit. `values` go to the function; `canonical` is the JSON that equals for equal calls."""

    values: Mapping[str, Any]
    canonical: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Unbound:
    """Arguments that don't fit: the names that are `missing`, and what is `wrong` with others, by name."""

    missing: tuple[str, ...] = ()
    wrong: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        told = [f"{name} is missing" for name in self.missing]
        return "; ".join([*told, *(f"{name}: {what}" for name, what in self.wrong.items())])


def bind(tool: Tool, arguments: Mapping[str, Any]) -> Bound | Unbound:
    """Check `arguments` against the tool's signature. An optional argument given as None counts as left out."""
    model: type[BaseModel] = tool.arguments
    fields = model.model_fields
    given = {
        name: value
        for name, value in arguments.items()
        if value is not None or name not in fields or fields[name].is_required()
    }
    unbound = _unbound(given, model)
    if unbound is not None:
        return unbound
    try:
        bound = model.model_validate(given)
    except ValidationError as error:
        return _told(error, given)
    values = {name: getattr(bound, name) for name in fields}
    return Bound(values=values, canonical=bound.model_dump(mode="json"))


def _unbound(given: Mapping[str, Any], model: type[BaseModel]) -> Unbound | None:
    wrong = {
        name: f"{given[name]!r} is a number; write it out as in 2026-06-15"
        for name, field_ in model.model_fields.items()
        if isinstance(given.get(name), int | float) and _temporal(field_.annotation)
    }
    return Unbound(wrong=wrong) if wrong else None


def _temporal(annotation: Any) -> bool:
    return annotation in NO_NUMBERS or any(part in NO_NUMBERS for part in get_args(annotation))


def _told(error: ValidationError, given: Mapping[str, Any]) -> Unbound:
    missing: list[str] = []
    wrong: dict[str, str] = {}
    for problem in error.errors():
        name = str(problem["loc"][0]) if problem["loc"] else ""
        empty = given.get(name, "") in (None, "")
        if name in missing or (len(problem["loc"]) == 1 and empty and problem["type"] != "extra_forbidden"):
            missing.append(name)
        elif problem["type"] == "extra_forbidden":
            wrong[name] = "there is no such argument"
        else:
            wrong.setdefault(name, problem["msg"].removeprefix("Value error, "))
    return Unbound(missing=tuple(dict.fromkeys(missing)), wrong=wrong)
