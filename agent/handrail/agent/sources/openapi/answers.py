"""What a service answers: a result, a rule's no, a call turned away, or an end that nobody saw."""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx

from handrail.agent.sources.openapi.bodies import is_json
from handrail.agent.tools.api import Refusal
from handrail.agent.tools.offer import Undone

WORDS = 300
"""Characters of an error that the customer may be told."""
READ = 4000
"""Characters of an error that are looked at: the patterns below take long for what is endless."""
SAYING = ("detail", "message", "error_description", "errors", "error", "msg", "reason", "title")
"""The fields in which errors say what is wrong, the most telling first (`detail` and `title` are RFC 9457's)."""
CREDENTIALS = (401, 403, 407)
BUSY = (425, 429)
REJECTED = (405, 406, 411, 413, 414, 415, 417, 421, 426, 428, 431)
"""Turned away for how we ask, which no customer can mend."""
NO_ANSWER = 408
MARKUP = re.compile(r"<[^>]*>|https?://\S+")
INSIDES = re.compile(r"Traceback|\b\w+(?:Exception|Error)\b|\bat \S+\(|\bSQL|\bSELECT .* FROM\b|File \"")
"""What servers tell of themselves by mistake."""


async def read_of(answer: httpx.Response, longest: int) -> bytes:
    """The body, read no further than `longest` bytes. Raises `ValueError` beyond them."""
    content = b""
    async for chunk in answer.aiter_bytes():
        content += chunk
        if len(content) > longest:
            raise ValueError(f"the answer is longer than {longest} bytes")
    return content


def result_of(answer: httpx.Response, content: bytes, now: datetime) -> Any:
    """The JSON of a success, its text where it is plain text, an empty object where there is nothing.

    Raises `Refusal` where a rule said no, `Undone` where the call was turned away, `ConnectionError` where it is not
    known what happened, and `ValueError` for a success that can't be read.
    """
    status = answer.status_code
    if answer.is_success:
        return _read(answer, content)
    if status in CREDENTIALS:
        raise Undone("not_allowed", f"the service does not take our credentials ({status})")
    if status in BUSY:
        raise Undone("busy", f"the service answered {status}", retry_after=_pause(answer, now))
    if status == httpx.codes.SERVICE_UNAVAILABLE and "Retry-After" in answer.headers:
        # Without it, it may be a gateway's word for a service that has begun and not answered.
        raise Undone("unavailable", f"the service answered {status}", retry_after=_pause(answer, now))
    if status in REJECTED:
        raise Undone("rejected", f"the service does not take such a request ({status})")
    if answer.is_client_error and status != NO_ANSWER:
        problem = _problem(answer, content)
        raise Refusal(_code(status, problem), _words(problem))
    raise ConnectionError(f"the service answered {status}")


def _read(answer: httpx.Response, content: bytes) -> Any:
    if not content.strip():
        return {}
    kind = answer.headers.get("Content-Type", "application/json")
    text = content.decode(answer.charset_encoding or "utf-8", errors="replace")
    if is_json(kind):
        return json.loads(text)
    if kind.startswith("text/plain"):
        return text
    raise ValueError(f"the service answered with {kind.partition(';')[0]} instead of JSON")


def _problem(answer: httpx.Response, content: bytes) -> Any:
    if "Content-Type" not in answer.headers:
        return None
    try:
        return _read(answer, content)
    except (ValueError, RecursionError):
        return None


def _code(status: int, problem: Any) -> str:
    """A stable code: the last part of the problem's `type`, the error's own code, else the status."""
    if status in (404, 410):
        return "not_found"
    inner = problem.get("error") if isinstance(problem, Mapping) else None
    for told in (problem, inner):
        for field in ("type", "code"):
            value = told.get(field) if isinstance(told, Mapping) else None
            if isinstance(value, str) and value != "about:blank":
                last = re.split(r"[/#:]", value.rstrip("/#"))[-1]
                if plain := re.sub(r"\W+", "_", last, flags=re.ASCII).strip("_").lower():
                    return plain[:40]
    return f"http_{status}"


def _words(problem: Any) -> str:
    """What is wrong, in a line for the customer: without markup, addresses or a server's insides."""
    return next((words for text in _texts(problem) if (words := _safe(text))), "That is not possible.")


def _texts(told: Any) -> Iterator[str]:
    """What an error says, the most telling first."""
    if isinstance(told, str):
        yield told
    elif isinstance(told, list):
        # Validation errors come as lists.
        yield "; ".join(words for part in told[:3] if (words := _listed(part)))
    elif isinstance(told, Mapping):
        for field in SAYING:
            yield from _texts(told.get(field))


def _listed(told: Any) -> str:
    """One of several errors, with the field that it is about where that is told."""
    words = next((words for text in _texts(told) if (words := _safe(text))), "")
    place = told.get("loc") if isinstance(told, Mapping) else None
    return f"{place[-1]}: {words}" if words and isinstance(place, list) and place else words


def _safe(text: str) -> str:
    text = text[:READ]
    if INSIDES.search(text):
        return ""
    readable = "".join(letter if letter.isprintable() else " " for letter in text)
    line = " ".join(MARKUP.sub(" ", readable).split())
    return line if len(line) <= WORDS else line[:WORDS].rsplit(" ", 1)[0] + " …"


def _pause(answer: httpx.Response, now: datetime) -> float | None:
    """Seconds of `Retry-After`, which is a number or a moment."""
    told = answer.headers.get("Retry-After", "").strip()
    if told.isdigit():
        return float(told)
    try:
        return max((parsedate_to_datetime(told).astimezone(UTC) - now).total_seconds(), 0.0) if told else None
    except ValueError:
        return None
