"""The door of `mcp`: an MCP server as a source, run by us over stdio or reached over streamable HTTP."""

import asyncio
import json
import logging
import re
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field

from handrail.agent.sources.secrets import revealed
from handrail.agent.tools.api import Refusal
from handrail.agent.tools.offer import Offer, Sending, Undone
from handrail.conversation.errors import Unavailable
from handrail.conversation.sources import McpTable

if TYPE_CHECKING:
    from mcp import Client

PAGES = 50
"""More pages of tools than any server should have."""
OPENING_SECONDS = 15.0
REFUSAL = 300
"""Characters of an error that the customer may be told."""
SEPARATE_KEY = "handrail/idempotency_key"
"""The idempotency key of a write, in the `_meta` of its call."""
TURNED_AWAY = (-32700, -32600, -32601, -32602)
"""JSON-RPC's errors for a request that was not carried out: no JSON, no request, no such method, wrong parameters."""
LEAD = re.compile(r"(?:Error executing tool \S+: )?(?:Error: )?")
BROKE = re.compile(r"Error executing tool \S+|Internal (?:server )?error", re.IGNORECASE)
"""What servers answer where a tool broke, without a reason."""

log = logging.getLogger("handrail.sources")


class Hints(BaseModel):
    """The marks that a server gives a tool; where it gives none, the protocol's own defaults."""

    model_config = ConfigDict(extra="ignore")
    reads: bool | None = Field(default=False, alias="readOnlyHint")
    destructive: bool | None = Field(default=True, alias="destructiveHint")
    idempotent: bool | None = Field(default=False, alias="idempotentHint")


