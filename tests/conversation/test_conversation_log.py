"""The log: what may be appended by whom, and what stands afterwards."""

from datetime import timedelta

import pytest

from handrail.conversation.clock import FixedClock
from handrail.conversation.database import Connection, Database
from handrail.conversation.errors import Conflict, Fenced, Invalid, NotFound
from handrail.conversation.events import (
    Announced,
    BotSaid,
    Closed,
    CustomerSaid,
    Event,
    GivenBack,
    HandoffClaimed,
    HandoffRequested,
    IdentityProven,
    Noted,
    Opened,
    PersonSaid,
    TurnEnded,
    TurnStarted,
)
from handrail.conversation.log import Fence, Log
from handrail.conversation.vault import Vault


def bot_said(text: str = "On its way.", *, reply: str = "r1", part: int = 1) -> BotSaid:
    return BotSaid(turn_id="t1", reply_id=reply, part=part, text=text, engine="offline")


def ended(upto: int) -> TurnEnded:
    return TurnEnded(turn_id="t1", reply_id="r1", upto=upto, outcome="answered", engine="offline")


@pytest.fixture
async def conversation(log: Log) -> str:
    return (await log.open(Opened(channel="chat"))).conversation_id


async def claim(log: Log, conversation: str, person: str) -> None:
    await log.append(
        conversation, f"person:{person}", HandoffClaimed(by=person, name=person.title()), holder=f"person:{person}"
    )


async def test_what_is_appended_is_read_back(log: Log, conversation: str, clock: FixedClock) -> None:
    clock.advance(5)
    said = await log.append(conversation, "customer", CustomerSaid(text="Where is my tent? ⛺"))
    batch = await log.append(
        conversation,
        "bot",
        TurnStarted(turn_id="t1", upto=2, engine="offline"),
        bot_said(),
        ended(2),
        fence=Fence(1),
    )
    assert [event.seq for event in (*said, *batch)] == [2, 3, 4, 5]
    assert await log.read(conversation, after=1) == [*said, *batch]
    assert await log.read(conversation, after=2, limit=1) == [batch[0]]
    assert said[0].at == clock.now()


async def test_a_conversation_opened_twice_under_one_id_is_one(log: Log) -> None:
    first = await log.open(Opened(channel="email"), conversation_id="mail-1")
    again = await log.open(Opened(channel="email"), conversation_id="mail-1")
    assert again == first
    assert len(await log.read("mail-1")) == 1


async def test_the_second_open_does_not_change_the_key(log: Log, database: Database, vault: Vault) -> None:
    await log.open(Opened(), conversation_id="c")
    await log.append("c", "customer", CustomerSaid(text="first"))
    await log.open(Opened(), conversation_id="c")
    await log.append("c", "customer", CustomerSaid(text="second"))
    vault.drop("c")
    assert [e.data.text for e in await log.read("c", 1)] == ["first", "second"]


async def test_unknown_conversations_are_not_found(log: Log) -> None:
    for attempt in (
        log.head("nobody"),
        log.read("nobody"),
        log.acquire("nobody", "p", 10),
        log.append("nobody", "customer", CustomerSaid(text="Hello?")),
        log.append("nobody", "system", Closed(reason="idle"), key="k"),
    ):
        with pytest.raises(NotFound):
            await attempt


async def test_the_same_key_gives_the_same_events(log: Log, conversation: str) -> None:
    first = await log.append(conversation, "customer", CustomerSaid(text="one"), CustomerSaid(text="two"), key="k")
    await log.append(conversation, "customer", CustomerSaid(text="three"))
    again = await log.append(conversation, "customer", CustomerSaid(text="one"), key="k")
    assert again == first
    assert (await log.head(conversation)).last_seq == 4


async def test_a_key_outlives_the_fence(log: Log, conversation: str) -> None:
    first = await log.append(conversation, "bot", bot_said(), fence=Fence(1), key="r1.1")
    await claim(log, conversation, "ana")
    assert await log.append(conversation, "bot", bot_said(), fence=Fence(1), key="r1.1") == first


