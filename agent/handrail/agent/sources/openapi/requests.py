"""One call as an HTTP request: every argument in its place."""

import json
import re
from collections.abc import Mapping
from typing import Any

import httpx

from handrail.agent.sources.openapi.operations import Described
from handrail.agent.sources.openapi.slots import Pairs, Slot, pairs, simple, text
from handrail.agent.tools.api import Refusal

ELSEWHERE = re.compile(r"[/\\\x00-\x1f]|\A\.{0,2}\Z")
"""What would make another path of a path, and so another operation: many servers read `%2F` as `/`."""
CONNECTING = 0.5
"""The share of a call's time that may go into reaching the service: nothing has been sent by then."""


def request_of(
    client: httpx.AsyncClient,
    base: str,
    described: Described,
    arguments: Mapping[str, Any],
    headers: Mapping[str, str],
    seconds: float,
) -> httpx.Request:
    """The request that carries `arguments` to the operation at `base`, to be answered within `seconds`.

    Raises `ValueError` for one that can't be sent, `Refusal` for an id that can be none.
    """
    path, query, sent, cookies = described.path, Pairs(), dict(headers), Pairs()
    for slot in described.slots:
        value = arguments.get(slot.argument)
        if value is None or slot.place == "body":
            continue
        if slot.place == "path":
            path = path.replace(f"{{{slot.name}}}", _segment(slot, value))
        elif slot.place == "query":
            query += _pairs(described, slot, value)
        elif slot.place == "header":
            sent[slot.name] = _header(slot, value)
        else:
            cookies += _pairs(described, slot, value)
    if cookies:
        sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in cookies)
    url = base.rstrip("/") + path + (f"?{_joined(query)}" if query else "")
    timeout = httpx.Timeout(seconds, connect=seconds * CONNECTING, pool=seconds * CONNECTING)
    try:
        body = _body(described, arguments, sent)
        return client.build_request(described.method, url, headers=sent, timeout=timeout, **body)
    except httpx.InvalidURL as error:
        raise ValueError(f"it makes no address: {error}") from error


def _segment(slot: Slot, value: Any) -> str:
    if ELSEWHERE.search(simple(slot, value, encode=False)):
        raise Refusal("not_found", f"I can't find {value!r}.")
    return simple(slot, value, encode=True)


def _pairs(described: Described, slot: Slot, value: Any) -> Pairs:
    """Names and values; an object's entries may not pose as parameters, least of all as one that we fill in."""
    if slot.scatters and isinstance(value, Mapping):
        others = {other.name for other in described.slots if other.place == slot.place and other is not slot}
        if strange := sorted(value.keys() - (slot.parts - others)):
            raise ValueError(f"{slot.argument}: the document names no {strange[0]!r} in it")
    return pairs(slot, value)


def _header(slot: Slot, value: Any) -> str:
    written = simple(slot, value, encode=False)
    if not (written.isascii() and written.isprintable()):
        raise ValueError(f"{slot.argument}: a header takes one line of plain letters")
    return written


def _body(described: Described, arguments: Mapping[str, Any], headers: dict[str, str]) -> dict[str, Any]:
    form = described.form
    given = [
        (slot, arguments[slot.argument])
        for slot in described.slots
        if slot.place == "body" and arguments.get(slot.argument) is not None
    ]
    if form is None or not (given or form.required):
        return {}
    if form.kind == "multipart":
        return {"files": [field for slot, value in given for field in _fields(slot, value)]}
    headers["Content-Type"] = form.media_type
    if form.kind == "form":
        return {"content": _joined([pair for slot, value in given for pair in _pairs(described, slot, value)]).encode()}
    body = given[0][1] if form.whole and given else {slot.name: value for slot, value in given}
    return {"content": json.dumps(body, ensure_ascii=False).encode()}


def _fields(slot: Slot, value: Any) -> list[tuple[str, tuple[None, str] | tuple[None, str, str]]]:
    """The parts of a multipart form that one argument makes: one for each entry of a list, unless it goes as JSON."""
    if slot.style == "json":
        return [(slot.name, (None, json.dumps(value, ensure_ascii=False), "application/json"))]
    return [(slot.name, (None, text(entry))) for entry in (value if isinstance(value, list) else [value])]


def _joined(found: Pairs) -> str:
    return "&".join(f"{name}={value}" for name, value in found)
