"""All sources of the settings, opened: their tools, what is left out, and which do not answer."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

from handrail.agent.sources.adopting import Adopted, Left, adopt
from handrail.agent.sources.circuit import Circuit
from handrail.agent.tools.api import Tool
from handrail.agent.tools.offer import Offer
from handrail.conversation.clock import Clock
from handrail.conversation.errors import SettingsError, Unavailable
from handrail.conversation.settings import Settings
from handrail.conversation.sources import McpTable, OpenApiTable, SourceTable

PAUSE = timedelta(seconds=15)
"""Between two tries to reach a source, and between two looks at what it offers."""

log = logging.getLogger("handrail.sources")


class Connection(Protocol):
    """A way to a system of others."""

    async def offers(self) -> Sequence[Offer]:
        """What it offers now. Raises `Unavailable`, and `SettingsError` where it can't be what the settings say."""
        ...

    async def aclose(self) -> None:
        """Close it."""
        ...


@dataclass(slots=True)
class _Kept:
    """One source. `fault` says why it is not there; `stale` that it offers something else than we have taken."""

    table: SourceTable
    connection: Connection
    circuit: Circuit
    adopted: Adopted = field(default_factory=lambda: Adopted((), ()))
    fault: str = ""
    stale: bool = True
    looked: datetime | None = None


class Sources:
    """The sources, kept up to date by `refresh`. A source that does not answer takes no other down."""

    def __init__(self, settings: Settings, clock: Clock, *, rehearsal: bool = False) -> None:
        self._clock = clock
        self._changed: Callable[[], None] = lambda: None
        tables = {n: t for n, t in settings.tools.sources.items() if t.rehearse or not rehearsal}
        self._kept = {name: self._keep(name, table, settings) for name, table in tables.items()}

    @property
    def tools(self) -> tuple[Tool, ...]:
        """The tools of all sources that have answered."""
        return tuple(tool for kept in self._kept.values() for tool in kept.adopted.tools)

    @property
    def left(self) -> tuple[Left, ...]:
        """What was offered and not taken, with its mend."""
        return tuple(left for kept in self._kept.values() for left in kept.adopted.left)

    @property
    def faults(self) -> dict[str, str]:
        """The sources that do not answer, and why."""
        return {name: kept.fault for name, kept in self._kept.items() if kept.fault}

    @property
    def stale(self) -> bool:
        """Whether any of them may offer something else than what was taken."""
        return any(kept.stale for kept in self._kept.values())

    def on_change(self, call: Callable[[], None]) -> None:
        """Call this whenever there are other tools than before."""
        self._changed = call

    async def refresh(self) -> int:
        """Ask those whose tools are not known, or said to be others; returns how many tools changed hands.

        Raises `SettingsError` where the terms of the settings don't fit what a source offers.
        """
        now = self._clock.now()
        due = {
            name: kept
            for name, kept in self._kept.items()
            if kept.stale and (kept.looked is None or now - kept.looked >= PAUSE)
        }
        before = {tool.name: tool for tool in self.tools}
        await asyncio.gather(*(self._look(name, kept, now) for name, kept in due.items()))
        after = {tool.name: tool for tool in self.tools}
        if len(after) < len(self.tools):
            raise SettingsError(f"two sources have a tool {_twice(self.tools)!r}; give one of them a `prefix`")
        changed = {n for n in before.keys() | after.keys() if before.get(n) != after.get(n)}
        if changed:
            self._changed()
        return len(changed)

    async def aclose(self) -> None:
        """Close all."""
        await asyncio.gather(*(kept.connection.aclose() for kept in self._kept.values()))

    async def _look(self, name: str, kept: _Kept, now: datetime) -> None:
        kept.looked = now
        try:
            offers = await kept.connection.offers()
        except Unavailable as error:
            if kept.fault != str(error):
                log.warning("the tools of %s are missing until it answers: %s", name, error)
            kept.fault = str(error)
            return
        kept.stale, kept.fault = False, ""
        kept.adopted = adopt(name, kept.table, offers, kept.circuit)

    def _keep(self, name: str, table: SourceTable, settings: Settings) -> _Kept:
        circuit = Circuit(self._clock, failures=table.breaker_failures, seconds=table.breaker_seconds)
        folder, errors = settings.workspace, settings.data_folder / "sources" / f"{name}.log"
        return _Kept(table, self._connection(name, table, folder, errors), circuit)

    def _connection(self, name: str, table: SourceTable, folder: Path, errors: Path) -> Connection:
        def changed() -> None:
            self._kept[name].stale = True

        if isinstance(table, McpTable):
            from handrail.agent.sources.mcp import McpConnection

            return McpConnection(name, table, folder, errors, changed)
        from handrail.agent.sources.openapi.connection import OpenApiConnection

        assert isinstance(table, OpenApiTable)
        return OpenApiConnection(name, table, folder, self._clock)


@asynccontextmanager
async def open_sources(settings: Settings, clock: Clock, *, rehearsal: bool = False) -> AsyncIterator[Sources]:
    """Open the sources of the settings and ask each what it offers; in a `rehearsal` only those that bear it."""
    sources = Sources(settings, clock, rehearsal=rehearsal)
    try:
        await sources.refresh()
        yield sources
    finally:
        await sources.aclose()


def _twice(tools: Sequence[Tool]) -> str:
    names = [tool.name for tool in tools]
    return next(name for name in names if names.count(name) > 1)
