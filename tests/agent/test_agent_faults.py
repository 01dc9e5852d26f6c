"""Killed, cut, paused and racing runs over one order: its cancellation takes place once at most, and is never lost.

A run is one process that takes up the conversation's turn. A fault strikes it at an append, before or after the commit,
or in the call, before or after the effect: it is killed, loses its connection, or stands still while others go on, and
wakes up later.
"""

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from dataclasses import dataclass, field
from itertools import product
from random import Random
from typing import Any

import hypothesis
import pytest
from agent_shop import Shop, Talk, replies
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from handrail.agent.actions import Actions, open_action
from handrail.agent.consent import read_reply
from handrail.agent.tools import Context, Tool
from handrail.conversation.bell import Bell
from handrail.conversation.database import Database
from handrail.conversation.errors import HandrailError, Unavailable
from handrail.conversation.events import (
    ActionClaimed,
    ActionConsented,
    ActionFailed,
    ActionProposed,
    ActionSucceeded,
    CustomerSaid,
    Event,
    GivenBack,
    HandoffClaimed,
    TurnEnded,
)
from handrail.conversation.log import Fence, Log
from handrail.conversation.settings import Settings
from handrail.conversation.situation import Situation
from handrail.conversation.situations import Situations
from handrail.conversation.vault import Vault

LEASE = 2.0
"""Short, so that a run that stands still or is gone has its heir while its call may still be under way."""


class Killed(BaseException):
    """The process is gone: nothing of it runs any more."""


@dataclass
class Fault:
    """What strikes a run: at an append of this kind, or at the `effect`; before or after that."""

    kind: str
    at: str
    after: bool
    reached: asyncio.Event = field(default_factory=asyncio.Event)
    gate: asyncio.Event = field(default_factory=asyncio.Event)

    async def strike(self) -> None:
        if self.kind == "kill":
            raise Killed
        if self.kind == "cut":
            raise Unavailable("the connection was cut")
        self.reached.set()
        await self.gate.wait()


FAULT: ContextVar[Fault | None] = ContextVar("fault", default=None)


class Faulty(Log):
    """The log as one run sees it."""

    async def append(self, conversation_id: str, actor: str, *data: Any, **options: Any) -> tuple[Event, ...]:
        fault = FAULT.get()
        due = fault is not None and fault.at in PLACES[data[-1].kind]
        if fault and due and not fault.after:
            await fault.strike()
        events = await super().append(conversation_id, actor, *data, **options)
        if fault and due and fault.after:
            await fault.strike()
        return events


PLACES = defaultdict(
    tuple,
    action_consented=("consent",),
    action_claimed=("claim",),
    action_succeeded=("end",),
    action_failed=("end",),
    action_unknown=("end",),
    turn_ended=("turn",),
)


def at_effect(*, after: bool) -> Callable[[Context], Awaitable[None]]:
    async def fate(ctx: Context) -> None:
        fault = FAULT.get()
        if fault is not None and fault.at == "effect" and fault.after == after:
            await fault.strike()

    return fate


@dataclass
class World:
    """One conversation, the shop, and all runs that were ever started on it."""

    talk: Talk
    shop: Shop
    clock: Any
    make_log: Callable[[], Faulty]
    settings: Settings
    tool: Tool
    posts: int = 0
    halted: list[tuple[Fault, asyncio.Task[None]]] = field(default_factory=list)

    async def run(self, fault: Fault | None = None) -> None:
        task = asyncio.create_task(self._run(fault))
        if fault is None or fault.kind != "halt":
            await task
            return
        self.halted.append((fault, task))
        # As far as it gets: to its end, or to where it stands still.
        standing = asyncio.create_task(fault.reached.wait())
        await asyncio.wait({task, standing}, return_when=asyncio.FIRST_COMPLETED)
        standing.cancel()

    async def wake(self) -> None:
        """What stood still goes on."""
        halted, self.halted = self.halted, []
        for fault, task in halted:
            fault.gate.set()
            await task

    async def _run(self, fault: Fault | None) -> None:
        FAULT.set(fault)
        with contextlib.suppress(Killed, HandrailError):
            log = self.make_log()
            fence = await log.acquire(self.talk.conversation_id, "run", LEASE)
            if fence is not None:
                actions = Actions(log, self.clock, self.settings, tools={self.tool.name: self.tool})
                await Run(log, Situations(log), actions, self.talk.conversation_id).turn(fence)
                await log.release(self.talk.conversation_id, fence.lease or "")


