"""The body of a request: which of its properties are arguments, and how it is written."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from handrail.agent.sources.openapi.document import Document, Place
from handrail.agent.sources.openapi.parts import Body, Encoding, Media, Operation
from handrail.agent.sources.openapi.schemas import objects_merged, written_out
from handrail.agent.sources.openapi.slots import Slot, Where

FORMS = {"application/x-www-form-urlencoded": "form", "multipart/form-data": "multipart"}


@dataclass(frozen=True, slots=True)
class Form:
    """How the body is written. A `whole` body is one argument; else its properties are arguments."""

    media_type: str
    kind: Literal["json", "form", "multipart"]
    whole: bool
    required: bool


@dataclass(slots=True)
class Slots:
    """Arguments as they are collected: each gets a name that no other has, and that Python can write."""

    slots: list[Slot] = field(default_factory=list)
    properties: dict[str, Any] = field(default_factory=dict)
    required: list[str] = field(default_factory=list)

    def add(
        self, name: str, place: Where, schema: Mapping[str, Any], required: bool, style: str, explode: bool
    ) -> None:
        argument = self._argument(name, place)
        parts = frozenset((objects_merged(schema) or {}).get("properties", ()))
        self.slots.append(Slot(argument, name, place, style, explode, parts))
        self.properties[argument] = schema
        if required:
            self.required.append(argument)

    def _argument(self, name: str, place: str) -> str:
        plain = re.sub(r"\W+", "_", name).strip("_") or place
        plain = f"{place}_{plain}" if plain[0].isdigit() else plain
        names = (plain, f"{plain}_{place}", *(f"{plain}_{place}_{n}" for n in range(2, len(self.slots) + 3)))
        return next(name for name in names if name not in self.properties)

    def schema(self) -> dict[str, Any]:
        """The JSON schema of all arguments."""
        schema = {"type": "object", "properties": self.properties}
        return {**schema, "required": self.required} if self.required else schema


def body_of(document: Document, operation: Operation, where: Place, slots: Slots) -> Form | None:
    """Make arguments of the body; None where there is none.

    JSON is taken where the service takes it, else a form. Raises `SettingsError` where it takes neither.
    """
    if operation.body is None:
        return None
    at = (*where, "requestBody")
    body = document.read(Body, operation.body, at)
    media_type, kind = _chosen(document, body, at)
    media = body.content[media_type]
    sent = "application/json" if "*" in media_type else media_type
    schema = written_out(document, media.content, (*at, "content", media_type, "schema"))
    merged = objects_merged(schema)
    if merged is None:
        if kind != "json":
            raise document.wrong(at, "a form must be an object with properties")
        told = {"description": " ".join(body.description.split()), **schema} if body.description else schema
        slots.add("body", "body", told, body.required, "json", False)
        return Form(sent, kind, whole=True, required=body.required)
    for name, part in merged["properties"].items():
        needed = body.required and name in merged["required"]
        if _is_file(part):
            if needed:
                raise document.wrong(at, f"{name} is a file, and files can't be sent")
            continue
        style, explode = ("json", False) if kind == "json" else _written(document, media, name, part, kind, at)
        slots.add(name, "body", part, needed, style, explode)
    return Form(sent, kind, whole=False, required=body.required)


def _chosen(document: Document, body: Body, at: Place) -> tuple[str, Literal["json", "form", "multipart"]]:
    for media_type in body.content:
        if is_json(media_type):
            return media_type, "json"
    for known, kind in FORMS.items():
        for media_type in body.content:
            if media_type.partition(";")[0].strip().lower() == known:
                return media_type, "form" if kind == "form" else "multipart"
    kinds = ", ".join(body.content) or "nothing"
    raise document.wrong(at, f"the body must be JSON or a form, and the service takes {kinds}")


def _is_file(schema: Mapping[str, Any]) -> bool:
    items = schema.get("items")
    binary = schema.get("format") == "binary" or "contentMediaType" in schema
    return binary or (isinstance(items, Mapping) and items.get("format") == "binary")


def _written(
    document: Document, media: Media, name: str, schema: Mapping[str, Any], kind: str, at: Place
) -> tuple[str, bool]:
    """The style of a form's field: lists are repeated, objects are JSON, unless the document says otherwise."""
    node = media.encoding.get(name, {})
    encoding = document.read(Encoding, node, (*at, "encoding", name))
    if "style" in node or "explode" in node:
        explode = encoding.style in ("form", "deepObject") if encoding.explode is None else encoding.explode
        return encoding.style, explode
    json_wanted = encoding.content_type.endswith("json") or schema.get("type") == "object" or "properties" in schema
    return ("json", False) if json_wanted else ("form", True)


def is_json(media_type: str) -> bool:
    """Whether a media type is JSON's, parameters aside."""
    kind = media_type.partition(";")[0].strip().lower()
    return kind in ("application/json", "*/*", "application/*") or kind.endswith(("/json", "+json"))
