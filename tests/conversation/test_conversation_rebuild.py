"""Projections made anew from the log are what they were."""

from handrail.conversation.clock import FixedClock
from handrail.conversation.database import Connection, Database
from handrail.conversation.events import Closed, CustomerSaid, Event, Opened
from handrail.conversation.log import Log
from handrail.conversation.rebuild import rebuild
from handrail.conversation.vault import Vault


class Words:
    """Keeps how long each line of a customer was, in order."""

    name = "words"
    kinds = frozenset({"customer_said"})
    rings = ""

    async def apply(self, connection: Connection, event: Event) -> None:
        assert isinstance(event.data, CustomerSaid)
        await connection.execute(
            "INSERT INTO words (conversation, seq, length) VALUES (%s, %s, %s)",
            [event.conversation_id, event.seq, len(event.data.text)],
        )

    async def clear(self, connection: Connection) -> None:
        await connection.execute("TRUNCATE words RESTART IDENTITY")


async def words(database: Database) -> list[tuple[str, int, int]]:
    async with database.connection() as connection:
        rows = await (await connection.execute("SELECT * FROM words ORDER BY conversation, n")).fetchall()
    return [(row["conversation"], row["seq"], row["length"]) for row in rows]


async def test_a_rebuild_gives_the_same_table(database: Database, vault: Vault, clock: FixedClock) -> None:
    async with database.connection() as connection:
        await connection.execute("CREATE TABLE words (n serial, conversation text, seq int, length int)")
    log = Log(database, vault, clock, [Words()])
    for n in range(7):
        conversation = (await log.open(Opened())).conversation_id
        for m in range(n):
            await log.append(conversation, "customer", CustomerSaid(text="x" * m), Closed(reason="idle"))
        clock.advance(1)
    before = await words(database)
    assert len(before) == 21
    async with database.connection() as connection:
        await connection.execute("DELETE FROM words WHERE seq > 4")
        await connection.execute("UPDATE words SET length = 99")
    told: list[tuple[int, int]] = []
    assert await rebuild(log, [Words()], lambda done, total: told.append((done, total))) == 21
    assert await words(database) == before
    assert told[-1] == (7, 7)
    await log.vault.forget(before[-1][0])
    assert await rebuild(log, [Words()]) == 21
    assert {length for conversation, _, length in await words(database) if conversation == before[-1][0]} == {0}
    await log.bell.close()


async def test_a_rebuild_that_fails_changes_nothing(database: Database, vault: Vault, clock: FixedClock) -> None:
    class Broken(Words):
        async def apply(self, connection: Connection, event: Event) -> None:
            raise RuntimeError

    async with database.connection() as connection:
        await connection.execute("CREATE TABLE words (n serial, conversation text, seq int, length int)")
    log = Log(database, vault, clock, [Words()])
    conversation = (await log.open(Opened())).conversation_id
    await log.append(conversation, "customer", CustomerSaid(text="hello"))
    try:
        await rebuild(log, [Broken()])
    except RuntimeError:
        assert await words(database) == [(conversation, 2, 5)]
    else:
        raise AssertionError("it did not fail")
    await log.bell.close()
