"""An OpenAPI document: read from a file or a URL, and walked by its local references."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import unquote

import httpx
import yaml
from pydantic import ValidationError

from handrail.agent.sources.openapi.parts import Head, Part, Scheme
from handrail.conversation.errors import SettingsError, Unavailable

LONGEST = 20_000_000
"""Bytes of a document; GitHub's has 12 million."""
SECONDS = 20.0
HOPS = 16
"""References that point at references."""

Read = TypeVar("Read", bound=Part)
Place = tuple[str | int, ...]
"""Where something stands in a document."""


class _Yaml(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """JSON's types and no more: what looks like a date stays text."""


_Yaml.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in found if tag != "tag:yaml.org,2002:timestamp"]
    for first, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


@dataclass(frozen=True, slots=True)
class Document:
    """A document that is sound at its top. `origin` names it in errors; `url` is None where it came from a file."""

    origin: str
    url: str | None
    raw: Mapping[str, Any]
    head: Head

    @property
    def old(self) -> bool:
        """3.0, whose schemas are a dialect of their own."""
        return self.head.openapi.startswith("3.0")

    def wrong(self, where: Place, what: str) -> SettingsError:
        place = ".".join(str(part) for part in where) or "the top level"
        return SettingsError(f"{self.origin}: {place}: {what}")

    def read(self, model: type[Read], node: Any, where: Place) -> Read:
        """Read one part, which may be a reference. Raises `SettingsError` saying where and what is wrong."""
        node, where = self.resolved(node, where)
        try:
            return model.model_validate(node)
        except ValidationError as error:
            problem = error.errors()[0]
            raise self.wrong((*where, *problem["loc"]), problem["msg"]) from error

    def resolved(self, node: Any, where: Place) -> tuple[Any, Place]:
        """What `node` says, or what its `$ref` points at, and where that stands."""
        for _ in range(HOPS):
            if not isinstance(node, Mapping) or "$ref" not in node:
                return node, where
            node, where = self.target(node["$ref"], where)
        raise self.wrong(where, "its references lead round in a circle")

    def target(self, reference: Any, where: Place) -> tuple[Any, Place]:
        """What a local reference points at."""
        if not isinstance(reference, str) or not reference.startswith("#"):
            raise self.wrong(
                where,
                f"{reference!r} points out of the document; bundle it into one file first "
                "(only references like '#/components/…' are followed)",
            )
        node: Any = self.raw
        names = [name.replace("~1", "/").replace("~0", "~") for name in unquote(reference[1:]).split("/")[1:]]
        for name in names:
            node = _child(node, name)
            if node is MISSING:
                raise self.wrong(where, f"{reference!r} points at nothing")
        return node, tuple(names)

    def scheme(self, name: str) -> Scheme:
        """A security scheme by its name."""
        where = ("components", "securitySchemes", name)
        return self.read(Scheme, {"$ref": "#/" + "/".join(_escaped(part) for part in where)}, where)


MISSING = object()


def _child(node: Any, name: str) -> Any:
    if isinstance(node, Mapping):
        return node.get(name, node.get(int(name), MISSING) if name.isdigit() else MISSING)
    if isinstance(node, list) and name.isdigit() and int(name) < len(node):
        return node[int(name)]
    return MISSING


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")


async def load_document(where: str, folder: Path, client: httpx.AsyncClient) -> Document:
    """Read the document at `where`: a URL, or a file relative to `folder`.

    Raises `SettingsError` where it is no OpenAPI document that can be read, `Unavailable` where its server fails.
    """
    url = where if where.startswith(("http://", "https://")) else None
    text = await _fetched(where, client) if url else _file(where, folder)
    raw = _parsed(text, where)
    if not isinstance(raw, dict) or "openapi" not in raw:
        old = (
            " (Swagger 2.0 must be converted to OpenAPI 3 first)" if isinstance(raw, dict) and "swagger" in raw else ""
        )
        raise SettingsError(f"{where} is no OpenAPI document: it has no field 'openapi'{old}")
    try:
        head = Head.model_validate(raw)
    except ValidationError as error:
        problem = error.errors()[0]
        place = ".".join(str(part) for part in problem["loc"])
        raise SettingsError(f"{where}: {place}: {problem['msg']}") from error
    return Document(origin=where, url=url, raw=raw, head=head)


def _file(where: str, folder: Path) -> str:
    file = folder / where
    try:
        if file.stat().st_size > LONGEST:
            raise SettingsError(f"{where} is longer than {LONGEST} bytes")
        return file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{where} can't be read in {folder}: {error}") from error


async def _fetched(where: str, client: httpx.AsyncClient) -> str:
    content = b""
    try:
        async with client.stream("GET", where, timeout=SECONDS, headers={"Accept": "application/json, */*"}) as answer:
            if not answer.is_success:
                raise Unavailable(f"{where} answered {answer.status_code}, so its operations are not known")
            async for chunk in answer.aiter_bytes():
                content += chunk
                if len(content) > LONGEST:
                    raise SettingsError(f"{where} is longer than {LONGEST} bytes")
        return content.decode("utf-8-sig")
    except httpx.HTTPError as error:
        raise Unavailable(f"{where} can't be reached: {type(error).__name__}") from error
    except (httpx.InvalidURL, UnicodeDecodeError) as error:
        raise SettingsError(f"{where} can't be read: {error}") from error


def _parsed(text: str, where: str) -> Any:
    try:
        if text.lstrip().startswith("{"):
            return json.loads(text)
        return yaml.load(text, _Yaml)
    except (ValueError, yaml.YAMLError, RecursionError) as error:
        raise SettingsError(f"{where} can't be read as JSON or YAML: {error}") from error
