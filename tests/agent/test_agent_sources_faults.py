"""Systems that misbehave: what was done is not denied, what was not done is not claimed, and they are found again."""

import asyncio
import json
import os
import signal
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from test_agent_sources import ask, library, line, offer, reader, settings_of

from handrail.agent.sources.circuit import Circuit
from handrail.agent.sources.sources import Sources, open_sources
from handrail.agent.tools.api import Refusal
from handrail.agent.tools.offer import Sending, Undone
from handrail.conversation.clock import FixedClock, SystemClock
from handrail.conversation.errors import SettingsError

SEND = {"properties": {"to": {"type": "string"}}, "required": ["to"], "type": "object"}
Behave = Callable[[Request, dict[str, Any]], Response | None]


def answers(told: Iterable[Any]) -> Any:
    left = iter(told)

    async def send(*_: Any) -> Any:
        value = next(left)
        if isinstance(value, Exception):
            raise value
        return value

    return send


@pytest.mark.parametrize(
    "then", [Undone("unavailable", "503"), Undone("rejected", "no"), Refusal("done", "done already")]
)
async def test_a_later_try_that_was_not_done_does_not_speak_for_an_earlier_one(then: Exception) -> None:
    told = [TimeoutError(), then, then]
    with pytest.raises(TimeoutError):
        await line(offer(answers(told), "write", idempotent=True), FixedClock(), again=True).call({}, Sending(5))
    with pytest.raises(type(then)):
        await line(offer(answers(told)), FixedClock(), again=True).call({}, Sending(5))


async def test_the_tries_of_one_call_are_one_failure() -> None:
    clock = FixedClock()
    circuit = Circuit(clock, failures=2, seconds=20)
    asked = line(offer(answers([ConnectionResetError()] * 9)), clock, again=True, circuit=circuit)
    with pytest.raises(ConnectionResetError):
        await asked.call({}, Sending(5))
    assert circuit.state == "closed"
    with pytest.raises(ConnectionResetError):
        await asked.call({}, Sending(5))
    assert circuit.state == "open"


async def test_a_server_that_went_away_between_two_calls_leaves_no_write_in_doubt(tmp_path: Path) -> None:
    async with library(tmp_path, "dies") as sources:
        assert (await ask(sources, "opening_hours")).end == "failed"
        assert (await ask(sources, "renew_loan", loan_id="L-100")).end == "done"
        assert json.loads((tmp_path / "loans.json").read_text())["L-100"]["renewed"] == 1


async def test_a_server_that_is_not_there_in_time_was_sent_nothing_and_is_found_when_it_is(tmp_path: Path) -> None:
    clock = FixedClock()
    async with open_sources(settings_of(tmp_path, "slow_start", seconds=1), clock) as sources:
        os.kill(int((tmp_path / "loans.pid").read_text()), signal.SIGKILL)
        assert (await ask(sources, "opening_hours")).code == "no_connection"
        called = await ask(sources, "renew_loan", loan_id="L-100")
        assert (called.end, called.code) == ("failed", "no_connection")
        for _ in range(30):
            clock.advance(30)
            if (called := await ask(sources, "renew_loan", loan_id="L-100")).ok:
                break
            assert called.end == "failed"
        assert called.ok
        assert json.loads((tmp_path / "loans.json").read_text())["L-100"]["renewed"] == 1


async def test_a_server_whose_tools_change_all_the_time_is_asked_now_and_then(tmp_path: Path) -> None:
    clock = FixedClock()
    async with open_sources(settings_of(tmp_path, "changes", {"opening_hours": {"public": True}}), clock) as sources:
        changes: list[set[str]] = []
        sources.on_change(lambda: changes.append({left.name for left in sources.left}))
        assert (await ask(sources, "opening_hours")).ok
        assert await sources.refresh() == 0
        clock.advance(16)
        await _until(lambda: sources.stale)
        await sources.refresh()
        assert "closing_days" in {left.name for left in sources.left}


async def _until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not holds():  # noqa: ASYNC110 - a server in another task or process has no event of ours
            await asyncio.sleep(0.01)


async def test_a_secret_that_is_not_set_is_named_at_the_start(tmp_path: Path) -> None:
    settings = settings_of(tmp_path, url="http://127.0.0.1:9/mcp", headers={"Authorization": "Bearer ${NO_SUCH_TOKEN}"})
    with pytest.raises(SettingsError, match=r"library\.headers\.Authorization: .*NO_SUCH_TOKEN is not set"):
        async with open_sources(settings, SystemClock()):
            pass


