"""One call as an HTTP request: every argument in its place."""

import json
from collections.abc import Mapping
from typing import Any

import httpx

from handrail.agent.sources.openapi.operations import Described
from handrail.agent.sources.openapi.slots import Pairs, Slot, pairs, simple, text

UPWARDS = ("", ".", "..")
"""What would make another path of a path."""


def request_of(
    client: httpx.AsyncClient, base: str, described: Described, arguments: Mapping[str, Any], headers: Mapping[str, str]
) -> httpx.Request:
    """The request that carries `arguments` to the operation at `base`. Raises `ValueError` for one that can't be sent."""
    path, query, sent, cookies = described.path, Pairs(), dict(headers), Pairs()
    for slot in described.slots:
        value = arguments.get(slot.argument)
        if value is None or slot.place == "body":
            continue
        if slot.place == "path":
            path = path.replace(f"{{{slot.name}}}", _segment(slot, value))
        elif slot.place == "query":
            query += pairs(slot, value)
        elif slot.place == "header":
            sent[slot.name] = _header(slot, value)
        else:
            cookies += pairs(slot, value)
    if cookies:
        sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in cookies)
    sent.setdefault("Accept", "application/json, application/problem+json")
    url = base.rstrip("/") + path + (f"?{_joined(query)}" if query else "")
    return client.build_request(described.method, url, headers=sent, **_body(described, arguments, sent))


def _segment(slot: Slot, value: Any) -> str:
    segment = simple(slot, value, encode=True)
    if segment in UPWARDS:
        raise ValueError(f"{slot.argument}: {value!r} can't stand in a path")
    return segment


def _header(slot: Slot, value: Any) -> str:
    written = simple(slot, value, encode=False)
    if not written.isprintable():
        raise ValueError(f"{slot.argument}: a header takes no line breaks")
    return written


def _body(described: Described, arguments: Mapping[str, Any], headers: dict[str, str]) -> dict[str, Any]:
    form = described.form
    slots = [slot for slot in described.slots if slot.place == "body" and arguments.get(slot.argument) is not None]
    if form is None or not (slots or form.required):
        return {}
    if form.kind == "json":
        headers["Content-Type"] = form.media_type
        whole = arguments.get("body") if form.whole else {slot.name: arguments[slot.argument] for slot in slots}
        return {"content": json.dumps(whole, ensure_ascii=False).encode()}
    if form.kind == "form":
        headers["Content-Type"] = form.media_type
        return {"content": _joined([pair for slot in slots for pair in pairs(slot, arguments[slot.argument])]).encode()}
    return {"files": [(slot.name, (None, _field(slot, arguments[slot.argument]))) for slot in slots]}


def _field(slot: Slot, value: Any) -> str:
    return json.dumps(value) if slot.style == "json" else text(value)


def _joined(found: Pairs) -> str:
    return "&".join(f"{name}={value}" for name, value in found)
