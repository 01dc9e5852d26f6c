"""The shop's database as tools get it: a pool of its own, reads, and changes that happen once."""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

from psycopg import AsyncConnection
from psycopg.rows import DictRow, dict_row
from psycopg.types.json import Jsonb
from psycopg_pool import AsyncConnectionPool
from pydantic import BaseModel

from handrail.agent.tools import Context, Refusal, WorkspaceInfo

from .seed.fill import fill

Connection: TypeAlias = AsyncConnection[DictRow]
Result = TypeVar("Result", bound=BaseModel)
SCHEMA = Path(__file__).with_name("schema.sql")
PREPARING = 5_170_614
"""The advisory lock under which one process makes and fills the tables."""


class Shop:
    """What `lifespan` yields: the way to the shop's tables."""

    def __init__(self, pool: AsyncConnectionPool[Connection]) -> None:
        self._pool = pool

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Connection]:
        """One transaction: committed at the end of the block, rolled back when it raises."""
        async with self._pool.connection() as connection:
            yield connection


@asynccontextmanager
async def lifespan(workspace: WorkspaceInfo) -> AsyncIterator[Shop]:
    """Open the shop's database (`SHOP_DATABASE_URL`, else Handrail's own), make its tables and fill them when empty.

    The sample data are laid around the present moment, or around `SHOP_NOW` (`2026-06-15T10:00+00:00`) where it is set.
    A case that is played never reaches the shop's own database, and its data lie around its own moment.
    """
    own = None if workspace.rehearsal else os.environ.get("SHOP_DATABASE_URL")
    url = own or workspace.database_url
    pool: AsyncConnectionPool[Connection] = AsyncConnectionPool(
        url, min_size=1, max_size=8, open=False, kwargs={"row_factory": dict_row}
    )
    async with pool:
        shop = Shop(pool)
        async with shop.transaction() as connection:
            await prepare(connection, _now(workspace))
        yield shop


async def prepare(connection: Connection, now: datetime) -> None:
    """Make the tables where they are missing, and fill them when they are empty."""
    await connection.execute("SELECT pg_advisory_xact_lock(%s)", [PREPARING])
    await connection.execute(await asyncio.to_thread(SCHEMA.read_bytes))
    await fill(connection, now)


def customer(ctx: Context) -> str:
    """The id of the customer the call acts for. The agent sees to it that it is proven; nothing here works without."""
    if ctx.customer.id is None or ctx.customer.level != "verified":
        raise Refusal("not_verified", "I can do that once you have proven who you are.", rule="account-security")
    return ctx.customer.id


async def once(
    ctx: Context, tool: str, kind: type[Result], change: Callable[[Connection], Awaitable[Result]]
) -> Result:
    """Make a change in one transaction, and note its result under the idempotency key with it.

    A second call with the same key changes nothing and returns the same result. Nothing is committed after the
    deadline of the context, also where this process was stopped in between.
    """
    who, left = customer(ctx), _countdown(ctx)
    if ctx.idempotency_key is None:
        raise ValueError(f"{tool} changes something and needs an idempotency key")
    shop: Shop = ctx.resources
    async with shop.transaction() as connection:
        done = await _noted(connection, ctx)
        if done is not None:
            return kind.model_validate(done)
        result = await change(connection)
        await connection.execute(
            "INSERT INTO shop.effects (key, tool, customer_id, made_at, result) VALUES (%s, %s, %s, %s, %s)",
            [ctx.idempotency_key, tool, who, ctx.now, Jsonb(result.model_dump(mode="json"))],
        )
        # If this process is stopped from here on, Postgres rolls back by itself when the deadline has passed.
        await connection.execute(
            "SELECT set_config('idle_in_transaction_session_timeout', %s, true)", [str(max(int(left() * 1000), 1))]
        )
        if left() <= 0:
            raise TimeoutError(f"{tool} reached its deadline before it was done")
    return result


async def lookup(ctx: Context, **_: Any) -> dict[str, Any] | None:
    """The result of the change that was made under the context's idempotency key; None where none was.

    It waits for a change under that key which is still under way.
    """
    shop: Shop = ctx.resources
    async with shop.transaction() as connection:
        return await _noted(connection, ctx)


async def _noted(connection: Connection, ctx: Context) -> dict[str, Any] | None:
    await connection.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [ctx.idempotency_key])
    found = await connection.execute(
        "SELECT result FROM shop.effects WHERE key = %s AND customer_id = %s", [ctx.idempotency_key, customer(ctx)]
    )
    row = await found.fetchone()
    return row["result"] if row else None


def _countdown(ctx: Context) -> Callable[[], float]:
    """The seconds that are left until the deadline, by a clock that nobody sets."""
    end = time.monotonic() + ((ctx.deadline - ctx.now).total_seconds() if ctx.deadline else 3600)
    return lambda: end - time.monotonic()


def _now(workspace: WorkspaceInfo) -> datetime:
    told = os.environ.get("SHOP_NOW")
    if not told or workspace.rehearsal:
        return workspace.now
    moment = datetime.fromisoformat(told)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
