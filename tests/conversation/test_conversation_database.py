"""The door to Postgres: transactions, and errors in our own words."""

import asyncio
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from handrail.conversation.database import Database, Jsonb, UniqueViolation, connect
from handrail.conversation.errors import Invalid, Unavailable
from handrail.conversation.ids import ALPHABET, new_id


@pytest.fixture
async def things(database: Database) -> Database:
    async with database.connection() as connection:
        await connection.execute("CREATE TABLE things (id int PRIMARY KEY, data jsonb)")
    return database


async def count(database: Database) -> int:
    async with database.connection() as connection:
        row = await (await connection.execute("SELECT count(*) AS n FROM things")).fetchone()
    assert row is not None
    return int(row["n"])


async def test_a_transaction_stands_or_falls_as_one(things: Database) -> None:
    with pytest.raises(RuntimeError):
        async with things.transaction() as connection:
            await connection.execute("INSERT INTO things VALUES (1)")
            raise RuntimeError
    assert await count(things) == 0
    async with things.transaction() as connection:
        await connection.execute("INSERT INTO things VALUES (1, %s)", [Jsonb({"a": [1]})])
        await connection.execute("INSERT INTO things VALUES (2)")
    assert await count(things) == 2


async def test_violations_pass_through(things: Database) -> None:
    with pytest.raises(UniqueViolation):
        async with things.transaction() as connection:
            await connection.execute("INSERT INTO things VALUES (1), (1)")
    assert await count(things) == 0


async def test_what_postgres_cannot_hold_is_invalid(things: Database) -> None:
    for wrong in (Jsonb("a\x00b"), Jsonb("\ud800")):
        with pytest.raises(Invalid):
            async with things.connection() as connection:
                await connection.execute("INSERT INTO things VALUES (1, %s)", [wrong])


async def test_what_breaks_under_way_is_unavailable(things: Database) -> None:
    with pytest.raises(Unavailable):
        async with things.connection() as connection:
            await connection.execute("SELECT pg_terminate_backend(pg_backend_pid())")
    assert await count(things) == 0


async def test_a_connection_that_was_cut_while_idle_is_not_handed_out(things: Database) -> None:
    async with things.connection() as _, things.connection() as _:
        pass  # two in the pool
    with connect(things.url) as other:
        other.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    assert await count(things) == 0
    assert await count(things) == 0


async def test_a_quarrel_between_transactions_is_not_an_outage(things: Database) -> None:
    with pytest.raises(psycopg.errors.LockNotAvailable):
        async with things.transaction() as one, things.transaction() as two:
            await one.execute("LOCK TABLE things")
            await two.execute("LOCK TABLE things NOWAIT")


async def test_moments_come_back_in_utc(database: Database) -> None:
    async with database.connection() as connection:
        row = await (await connection.execute("SELECT '2026-06-15 12:00+02'::timestamptz AS at")).fetchone()
    assert row is not None
    assert row["at"].isoformat() == "2026-06-15T10:00:00+00:00"


async def test_the_url_is_for_others_too(database: Database) -> None:
    with connect(database.url) as connection:
        assert connection.execute("SELECT to_regclass('events') IS NOT NULL").fetchone() == (True,)


async def test_each_test_has_a_database_of_its_own(things: Database) -> None:
    assert await count(things) == 0


async def test_waiting_for_a_connection_does_not_lose_it(things: Database) -> None:
    async def insert(n: int) -> None:
        async with things.transaction() as connection:
            await connection.execute("INSERT INTO things VALUES (%s)", [n])

    await asyncio.gather(*(insert(n) for n in range(50)))
    assert await count(things) == 50


@given(st.lists(st.datetimes(datetime(1971, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC)), min_size=2))
def test_ids_sort_by_time_and_suit_a_url(moments: list[datetime]) -> None:
    made = [new_id(at) for at in sorted(moments)]
    assert all(len(each) == 26 and set(each) <= set(ALPHABET) for each in made)
    assert len(set(made)) == len(made)
    for (a, at), (b, later) in zip(
        zip(made, sorted(moments), strict=True), list(zip(made, sorted(moments), strict=True))[1:], strict=False
    ):
        if later - at >= timedelta(milliseconds=1):
            assert a < b
