"""The door of `mcp`: an MCP server as a source, run by us over stdio or reached over streamable HTTP."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field

from handrail.agent.sources.secrets import in_header, revealed
from handrail.agent.sources.session import OPENING_SECONDS, Session, told
from handrail.agent.tools.api import Refusal
from handrail.agent.tools.offer import Offer, Sending, Undone
from handrail.conversation.errors import Unavailable
from handrail.conversation.sources import McpTable

if TYPE_CHECKING:
    from mcp import Client, MCPError

PAGES = 50
"""More pages of tools than any server should have."""
OPENING_SHARE = 0.8
"""Of the time of a call, what it waits at most for the server to be there: what was not sent is not done."""
SILENT = 6
"""Calls in a row without an answer, after which a server is taken for hung and opened anew."""
ERRORS_BYTES = 1_000_000
REFUSAL = 300
"""Characters of an error that the customer may be told."""
SEPARATE_KEY = "handrail/idempotency_key"
"""The idempotency key of a write, in the `_meta` of its call."""
NOT_DONE = (-32601, -32602)
"""JSON-RPC's errors for a request that was not carried out: no such method, wrong parameters. The SDK tells others of
this kind also for an answer that it could not read."""
NO_ANSWER, BROKEN_OFF, NO_REQUEST = -32001, -32000, -32600
NO_SESSION = "Session terminated"
"""What the SDK says with `NO_REQUEST` where a server over HTTP was started anew and knows nothing of our session."""
LEAD = re.compile(r"(?:Error executing tool \S+: )?(?:Error: )?")
BROKE = re.compile(r"Error executing tool \S+|Internal (?:server )?error", re.IGNORECASE)
"""What servers answer where a tool broke, without a reason."""


class Hints(BaseModel):
    """The marks that a server gives a tool; where it gives none, the protocol's own defaults."""

    model_config = ConfigDict(extra="ignore")
    reads: bool | None = Field(default=False, alias="readOnlyHint")
    destructive: bool | None = Field(default=True, alias="destructiveHint")
    idempotent: bool | None = Field(default=False, alias="idempotentHint")


