"""The bell wakes who waits: here, in other processes, and after the database was away."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from handrail.conversation.bell import Bell
from handrail.conversation.database import Database
from handrail.conversation.errors import Unavailable
from handrail.conversation.events import CustomerSaid, Event, Opened
from handrail.conversation.log import Log
from handrail.conversation.settings import Settings


@pytest.fixture
async def other(settings: Settings) -> AsyncIterator[Bell]:
    """The bell of another process."""
    database = await Database.open(settings)
    bell = Bell(database)
    yield bell
    await bell.close()
    await database.close()


async def test_a_ring_is_heard_here_and_elsewhere(bell: Bell, other: Bell) -> None:
    async with bell.hear("index_changed") as here, other.hear("index_changed") as there:
        await here.wait(0), await there.wait(0)
        await bell.ring("index_changed")
        assert await here.wait(5) == {"index_changed"}
        assert await there.wait(5) == {"index_changed"}
        assert await here.wait(0.05) == frozenset()  # one's own notification is not heard twice


async def test_the_star_hears_conversations_and_nothing_else(bell: Bell, other: Bell) -> None:
    async with other.hear("*") as all_of_them, other.hear("b") as only_b:
        await all_of_them.wait(0), await only_b.wait(0)
        await bell.ring("index_changed")
        bell.ring_conversation("a")
        assert await all_of_them.wait(5) == {"a"}
        bell.ring_conversation("b")
        assert await all_of_them.wait(5) == await only_b.wait(5) == {"b"}


async def test_what_rings_while_nobody_waits_is_not_lost(bell: Bell) -> None:
    async with bell.hear("*") as ticks:
        await ticks.wait(0)
        bell.ring_conversation("a")
        bell.ring_conversation("b")
        assert await ticks.wait(0) == {"a", "b"}


async def test_nothing_is_left_of_a_listener(bell: Bell) -> None:
    async with bell.hear("a"):
        assert bell.listeners == 1
    assert bell.listeners == 0


async def test_it_comes_back_when_its_connection_breaks(bell: Bell, other: Bell, database: Database) -> None:
    async with other.hear("a") as ticks:
        await ticks.wait(0)
        async with database.connection() as connection:
            await connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query = 'LISTEN handrail'"
            )
        assert await ticks.wait(10) == {"a"}  # woken, since something may have been missed
        bell.ring_conversation("a")
        assert await ticks.wait(10) == {"a"}


async def test_without_the_database_this_process_still_hears(bell: Bell, database: Database, monkeypatch) -> None:
    async def fails() -> None:
        raise Unavailable("gone")

    monkeypatch.setattr(database, "dedicated", fails)
    monkeypatch.setattr("handrail.conversation.bell.CONNECT_SECONDS", 0.01)
    async with bell.hear("a") as ticks:
        bell.ring_conversation("a")
        assert await ticks.wait(5) == {"a"}


async def test_followers_get_what_stands_and_what_comes(log: Log) -> None:
    conversation = (await log.open(Opened())).conversation_id
    for n in range(3):
        await log.append(conversation, "customer", CustomerSaid(text=str(n)))
    got: list[Event] = []

    async def follow() -> None:
        async for event in log.follow(conversation, after=2):
            got.append(event)
            if len(got) == 4:
                return

    task = asyncio.create_task(follow())
    for n in range(3, 5):
        await log.append(conversation, "customer", CustomerSaid(text=str(n)))
    async with asyncio.timeout(4):  # sooner than a follower would look by itself
        await task
    assert [event.seq for event in got] == [3, 4, 5, 6]
    assert got == await log.read(conversation, 2)


async def test_followers_in_other_processes_are_woken(log: Log, other: Bell) -> None:
    conversation = (await log.open(Opened())).conversation_id
    elsewhere = Log(log.database, log.vault, log.clock, bell=other)
    events = elsewhere.follow(conversation)
    assert (await anext(events)).kind == "opened"
    next_one = asyncio.create_task(anext(events))
    await asyncio.sleep(0)
    (said,) = await log.append(conversation, "customer", CustomerSaid(text="Hello"))
    async with asyncio.timeout(4):
        assert await next_one == said
    await events.aclose()


async def said(log: Log, conversation: str, text: str) -> Event:
    (event,) = await log.append(conversation, "customer", CustomerSaid(text=text))
    return event


async def test_what_this_process_appends_is_followed_without_reading(log: Log, monkeypatch) -> None:
    conversation = (await log.open(Opened())).conversation_id
    events = log.follow(conversation)
    assert (await anext(events)).seq == 1
    coming = asyncio.ensure_future(anext(events))
    await asyncio.sleep(0)
    monkeypatch.setattr(log, "tail", None)
    one = await said(log, conversation, "one")
    assert await coming == one
    two = await said(log, conversation, "two")
    assert await anext(events) == two


async def test_what_another_process_appended_in_between_is_not_missed(log: Log, other: Bell) -> None:
    conversation = (await log.open(Opened())).conversation_id
    elsewhere = Log(log.database, log.vault, log.clock, bell=other)
    events = log.follow(conversation)
    await anext(events)
    texts = ["a", "b", "c", "d", "e"]
    for number, text in enumerate(texts):
        await said(elsewhere if number % 2 else log, conversation, text)
    async with asyncio.timeout(5):
        assert [(await anext(events)).data.text for _ in texts] == texts


async def test_events_out_of_turn_are_read_from_the_log(bell: Bell, log: Log) -> None:
    conversation = (await log.open(Opened())).conversation_id
    async with bell.hear(conversation) as ticks:
        ticks.take(0)
        one, two = await said(log, conversation, "one"), await said(log, conversation, "two")
        assert ticks.take(1) == [one, two]
        assert ticks.take(3) == []
        bell.ring_conversation(conversation, [two])
        assert ticks.take(1) is None
        bell.ring_conversation(conversation)
        assert ticks.take(3) is None
