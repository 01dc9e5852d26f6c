"""No interleaving of a customer, two bot processes that get killed, and two people breaks the log.

A state machine drives the real log and predicts from a small model what it must answer to each step. At every step what
is stored is compared with what was taken; at the end the events alone are checked again, without the model.
"""

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from handrail.conversation.bell import Bell
from handrail.conversation.clock import FixedClock
from handrail.conversation.database import Database
from handrail.conversation.errors import Fenced
from handrail.conversation.events import (
    BotSaid,
    Closed,
    CustomerSaid,
    Event,
    GivenBack,
    HandoffClaimed,
    HandoffRequested,
    Opened,
    PersonSaid,
    TurnEnded,
)
from handrail.conversation.fold import fold
from handrail.conversation.log import Fence, Log
from handrail.conversation.settings import Settings
from handrail.conversation.situation import Situation
from handrail.conversation.situations import Situations
from handrail.conversation.vault import Vault

T = TypeVar("T")
LEASE = 30.0
processes = st.integers(0, 1)
people = st.sampled_from(["ana", "ben"])
texts = st.text(max_size=12)


@dataclass
class Turn:
    """A turn as its process believes it to run."""

    fence: Fence
    upto: int
    number: int
    parts: int = 0


@dataclass
class Process:
    """One process: a log of its own on the shared database, and the turns it runs or was killed in."""

    log: Log
    situations: Situations
    turn: Turn | None = None
    zombies: list[Turn] = field(default_factory=list)


@dataclass
class Model:
    """What must be true."""

    conversation: str
    taken: list[Event]
    holder: str = "bot"
    epoch: int = 1
    heard: int = 0
    answered: int = 0
    closed: bool = False
    lease: str | None = None
    lease_until: float = 0.0


