"""Every case has a world of its own, prepared for its moment; nothing of it is left."""

import json
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from pydantic import SecretStr

from handrail.conversation.settings import load
from handrail.evals.world import open_worlds

MONDAY, NIGHT = datetime(2026, 6, 15, 10, tzinfo=UTC), datetime(2026, 6, 15, 22, 30, tzinfo=UTC)
TOOLS = """
import json
import psycopg
from contextlib import asynccontextmanager

@asynccontextmanager
async def lifespan(workspace):
    connection = await psycopg.AsyncConnection.connect(workspace.database_url, autocommit=True)
    async with connection:
        await connection.execute("CREATE TABLE IF NOT EXISTS opened (at text)")
        await connection.execute("INSERT INTO opened VALUES (%s)", [workspace.now.isoformat()])
        rows = await (await connection.execute("SELECT at FROM opened")).fetchall()
        with (workspace.folder / "opened.jsonl").open("a") as file:
            file.write(json.dumps([workspace.rehearsal, [row[0] for row in rows]]) + "\\n")
        yield connection
"""


@pytest.fixture
def business(tmp_path: Path, postgres: str):
    """The settings of a business whose `lifespan` writes down what it is told."""
    (tmp_path / "handrail.toml").write_text('[business]\ntools = ["tools.py"]\n[engine]\nkind = "offline"\n')
    (tmp_path / "tools.py").write_text(TOOLS)
    (tmp_path / "policies").mkdir()
    settings = load(tmp_path, {})
    return settings.model_copy(update={"database": settings.database.model_copy(update={"url": SecretStr(postgres)})})


def databases(postgres: str) -> set[str]:
    with psycopg.connect(postgres, autocommit=True) as connection:
        rows = connection.execute("SELECT datname FROM pg_database WHERE datname ~ '^(case|world|empty)_'").fetchall()
    return {row[0] for row in rows}


async def test_a_lifespan_is_told_of_the_rehearsal_and_its_moment_and_a_case_starts_from_a_copy(business, postgres):
    before = databases(postgres)
    async with open_worlds(business) as worlds:
        for moment in (MONDAY, MONDAY, NIGHT):
            async with worlds.world(moment) as (handrail, clock, _):
                assert clock.now() == handrail.clock.now() == moment
        prepared = databases(postgres) - before
        assert len(prepared) == 3, "one that is empty, and one for each moment"
        await worlds.forget(MONDAY)
        assert len(databases(postgres) - before) == 2
    assert databases(postgres) == before
    told = [json.loads(line) for line in (business.workspace / "opened.jsonl").read_text().splitlines()]
    monday, night = MONDAY.isoformat(), NIGHT.isoformat()
    assert told == [
        [True, [monday]],
        [True, [monday, monday]],
        [True, [monday, monday]],
        [True, [night]],
        [True, [night, night]],
    ]


async def test_a_world_that_breaks_leaves_nothing(business, postgres):
    before = databases(postgres)

    async def broken() -> None:
        async with open_worlds(business) as worlds, worlds.world(MONDAY):
            raise RuntimeError("the case broke")

    with pytest.raises(RuntimeError, match="the case broke"):
        await broken()
    assert databases(postgres) == before
