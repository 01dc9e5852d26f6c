"""The vault: what customers write can't be read without its key, and not at all once the key is destroyed."""

import base64
from pathlib import Path

import pytest

from handrail.conversation.clock import FixedClock
from handrail.conversation.database import Database
from handrail.conversation.errors import Conflict, SettingsError
from handrail.conversation.events import (
    ActionProposed,
    Closed,
    CodeSent,
    CustomerSaid,
    Event,
    IdentityProven,
    Noted,
    Opened,
    Packet,
    PacketLine,
    PacketWritten,
    PersonSaid,
    Rated,
    ToolRan,
)
from handrail.conversation.fold import fold
from handrail.conversation.forgetting import forget, forget_customer
from handrail.conversation.log import Log
from handrail.conversation.settings import Settings
from handrail.conversation.situation import Situation
from handrail.conversation.situations import Situations
from handrail.conversation.vault import FILE, Vault

SECRET = "Rosalind Quimby"


async def fill(log: Log) -> str:
    """A conversation with the secret in every private place."""
    conversation = (await log.open(Opened())).conversation_id
    line = PacketLine(topic="who", text=SECRET, evidence=("seq:2",))
    await log.append(
        conversation, "person:ana",
        CustomerSaid(text=f"I am {SECRET}"),
        PersonSaid(by="ana", name="Ana", text=SECRET),
        Noted(by="ana", text=SECRET),
        Rated(score=5, comment=SECRET),
        IdentityProven(level="known", customer_id=SECRET, name=SECRET, customer_ref="ref", method="claim"),
        CodeSent(challenge_id="c", customer_id=SECRET, to=SECRET, digest="d", expires_at=log.clock.now()),
        ToolRan(turn_id="t", call_id="c", tool="x", arguments={"a": SECRET}, ok=True, result=[{"name": SECRET}]),
        ActionProposed(
            turn_id="t", action_id="a", tool="x", arguments={"a": SECRET}, preview={"b": SECRET}, question=SECRET,
            fingerprint="f", expires_at=log.clock.now(),
        ),
        PacketWritten(handoff_id="h", packet=Packet(lines=(line,), first_line=SECRET)),
        holder="person:ana",
    )  # fmt: skip
    return conversation


async def dump(database: Database) -> str:
    """Every row of every table, as text and as bytes."""
    found = []
    async with database.connection() as connection:
        tables = await connection.execute(
            "SELECT table_schema || '.' || table_name AS name FROM information_schema.tables "
            "WHERE table_schema IN ('public', 'vault')"
        )
        for table in await tables.fetchall():
            rows = await connection.execute(f"SELECT * FROM {table['name']}".encode())
            found += [repr(row) for row in await rows.fetchall()]
    return "\n".join(found)


async def test_no_table_shows_what_was_written(log: Log, database: Database) -> None:
    conversation = await fill(log)
    situations = Situations(log, every=1)
    await situations.get(conversation)
    await situations.close()
    shown = await dump(database)
    assert conversation in shown
    for word in ("Rosalind", "Quimby", base64.b64encode(SECRET.encode()).decode(), SECRET.encode().hex()):
        assert word not in shown
    async with database.connection() as connection:
        assert len(await (await connection.execute("SELECT * FROM snapshots")).fetchall()) == 1


async def test_what_is_forgotten_is_unreadable_and_still_folds(log: Log, clock: FixedClock) -> None:
    conversation = await fill(log)
    before = await log.read(conversation)
    assert SECRET in repr(before)
    await log.vault.forget(conversation)
    after = await log.read(conversation)
    assert [(e.seq, e.kind, e.actor, e.at) for e in after] == [(e.seq, e.kind, e.actor, e.at) for e in before]
    assert all(event.forgotten for event in after)
    assert SECRET not in repr(after)
    assert after[1].data == CustomerSaid()
    situation = fold(Situation(conversation), after)
    assert situation.forgotten
    assert situation.identity.level == "known"
    assert SECRET not in repr(situation)