@dataclass
class Run(Talk):
    """A turn in short: settle what hangs, hear the answer to the open question, else ask."""

    async def turn(self, fence: Fence) -> None:
        situation = await self.situation()
        if situation.holder != "bot":
            return
        if situation.unsettled:
            await self.actions.reconcile(situation)
            return
        if situation.heard <= situation.answered:
            return
        await self._answer(fence)
        upto = situation.heard
        await self.append(
            "bot", TurnEnded(turn_id="t", reply_id="t", upto=upto, outcome="acted", engine="test"), fence=fence
        )

    async def _answer(self, fence: Fence) -> None:
        situation = await self.situation()
        action, lines = open_action(situation), replies(situation)
        if action is None or not lines:
            if not any(a.stage == "succeeded" for a in situation.actions):
                with contextlib.suppress(AssertionError):  # refused: the order has left
                    await self.ask(fence)
            return
        kind = read_reply("\n".join(line.text for line in lines), action.question).kind
        if kind == "no":
            await self.actions.drop(situation, action, "declined", fence)
        if kind != "yes":
            return
        if action.stage == "proposed":
            action = await self.agree(fence, lines[-1].seq)
        executed = await self.do(fence, action)
        if executed.proposal is not None:
            await self.put(executed.proposal, fence)


KINDS = ("kill", "cut", "halt")
POINTS = ("consent", "claim", "effect", "end", "turn")


@dataclass
class Round:
    """One round: the customer writes, a run is struck, something happens, time passes, another run comes."""

    say: str = ""
    fault: tuple[str, str, bool] | None = None
    late: float = 0.0
    happens: str = ""
    advance: float = LEASE + 1


def some_rounds(random: Random) -> list[Round]:
    """A scenario, with a fault in most rounds."""
    return [
        Round(
            say=random.choice(["yes", "yes", "yes", "again", "no wait", "no", "what is the fee?", ""]),
            fault=random.choice([None, *(_any_fault(random) for _ in range(3))]),
            late=random.choice([0, 0, 3, 9, 14]),
            happens=random.choice(["", "", "", "refund", "person", "wake"]),
            advance=random.choice([0, LEASE + 1, LEASE + 1, 9, 12, 16, 1000]),
        )
        for _ in range(random.randint(1, 6))
    ]


def _any_fault(random: Random) -> tuple[str, str, bool]:
    return random.choice(KINDS), random.choice(POINTS), random.random() < 0.5


async def play(world: World, rounds: list[Round]) -> None:
    for each in rounds:
        world.shop.late = each.late
        if each.say:
            world.posts += each.say != "again"
            text = "yes" if each.say == "again" else each.say
            await world.talk.says(text, key=f"post-{world.posts}")
        await world.run(Fault(*each.fault) if each.fault else None)
        await happen(world, each.happens)
        world.clock.advance(each.advance)
        await world.run()


async def happen(world: World, what: str) -> None:
    match what:
        case "refund":
            world.shop.refund += 1
        case "person":
            await person(world.talk)
        case "wake":
            await world.wake()


async def person(talk: Talk) -> None:
    """A person takes the conversation and gives it back: what was drafted under the old epoch is void."""
    claimed, back = HandoffClaimed(by="p1", name="Pat"), GivenBack(by="p1")
    await talk.log.append(talk.conversation_id, "person:p1", claimed, holder="person:p1")
    await talk.log.append(talk.conversation_id, "person:p1", back, holder="bot")


