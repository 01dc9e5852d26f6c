"""An assistant of somebody else's, with the SDK's own client."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx2
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
from mcp.types import CallToolResult
from pydantic import SecretStr

from handrail.conversation.assistants import AssistantsTable

KEY, OTHER_KEY = "concierge-" + "k" * 40, "broker-" + "b" * 40


def table(**more: Any) -> AssistantsTable:
    """Two assistants with a key each."""
    keys = {"concierge": SecretStr(KEY), "broker": SecretStr(OTHER_KEY)}
    return AssistantsTable(**{"keys": keys, **more})


@dataclass
class Other:
    """The other assistant, connected."""

    client: Client

    async def call(self, tool: str, **arguments: Any) -> Any:
        """What a call returns; it must not fail."""
        result = await self.try_(tool, **arguments)
        assert not result.is_error, result.content
        assert result.structured_content is not None
        return result.structured_content

    async def error(self, tool: str, **arguments: Any) -> str:
        """What a call that must fail is told."""
        result = await self.try_(tool, **arguments)
        assert result.is_error, result.structured_content
        return text_of(result)

    async def try_(self, tool: str, **arguments: Any) -> CallToolResult:
        result = await self.client.call_tool(tool, arguments)
        assert isinstance(result, CallToolResult)
        return result


def text_of(result: CallToolResult) -> str:
    return " ".join(part.text for part in result.content if part.type == "text")


@asynccontextmanager
async def connected(
    url: str, key: str | None = KEY, *, mode: str = "auto", headers: dict[str, str] | None = None
) -> AsyncIterator[Other]:
    """Connect to `/mcp` with a key, or without one."""
    shown = {"Authorization": f"Bearer {key}"} if key else {}
    try:
        async with (
            httpx2.AsyncClient(headers={**shown, **(headers or {})}, timeout=60) as http,
            Client(streamable_http_client(f"{url}/mcp", http_client=http), mode=mode) as client,
        ):
            yield Other(client)
    except BaseExceptionGroup as group:
        # The client's task groups wrap what a test asserts.
        error: BaseException = group
        while isinstance(error, BaseExceptionGroup):
            error = error.exceptions[0]
        raise error from group