class McpConnection:
    """One server. It is opened when it is first needed, and anew after it has broken off.

    `changed` is called when the server says that its tools are others. `errors` takes what a server that we run writes
    on its standard error.
    """

    def __init__(
        self, name: str, table: McpTable, folder: Path, errors: Path, changed: Callable[[], None] | None = None
    ) -> None:
        self._name, self._table, self._folder, self._errors = name, table, folder, errors
        self._changed = changed or (lambda: None)
        self._opening = asyncio.Lock()
        self._client: Client | None = None
        self._life: asyncio.Task[None] | None = None
        self._end = asyncio.Event()

    async def offers(self) -> Sequence[Offer]:
        """What the server offers. Raises `Unavailable`."""
        try:
            client = await self._open()
            async with asyncio.timeout(OPENING_SECONDS):
                return [self._offer(tool) for tool in await _listed(client)]
        except Undone as error:
            raise Unavailable(str(error), code="source") from error
        except Exception as error:
            await self._drop()
            raise Unavailable(f"{self._name} does not tell its tools: {_told(error)}", code="source") from error

    async def aclose(self) -> None:
        """End the connection, and the server where we run it."""
        await self._drop()

    def _offer(self, tool: Any) -> Offer:
        hints = Hints.model_validate(tool.annotations.model_dump(by_alias=True) if tool.annotations else {})
        result = tool.output_schema
        wrapped = result is not None and list(result.get("properties", {})) == ["result"]
        if wrapped:
            shared = {key: part for key, part in result.items() if key in ("$defs", "definitions")}
            result = {**result["properties"]["result"], **shared}
        name: str = tool.name

        async def send(arguments: Mapping[str, Any], sending: Sending) -> Any:
            told = await self._call(name, arguments, sending, writes=not hints.reads)
            return told["result"] if wrapped and isinstance(told, dict) and set(told) == {"result"} else told

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

    async def _call(self, name: str, arguments: Mapping[str, Any], sending: Sending, *, writes: bool) -> Any:
        from mcp import MCPError

        client = await self._open()
        meta: Any = {SEPARATE_KEY: sending.key} if sending.key else None
        try:
            answer = await client.call_tool(name, dict(arguments), meta=meta)
        except MCPError as error:
            if error.code in TURNED_AWAY:
                raise Undone("rejected", f"{self._name} does not take the call: {_told(error)}") from error
            await self._drop()
            raise ConnectionError(f"{self._name} broke off in the call: {_told(error)}") from error
        except (TimeoutError, asyncio.CancelledError):
            raise
        except Exception as error:
            await self._drop()
            raise ConnectionError(f"{self._name} broke off in the call: {_told(error)}") from error
        if answer.is_error:
            told = _refusal(_text(answer.content))
            if writes and BROKE.fullmatch(told):
                # No rule said no: the tool broke inside, whatever it had done by then.
                raise RuntimeError(f"{self._name} broke in the call: {told}")
            raise Refusal("refused", told)
        if answer.structured_content is not None:
            return answer.structured_content
        return _read(_text(answer.content))

    async def _open(self) -> "Client":
        """The client, opened where it is not. Raises `Undone`: nothing was sent yet."""
        async with self._opening:
            if self._client is not None and self._life is not None and not self._life.done():
                return self._client
            await self._drop()
            opened: asyncio.Future[Client] = asyncio.get_running_loop().create_future()
            self._end = asyncio.Event()
            # A session must be entered and left in one task, whoever calls it.
            self._life = asyncio.create_task(self._live(opened, self._end), name=f"mcp {self._name}")
            try:
                async with asyncio.timeout(OPENING_SECONDS):
                    self._client = await asyncio.shield(opened)
            except Exception as error:
                await self._drop()
                raise Undone("no_connection", f"{self._name} can't be reached: {_told(error)}") from error
            return self._client

    async def _live(self, opened: "asyncio.Future[Client]", end: asyncio.Event) -> None:
        from mcp import Client

        try:
            async with (
                self._transport() as transport,
                Client(transport, message_handler=self._heard, cache=None) as client,
            ):
                opened.set_result(client)
                await end.wait()
        except Exception as error:
            if not opened.done():
                opened.set_exception(error)
                opened.exception()
            else:
                log.warning("%s broke off: %s", self._name, _told(error))

    @asynccontextmanager
    async def _transport(self) -> AsyncIterator[AbstractAsyncContextManager[Any]]:
        where = f"tools.sources.{self._name}"
        if self._table.url is None:
            from mcp import StdioServerParameters
            from mcp.client.stdio import stdio_client

            command, *rest = self._table.command
            environment = {k: revealed(v, f"{where}.environment.{k}") for k, v in self._table.environment.items()}
            folder = self._folder / (self._table.folder or "")
            parameters = StdioServerParameters(command=command, args=rest, env=environment, cwd=folder)
            self._errors.parent.mkdir(parents=True, exist_ok=True)
            with self._errors.open("a", encoding="utf-8") as errors:
                yield stdio_client(parameters, errlog=errors)
            return
        import httpx2
        from mcp.client.streamable_http import streamable_http_client

        headers = {k: revealed(v, f"{where}.headers.{k}") for k, v in self._table.headers.items()}
        seconds = httpx2.Timeout(self._table.timeout_seconds, read=None)
        async with httpx2.AsyncClient(headers=headers, timeout=seconds) as http:
            yield streamable_http_client(self._table.url, http_client=http)

    async def _heard(self, message: Any) -> None:
        if getattr(message, "method", "") == "notifications/tools/list_changed":
            self._changed()

    async def _drop(self) -> None:
        life, self._life, self._client = self._life, None, None
        self._end.set()
        if life is not None and life is not asyncio.current_task():
            _, late = await asyncio.wait([life], timeout=5)
            for task in late:
                task.cancel()
                with suppress(asyncio.CancelledError, Exception):
                    await task


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


def _told(error: BaseException) -> str:
    """What went wrong, also where it is wrapped in groups."""
    while isinstance(error, BaseExceptionGroup) and error.exceptions:
        error = error.exceptions[0]
    return " ".join(str(error).split())[:200] or type(error).__name__