class Parcels:
    """An MCP server over HTTP of the older kind, whose sessions are forgotten when it is started anew."""

    def __init__(self) -> None:
        self.session = 0
        self.sent: list[dict[str, Any]] = []
        self.behave: Behave = lambda request, message: None

    async def post(self, request: Request) -> Response:  # noqa: PLR0911 - one for each kind of message
        message = await request.json()
        method, id_ = message.get("method"), message.get("id")
        if id_ is None:
            return Response(status_code=202)
        if method == "initialize":
            found = {"protocolVersion": "2025-06-18", "capabilities": {"tools": {}}}
            result = {**found, "serverInfo": {"name": "parcels", "version": "1"}}
            return self._told(id_, result, {"mcp-session-id": f"s{self.session}"})
        if request.headers.get("mcp-session-id", "") not in ("", f"s{self.session}"):
            return Response(status_code=404)
        if method == "tools/list":
            hints = {"readOnlyHint": False}
            return self._told(id_, {"tools": [{"name": "send", "inputSchema": SEND, "annotations": hints}]})
        if method != "tools/call":
            error = {"code": -32601, "message": "no such method"}
            return JSONResponse({"jsonrpc": "2.0", "id": id_, "error": error})
        if (other := self.behave(request, message)) is not None:
            return other
        self.sent.append(message["params"])
        return self._told(id_, {"content": [{"type": "text", "text": "sent"}]})

    @staticmethod
    def _told(id_: Any, result: Any, headers: dict[str, str] | None = None) -> Response:
        return JSONResponse({"jsonrpc": "2.0", "id": id_, "result": result}, headers=headers)


@asynccontextmanager
async def served(parcels: Parcels) -> AsyncIterator[int]:
    async def refuse(_: Request) -> Response:
        return Response(status_code=405)

    routes = [Route("/mcp", parcels.post, methods=["POST"]), Route("/mcp", refuse, methods=["GET", "DELETE"])]
    server = uvicorn.Server(uvicorn.Config(Starlette(routes=routes), port=0, log_level="error", lifespan="off"))
    running = asyncio.create_task(server.serve())
    await _until(lambda: server.started)
    yield server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = True
    await running


@asynccontextmanager
async def connected(folder: Path, parcels: Parcels) -> AsyncIterator[Sources]:
    async with served(parcels) as port:
        settings = settings_of(folder, terms={"send": {"public": True}}, url=f"http://127.0.0.1:{port}/mcp")
        async with open_sources(settings, FixedClock(datetime.fromisoformat("2026-06-15T10:00Z"))) as sources:
            assert not sources.faults
            yield sources


async def test_a_server_that_was_started_anew_is_greeted_anew_and_gets_the_write_once(tmp_path: Path) -> None:
    parcels = Parcels()
    async with connected(tmp_path, parcels) as sources:
        assert (await ask(sources, "send", to="Ada")).ok
        parcels.session += 1
        assert (await ask(sources, "send", to="Bea")).ok
        assert [params["arguments"]["to"] for params in parcels.sent] == ["Ada", "Bea"]
        assert parcels.sent[0]["_meta"]["handrail/idempotency_key"] == "k1"


def status(code: int, **headers: str) -> Behave:
    return lambda request, message: Response(status_code=code, headers=headers)


def error(code: int) -> Behave:
    return lambda request, message: JSONResponse(
        {"jsonrpc": "2.0", "id": message["id"], "error": {"code": code, "message": "no"}}
    )


def garbage(kind: str) -> Behave:
    return lambda request, message: Response(b"<html>gateway</html>", media_type=kind)


@pytest.mark.parametrize(
    ("behave", "end", "code"),
    [
        (status(503), "failed", "unavailable"),
        (status(429), "failed", "busy"),
        (status(401), "failed", "not_allowed"),
        (error(-32602), "failed", "rejected"),
        (status(500), "unknown", "error"),
        (status(502), "unknown", "error"),
        (error(-32603), "unknown", "error"),
        (garbage("application/json"), "unknown", "error"),
        (garbage("text/html"), "unknown", "error"),
    ],
)
async def test_only_what_was_certainly_not_done_is_told_as_not_done(
    tmp_path: Path, behave: Behave, end: str, code: str
) -> None:
    parcels = Parcels()
    async with connected(tmp_path, parcels) as sources:
        parcels.behave = behave
        called = await ask(sources, "send", to="Ada")
        assert (called.end, called.code) == (end, code)
        assert not parcels.sent
        # Nobody else's call suffers from it.
        parcels.behave = lambda request, message: None
        assert (await ask(sources, "send", to="Bea")).ok


async def test_a_server_that_is_not_there_was_sent_nothing(tmp_path: Path) -> None:
    parcels = Parcels()
    async with served(parcels) as port:
        settings = settings_of(tmp_path, terms={"send": {"public": True}}, url=f"http://127.0.0.1:{port}/mcp")
        opened = open_sources(settings, FixedClock())
        sources = await opened.__aenter__()
    try:
        for _ in range(2):
            called = await ask(sources, "send", to="Ada")
            assert (called.end, called.code) == ("failed", "no_connection")
    finally:
        await opened.__aexit__(None, None, None)


async def test_no_call_of_somebody_else_is_lost_with_one_that_breaks(tmp_path: Path) -> None:
    parcels, going, go = Parcels(), asyncio.Event(), asyncio.Event()
    post = parcels.post

    async def slow(request: Request) -> Response:
        message = await request.json()
        if message.get("params", {}).get("arguments") == {"to": "Ada"}:
            going.set()
            await go.wait()
        return await post(request)

    parcels.post = slow  # type: ignore[method-assign]
    parcels.behave = lambda request, message: (
        error(-32603)(request, message) if message["params"]["arguments"]["to"] == "Bea" else None
    )
    async with connected(tmp_path, parcels) as sources:
        ada = asyncio.create_task(ask(sources, "send", reader(), to="Ada"))
        await asyncio.wait_for(going.wait(), 5)
        assert (await ask(sources, "send", to="Bea")).end == "unknown"
        go.set()
        assert (await ada).ok