class McpConnection:
    """One server. It is opened when it is first needed, and anew after it has broken off.

    `changed` is called when the server says that its tools are others. `errors` takes what a server that we run writes
    on its standard error. Raises `SettingsError` where a secret is not set.
    """

    def __init__(
        self, name: str, table: McpTable, folder: Path, errors: Path, changed: Callable[[], None] | None = None
    ) -> None:
        where = f"tools.sources.{name}"
        self._name, self._table, self._folder, self._errors = name, table, folder, errors
        self._headers = {k: in_header(v, f"{where}.headers.{k}") for k, v in table.headers.items()}
        self._environment = {k: revealed(v, f"{where}.environment.{k}") for k, v in table.environment.items()}
        self._session = Session(name, self._command if table.url is None else self._http, changed or (lambda: None))
        self._silent = 0

    async def offers(self) -> Sequence[Offer]:
        """What the server offers. Raises `Unavailable`."""
        try:
            client = await self._session.client(OPENING_SECONDS)
        except Undone as error:
            raise Unavailable(str(error), code="source") from error
        try:
            async with asyncio.timeout(OPENING_SECONDS):
                return [self._offer(tool) for tool in await _listed(client)]
        except Exception as error:
            self._session.drop(client)
            raise Unavailable(f"{self._name} does not tell its tools: {told(error)}", code="source") from error

    async def aclose(self) -> None:
        """End the connection, and the server where we run it."""
        await self._session.aclose()

    def _offer(self, tool: Any) -> Offer:
        hints = Hints.model_validate(tool.annotations.model_dump(by_alias=True) if tool.annotations else {})
        result = tool.output_schema
        wrapped = result is not None and list(result.get("properties", {})) == ["result"]
        if wrapped:
            shared = {key: part for key, part in result.items() if key in ("$defs", "definitions")}
            result = {**result["properties"]["result"], **shared}
        name: str = tool.name

        async def send(arguments: Mapping[str, Any], sending: Sending) -> Any:
            value = await self._call(name, arguments, sending)
            return value["result"] if wrapped and isinstance(value, dict) and set(value) == {"result"} else value

        return Offer(
            name=name,
            title=tool.title or (tool.annotations.title if tool.annotations else "") or "",
            description=tool.description or "",
            arguments=tool.input_schema,
            result=result,
            send=send,
            effect="read" if hints.reads else "write",
            idempotent=bool(hints.idempotent),
            destructive=not hints.reads and hints.destructive is not False,
        )

    async def _call(self, name: str, arguments: Mapping[str, Any], sending: Sending) -> Any:
        until = asyncio.get_running_loop().time() + sending.seconds
        try:
            answer = await self._answer(name, arguments, sending, until)
        except _NoSessionError:
            answer = await self._answer(name, arguments, sending, until)
        if answer.is_error:
            said = _refusal(_text(answer.content))
            if BROKE.fullmatch(said):
                # No rule said no: the tool broke inside, whatever it had done by then.
                raise RuntimeError(f"{self._name} broke in the call: {said}")
            raise Refusal("refused", said)
        if answer.structured_content is not None:
            return answer.structured_content
        return _read(_text(answer.content))

    async def _answer(self, name: str, arguments: Mapping[str, Any], sending: Sending, until: float) -> Any:
        from mcp import MCPError

        loop = asyncio.get_running_loop()
        client = await self._session.client((until - loop.time()) * OPENING_SHARE)
        meta: Any = {SEPARATE_KEY: sending.key} if sending.key else None
        # A little before our caller gives up, so that it is seen here that no answer came.
        seconds = max(until - loop.time(), 0.01) * 0.95
        try:
            answer = await client.call_tool(name, dict(arguments), read_timeout_seconds=seconds, meta=meta)
        except MCPError as error:
            self._silent = self._silent + 1 if error.code == NO_ANSWER else 0
            raise self._failure(error, client) from error
        except OSError:
            self._session.drop(client)
            raise
        self._silent = 0
        return answer

    def _failure(self, error: "MCPError", client: "Client") -> Exception:
        """What an error of the protocol comes to; where the session is no more, it is let go."""
        from handrail.agent.sources.turned_away import TURNED_AWAY, undone

        if error.code == TURNED_AWAY:
            return undone(error.data, f"{self._name} does not take the call: {told(error)}")
        if error.code in NOT_DONE:
            return Undone("rejected", f"{self._name} does not take the call: {told(error)}")
        if error.code == NO_REQUEST and error.message == NO_SESSION:
            self._session.drop(client)
            return _NoSessionError("no_connection", f"{self._name} has forgotten our session")
        if error.code == NO_ANSWER:
            if self._silent >= SILENT:
                self._session.drop(client)
            return TimeoutError(f"{self._name} has not answered")
        if error.code == BROKEN_OFF:
            self._session.drop(client)
            return ConnectionError(f"{self._name} broke off in the call: {told(error)}")
        return RuntimeError(f"{self._name} broke in the call: {told(error)}")

    @asynccontextmanager
    async def _command(self) -> AsyncIterator[Any]:
        from mcp import StdioServerParameters
        from mcp.client.stdio import stdio_client

        command, *rest = self._table.command
        folder = self._folder / (self._table.folder or "")
        parameters = StdioServerParameters(command=command, args=rest, env=self._environment, cwd=folder)
        self._errors.parent.mkdir(parents=True, exist_ok=True)
        full = self._errors.exists() and self._errors.stat().st_size > ERRORS_BYTES
        with self._errors.open("w" if full else "a", encoding="utf-8") as errors:
            async with stdio_client(parameters, errlog=errors) as streams:
                yield streams

    @asynccontextmanager
    async def _http(self) -> AsyncIterator[Any]:
        import httpx2
        from mcp.client.streamable_http import streamable_http_client

        from handrail.agent.sources.turned_away import TurningAway

        assert self._table.url is not None
        seconds = httpx2.Timeout(self._table.timeout_seconds, read=None)
        async with (
            httpx2.AsyncClient(headers=self._headers, timeout=seconds, transport=TurningAway()) as http,
            streamable_http_client(self._table.url, http_client=http) as streams,
        ):
            yield streams


class _NoSessionError(Undone):
    """Nothing was sent; over a new session it can be."""


async def _listed(client: "Client") -> list[Any]:
    tools: list[Any] = []
    cursor: str | None = None
    for _ in range(PAGES):
        page = await client.list_tools(cursor=cursor)
        tools += page.tools
        cursor = page.next_cursor
        if not cursor:
            break
    return tools


def _text(content: Sequence[Any]) -> str:
    """The texts of a result; what is no text is named."""
    parts = [part.text if part.type == "text" else f"[{part.type} left out]" for part in content]
    return "\n".join(parts)


def _read(text: str) -> Any:
    """A text that is JSON as such, else the text."""
    if text.lstrip()[:1] in ("{", "["):
        with suppress(ValueError):
            return json.loads(text)
    return text


def _refusal(text: str) -> str:
    """An error as a sentence for the customer: one line, short, without what libraries put before it."""
    line = " ".join(text.split())
    line = LEAD.sub("", line, count=1)
    if not line:
        return "That is not possible."
    return line if len(line) <= REFUSAL else line[:REFUSAL].rsplit(" ", 1)[0] + " …"
