"""Fixtures that every room's tests use: a database of one's own, a clock that stands still, a log.

One embedded Postgres serves all workers of a run. Each test gets a clone of a migrated template, dropped afterwards.
"""

import contextlib
import json
import os
import shutil
import signal
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import uuid4

import hypothesis
import psutil
import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from handrail.conversation import embedded, migrate
from handrail.conversation.bell import Bell
from handrail.conversation.clock import FixedClock
from handrail.conversation.database import Database
from handrail.conversation.log import Log
from handrail.conversation.settings import Settings
from handrail.conversation.situations import Situations
from handrail.conversation.vault import Vault

# How long an example takes is up to the machine: no test fails by the clock.
hypothesis.settings.register_profile("handrail", deadline=None)
hypothesis.settings.load_profile("handrail")

TEMPLATE = "template_handrail"
LOCK = 77
FAST = {
    **embedded.OPTIONS, "fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "autovacuum": "off",
    "shared_buffers": "64MB", "wal_level": "minimal", "max_wal_senders": "0", "max_wal_size": "128MB",
}  # fmt: skip


def fast_folder() -> Path:
    """A folder in memory where there is room, since a database is some 300 files: 12 ms each instead of up to 220."""
    memory = Path("/dev/shm")
    roomy = memory.is_dir() and os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > 2**30
    return memory if roomy else Path(tempfile.gettempdir())


def sweep() -> None:
    """Stop and remove what runs of these tests left behind that were killed: those whose every process is gone."""
    for folder in fast_folder().glob("handrail-tests-*"):
        data = folder / "postgres"
        with contextlib.suppress(OSError, ValueError):
            pids = json.loads((data / embedded.PIDS).read_text())
            if pids and not any(map(psutil.pid_exists, pids)):
                with contextlib.suppress(OSError):
                    os.kill(int((data / "postmaster.pid").read_text().split()[0]), signal.SIGQUIT)
                shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The DSN of a Postgres that all workers of this run share, with the template made. It is gone after the run."""
    sweep()
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID") or uuid4().hex
    folder = fast_folder() / f"handrail-tests-{run[:12]}"
    folder.mkdir(mode=0o755, exist_ok=True)
    dsn = embedded.start(folder / "postgres", options=FAST, delete=True)
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [TEMPLATE]).fetchone():
            connection.execute(f"CREATE DATABASE half_{TEMPLATE}")
            migrate.migrate(make_conninfo(dsn, dbname=f"half_{TEMPLATE}"))
            connection.execute(f"ALTER DATABASE half_{TEMPLATE} RENAME TO {TEMPLATE}")
        connection.execute("SELECT pg_advisory_unlock(%s)", [LOCK])
    yield dsn
    embedded.stop(folder / "postgres")
    with contextlib.suppress(OSError):
        folder.rmdir()


@pytest.fixture
def fresh_folder() -> Iterator[Path]:
    """A folder that all may enter, for a Postgres of the test's own; gone afterwards, with its server."""
    folder = Path(tempfile.mkdtemp(prefix="handrail-own-", dir=fast_folder()))
    folder.chmod(0o755)
    yield folder
    for file in folder.rglob("postmaster.pid"):
        with contextlib.suppress(OSError, ValueError):
            os.kill(int(file.read_text().split()[0]), signal.SIGQUIT)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def database_url(postgres: str) -> Iterator[str]:
    """The DSN of a fresh, migrated database."""
    name = f"t_{uuid4().hex}"
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE} STRATEGY WAL_LOG")
        yield make_conninfo(postgres, dbname=name)
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    """Settings of an empty workspace, on the fresh database."""
    return Settings.model_validate(
        {"workspace": tmp_path, "engine": {"kind": "offline"}, "database": {"url": database_url, "pool": 8}}
    )


@pytest.fixture
async def database(settings: Settings) -> AsyncIterator[Database]:
    database = await Database.open(settings)
    yield database
    await database.close()


@pytest.fixture
def clock() -> FixedClock:
    """Stands at Monday 15 June 2026, 10:00 UTC, until `advance` moves it."""
    return FixedClock()


@pytest.fixture
async def vault(settings: Settings, database: Database) -> Vault:
    return await Vault.open(settings, database)


@pytest.fixture
async def bell(database: Database) -> AsyncIterator[Bell]:
    bell = Bell(database)
    yield bell
    await bell.close()


@pytest.fixture
async def log(database: Database, vault: Vault, clock: FixedClock, bell: Bell) -> Log:
    return Log(database, vault, clock, bell=bell)


@pytest.fixture
async def situations(log: Log) -> AsyncIterator[Situations]:
    situations = Situations(log)
    yield situations
    await situations.close()
