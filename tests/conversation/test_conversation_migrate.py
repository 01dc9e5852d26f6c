"""Migrations run once, whoever starts first, and are found wherever the package lies."""

import asyncio
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from psycopg.conninfo import make_conninfo

from handrail.conversation import migrate
from handrail.conversation.database import Database, connect
from handrail.conversation.errors import Unavailable
from handrail.conversation.settings import Settings


@pytest.fixture
def empty_url(postgres: str) -> Iterator[str]:
    name = f"t_{uuid4().hex}"
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
        yield make_conninfo(postgres, dbname=name)
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


def test_the_newest_file_is_the_only_head() -> None:
    config = Config()
    config.set_main_option("script_location", str(migrate.FOLDER))
    assert ScriptDirectory.from_config(config).get_heads() == [migrate.newest()]


async def test_of_many_who_start_together_one_migrates(empty_url: str) -> None:
    done = await asyncio.gather(*(asyncio.to_thread(migrate.migrate, empty_url) for _ in range(4)))
    assert sorted(done) == [False, False, False, True]
    with connect(empty_url) as connection:
        assert connection.execute("SELECT count(*) FROM conversations").fetchone() == (0,)


def test_a_migration_that_fails_leaves_nothing(empty_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    shutil.copytree(migrate.FOLDER, tmp_path / "migrations")
    last = max((tmp_path / "migrations" / "versions").glob("v*.py"))
    last.write_text(re.sub(r'SQL = """.*?"""', 'SQL = "SELECT nonsense"', last.read_text(), count=1, flags=re.S))
    monkeypatch.setattr(migrate, "FOLDER", tmp_path / "migrations")
    with pytest.raises(Exception, match="nonsense"):
        migrate.migrate(empty_url)
    with connect(empty_url) as connection:
        assert connection.execute("SELECT to_regclass('conversations')").fetchone() == (None,)


def test_an_installed_package_migrates(empty_url: str, tmp_path: Path) -> None:
    """As a wheel lays it out: one `handrail` folder, in no source tree."""
    room = Path(migrate.__file__).parent
    shutil.copytree(room, tmp_path / "handrail" / "conversation", ignore=shutil.ignore_patterns("__pycache__"))
    script = (
        f"import sys; sys.path.insert(0, {str(tmp_path)!r})\n"
        "from handrail.conversation import migrate\n"
        f"assert migrate.__file__.startswith({str(tmp_path)!r})\n"
        f"assert migrate.migrate({empty_url!r})\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True, cwd=tmp_path)


async def test_a_database_that_is_not_there_is_unavailable(settings: Settings) -> None:
    wrong = settings.model_dump() | {"database": {"url": "postgresql://nobody@127.0.0.1:1/x"}}
    with pytest.raises(Unavailable, match="does not answer"):
        await Database.open(Settings.model_validate(wrong))