async def test_a_key_belongs_to_its_actor(log: Log, conversation: str) -> None:
    await log.append(conversation, "system", Noted(by="ana", text="secret"), key="k")
    (said,) = await log.append(conversation, "customer", CustomerSaid(text="mine"), key="k")
    assert said.data == CustomerSaid(text="mine")


async def test_of_several_hands_that_share_their_keys_one_writes(log: Log, conversation: str) -> None:
    (first,) = await log.append(conversation, "person:ana", Noted(by="ana", text="done"), key="k", keys="bot")
    (again,) = await log.append(conversation, "bot", Noted(by="bot", text="not done"), key="k")
    assert (again, again.actor) == (first, "person:ana")


async def test_a_change_of_hands_raises_the_epoch_and_shuts_the_bot_out(log: Log, conversation: str) -> None:
    fence = await log.acquire(conversation, "p1", 30)
    assert fence is not None
    await claim(log, conversation, "ana")
    with pytest.raises(Fenced) as refused:
        await log.append(conversation, "bot", bot_said(), fence=fence)
    assert refused.value.cause == "epoch"
    head = await log.head(conversation)
    assert (head.holder, head.epoch, head.last_seq) == ("person:ana", 2, 2)


async def test_the_event_that_changes_hands_says_so(log: Log, conversation: str) -> None:
    await log.append(
        conversation, "bot", bot_said("I pass you on."), HandoffRequested(handoff_id="h", reason="upset"),
        fence=Fence(1), holder="queue",
    )  # fmt: skip
    assert [event.holder for event in await log.read(conversation)] == [None, None, "queue"]


async def test_a_draft_from_before_the_customer_wrote_again_is_refused(log: Log, conversation: str) -> None:
    (said,) = await log.append(conversation, "customer", CustomerSaid(text="one"))
    await log.append(conversation, "customer", CustomerSaid(text="two"))
    with pytest.raises(Fenced) as refused:
        await log.append(conversation, "bot", bot_said(), fence=Fence(1, heard=said.seq))
    assert refused.value.cause == "heard"
    await log.append(conversation, "bot", bot_said(), fence=Fence(1, heard=said.seq + 1))


async def test_only_who_holds_it_speaks(log: Log, conversation: str) -> None:
    with pytest.raises(Fenced) as refused:
        await log.append(conversation, "person:ana", PersonSaid(by="ana", name="Ana", text="Hi"))
    assert refused.value.cause == "holder"
    await claim(log, conversation, "ana")
    await log.append(conversation, "person:ana", PersonSaid(by="ana", name="Ana", text="Hi"))
    for actor, line in (("bot", bot_said()), ("person:ben", PersonSaid(by="ben", name="Ben", text="Hi"))):
        with pytest.raises(Fenced):
            await log.append(conversation, actor, line, fence=Fence(2))
    await log.append(conversation, "person:ana", GivenBack(by="ana"), holder="bot")
    await log.append(conversation, "bot", bot_said(), fence=Fence(3))


async def test_the_bot_may_speak_while_the_customer_waits_in_the_queue(log: Log, conversation: str) -> None:
    await log.append(conversation, "bot", HandoffRequested(handoff_id="h", reason="upset"), holder="queue")
    await log.append(conversation, "bot", bot_said("Still here."), fence=Fence(2))


async def test_a_claim_may_come_with_its_first_line(log: Log, conversation: str) -> None:
    hello = PersonSaid(by="ana", name="Ana", text="I have read it all.")
    await log.append(
        conversation, "person:ana", HandoffClaimed(by="ana", name="Ana"), hello, holder="person:ana", fence=Fence(1)
    )
    assert (await log.read(conversation))[-1].data == hello


async def test_a_refused_batch_leaves_nothing(log: Log, conversation: str) -> None:
    with pytest.raises(Fenced):
        await log.append(conversation, "bot", Announced(code="x"), bot_said(), fence=Fence(7))
    assert (await log.head(conversation)).last_seq == 1
    assert len(await log.read(conversation)) == 1


