"""The first look at a request: bodies are bounded, arrive in time, and are JSON."""

import asyncio
from email.message import Message as Header

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from handrail.channels.api.problems import problem, respond

SECONDS = 15.0
"""How long a body may take to arrive."""

DRAINED = 1_000_000
"""How many bytes too many are read and dropped, so that a client that is still sending gets to read the answer."""


class Intake:
    """Reads the whole body (it is small by contract) before the application sees the request."""

    def __init__(self, app: ASGIApp, max_bytes: int, seconds: float = SECONDS) -> None:
        self._app, self._max, self._seconds = app, max_bytes, seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in ("GET", "HEAD", "OPTIONS"):
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        try:
            body = (
                None
                if _told(headers) > self._max + DRAINED
                else await asyncio.wait_for(self._read(receive), self._seconds)
            )
        except TimeoutError:
            await respond(problem(408), {"Connection": "close"})(scope, receive, send)
            return
        if body is None:
            # The rest is not read; the connection can't be used again.
            await respond(problem(413), {"Connection": "close"})(scope, receive, send)
        elif body and not _is_json(headers.get("content-type", "")):
            await respond(problem(415))(scope, receive, send)
        else:
            await self._app(scope, _replay(body, receive), send)

    async def _read(self, receive: Receive) -> bytes | None:
        chunks: list[bytes] = []
        size = 0
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                return b"".join(chunks)
            chunk = message.get("body", b"")
            size += len(chunk)
            if size <= self._max:
                chunks.append(chunk)
            if not message.get("more_body", False) or size > self._max + DRAINED:
                return b"".join(chunks) if size <= self._max else None


def _told(headers: Headers) -> int:
    length = headers.get("content-length", "0")
    return int(length) if length.isascii() and length.isdigit() and len(length) < 19 else 0


def _is_json(content_type: str) -> bool:
    header = Header()
    try:
        header["content-type"] = content_type
        return header.get_content_type() == "application/json" and bool(content_type)
    except ValueError:
        return False


def _replay(body: bytes, receive: Receive) -> Receive:
    told = False

    async def again() -> Message:
        nonlocal told
        if told:
            return await receive()
        told = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again