class Machine(RuleBasedStateMachine):
    """`runner`, `processes` and `clock` are set on a subclass by the test."""

    runner: asyncio.Runner
    made: list[Process]
    clock: FixedClock

    def run(self, awaitable: Awaitable[T]) -> T:
        async def wait() -> T:
            return await awaitable

        return self.runner.run(wait())

    @initialize()
    def opens(self) -> None:
        self.processes = [Process(p.log, p.situations) for p in self.made]
        opened = self.run(self.processes[0].log.open(Opened()))
        self.m = Model(opened.conversation_id, [opened])
        self.turns = 0
        self.keys: dict[str, tuple[Event, ...]] = {}
        self.seen = {"ana": 1, "ben": 1}

    @property
    def log(self) -> Log:
        """Customers and people come through any process; alternate."""
        return self.processes[len(self.m.taken) % 2].log

    def takes(self, events: tuple[Event, ...]) -> None:
        first = len(self.m.taken) + 1
        assert [event.seq for event in events] == list(range(first, first + len(events)))
        self.m.taken += events

    # The customer

    @rule(text=texts)
    def customer_writes(self, text: str) -> None:
        key = f"key {len(self.keys)}"
        events = self.run(self.log.append(self.m.conversation, "customer", CustomerSaid(text=text), key=key))
        self.takes(events)
        self.keys[key] = events
        self.m.heard, self.m.closed = events[0].seq, False

    @precondition(lambda self: self.keys)
    @rule(data=st.data())
    def customer_sends_again(self, data: st.DataObject) -> None:
        key = data.draw(st.sampled_from(sorted(self.keys)))
        again = self.run(self.log.append(self.m.conversation, "customer", CustomerSaid(text="again"), key=key))
        assert again == self.keys[key]

    # The bot

    @rule(who=processes)
    def turn_starts(self, who: int) -> None:
        process, m = self.processes[who], self.m
        if process.turn is not None:
            return
        free = m.lease is None or m.lease_until <= self.clock.now().timestamp()
        fence = self.run(process.log.acquire(m.conversation, f"process {who}", LEASE))
        assert (fence is not None) == free
        if fence is not None:
            assert fence.epoch == m.epoch
            self.turns += 1
            process.turn = Turn(fence, m.heard, self.turns)
            m.lease, m.lease_until = fence.lease, self.clock.now().timestamp() + LEASE

    def says(self, process: Process, turn: Turn) -> None:
        m = self.m
        heard = turn.upto if turn.parts == 0 else None
        fence = Fence(turn.fence.epoch, turn.fence.lease, heard)
        line = BotSaid(
            turn_id=f"t{turn.number}", reply_id=f"r{turn.number}", part=turn.parts + 1, text="Yes.", engine="offline"
        )
        stands = fence.epoch == m.epoch and fence.lease == m.lease and heard in (None, m.heard)
        if stands and m.holder in ("bot", "queue"):
            self.takes(self.run(process.log.append(m.conversation, "bot", line, fence=fence)))
            turn.parts += 1
        else:
            with pytest.raises(Fenced):
                self.run(process.log.append(m.conversation, "bot", line, fence=fence))

    @precondition(lambda self: any(p.turn for p in self.processes))
    @rule(who=processes)
    def bot_says(self, who: int) -> None:
        process = self.processes[who]
        if process.turn is not None:
            self.says(process, process.turn)

    @precondition(lambda self: any(p.zombies for p in self.processes))
    @rule(data=st.data())
    def killed_turn_speaks_up(self, data: st.DataObject) -> None:
        """A process that was only slow, not dead, goes on where it was."""
        slow = [(process, turn) for process in self.processes for turn in process.zombies]
        self.says(*slow[data.draw(st.integers(0, len(slow) - 1))])

    @precondition(lambda self: any(p.turn for p in self.processes))
    @rule(who=processes, hands_over=st.booleans())
    def turn_ends(self, who: int, hands_over: bool) -> None:
        process, m = self.processes[who], self.m
        turn, process.turn = process.turn, None
        if turn is None:
            return
        ended = TurnEnded(
            turn_id=f"t{turn.number}", reply_id=f"r{turn.number}", upto=turn.upto,
            outcome="handed_over" if hands_over else "answered", engine="offline",
        )  # fmt: skip
        handoff = [HandoffRequested(handoff_id=f"h{turn.number}", reason="stuck")] if hands_over else []
        append = process.log.append(
            m.conversation, "bot", *handoff, ended,
            fence=turn.fence, holder="queue" if hands_over else None, release=True, key=f"end {turn.number}",
        )  # fmt: skip
        if turn.fence.epoch == m.epoch and turn.fence.lease == m.lease:
            self.takes(self.run(append))
            m.answered, m.lease = max(m.answered, turn.upto), None
            if hands_over:
                self.changes_hands("queue")
        else:
            with pytest.raises(Fenced):
                self.run(append)
            self.run(process.log.release(m.conversation, turn.fence.lease or ""))
            if turn.fence.lease == m.lease:
                m.lease = None

    @precondition(lambda self: any(p.turn for p in self.processes))
    @rule(who=processes)
    def killed(self, who: int) -> None:
        process = self.processes[who]
        if process.turn is not None:
            process.zombies.append(process.turn)
            process.turn = None

    @precondition(lambda self: any(p.turn for p in self.processes))
    @rule(who=processes)
    def killed_and_taken_up(self, who: int) -> None:
        self.killed(who)
        self.clock.advance(LEASE + 1)
        self.turn_starts(1 - who)

    @rule(who=processes)
    def renews(self, who: int) -> None:
        turn = self.processes[who].turn
        if turn is not None:
            kept = self.run(self.processes[who].log.renew(self.m.conversation, turn.fence.lease or "", LEASE))
            assert kept == (turn.fence.lease == self.m.lease)
            if kept:
                self.m.lease_until = self.clock.now().timestamp() + LEASE

    @rule(seconds=st.sampled_from([1, 20, 40]))
    def time_passes(self, seconds: int) -> None:
        self.clock.advance(seconds)

    @rule()
    def closes_for_idleness(self) -> None:
        append = self.log.append(self.m.conversation, "system", Closed(reason="idle"), fence=Fence(self.m.epoch))
        self.takes(self.run(append))
        self.m.closed = True

    # People

    def changes_hands(self, holder: str) -> None:
        self.m.holder = holder
        self.m.epoch += 1

    @rule(person=people)
    def person_looks(self, person: str) -> None:
        self.seen[person] = self.run(self.log.head(self.m.conversation)).epoch

    @rule(person=people)
    def person_claims(self, person: str) -> None:
        append = self.log.append(
            self.m.conversation, f"person:{person}", HandoffClaimed(by=person, name=person),
            fence=Fence(self.seen[person]), holder=f"person:{person}",
        )  # fmt: skip
        if self.seen[person] == self.m.epoch:
            self.takes(self.run(append))
            self.changes_hands(f"person:{person}")
        else:
            with pytest.raises(Fenced):
                self.run(append)

    @rule(person=people, fenced=st.booleans(), text=texts)
    def person_says(self, person: str, fenced: bool, text: str) -> None:
        fence = Fence(self.seen[person]) if fenced else None
        line = PersonSaid(by=person, name=person, text=text)
        append = self.log.append(self.m.conversation, f"person:{person}", line, fence=fence)
        if self.m.holder == f"person:{person}" and (fence is None or fence.epoch == self.m.epoch):
            self.takes(self.run(append))
        else:
            with pytest.raises(Fenced):
                self.run(append)

    @rule(person=people)
    def person_gives_back(self, person: str) -> None:
        if self.m.holder != f"person:{person}":
            return
        append = self.log.append(
            self.m.conversation, f"person:{person}", GivenBack(by=person), fence=Fence(self.m.epoch), holder="bot"
        )
        self.takes(self.run(append))
        self.changes_hands("bot")

    # What must hold at every step

    @invariant()
    def the_log_is_what_was_taken(self) -> None:
        stored = self.run(self.log.read(self.m.conversation))
        assert stored == self.m.taken
        for event in stored:
            assert event.seq == stored.index(event) + 1

    @invariant()
    def the_row_agrees(self) -> None:
        m = self.m
        head = self.run(self.log.head(m.conversation))
        expected = (m.holder, m.epoch, len(m.taken), m.heard, m.answered, m.closed, m.lease)
        told = (head.holder, head.epoch, head.last_seq, head.heard, head.answered, head.closed, head.lease_owner)
        assert told == expected

    @invariant()
    def a_waiting_customer_is_due(self) -> None:
        m = self.m
        free = m.lease is None or m.lease_until <= self.clock.now().timestamp()
        due = m.conversation in self.run(self.log.due(1000))
        assert due == (m.holder == "bot" and m.heard > m.answered and free)

    @invariant()
    def every_process_sees_the_same_situation(self) -> None:
        whole = fold(Situation(self.m.conversation), self.m.taken)
        assert whole.holder == self.m.holder
        for process in self.processes:
            assert self.run(process.situations.get(self.m.conversation)) == whole

    def teardown(self) -> None:
        if not hasattr(self, "m"):
            return
        stored = self.run(self.log.read(self.m.conversation))
        assert spoken_out_of_turn(stored) == []
        said = [event for event in stored if isinstance(event.data, CustomerSaid)]
        assert said == [event for events in self.keys.values() for event in events]
        # Leave nothing due for the next example.
        self.run(self.log.append(self.m.conversation, "system", Closed(reason="idle"), holder="queue"))


