"""The Postgres that is thrown away."""

from pathlib import Path

import psycopg
import pytest

from handrail.evals import scratch


@pytest.fixture
def place(monkeypatch: pytest.MonkeyPatch, fresh_folder: Path) -> Path:
    monkeypatch.setattr(scratch, "MEMORY", fresh_folder)
    monkeypatch.setattr(scratch, "ROOM", 0)
    return fresh_folder


async def test_it_answers_and_is_gone_afterwards(place):
    async with scratch.scratch_postgres() as url:
        with psycopg.connect(url) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
        assert list(place.iterdir())
    assert not list(place.iterdir())
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(url)


async def test_what_a_killed_run_left_is_swept_and_what_runs_is_not(place):
    mine, dead = place / f"{scratch.PREFIX}1-running", place / f"{scratch.PREFIX}999999999-killed"
    mine.mkdir()
    (dead / "postgres").mkdir(parents=True)
    async with scratch.scratch_postgres():
        assert mine.exists()
        assert not dead.exists()
