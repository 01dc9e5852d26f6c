"""Copies of a whole database: made from one that is prepared once, and dropped afterwards."""

import asyncio

from psycopg import sql
from psycopg.conninfo import make_conninfo

from handrail.conversation.database import connect


class Copies:
    """Databases beside the one that `url` points at, on the same server."""

    def __init__(self, url: str) -> None:
        self._url = url

    def url(self, name: str) -> str:
        """The DSN of the database `name`."""
        return make_conninfo(self._url, dbname=name)

    async def create(self, name: str, template: str | None = None) -> str:
        """Make the database `name`, as a copy of `template` where one is given; nobody may be connected to that.

        Returns its DSN.
        """
        statement = sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name))
        if template is not None:
            statement += sql.SQL(" TEMPLATE {} STRATEGY FILE_COPY").format(sql.Identifier(template))
        await asyncio.to_thread(self._run, statement)
        return self.url(name)

    async def drop(self, name: str) -> None:
        """Drop the database `name`; who is connected to it is cut off."""
        await asyncio.to_thread(
            self._run, sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
        )

    def _run(self, statement: sql.Composed) -> None:
        with connect(self._url) as connection:
            connection.execute(statement)
