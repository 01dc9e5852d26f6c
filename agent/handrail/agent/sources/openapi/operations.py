"""Operations of a document: picked by what the settings call them, read, and described as arguments and a result."""

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_args

from handrail.agent.sources.openapi.bodies import Form, Slots, body_of, is_json
from handrail.agent.sources.openapi.document import Document, Place
from handrail.agent.sources.openapi.parts import Method, Operation, Parameter, PathItem, Response
from handrail.agent.sources.openapi.schemas import standing_alone, written_out
from handrail.agent.sources.openapi.slots import Slot, style_of
from handrail.conversation.errors import SettingsError

METHODS = get_args(Method)
SAFE = frozenset({"GET", "HEAD", "QUERY", "OPTIONS"})
"""What reads, by RFC 9110."""
IDEMPOTENT = SAFE | {"PUT", "DELETE"}
OURS = frozenset({("header", "accept"), ("header", "content-type"), ("header", "authorization")})
"""Headers that OpenAPI says are no parameters."""
DESCRIPTION = 700
"""Characters; what is longer tells people more than it tells a model."""
NOTHING = {"type": "object", "maxProperties": 0}
"""The result of an operation that answers without content."""


@dataclass(frozen=True, slots=True)
class Described:
    """An operation as it will be called. `key` is what the settings call it; `where` is where it stands."""

    key: str
    method: str
    path: str
    operation: Operation
    item: PathItem
    where: Place
    slots: tuple[Slot, ...]
    form: Form | None
    arguments: Mapping[str, Any]
    result: Mapping[str, Any] | None
    """None where the answer is text, or nothing is said of it."""

    @property
    def reads(self) -> bool:
        return self.method in SAFE

    @property
    def idempotent(self) -> bool:
        return self.method in IDEMPOTENT

    @property
    def title(self) -> str:
        return self.operation.summary.strip()

    @property
    def description(self) -> str:
        """The summary and the first paragraph of the description, cut."""
        first = self.operation.description.strip().split("\n\n")[0]
        told = [" ".join(text.split()) for text in (self.title, first) if text.strip()]
        text = ": ".join(dict.fromkeys(text.rstrip(".") for text in told)) or f"{self.method} {self.path}"
        return text if len(text) <= DESCRIPTION else text[:DESCRIPTION].rsplit(" ", 1)[0] + " …"


def pick(
    document: Document, key: str, ours: frozenset[tuple[str, str]] = frozenset(), *, body: bool = True
) -> Described:
    """The operation that `key` names: an `operationId`, or `GET /orders/{order_id}`. Parameters that are `ours` (place
    and name in lower case) are no arguments: the settings give them. Without `body` it is called without one.

    Raises `SettingsError` where the document has none of that name, or it is broken.
    """
    found = [entry for entry in _entries(document) if key in (entry[2], f"{entry[0]} {entry[1]}")]
    method, _, path = key.partition(" ")
    if not found and path:
        found = [entry for entry in _entries(document) if (entry[0], entry[1]) == (method.upper(), path.strip())]
    if len(found) != 1:
        raise SettingsError(_not_found(document, key) if not found else f"{document.origin} has {key} twice")
    return _described(document, key, *found[0][:2], OURS | ours, body)


def _entries(document: Document) -> Iterator[tuple[str, str, str]]:
    """Method, path and `operationId` of each operation."""
    for path, node in document.head.paths.items():
        item, _ = document.resolved(node, ("paths", path))
        for method in METHODS:
            operation = item.get(method) if isinstance(item, Mapping) else None
            if isinstance(operation, Mapping):
                yield method.upper(), path, str(operation.get("operationId", ""))


def _not_found(document: Document, key: str) -> str:
    names = [name for method, path, id_ in _entries(document) for name in (id_, f"{method} {path}") if name]
    near = difflib.get_close_matches(key, names, n=4, cutoff=0.4) or names[:6]
    return f"{document.origin} has no operation {key!r}; near it are: {', '.join(near) or 'none'}"


def _described(
    document: Document, key: str, method: str, path: str, ours: frozenset[tuple[str, str]], body: bool
) -> Described:
    place: Place = ("paths", path)
    item_node, item_place = document.resolved(document.head.paths[path], place)
    item = document.read(PathItem, item_node, item_place)
    where = (*item_place, method.lower())
    operation = document.read(Operation, item_node[method.lower()], where)
    slots = Slots()
    for parameter, at in _parameters(document, item, operation, item_place, where):
        if (parameter.place, parameter.name.lower()) in ours:
            continue
        if parameter.place == "path" and f"{{{parameter.name}}}" not in path:
            raise document.wrong(at, f"the path {path} has no {{{parameter.name}}}")
        _add(slots, document, parameter, at)
    undeclared = set(re.findall(r"\{([^{}]+)\}", path)) - {slot.name for slot in slots.slots if slot.place == "path"}
    if undeclared:
        raise document.wrong(where, f"the path's {{{sorted(undeclared)[0]}}} is not among the parameters")
    form = body_of(document, operation, where, slots) if body else None
    return Described(
        key=key,
        method=method,
        path=path,
        operation=operation,
        item=item,
        where=where,
        slots=tuple(slots.slots),
        form=form,
        arguments=slots.schema(),
        result=_result(document, operation, where),
    )


def _parameters(
    document: Document, item: PathItem, operation: Operation, above: Place, where: Place
) -> Sequence[tuple[Parameter, Place]]:
    """The parameters of the path with those of the operation laid over them, path first."""
    found: dict[tuple[str, str], tuple[Parameter, Place]] = {}
    for nodes, place in ((item.parameters, above), (operation.parameters, where)):
        for index, node in enumerate(nodes):
            at = (*place, "parameters", index)
            parameter = document.read(Parameter, node, at)
            found[parameter.place, parameter.name] = parameter, at
    order = ("path", "query", "header", "cookie")
    return sorted(found.values(), key=lambda entry: order.index(entry[0].place))


def _add(slots: Slots, document: Document, parameter: Parameter, at: Place) -> None:
    media = next(iter(parameter.media.values()), None)
    node = media.content if media else parameter.content if parameter.content is not None else {}
    schema = written_out(document, node, (*at, "schema"))
    if parameter.description:
        schema = {"description": " ".join(parameter.description.split()), **schema}
    style, explode = ("json", False) if media else style_of(parameter, document, at)
    slots.add(parameter.name, parameter.place, schema, parameter.required or parameter.place == "path", style, explode)


def _result(document: Document, operation: Operation, where: Place) -> dict[str, Any] | None:
    """What a success answers with. Several forms are a choice of them; None where one of them is no JSON."""
    schemas: list[dict[str, Any]] = []
    successes = {code: node for code, node in operation.responses.items() if code.upper().startswith("2")}
    for code, node in successes.items():
        at = (*where, "responses", code)
        response = document.read(Response, node, at)
        media = next((media for kind, media in response.content.items() if is_json(kind)), None)
        if media is None and response.content:
            return None
        schemas.append(NOTHING if media is None else standing_alone(document, media.content, at))
    if len(schemas) < 2:
        return schemas[0] if schemas else None
    definitions = {name: part for schema in schemas for name, part in schema.pop("$defs", {}).items()}
    return {"anyOf": schemas, **({"$defs": definitions} if definitions else {})}