def spoken_out_of_turn(events: list[Event]) -> list[Event]:
    """Lines to the customer by someone who did not hold the conversation, told from the events alone."""
    holder, wrong = "bot", []
    for event in events:
        match event.data:
            case BotSaid() if holder not in ("bot", "queue"):
                wrong.append(event)
            case PersonSaid() if holder != event.actor:
                wrong.append(event)
        holder = event.holder or holder
    return wrong


def test_no_interleaving_breaks_the_log(settings: Settings, clock: FixedClock) -> None:
    async def process() -> tuple[Process, Database]:
        database = await Database.open(settings)
        log = Log(database, await Vault.open(settings, database), clock, bell=Bell(database))
        return Process(log, Situations(log, every=5)), database

    async def close(made: Process, database: Database) -> None:
        await made.situations.close()
        await made.log.bell.close()
        await database.close()

    with asyncio.Runner() as runner:
        pairs = [runner.run(process()) for _ in range(2)]
        members: dict[str, Any] = {"runner": runner, "made": [pair[0] for pair in pairs], "clock": clock}
        try:
            run_state_machine_as_test(
                type("Bound", (Machine,), members),
                settings=hypothesis_settings(
                    max_examples=60,
                    stateful_step_count=40,
                    deadline=None,
                    suppress_health_check=list(HealthCheck),
                ),
            )
        finally:
            for pair in pairs:
                runner.run(close(*pair))
