"""The session with an MCP server: kept open in a task of its own, opened anew after it has broken off."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from handrail.agent.tools.offer import Undone

if TYPE_CHECKING:
    from mcp import Client

OPENING_SECONDS = 15.0
CLOSING_SECONDS = 5.0
LISTEN_SECONDS = 15.0
"""Between two tries to hear of changes."""

Transport = Callable[[], AbstractAsyncContextManager[Any]]
"""Opens the way to the server; its value is what the SDK calls a transport."""

log = logging.getLogger("handrail.sources")


@dataclass(eq=False, slots=True)
class _Life:
    """One session from its opening to its end. A server that goes away by itself sets `end` too."""

    ready: "asyncio.Future[Client]"
    end: asyncio.Event = field(default_factory=asyncio.Event)


class Session:
    """Gives the client of the server. `changed` is called when the server says that its tools are others."""

    def __init__(self, name: str, transport: Transport, changed: Callable[[], None]) -> None:
        self._name, self._transport, self._changed = name, transport, changed
        self._life: _Life | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def client(self, seconds: float) -> "Client":
        """The client, opened where it is not: whoever comes while it opens waits for the same.

        Raises `Undone` where it is not there within `seconds`: it goes on to open for the next who asks.
        """
        life = self._life
        if life is None or life.end.is_set():
            life = self._life = _Life(asyncio.get_running_loop().create_future())
            # A session must be entered and left in one task, whoever calls it.
            task = asyncio.create_task(self._live(life), name=f"mcp {self._name}")
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        done, _ = await asyncio.wait([life.ready], timeout=seconds)
        if not done:
            raise Undone("no_connection", f"{self._name} has not answered within {seconds:.1f} s")
        try:
            return life.ready.result()
        except Exception as error:
            raise Undone("no_connection", f"{self._name} can't be reached: {told(error)}") from error

    def drop(self, client: "Client") -> None:
        """Let this client go; the next call opens another."""
        life = self._life
        if life and life.ready.done() and not life.ready.exception() and life.ready.result() is client:
            life.end.set()

    async def aclose(self) -> None:
        """End the session, and the server where we run it."""
        if self._life is not None:
            self._life.end.set()
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=CLOSING_SECONDS)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def _live(self, life: _Life) -> None:
        try:
            async with AsyncExitStack() as stack:
                async with asyncio.timeout(OPENING_SECONDS):
                    client = await stack.enter_async_context(self._opened(life.end))
                life.ready.set_result(client)
                listening = asyncio.create_task(self._listen(client), name=f"mcp {self._name}: changes")
                try:
                    await life.end.wait()
                finally:
                    listening.cancel()
                    await asyncio.gather(listening, return_exceptions=True)
        except Exception as error:
            if life.ready.done():
                log.warning("%s broke off: %s", self._name, told(error))
            else:
                life.ready.set_exception(error)
                life.ready.exception()
        finally:
            life.end.set()
            life.ready.cancel()

    def _opened(self, end: asyncio.Event) -> "AbstractAsyncContextManager[Client]":
        from mcp import Client

        @asynccontextmanager
        async def watched() -> Any:
            async with self._transport() as (read, write):
                yield _Watched(read, end.set), write

        return Client(watched(), message_handler=self._heard, cache=None)

    async def _heard(self, message: Any) -> None:
        if getattr(message, "method", "") == "notifications/tools/list_changed":
            self._changed()

    async def _listen(self, client: "Client") -> None:
        """Hear of changes where the protocol wants a subscription for them; older ones tell without."""
        from mcp import MCPError
        from mcp.client.subscriptions import ListenNotSupportedError, SubscriptionLost

        while True:
            try:
                async with client.listen(tools_list_changed=True) as changes:
                    async for _ in changes:
                        self._changed()
            except (ListenNotSupportedError, MCPError):
                return
            except (SubscriptionLost, TimeoutError, OSError):
                log.debug("%s is not heard for a while", self._name)
            await asyncio.sleep(LISTEN_SECONDS)
            # What it said meanwhile was not heard.
            self._changed()


class _Watched:
    """The messages of a server; `ended` is called when there can't be any more: it has gone."""

    def __init__(self, stream: Any, ended: Callable[[], None]) -> None:
        self._stream, self._ended = stream, ended

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def __aiter__(self) -> "_Watched":
        return self

    async def __anext__(self) -> Any:
        try:
            return await self._stream.__anext__()
        except StopAsyncIteration:
            self._ended()
            raise

    async def __aenter__(self) -> "_Watched":
        await self._stream.__aenter__()
        return self

    async def __aexit__(self, *raised: Any) -> Any:
        return await self._stream.__aexit__(*raised)


def told(error: BaseException) -> str:
    """What went wrong, also where it is wrapped in groups."""
    while isinstance(error, BaseExceptionGroup) and error.exceptions:
        error = error.exceptions[0]
    return " ".join(str(error).split())[:200] or type(error).__name__
