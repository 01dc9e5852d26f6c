"""The sample shop as its tests meet it: loaded like any workspace, with tables laid around Monday 15 June 2026."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from psycopg.conninfo import make_conninfo
from sample_files import FOLDER

from handrail.agent.tools import Context, Customer, Preview
from handrail.agent.tools.binding import Bound, bind
from handrail.agent.tools.call import Called, call
from handrail.agent.workspace import Workspace, load_workspace
from handrail.conversation.settings import load

NOW = "2026-06-15T10:00+00:00"


@dataclass(frozen=True)
class Shopper:
    """A customer at the tools, as the agent calls them."""

    workspace: Workspace
    resources: Any
    clock: Any
    id: str | None
    level: Any = "verified"
    keys: Iterator[str] = field(default_factory=lambda: iter(lambda: uuid4().hex, None))

    def context(self, key: str | None = None, seconds: float | None = 10) -> Context:
        now: datetime = self.clock.now()
        return Context(
            customer=Customer(self.id, self.level),
            now=now,
            timezone="Europe/London",
            resources=self.resources,
            idempotency_key=key,
            deadline=now + timedelta(seconds=seconds) if key and seconds is not None else None,
        )

    async def ask(self, tool: str, **arguments: Any) -> Called:
        """Call a reading tool."""
        return await call(self.workspace.by_name[tool], self.context(), arguments)

    async def value(self, tool: str, **arguments: Any) -> Any:
        """What a reading tool answers; it must."""
        called = await self.ask(tool, **arguments)
        assert called.ok, called
        return called.value

    async def preview(self, name: str, **arguments: Any) -> Preview:
        """What a write would do. Raises `Refusal`."""
        tool = self.workspace.by_name[name]
        bound = bind(tool, arguments)
        assert isinstance(bound, Bound) and tool.preview, bound
        return await tool.preview(self.context(), **bound.values)

    async def do(self, tool: str, key: str | None = None, **arguments: Any) -> Called:
        """Make a change, under a key of its own where none is given."""
        return await call(self.workspace.by_name[tool], self.context(key or next(self.keys)), arguments)

    async def lookup(self, tool: str, key: str, **arguments: Any) -> Any:
        """What was done under a key."""
        found = self.workspace.by_name[tool].lookup
        assert found
        return await found(self.context(key), **arguments)


@pytest.fixture(scope="session")
def workspace() -> Workspace:
    return load_workspace(load(FOLDER, {}))


@pytest.fixture(scope="session")
def filled(postgres: str, workspace: Workspace) -> Iterator[str]:
    """The name of a database with the shop's tables in it, to be cloned."""
    name = f"shop_{uuid4().hex}"
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("SHOP_NOW", NOW)
            asyncio.run(_fill(workspace, make_conninfo(postgres, dbname=name)))
        yield name
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


async def _fill(workspace: Workspace, url: str) -> None:
    async with workspace.open(url):
        pass


@pytest.fixture
def shop_url(postgres: str, filled: str) -> Iterator[str]:
    """The DSN of a freshly filled database."""
    name = f"s_{uuid4().hex}"
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {filled}")
        yield make_conninfo(postgres, dbname=name)
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
async def shop(shop_url: str, workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Any]:
    """The resources of the shop's tools."""
    monkeypatch.setenv("SHOP_NOW", NOW)
    async with workspace.open(shop_url) as resources:
        yield resources


@pytest.fixture
def customer(shop: Any, workspace: Workspace, clock: Any) -> Callable[..., Shopper]:
    """Make the customer of an id: `customer("C1001")`."""

    def make(customer_id: str | None, level: str = "verified") -> Shopper:
        return Shopper(workspace, shop, clock, customer_id, level)

    return make


@pytest.fixture
def rows(shop: Any) -> Callable[..., Any]:
    """Ask the shop's tables: `await rows("SELECT …", value)`."""

    async def ask(query: str, *values: Any) -> list[Mapping[str, Any]]:
        async with shop.transaction() as connection:
            found = await connection.execute(query, values)
            return await found.fetchall() if found.description else []

    return ask
