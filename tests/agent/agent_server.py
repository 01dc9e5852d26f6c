"""A model's server on raw sockets, polite or not: an HTTP library would be too well-behaved to fail as servers do."""

import asyncio
import json
import re
import socket
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from handrail.agent.sentences import split

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
Request = dict[str, Any]
Fault = Callable[["Line", Request], Awaitable[None]]


class Line:
    """One connection, while it answers one request."""

    def __init__(self, writer: asyncio.StreamWriter, closing: asyncio.Event) -> None:
        self.writer, self.closing = writer, closing

    async def raw(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def status(self, status: int, body: Any, **headers: str) -> None:
        data = body.encode() if isinstance(body, str) else json.dumps(body).encode()
        kind = "text/html" if isinstance(body, str) else "application/json"
        more = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
        head = f"HTTP/1.1 {status} X\r\nContent-Type: {kind}\r\n{more}Content-Length: {len(data)}\r\n\r\n"
        await self.raw(head.encode() + data)

    async def begin(self) -> None:
        await self.raw(HEAD)

    async def event(self, event: Any) -> None:
        """One Server-Sent Event: a chunk of a completion, or a text as it stands."""
        text = event if isinstance(event, str) else json.dumps({"id": "x", "object": "chat.completion.chunk", **event})
        data = f"data: {text}\n\n".encode()
        await self.raw(b"%x\r\n%s\r\n" % (len(data), data))

    async def delta(self, finish: str | None = None, **delta: Any) -> None:
        await self.event({"choices": [{"index": 0, "delta": delta, "finish_reason": finish}]})

    async def end(self, finish: str | None = "stop", *, done: bool = True) -> None:
        if finish:
            await self.delta(finish)
        if done:
            await self.event("[DONE]")
        await self.raw(b"0\r\n\r\n")

    async def hang(self) -> None:
        await self.closing.wait()

    def reset(self) -> None:
        """Break the connection as a crash does: RST instead of FIN."""
        found = self.writer.get_extra_info("socket")
        found.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()


class ModelServer:
    """Answers well until a fault is set; `asked` are the requests. `when` picks the requests that a fault strikes."""

    def __init__(self) -> None:
        self.url = ""
        self.asked: list[Request] = []
        self.fault: Fault | None = None
        self.opinion = {"reading": "unclear", "words": ""}
        """What it says of an answer to a proposal."""
        self.when: Callable[[Request], bool] = lambda _: True
        self.closing = asyncio.Event()

    def breaks(self, fault: Fault, when: Callable[[Request], bool] = lambda _: True) -> None:
        self.fault, self.when = fault, when

    def mends(self) -> None:
        self.fault = None

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                found = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
                request = json.loads(await reader.readexactly(int(found[1]))) if found else {}
                self.asked.append(request)
                line = Line(writer, self.closing)
                if self.fault is not None and self.when(request):
                    await self.fault(line, request)
                elif "response_format" in request:
                    await line.status(200, completion(json.dumps(self.opinion)))
                else:
                    await well(line, request)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def model_server() -> AsyncIterator[ModelServer]:
    server = ModelServer()
    listening = await asyncio.start_server(server.serve, "127.0.0.1", 0)
    server.url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}/v1"
    try:
        yield server
    finally:
        server.closing.set()
        listening.close()


def completion(content: str) -> dict[str, Any]:
    """A whole answer, not streamed."""
    choice = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": content}}
    return {"id": "x", "object": "chat.completion", "created": 1, "model": "tiny", "choices": [choice]}


def after_a_tool(request: Request) -> bool:
    """Whether a tool has answered already in this turn."""
    return request["messages"][-1]["role"] == "tool"


def quoted(request: Request) -> list[str]:
    """The first sentences of the best passage: what a model may say that keeps to its sources."""
    passage = re.search(
        r"^\[1\] .*?\): (.*?)(?=^\[2\]|\Z)", request["messages"][0]["content"], re.DOTALL | re.MULTILINE
    )
    return [f"{s.strip()} [1]" for s in split(passage[1])[:2]] if passage else ["Which order do you mean?"]


async def well(line: Line, request: Request) -> None:
    """Answer as a good model would: call the tool that is asked for, tell what it brought, quote a policy."""
    said = str(request["messages"][-1]["content"])
    order = re.search(r"W\d{5}", said)
    await line.begin()
    if request.get("tools") and order and not after_a_tool(request):
        name = "cancel_order" if "cancel" in said else "order_status"
        function = {"name": name, "arguments": json.dumps({"order_id": order[0]})}
        await line.delta(tool_calls=[{"index": 0, "id": "a", "type": "function", "function": function}])
        await line.end("tool_calls")
        return
    for sentence in [f"That is order {order[0]}."] if after_a_tool(request) and order else quoted(request):
        await line.delta(content=f"{sentence} ")
    await line.end()