async def test_the_row_follows_what_was_said(log: Log, conversation: str, clock: FixedClock) -> None:
    await log.append(conversation, "customer", CustomerSaid(text="one"), CustomerSaid(text="two"))
    await log.append(conversation, "bot", ended(3), fence=Fence(1))
    await log.append(conversation, "bot", ended(2), fence=Fence(1))
    await log.append(conversation, "system", Closed(reason="idle"))
    head = await log.head(conversation)
    assert (head.heard, head.answered, head.closed) == (3, 3, True)
    clock.advance(60)
    await log.append(conversation, "customer", CustomerSaid(text="three"))
    head = await log.head(conversation)
    assert (head.heard, head.closed, head.updated_at) == (7, False, clock.now())


async def test_only_one_has_the_lease_until_it_runs_out(log: Log, conversation: str, clock: FixedClock) -> None:
    first = await log.acquire(conversation, "p1", 30)
    assert first is not None
    assert await log.acquire(conversation, "p1", 30) is None
    clock.advance(29)
    assert await log.renew(conversation, first.lease or "", 30)
    clock.advance(29)
    assert await log.acquire(conversation, "p2", 30) is None
    clock.advance(2)
    second = await log.acquire(conversation, "p2", 30)
    assert second is not None
    assert not await log.renew(conversation, first.lease or "", 30)
    with pytest.raises(Fenced) as refused:
        await log.append(conversation, "bot", bot_said(), fence=first)
    assert refused.value.cause == "lease"
    await log.release(conversation, first.lease or "")
    assert await log.acquire(conversation, "p3", 30) is None
    await log.append(conversation, "bot", ended(1), fence=second, release=True)
    assert await log.acquire(conversation, "p3", 30) is not None


async def test_due_are_those_where_the_customer_waits_for_the_bot(log: Log, clock: FixedClock) -> None:
    ids = [(await log.open(Opened())).conversation_id for _ in range(4)]
    waiting, answered, running, held = ids
    for each in (waiting, answered, running, held):
        await log.append(each, "customer", CustomerSaid(text="Hello"))
    await log.append(answered, "bot", ended(2), fence=Fence(1))
    assert await log.acquire(running, "p1", 30)
    await claim(log, held, "ana")
    assert await log.due(10) == [waiting]
    clock.advance(31)
    assert set(await log.due(10)) == {waiting, running}
    assert len(await log.due(1)) == 1


async def test_idle_are_open_and_held_by_the_bot(log: Log, clock: FixedClock) -> None:
    ids = [(await log.open(Opened())).conversation_id for _ in range(4)]
    quiet, closed, held, _ = ids
    await log.append(closed, "system", Closed(reason="customer"))
    await claim(log, held, "ana")
    clock.advance(timedelta(hours=1))
    await log.append(ids[3], "customer", CustomerSaid(text="Still here"))
    assert await log.idle(clock.now() - timedelta(minutes=30), 10) == [quiet]


async def test_a_customer_is_found_in_all_conversations_they_were_known_in(log: Log, vault: Vault) -> None:
    first, second = [(await log.open(Opened())).conversation_id for _ in range(2)]
    ana, ben = vault.ref("ana"), vault.ref("ben")
    proven = IdentityProven(level="verified", customer_id="ana", customer_ref=ana, method="code")
    await log.append(first, "system", proven)
    await log.append(first, "system", proven.model_copy(update={"customer_ref": ben}))
    await log.append(second, "system", proven.model_copy(update={"level": "known", "method": "claim"}))
    assert await log.of_customer(ana) == sorted([first, second])
    assert (await log.head(first)).customer_ref == ben


async def test_a_claim_does_not_hide_a_proof(log: Log, conversation: str) -> None:
    proof = IdentityProven(level="verified", customer_ref="a", method="code")
    await log.append(conversation, "system", proof)
    await log.append(conversation, "system", IdentityProven(level="known", customer_ref="b", method="claim"))
    assert (await log.head(conversation)).customer_ref == "a"


