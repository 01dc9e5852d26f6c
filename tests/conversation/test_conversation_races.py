"""The same promises with real connections at the same time: nothing here takes turns."""

import asyncio
import random

import pytest

from handrail.conversation.bell import Bell
from handrail.conversation.clock import FixedClock
from handrail.conversation.database import Database
from handrail.conversation.errors import Fenced
from handrail.conversation.events import (
    BotSaid,
    CustomerSaid,
    Event,
    GivenBack,
    HandoffClaimed,
    HandoffRequested,
    Opened,
    PersonSaid,
    TurnEnded,
)
from handrail.conversation.log import Fence, Head, Log
from handrail.conversation.settings import Settings
from handrail.conversation.vault import Vault


@pytest.fixture
async def logs(settings: Settings, clock: FixedClock):
    """The logs of two processes on one database."""
    made = []
    for _ in range(2):
        database = await Database.open(settings)
        made.append(Log(database, await Vault.open(settings, database), clock, bell=Bell(database)))
    yield made
    for log in made:
        await log.bell.close()
        await log.database.close()


def seqs(events: list[Event]) -> list[int]:
    return [event.seq for event in events]


async def test_appends_at_once_leave_no_hole(logs: list[Log]) -> None:
    conversation = (await logs[0].open(Opened())).conversation_id

    async def write(n: int) -> None:
        lines = [CustomerSaid(text=f"{n}.{i}") for i in range(n % 3 + 1)]
        await logs[n % 2].append(conversation, "customer", *lines)

    await asyncio.gather(*(write(n) for n in range(60)))
    events = await logs[0].read(conversation)
    assert seqs(events) == list(range(1, 1 + 1 + 120))
    texts = [e.data.text for e in events[1:] if isinstance(e.data, CustomerSaid)]
    assert len(set(texts)) == 120
    for n in range(60):  # a batch stands together and in order
        first = texts.index(f"{n}.0")
        assert texts[first : first + n % 3 + 1] == [f"{n}.{i}" for i in range(n % 3 + 1)]


async def test_one_key_at_once_is_one_event(logs: list[Log]) -> None:
    conversation = (await logs[0].open(Opened())).conversation_id
    append = [
        logs[n % 2].append(conversation, "customer", CustomerSaid(text="Cancel it"), key="post-1") for n in range(24)
    ]
    results = await asyncio.gather(*append)
    assert all(result == results[0] for result in results)
    assert (await logs[1].head(conversation)).last_seq == 2


async def test_one_id_opened_at_once_is_one_conversation(logs: list[Log]) -> None:
    opened = await asyncio.gather(*(logs[n % 2].open(Opened(), conversation_id="c") for n in range(12)))
    assert all(event == opened[0] for event in opened)
    await asyncio.gather(*(logs[n % 2].append("c", "customer", CustomerSaid(text="hello")) for n in range(12)))
    assert [e.data.text for e in await logs[0].read("c", 1)] == ["hello"] * 12
    assert [e.data.text for e in await logs[1].read("c", 1)] == ["hello"] * 12


async def test_one_of_many_gets_the_lease(logs: list[Log]) -> None:
    conversation = (await logs[0].open(Opened())).conversation_id
    fences = await asyncio.gather(*(logs[n % 2].acquire(conversation, f"p{n}", 30) for n in range(20)))
    assert len([fence for fence in fences if fence]) == 1


async def test_one_of_many_claims(logs: list[Log]) -> None:
    conversation = (await logs[0].open(Opened())).conversation_id

    async def claim(n: int) -> bool:
        try:
            await logs[n % 2].append(
                conversation, f"person:{n}", HandoffClaimed(by=str(n), name=""), fence=Fence(1), holder=f"person:{n}"
            )
        except Fenced:
            return False
        return True

    assert sum(await asyncio.gather(*(claim(n) for n in range(20)))) == 1
    assert (await logs[0].head(conversation)).epoch == 2


