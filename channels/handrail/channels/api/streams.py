"""Server-Sent Events on the wire."""

import asyncio
import json
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from fastapi.responses import StreamingResponse
from fastapi.sse import KEEPALIVE_COMMENT, format_sse_event

from handrail.channels.api.problems import of_error, problem
from handrail.conversation.errors import HandrailError

logger = logging.getLogger(__name__)

PING_SECONDS = 15.0
RETRY_MILLISECONDS = 1000


@dataclass(frozen=True, slots=True)
class Sent:
    """One event of a stream. `id` is a seq, for `Last-Event-ID`."""

    event: str
    data: Any
    id: int | None = None

    def encode(self) -> bytes:
        """The event as it goes over the wire."""
        # ASCII alone: some readers break lines at U+2028 and the like, which JSON would let through.
        data = json.dumps(self.data, separators=(",", ":"))
        return format_sse_event(data_str=data, event=self.event, id=None if self.id is None else str(self.id))


class EventStream(StreamingResponse):
    """A response that sends events until their source ends, the reader leaves, the server stops, or `over` says that
    the reader may not read on."""

    media_type = "text/event-stream"

    def __init__(
        self, source: AsyncGenerator[Sent], closing: asyncio.Event, over: Callable[[], Awaitable[None]] | None = None
    ) -> None:
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        super().__init__(_encoded(source, closing, over), headers=headers)


async def _encoded(
    source: AsyncGenerator[Sent], closing: asyncio.Event, over: Callable[[], Awaitable[None]] | None
) -> AsyncIterator[bytes]:
    yield format_sse_event(retry=RETRY_MILLISECONDS)
    ends = [asyncio.ensure_future(end()) for end in (closing.wait, over) if end is not None]
    coming: asyncio.Task[Sent | None] | None = None
    try:
        while not any(end.done() for end in ends):
            # The source is waited for in a task of its own: a ping must not cancel what it is doing.
            coming = coming or asyncio.create_task(_next(source))
            done, _ = await asyncio.wait({coming, *ends}, timeout=PING_SECONDS, return_when=asyncio.FIRST_COMPLETED)
            if over is not None and ends[-1] in done:
                return
            if coming in done:
                try:
                    sent = coming.result()
                except Exception as error:
                    # The status has been sent: what is left to tell of a failure is an event.
                    yield _failure(error).encode()
                    return
                finally:
                    coming = None
                if sent is None:
                    return
                yield sent.encode()
            elif not done:
                yield KEEPALIVE_COMMENT
    finally:
        for end in ends:
            end.add_done_callback(_forget)
            end.cancel()
        if coming is not None:
            coming.add_done_callback(_forget)
            coming.cancel()
            await asyncio.wait({coming})
        await source.aclose()


END: Any = object()


async def merged(*sources: AsyncIterator[Any]) -> AsyncGenerator[Any]:
    """What several sources yield, as it comes, until all have ended."""
    coming = {asyncio.create_task(anext(source, END)): source for source in sources}
    try:
        while coming:
            done, _ = await asyncio.wait(coming, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                source = coming.pop(task)
                if (found := task.result()) is END:
                    continue
                coming[asyncio.create_task(anext(source, END))] = source
                yield found
    finally:
        for task in coming:
            task.add_done_callback(_forget)
            task.cancel()
        if coming:
            await asyncio.wait(coming)
        for source in sources:
            if isinstance(source, AsyncGenerator):
                await source.aclose()


def _forget(ended: "asyncio.Task[Any]") -> None:
    # The reader has left: nobody is told of a failure on the way out, and asyncio is not to complain of that.
    if not ended.cancelled():
        ended.exception()


async def _next(source: AsyncGenerator[Sent]) -> Sent | None:
    return await anext(source, None)


def _failure(error: Exception) -> Sent:
    if isinstance(error, HandrailError):
        return Sent("error", of_error(error).model_dump(exclude_none=True))
    logger.error("a stream failed unforeseen", exc_info=error)
    return Sent("error", problem(500).model_dump(exclude_none=True))