async def drain(world: World) -> None:
    """Everything that stood still ends, and the sweep takes up what is left until nothing hangs."""
    await world.wake()
    for _ in range(6):
        world.clock.advance(20)
        await world.run()


def check(world: World, events: list[Event], situation: Situation) -> None:
    proposed = {e.data.action_id: e.data for e in events if isinstance(e.data, ActionProposed)}
    said = {e.seq: e.data.text for e in events if isinstance(e.data, CustomerSaid)}
    agreed = [e.data for e in events if isinstance(e.data, ActionConsented)]
    claimed = [e.data.action_id for e in events if isinstance(e.data, ActionClaimed)]
    effects = world.shop.effects
    assert len(effects) <= 1, "an effect took place twice"
    assert len(claimed) == len(set(claimed)), "an action was claimed twice"
    assert len({consent.said for consent in agreed}) == len(agreed), "one line agreed to two actions"
    for consent in agreed:
        assert said[consent.said] == "yes"
        assert consent.fingerprint == proposed[consent.action_id].fingerprint
    ends = [e.data.action_id for e in events if isinstance(e.data, ActionFailed | ActionSucceeded)]
    assert len(ends) == len(set(ends)), "an action ended twice"
    for key in effects:
        assert key.rpartition("-")[2] in {consent.action_id for consent in agreed}, "nobody agreed to this"
    assert not situation.unsettled, "a claim was left hanging"
    done = [f"{situation.conversation_id}-{a.action_id}" for a in situation.actions if a.stage == "succeeded"]
    assert done == effects, "the log does not tell what happened"


@dataclass
class Worlds:
    """Makes a world for each scenario, all on one database."""

    database: Database
    vault: Vault
    clock: Any
    bell: Bell
    settings: Settings

    async def live(self, rounds: list[Round]) -> Shop:
        """Play a scenario to its end and check what must hold, whatever happened."""
        shop = Shop(self.clock, before=at_effect(after=False), after=at_effect(after=True))
        tool = shop.tool()
        talk = await Talk.open(self.log(), self.clock, self.settings, tool)
        world = World(talk, shop, self.clock, self.log, self.settings, tool)
        await talk.says("please cancel order W10021", key="first")
        await world.run()
        await play(world, rounds)
        await drain(world)
        events = await talk.log.read(talk.conversation_id)
        try:
            check(world, events, await talk.situation())
        except AssertionError as error:
            error.add_note("\n".join(str(each) for each in rounds))
            error.add_note("\n".join(f"{event.seq} {event.at:%H:%M:%S} {event.data!r}" for event in events))
            raise
        return shop

    def log(self) -> Faulty:
        return Faulty(self.database, self.vault, self.clock, bell=self.bell)


@pytest.fixture
def worlds(database: Database, vault: Vault, clock: Any, bell: Bell, settings: Settings) -> Worlds:
    return Worlds(database, vault, clock, bell, settings)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("point", POINTS)
async def test_after_one_fault_it_is_done_once_or_known_not_to_be(worlds: Worlds, kind: str, point: str) -> None:
    effects = 0
    for after, late, say, advance in product((False, True), (0, 14), ("yes", ""), (LEASE + 1, 12)):
        struck = Round("yes", (kind, point, after), late, advance=advance)
        shop = await worlds.live([struck, Round(say, happens="wake"), Round("yes")])
        effects += len(shop.effects)
    assert effects, "no scenario came to its end"


@hypothesis.settings(max_examples=80, suppress_health_check=list(HealthCheck))
@given(random=st.randoms(use_true_random=True))
async def test_after_many_faults_nothing_is_done_twice_or_lost(worlds: Worlds, random: Random) -> None:
    await worlds.live(some_rounds(random))
