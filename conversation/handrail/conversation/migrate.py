"""Bringing a database to the newest version: alembic, with the raw SQL of `migrations/versions`, under a lock."""

import logging
from pathlib import Path

from handrail.conversation.database import PlainConnection, connect

logger = logging.getLogger(__name__)

FOLDER = Path(__file__).parent / "migrations"
LOCK = 0x48616E64
"""The advisory lock ("Hand") that lets one process migrate while the others wait."""


def newest() -> str:
    """The number of the newest migration."""
    return max(file.name[1:5] for file in (FOLDER / "versions").glob("v[0-9][0-9][0-9][0-9]_*.py"))


def migrate(dsn: str) -> bool:
    """Run what is missing on the database at `dsn`; tell whether anything was. Blocks; safe from many processes."""
    with connect(dsn) as connection:
        if _version(connection) == newest():
            return False
        connection.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        before = _version(connection)
        if before != newest():
            _upgrade(dsn)
            logger.info("Migrated the database from %s to %s", before, newest())
        return before != newest()


def _version(connection: PlainConnection) -> str | None:
    row = connection.execute("SELECT to_regclass('alembic_version')").fetchone()
    if row is None or row[0] is None:
        return None
    row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    return row[0] if row else None


def _upgrade(dsn: str) -> None:
    # alembic and SQLAlchemy cost half a second to import, and a database is seldom behind.
    from alembic.config import Config
    from alembic.runtime.environment import EnvironmentContext
    from alembic.script import ScriptDirectory
    from sqlalchemy import create_engine, pool

    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    script = ScriptDirectory.from_config(config)
    engine = create_engine(
        "postgresql+psycopg://", creator=lambda: connect(dsn, autocommit=False), poolclass=pool.NullPool
    )
    with (
        EnvironmentContext(config, script, fn=lambda revision, _: script._upgrade_revs("head", revision)) as context,
        engine.connect() as connection,
    ):
        context.configure(connection=connection)
        with context.begin_transaction():
            context.run_migrations()
