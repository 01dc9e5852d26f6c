"""A small HTTP server of another system: it keeps what it is sent and answers as it is told."""

import asyncio
import json
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Got:
    """One request. Names of headers are in lower case."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Receiver:
    """Answers 200, or the next of `statuses`; an answer of 0 is none at all."""

    def __init__(self) -> None:
        self.got: list[Got] = []
        self.statuses: list[int] = []
        self.answer: bytes = b"{}"
        self.headers = ""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def __aenter__(self) -> "Receiver":
        self.server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self.server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self.server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        first, *lines = head.strip().split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        method, path, _ = first.split()
        self.got.append(Got(method, path, headers, body))
        status, answer = self.react(self.got[-1])
        if status:
            told = f"HTTP/1.1 {status} x\r\nConnection: close\r\nContent-Length: {len(answer)}\r\n{self.headers}\r\n"
            writer.write(told.encode() + answer)
        writer.close()

    def react(self, got: Got) -> tuple[int, bytes]:
        """The status and body of the answer to a request."""
        return self.statuses.pop(0) if self.statuses else 200, self.answer
