"""What all samples of a run share: opened at the first use, closed when the run ends."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any, Generic, TypeVar

from inspect_ai.hooks import Hooks, RunEnd, hooks

T = TypeVar("T")
_open: "set[Shared[Any]]" = set()


class Shared(Generic[T]):
    """A resource of many samples. A task of its own opens and closes it: samples come and go in tasks of theirs."""

    def __init__(self, opening: Callable[[], AbstractAsyncContextManager[T]]) -> None:
        self._opening = opening
        self._end = asyncio.Event()
        self._value: asyncio.Future[T] | None = None
        self._owner: asyncio.Task[None] | None = None

    async def get(self) -> T:
        """The resource, open. Raises what its opening raises, for each who asks."""
        if self._value is None:
            self._value = asyncio.get_running_loop().create_future()
            self._owner = asyncio.create_task(self._own(self._value))
            _open.add(self)
        return await asyncio.shield(self._value)

    async def close(self) -> None:
        """Close it, if it is open; it may be opened again."""
        _open.discard(self)
        self._end.set()
        if self._owner is not None:
            await self._owner
        self._value, self._owner, self._end = None, None, asyncio.Event()

    async def _own(self, value: "asyncio.Future[T]") -> None:
        try:
            async with self._opening() as opened:
                value.set_result(opened)
                await self._end.wait()
        except Exception as error:
            if value.done():
                raise
            value.set_exception(error)


@hooks(name="handrail_shared", description="Closes the businesses that Handrail's samples played in.")
class Closing(Hooks):
    """Closes what is shared once the last task of a run has ended."""

    def enabled(self) -> bool:
        return bool(_open)

    async def on_run_end(self, data: RunEnd) -> None:
        for shared in tuple(_open):
            await shared.close()
