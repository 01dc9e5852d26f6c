"""The database: Postgres, embedded or your own. The one door to psycopg."""

import asyncio
import logging
import select
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import Any, Self, TypeAlias

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo
from psycopg.errors import UniqueViolation
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from handrail.conversation.errors import Invalid, Unavailable
from handrail.conversation.settings import Settings

logger = logging.getLogger(__name__)

Row: TypeAlias = dict[str, Any]
Connection: TypeAlias = psycopg.AsyncConnection[Row]
"""A connection whose rows are dicts: `await connection.execute(query, parameters)` returns a cursor."""

PlainConnection: TypeAlias = psycopg.Connection[tuple[Any, ...]]
SQL = sql.SQL
GONE = ("08", "53", "57P")
"""Classes of SQLSTATE that say the database is not there, or has nothing left for us."""

NAME = "handrail"
"""The database that is made in an embedded Postgres."""


class Database:
    """A pool of connections to a migrated database. `url` is a DSN that other clients can use, the sample shop say."""

    def __init__(
        self, url: str, pool: "AsyncConnectionPool[Connection]", restart: Callable[[], str] | None = None
    ) -> None:
        self.url = url
        self._pool = pool
        self._restart = restart
        self._reviving: asyncio.Task[str] | None = None

    @classmethod
    async def open(cls, settings: Settings) -> Self:
        """Start the embedded Postgres where `settings.database.url` is not set, migrate, and connect.

        Raises `Unavailable` when the database can't be reached.
        """
        restart = None
        if settings.database.url is not None:
            url = settings.database.url.get_secret_value()
        else:
            restart = partial(_embedded, settings)
            url = await asyncio.to_thread(restart)
        from handrail.conversation.migrate import migrate

        try:
            await asyncio.to_thread(migrate, url)
        except psycopg.OperationalError as error:
            raise Unavailable(f"the database does not answer: {error}") from error
        pool: AsyncConnectionPool[Connection] = AsyncConnectionPool(
            url,
            min_size=min(2, settings.database.pool),
            max_size=settings.database.pool,
            timeout=10,
            reconnect_timeout=30,
            open=False,
            configure=_configure,
            check=_alive,
            kwargs={"autocommit": True, "row_factory": dict_row},
        )
        await pool.open()
        return cls(url, pool, restart)

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Connection]:
        """A connection in autocommit: every statement is its own transaction, at one round trip.

        Raises `Unavailable` when the database does not answer: a statement under way may or may not have taken effect.
        """
        async with self.answering(), self._pool.connection() as connection:
            yield connection

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Connection]:
        """One transaction: committed at the end of the block, rolled back when it raises."""
        async with self.connection() as connection, connection.transaction():
            yield connection

    async def dedicated(self) -> Connection:
        """A connection of its own in autocommit, outside the pool; the caller closes it. Raises `Unavailable`."""
        async with self.answering():
            connection = await psycopg.AsyncConnection.connect(self.url, autocommit=True, row_factory=dict_row)
            await _configure(connection)
            return connection

    @asynccontextmanager
    async def answering(self) -> AsyncIterator[None]:
        """Turn a failure to reach the database into `Unavailable`, a text that it can't hold into `Invalid`."""
        try:
            yield
        except psycopg.DataError as error:
            raise Invalid(f"the database can't hold this: {error}") from error
        except (psycopg.OperationalError, psycopg.InterfaceError) as error:
            if not isinstance(error, PoolTimeout) and not (error.sqlstate or "08").startswith(GONE):
                raise
            self._revive()
            raise Unavailable(f"the database does not answer: {error}") from error

    async def close(self) -> None:
        """Close the pool. An embedded Postgres stops when the last process that uses it ends."""
        self._restart = None
        await self._pool.close()

    def _revive(self) -> None:
        # The embedded server has nobody else who would start it again when it was killed.
        if self._restart is not None and (self._reviving is None or self._reviving.done()):
            self._reviving = asyncio.create_task(asyncio.to_thread(self._restart), name="database: revive")
            self._reviving.add_done_callback(_told)


def _told(task: "asyncio.Task[str]") -> None:
    if not task.cancelled() and (error := task.exception()) is not None:
        logger.error("The embedded Postgres could not be started again: %s", error)


def connect(url: str, *, autocommit: bool = True) -> PlainConnection:
    """A blocking connection, for what is done once, in a thread, before there is a pool."""
    return psycopg.connect(url, autocommit=autocommit)


async def _alive(connection: Connection) -> None:
    """Raise where the server has hung up on an idle connection: only then has its socket something to read."""
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    if poll.poll(0):
        await AsyncConnectionPool.check_connection(connection)


async def _configure(connection: Connection) -> None:
    # A process that freezes in the middle of a transaction must not hold a conversation for ever.
    await connection.execute("SET timezone TO 'UTC'")
    await connection.execute("SET idle_in_transaction_session_timeout TO '60s'")


def _embedded(settings: Settings) -> str:
    from handrail.conversation import embedded

    server = embedded.start(settings.data_folder / "postgres")
    with connect(server) as connection:
        row = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [NAME]).fetchone()
        if row is None:
            try:
                connection.execute(SQL("CREATE DATABASE {}").format(sql.Identifier(NAME)))
            except (psycopg.errors.DuplicateDatabase, UniqueViolation):
                logger.debug("Another process made the database first")
    return make_conninfo(server, dbname=NAME)


__all__ = [
    "SQL",
    "Connection",
    "Database",
    "Jsonb",
    "PlainConnection",
    "Row",
    "UniqueViolation",
    "connect",
    "dict_row",
]