class Crowd:
    """People who write at once; `dice` decides who is slow, sends twice, or dies."""

    def __init__(self, logs: list[Log], clock: FixedClock, seed: int) -> None:
        self.logs, self.clock, self.dice = logs, clock, random.Random(seed)
        self.sent: list[str] = []

    async def customer(self, conversation: str) -> None:
        for n in range(12):
            text = f"line {n}"
            self.sent.append(text)
            for _ in range(self.dice.choice([1, 1, 2])):
                await self.dice.choice(self.logs).append(conversation, "customer", CustomerSaid(text=text), key=text)

    async def bot(self, conversation: str, log: Log) -> None:
        for n in range(25):
            head = await log.head(conversation)
            fence = await log.acquire(conversation, "bot", 30)
            if fence is None:
                self.clock.advance(self.dice.choice([0, 0, 20]))
                continue
            try:
                await self.turn(log, head, fence, f"{id(log)} {n}")
            except Fenced:
                await log.release(conversation, fence.lease or "")

    async def turn(self, log: Log, head: Head, fence: Fence, reply: str) -> None:
        for part in range(1, self.dice.randint(1, 3) + 1):
            said = BotSaid(turn_id=reply, reply_id=reply, part=part, text="Well.", engine="offline")
            heard = head.heard if part == 1 else None
            await log.append(head.conversation_id, "bot", said, fence=Fence(fence.epoch, fence.lease, heard))
        ended = TurnEnded(turn_id=reply, reply_id=reply, upto=head.heard, outcome="answered", engine="offline")
        handoff = HandoffRequested(handoff_id=reply, reason="stuck")
        if self.dice.random() < 0.2:
            await log.append(head.conversation_id, "bot", handoff, ended, fence=fence, holder="queue", release=True)
        elif self.dice.random() < 0.8:  # the others were killed here
            await log.append(head.conversation_id, "bot", ended, fence=fence, release=True)

    async def person(self, conversation: str, name: str) -> None:
        log, me = self.dice.choice(self.logs), f"person:{name}"
        claimed, hello = HandoffClaimed(by=name, name=name), PersonSaid(by=name, name=name, text="Hello")
        for _ in range(12):
            head = await log.head(conversation)
            try:
                await log.append(conversation, me, claimed, fence=Fence(head.epoch), holder=me)
                await log.append(conversation, me, hello)
                await log.append(conversation, me, hello)
                await log.append(conversation, me, GivenBack(by=name), fence=Fence(head.epoch + 1), holder="bot")
            except Fenced:
                continue


@pytest.mark.parametrize("seed", range(4))
async def test_a_crowd_never_speaks_out_of_turn(logs: list[Log], clock: FixedClock, seed: int) -> None:
    """A customer, turns that stall beyond their lease, and people, all at once."""
    crowd = Crowd(logs, clock, seed)
    conversation = (await logs[0].open(Opened())).conversation_id
    await asyncio.gather(
        crowd.customer(conversation),
        *(crowd.bot(conversation, log) for log in logs),
        *(crowd.person(conversation, name) for name in ("ana", "ben")),
    )
    events = await logs[0].read(conversation)
    assert seqs(events) == list(range(1, len(events) + 1))
    assert [e.data.text for e in events if isinstance(e.data, CustomerSaid)] == crowd.sent
    holder, spoken = "bot", {"bot": 0, "person": 0}
    for event in events:
        if isinstance(event.data, BotSaid):
            assert holder in ("bot", "queue")
            spoken["bot"] += 1
        if isinstance(event.data, PersonSaid):
            assert holder == event.actor
            spoken["person"] += 1
        holder = event.holder or holder
    assert min(spoken.values()) > 0
    head = await logs[1].head(conversation)
    assert (head.holder, head.last_seq) == (holder, len(events))
    assert head.epoch == 1 + sum(event.holder is not None for event in events)