async def test_ids_come_in_pages_from_old_to_new(log: Log, clock: FixedClock) -> None:
    ids = []
    for _ in range(5):
        ids.append((await log.open(Opened())).conversation_id)
        clock.advance(1)
    assert await log.ids(limit=2) == ids[:2]
    assert await log.ids(ids[1], limit=9) == ids[2:]


async def test_what_postgres_cannot_hold_is_invalid(log: Log, conversation: str) -> None:
    with pytest.raises(Invalid):
        await log.append(conversation, "customer", Announced(code="a\x00b"))
    with pytest.raises(Invalid):
        await log.head("a\x00b")
    (said,) = await log.append(conversation, "customer", CustomerSaid(text="a\x00b"))
    assert (await log.read(conversation, said.seq - 1))[0].data == CustomerSaid(text="a\x00b")


async def test_an_append_of_nothing_is_a_mistake(log: Log, conversation: str) -> None:
    with pytest.raises(ValueError, match="at least one"):
        await log.append(conversation, "system")


async def test_a_kind_of_a_newer_version_is_borne(log: Log, conversation: str, database: Database) -> None:
    await log.append(conversation, "system", Closed(reason="idle"))
    async with database.connection() as connection:
        await connection.execute("UPDATE events SET kind = 'from_the_future' WHERE seq = 2")
    assert [event.kind for event in await log.read(conversation)] == ["opened", ""]


class Lines:
    """A projection that counts lines, and breaks where it is told to."""

    name = "lines"
    kinds = frozenset({"customer_said", "opened"})
    rings = ""

    def __init__(self) -> None:
        self.fails = False

    async def apply(self, connection: Connection, event: Event) -> None:
        await connection.execute("CREATE TABLE IF NOT EXISTS lines (id text, seq int PRIMARY KEY)")
        await connection.execute("INSERT INTO lines VALUES (%s, %s)", [event.conversation_id, event.seq])
        if self.fails:
            raise Conflict("no room")

    async def clear(self, connection: Connection) -> None:
        await connection.execute("DELETE FROM lines")


async def test_projections_stand_or_fall_with_the_append(database: Database, vault: Vault, clock: FixedClock) -> None:
    lines = Lines()
    log = Log(database, vault, clock, [lines])
    conversation = (await log.open(Opened())).conversation_id
    await log.append(conversation, "customer", CustomerSaid(text="one"), CustomerSaid(text="two"))
    await log.append(conversation, "system", Closed(reason="idle"))
    lines.fails = True
    with pytest.raises(Conflict, match="no room"):
        await log.append(conversation, "customer", CustomerSaid(text="three"))
    async with database.connection() as connection:
        rows = await (await connection.execute("SELECT seq FROM lines ORDER BY seq")).fetchall()
    assert [row["seq"] for row in rows] == [1, 2, 3]
    assert (await log.head(conversation)).last_seq == 4
    await log.bell.close()


async def test_a_repeated_key_reaches_no_projection(database: Database, vault: Vault, clock: FixedClock) -> None:
    log = Log(database, vault, clock, [Lines()])
    conversation = (await log.open(Opened())).conversation_id
    for _ in range(2):
        await log.append(conversation, "customer", CustomerSaid(text="one"), key="k")
    async with database.connection() as connection:
        rows = await (await connection.execute("SELECT count(*) AS n FROM lines")).fetchall()
    assert rows[0]["n"] == 2
    await log.bell.close()


async def test_a_clash_in_a_projection_is_not_taken_for_a_repeated_key(
    database: Database, vault: Vault, clock: FixedClock
) -> None:
    log = Log(database, vault, clock, [Lines()])
    await log.open(Opened(), conversation_id="a")
    with pytest.raises(Exception, match="lines_pkey"):
        await log.open(Opened(), conversation_id="b")
    with pytest.raises(NotFound):
        await log.head("b")
    await log.bell.close()
