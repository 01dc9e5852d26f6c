"""The JSON schema of a foreign tool's arguments, as the pydantic model that our own tools have."""

import warnings
from collections.abc import Callable, Collection, Mapping
from datetime import date, datetime, time
from typing import Annotated, Any, Literal, cast

from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import SchemaError, best_match
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, create_model, model_validator
from pydantic_core import to_jsonable_python
from referencing import Registry
from referencing.exceptions import Unresolvable
from referencing.jsonschema import DRAFT202012

from handrail.agent.tools.parameters import written_out
from handrail.conversation.errors import SettingsError

SCALARS: dict[str, Any] = {"string": str, "integer": int, "number": float, "boolean": bool}
MOMENTS: dict[str, Any] = {"date": date, "date-time": datetime, "time": time}
CONFIG = ConfigDict(
    extra="forbid", frozen=True, coerce_numbers_to_str=True, str_strip_whitespace=True, protected_namespaces=()
)
ALONE: Registry[Any] = Registry(retrieve=lambda _: DRAFT202012.create_resource({}))  # type: ignore[call-arg]
"""What a schema may refer to beyond itself: whatever the address, something that takes anything. Left to itself, the
library would fetch it, from wherever a foreign system says."""


def checker(schema: Mapping[str, Any]) -> Callable[[Any], str]:
    """A function that says what is wrong with a value, in a line; an empty text where nothing is.

    Raises `ValueError` where the schema itself is none. Nothing is fetched: references beyond it take anything.
    """
    try:
        Draft202012Validator.check_schema(dict(schema))
    except SchemaError as error:
        raise ValueError(f"it is no JSON schema: {error.message[:200]}") from error
    formats = FormatChecker(formats=("date", "email", "ipv4"))
    validator = Draft202012Validator(dict(schema), registry=ALONE, format_checker=formats)

    def check(value: Any) -> str:
        try:
            error = best_match(validator.iter_errors(value))
        except Unresolvable as missing:
            return f"what is said of it refers to {missing.ref}, and there is no such thing"[:300]
        if error is None:
            return ""
        where = ".".join(str(part) for part in error.absolute_path)
        return f"{where}: {error.message}"[:300] if where else error.message[:300]

    return check


def parameters(schema: Mapping[str, Any], without: Collection[str], where: str) -> dict[str, Any]:
    """The schema as the model, the forms and the built-in engine see it: `without` the arguments that we fill in."""
    try:
        whole = written_out({"type": "object", **schema})
    except ValueError as error:
        raise SettingsError(f"{where}: its arguments can't be used: {error}") from error
    unknown = [name for name in without if name not in whole["properties"]]
    if unknown:
        known = ", ".join(whole["properties"]) or "none"
        raise SettingsError(f"{where}: there is no argument {unknown[0]!r}; there are: {known}")
    left = {
        name: part
        for name, part in whole["properties"].items()
        if name not in without and (_can_be_named(name) or name in whole.get("required", ()))
    }
    required = [name for name in whole.get("required", ()) if name in left]
    # No other argument is taken whatever the schema says; said here, it would go against those that were taken out.
    for closing in ("additionalProperties", "unevaluatedProperties"):
        whole.pop(closing, None)
    return {**whole, "properties": left, "required": required}


def arguments_model(name: str, schema: Mapping[str, Any], where: str) -> type[BaseModel]:
    """A pydantic model that takes what `schema` (of `parameters`) takes, with days and times as such."""
    required = frozenset(schema.get("required", ()))
    if unfit := next((each for each in schema["properties"] if not _can_be_named(each)), None):
        raise SettingsError(f"{where}: its argument {unfit!r} can't be used; give it with `fixed`")
    try:
        fields: dict[str, Any] = {each: _field(part, each in required) for each, part in schema["properties"].items()}
        whole = checker({key: part for key, part in schema.items() if key not in ("properties", "required")})

        def fits(model: BaseModel) -> BaseModel:
            given = model.model_dump(mode="json", exclude_unset=True)
            if wrong := whole(given):
                raise ValueError(wrong)
            return model

        with warnings.catch_warnings():
            # A field may be called `json` or `copy`: an instance's value goes before the class's method.
            warnings.simplefilter("ignore", UserWarning)
            made: type[BaseModel] = create_model(
                "".join(part.title() for part in name.split("_")),
                __config__=CONFIG,
                __validators__={"fits": cast(Any, model_validator(mode="after")(fits))},
                **fields,
            )
            return made
    except (NameError, TypeError, ValueError) as error:
        raise SettingsError(f"{where}: its arguments can't be used: {error}") from error


def _can_be_named(name: str) -> bool:
    """Whether a pydantic model can have a field of this name."""
    return not name.startswith("_") and name != "model_config"


def _field(schema: Mapping[str, Any], required: bool) -> tuple[Any, Any]:
    check = checker(schema)

    def fits(value: Any) -> Any:
        if value is not None and (wrong := check(to_jsonable_python(value))):
            raise ValueError(wrong)
        return value

    typed: Any = Annotated[_type(schema), AfterValidator(fits), Field(description=schema.get("description"))]
    if required:
        return typed, ...
    return typed | None, schema.get("default")


def _type(schema: Mapping[str, Any]) -> Any:
    choices = schema.get("enum")
    if choices and all(isinstance(choice, str | int | bool) for choice in choices):
        return Literal[tuple(choices)]
    kind = schema.get("type")
    if isinstance(kind, list):
        kind = next((each for each in kind if each != "null"), None) if len(kind) == 2 and "null" in kind else None
    if kind == "string":
        return MOMENTS.get(str(schema.get("format")), str)
    if kind == "array":
        items = schema.get("items")
        return list[_type(items)] if isinstance(items, Mapping) else list[Any]  # type: ignore[misc]
    return dict[str, Any] if kind == "object" else SCALARS.get(str(kind), Any)
