"""Situations come from memory or a snapshot, with only the tail read and folded."""

from unittest.mock import patch

import pytest

from handrail.conversation import situations as module
from handrail.conversation.database import Database
from handrail.conversation.errors import NotFound
from handrail.conversation.events import CustomerSaid, Event, HandoffClaimed, Opened
from handrail.conversation.fold import fold
from handrail.conversation.log import Log
from handrail.conversation.situation import Situation
from handrail.conversation.situations import Situations


@pytest.fixture
async def conversation(log: Log) -> str:
    return (await log.open(Opened(channel="email"))).conversation_id


async def write(log: Log, conversation: str, lines: int) -> None:
    for n in range(lines):
        await log.append(conversation, "customer", CustomerSaid(text=f"line {n}"))


class Counted:
    """Counts the events that are folded."""

    def __init__(self) -> None:
        self.events = 0

    def __call__(self, situation: Situation, events: list[Event]) -> Situation:
        self.events += len(events)
        return fold(situation, events)


@pytest.fixture
def counted():
    counted = Counted()
    with patch.object(module, "fold", counted):
        yield counted


async def test_it_is_the_fold_of_the_log(log: Log, situations: Situations, conversation: str) -> None:
    await write(log, conversation, 3)
    assert await situations.get(conversation) == fold(Situation(conversation), await log.read(conversation))


async def test_it_is_always_current(log: Log, situations: Situations, conversation: str) -> None:
    assert (await situations.get(conversation)).holder == "bot"
    await log.append(conversation, "person:7", HandoffClaimed(by="7", name="Ana"), holder="person:7")
    assert (await situations.get(conversation)).holder == "person:7"


async def test_what_is_in_memory_is_not_folded_again(
    log: Log, situations: Situations, conversation: str, counted: Counted
) -> None:
    await write(log, conversation, 9)
    await situations.get(conversation)
    await write(log, conversation, 2)
    await situations.get(conversation)
    assert counted.events == 12


async def test_what_was_just_appended_is_folded_without_reading(
    log: Log, situations: Situations, conversation: str
) -> None:
    await situations.get(conversation)
    appended = await log.append(conversation, "customer", CustomerSaid(text="one"), CustomerSaid(text="two"))
    with patch.object(log, "tail", side_effect=AssertionError("the log was read")):
        after = await situations.after(appended)
    assert after == fold(Situation(conversation), await log.read(conversation))


async def test_what_others_appended_before_is_read(log: Log, situations: Situations, conversation: str) -> None:
    await situations.get(conversation)
    await log.append(conversation, "person:7", HandoffClaimed(by="7", name="Ana"), holder="person:7")
    after = await situations.after(await log.append(conversation, "customer", CustomerSaid(text="hello")))
    assert after.holder == "person:7"
    assert after == await situations.get(conversation)


async def test_another_process_starts_from_the_snapshot(log: Log, conversation: str, counted: Counted) -> None:
    first = Situations(log, every=5)
    await write(log, conversation, 9)
    whole = await first.get(conversation)
    await first.close()
    await write(log, conversation, 1)
    counted.events = 0
    again = await Situations(log, every=5).get(conversation)
    assert counted.events == 1
    assert again.lines[:-1] == whole.lines
    assert again == fold(Situation(conversation), await log.read(conversation))


async def test_snapshots_are_written_every_so_often(log: Log, conversation: str, database: Database) -> None:
    situations = Situations(log, every=5)

    async def seq() -> int:
        await situations.close()
        async with database.connection() as connection:
            row = await (await connection.execute("SELECT seq FROM snapshots")).fetchone()
        return row["seq"] if row else 0

    seen = []
    for _ in range(12):
        await write(log, conversation, 1)
        await situations.get(conversation)
        seen.append(await seq())
    assert seen == [0, 0, 0, 5, 5, 5, 5, 5, 10, 10, 10, 10]


async def test_an_older_snapshot_does_not_replace_a_newer(log: Log, conversation: str, database: Database) -> None:
    await write(log, conversation, 4)
    old = Situations(log, every=1)
    await old.get(conversation)
    await old.close()
    async with database.connection() as connection:
        await connection.execute("UPDATE snapshots SET seq = 99")
        await Situations(log, every=1)._save(Situation(conversation, seq=5))
        row = await (await connection.execute("SELECT seq FROM snapshots")).fetchone()
    assert row is not None
    assert row["seq"] == 99


@pytest.mark.parametrize(
    "spoil",
    ["UPDATE snapshots SET version = 'older code'", "UPDATE snapshots SET sealed = '\\x00'", "DELETE FROM snapshots"],
)
async def test_a_snapshot_that_cannot_be_used_is_done_without(
    log: Log, conversation: str, database: Database, spoil: str
) -> None:
    first = Situations(log, every=2)
    await write(log, conversation, 4)
    whole = await first.get(conversation)
    await first.close()
    async with database.connection() as connection:
        await connection.execute(spoil.encode())
    assert await Situations(log).get(conversation) == whole


async def test_memory_is_bounded(log: Log, counted: Counted) -> None:
    situations = Situations(log, remembered=2)
    ids = [(await log.open(Opened())).conversation_id for _ in range(3)]
    for each in (*ids, *ids[1:]):
        await situations.get(each)
    assert counted.events == 3
    await situations.get(ids[0])
    assert counted.events == 4


async def test_a_conversation_that_is_not_there(situations: Situations) -> None:
    with pytest.raises(NotFound):
        await situations.get("nobody")


async def test_a_failing_snapshot_fails_nothing(log: Log, conversation: str, database: Database) -> None:
    situations = Situations(log, every=1)
    async with database.connection() as connection:
        await connection.execute("ALTER TABLE snapshots ADD CONSTRAINT full_up CHECK (false)")
    assert (await situations.get(conversation)).seq == 1
    await situations.close()
