"""A small HTTP server for the parties that must misbehave: it can drop a connection or say nothing at all."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True, slots=True)
class Request:
    """One request. `gone` waits until the caller has hung up."""

    method: str
    path: str
    query: Mapping[str, str]
    body: Any
    gone: Callable[[], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Answer:
    """What is answered: a value as JSON, text as it is, or pieces one by one. `drop` hangs up without a word."""

    value: Any = None
    status: int = 200
    pieces: AsyncIterator[str] | None = None
    drop: bool = False


Handler = Callable[[Request], Awaitable[Answer]]


async def serve(handle: Handler, port: int) -> None:
    """Answer on loopback for ever, one request a connection."""

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, ValueError, asyncio.IncompleteReadError):
            request = await _read(reader)
            await _write(await handle(request), writer)
        writer.close()

    server = await asyncio.start_server(connected, "127.0.0.1", port)
    await server.serve_forever()


async def _read(reader: asyncio.StreamReader) -> Request:
    line, *headers = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
    method, target, _ = line.split(" ", 2)
    named = {name.lower(): value.strip() for name, _, value in (header.partition(":") for header in headers)}
    content = await reader.readexactly(int(named.get("content-length", "0")))
    url = urlsplit(target)
    return Request(method, url.path, dict(parse_qsl(url.query)), json.loads(content) if content else None, reader.read)


async def _write(answer: Answer, writer: asyncio.StreamWriter) -> None:
    if answer.drop:
        writer.transport.abort()
        return
    kind = "text/event-stream" if answer.pieces else "application/json"
    writer.write(f"HTTP/1.1 {answer.status} X\r\ncontent-type: {kind}\r\nconnection: close\r\n".encode())
    if answer.pieces is None:
        content = (answer.value if isinstance(answer.value, str) else json.dumps(answer.value)).encode()
        writer.write(f"content-length: {len(content)}\r\n\r\n".encode() + content)
    else:
        writer.write(b"\r\n")
        async for piece in answer.pieces:
            writer.write(piece.encode())
            await writer.drain()
    await writer.drain()
