"""What a service answers: a result, a rule's no, a call turned away, or an end that nobody saw."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx

from handrail.agent.sources.openapi.operations import is_json
from handrail.agent.tools.api import Refusal
from handrail.agent.tools.offer import Undone

WORDS = 300
"""Characters of an error that the customer may be told."""
SAYING = ("detail", "message", "error_description", "title", "error", "msg", "reason")
"""The fields in which errors say what is wrong, the most telling first (`detail` and `title` are RFC 9457's)."""
CREDENTIALS = (401, 403, 407)
BUSY = (425, 429)
NO_ANSWER = 408


async def body_of(answer: httpx.Response, longest: int) -> bytes:
    """The body, read no further than `longest` bytes. Raises `ValueError` beyond them."""
    content = b""
    async for chunk in answer.aiter_bytes():
        content += chunk
        if len(content) > longest:
            raise ValueError(f"the answer is longer than {longest} bytes")
    return content


def result_of(answer: httpx.Response, content: bytes, now: datetime) -> Any:
    """The JSON of a success, its text where it is none, an empty object where there is nothing.

    Raises `Refusal` where a rule said no, `Undone` where the call was turned away, and `ConnectionError` where it is not
    known what happened.
    """
    status = answer.status_code
    if answer.is_success:
        return _read(answer, content)
    told = _problem(answer, content)
    if status in CREDENTIALS:
        raise Undone("credentials", f"the service does not take our credentials ({status})")
    if status in BUSY or status == httpx.codes.SERVICE_UNAVAILABLE:
        code = "unavailable" if status == httpx.codes.SERVICE_UNAVAILABLE else "busy"
        raise Undone(code, f"the service answered {status}", retry_after=_pause(answer, now))
    if answer.is_client_error and status != NO_ANSWER:
        raise Refusal(_code(status, told), _words(told))
    raise ConnectionError(f"the service answered {status}")


def _read(answer: httpx.Response, content: bytes) -> Any:
    if not content.strip():
        return {}
    text = content.decode(answer.charset_encoding or "utf-8", errors="replace")
    if not is_json(answer.headers.get("Content-Type", "application/json")):
        return text
    return json.loads(text)


def _problem(answer: httpx.Response, content: bytes) -> Mapping[str, Any]:
    try:
        told = _read(answer, content)
    except ValueError:
        return {}
    inner = told.get("error") if isinstance(told, Mapping) else None
    if isinstance(inner, Mapping):
        return inner
    return told if isinstance(told, Mapping) else {}


def _code(status: int, told: Mapping[str, Any]) -> str:
    """A stable code: the last part of the problem's `type`, the error's own code, else the status."""
    if status in (404, 410):
        return "not_found"
    for field in ("type", "code"):
        value = told.get(field)
        if isinstance(value, str) and value not in ("", "about:blank"):
            last = value.rstrip("/").rpartition("/")[2].rpartition(":")[2]
            plain = "".join(letter if letter.isalnum() else "_" for letter in last).strip("_").lower()
            if plain:
                return plain[:40]
    return f"http_{status}"


def _words(told: Mapping[str, Any]) -> str:
    """What is wrong, in a line for the customer."""
    line = next((words for field in SAYING if (words := _line(told.get(field)))), "")
    if not line:
        return "That is not possible."
    return line if len(line) <= WORDS else line[:WORDS].rsplit(" ", 1)[0] + " …"


def _line(value: Any) -> str:
    if isinstance(value, list):
        # Validation errors come as lists.
        return "; ".join(words for part in value[:3] if (words := _line(part)))
    if isinstance(value, Mapping):
        return next((words for field in SAYING if (words := _line(value.get(field)))), "")
    return " ".join(value.split()) if isinstance(value, str) else ""


def _pause(answer: httpx.Response, now: datetime) -> float | None:
    """Seconds of `Retry-After`, which is a number or a moment."""
    told = answer.headers.get("Retry-After", "").strip()
    if told.isdigit():
        return float(told)
    try:
        return max((parsedate_to_datetime(told).astimezone(UTC) - now).total_seconds(), 0.0) if told else None
    except ValueError:
        return None