async def test_no_process_reads_on_from_memory(
    log: Log, settings: Settings, database: Database, clock: FixedClock
) -> None:
    """Keys, situations and snapshots that another process has in memory are of no use to it."""
    conversation = await fill(log)
    other = Log(database, await Vault.open(settings, database), clock)
    situations = Situations(other, every=1)
    assert SECRET in repr(await situations.get(conversation))
    await situations.close()
    await forget(log, conversation)
    situation = await situations.get(conversation)
    assert (situation.forgotten, situation.closed) == (True, True)
    assert SECRET not in repr(situation)
    assert SECRET not in repr(await other.read(conversation))
    assert SECRET not in repr(await Situations(other).get(conversation))
    with pytest.raises(Conflict) as refused:
        await other.append(conversation, "customer", CustomerSaid(text="Me again"))
    assert refused.value.code == "forgotten"
    await other.bell.close()


async def test_forgetting_stops_the_turn_that_runs(log: Log) -> None:
    conversation = await fill(log)
    await log.append(conversation, "person:ana", Noted(by="ana"), holder="bot")
    fence = await log.acquire(conversation, "p1", 30)
    await forget(log, conversation)
    assert conversation not in await log.due(10)
    with pytest.raises(Conflict):
        await log.append(conversation, "bot", Closed(reason="idle"), fence=fence)


async def test_a_customer_is_forgotten_everywhere(log: Log) -> None:
    mine = [await fill(log), await fill(log)]
    other = (await log.open(Opened())).conversation_id
    await log.append(other, "customer", CustomerSaid(text="Somebody else"))
    assert await forget_customer(log, "ref") == sorted(mine)
    assert await forget_customer(log, "ref") == []
    for conversation in mine:
        last: Event = (await log.read(conversation))[-1]
        assert last.data == Closed(reason="forgotten")
    assert (await log.read(other))[1].data == CustomerSaid(text="Somebody else")


async def test_without_the_vaults_tables_nothing_is_readable_and_nothing_is_lost(log: Log, database: Database) -> None:
    """A backup that leaves the schema `vault` out gives back the skeleton, and takes no text that it can't seal."""
    conversation = await fill(log)
    async with database.connection() as connection:
        await connection.execute("DELETE FROM vault.keys")
    log.vault.drop(conversation)
    assert all(event.forgotten for event in await log.read(conversation))
    with pytest.raises(Conflict):
        await log.append(conversation, "customer", CustomerSaid(text="Hello?"))
    await log.append(conversation, "system", Closed(reason="idle"))


async def test_a_line_moved_to_another_place_does_not_open(log: Log, database: Database) -> None:
    conversation = await fill(log)
    async with database.connection() as connection:
        await connection.execute(
            "UPDATE events SET sealed = (SELECT sealed FROM events WHERE seq = 2) WHERE kind = 'noted'"
        )
    noted = (await log.read(conversation))[3]
    assert noted.data == Noted(by="ana")


async def test_references_are_stable_and_keyed(settings: Settings, database: Database, tmp_path: Path) -> None:
    vault, again = await Vault.open(settings, database), await Vault.open(settings, database)
    assert vault.ref("customer 1") == again.ref("customer 1") != vault.ref("customer 2")
    assert Vault(database, b"another master").ref("customer 1") != vault.ref("customer 1")


async def test_the_master_key_is_private_and_made_once(settings: Settings, database: Database) -> None:
    await Vault.open(settings, database)
    file = settings.data_folder / FILE
    made = file.read_text()
    await Vault.open(settings, database)
    assert file.read_text() == made
    assert file.stat().st_mode & 0o077 == 0
    assert [f.name for f in file.parent.iterdir()] == [FILE]


async def test_another_master_key_is_refused(settings: Settings, database: Database) -> None:
    await Vault.open(settings, database)
    (settings.data_folder / FILE).unlink()
    with pytest.raises(SettingsError, match="another master key"):
        await Vault.open(settings, database)


async def test_the_master_key_may_come_from_the_settings(settings: Settings, database: Database) -> None:
    key = base64.urlsafe_b64encode(bytes(range(32))).decode()
    section = settings.database.model_copy(update={"master_key": key})
    given = Settings.model_validate({**settings.model_dump(), "database": section.model_dump()})
    vault = await Vault.open(given, database)
    assert vault.ref("x") == Vault(database, bytes(range(32))).ref("x")
    assert not (settings.data_folder / FILE).exists()


async def test_a_broken_master_key_names_its_place(settings: Settings, database: Database) -> None:
    settings.data_folder.mkdir(exist_ok=True)
    (settings.data_folder / FILE).write_text("short")
    with pytest.raises(SettingsError, match="the master key must be 32 bytes"):
        await Vault.open(settings, database)
