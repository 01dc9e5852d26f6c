"""Turns run here, outside of any request: one at a time for one conversation, each under its lease.

The process that hears a customer runs the turn. If it is killed, another finds what it owes, by `sweep`:

    a line without an answer, whole or in part        the row of the conversation (`Log.due`)
    an action claimed or unknown, whoever holds it    its loose end: claimed, unknown
    an action that ended and was not told of          its loose end: ended
    a call whose proof of identity came               the loose end of the proof: proven
    any of these, once a person gives it back         the loose end of that: given_back
    a colleague's word, or the end of the wait for    its row among the approvals (`Approvals.due`)
    a yes to what a person put before the customer    the loose end of that: put

A turn that was woken by anything but a line and is cut short leaves the loose end that woke it. A consent without a
claim needs none: its line is without an answer, or the turn has ended and the consent with it.
"""

import asyncio
import logging
import time
import uuid
from datetime import datetime

from handrail.agent.decisions import carry_out_unheard
from handrail.agent.graph import Graph
from handrail.agent.nodes.hand_over import hand_over
from handrail.agent.nodes.situate import needs_turn
from handrail.agent.services import Services
from handrail.agent.turn import Turn
from handrail.agent.word import standing, word_on
from handrail.conversation import loose_ends
from handrail.conversation.errors import Fenced
from handrail.conversation.events import CustomerSaid, Event, TurnStarted
from handrail.conversation.log import Fence
from handrail.conversation.situation import Situation
from handrail.conversation.spending import Usage
from handrail.guardrails.mask import mask

LEASE_SECONDS = 15.0
"""How long a turn may go without a sign of life before another process takes it up."""

RENEW_SECONDS = LEASE_SECONDS / 3
SETTLING_SECONDS = 0.5
"""The least time between two looks at an action whose end was not seen."""

ATTEMPTS = 5
"""How often a turn is begun again because the customer wrote meanwhile, before the lease is given back for a moment."""

log = logging.getLogger("handrail.turns")


class Turns:
    """Hears customers and runs the turns that answer them."""

    def __init__(self, services: Services, graph: Graph) -> None:
        self._services, self._graph = services, graph
        self._owner = f"{uuid.uuid4().hex[:12]}"
        self._running: dict[str, asyncio.Task[None]] = {}
        self._again: set[str] = set()
        self._later: dict[str, asyncio.TimerHandle] = {}
        self._stopping = False

    async def hear(
        self,
        conversation_id: str,
        text: str,
        key: str | None = None,
        *,
        address: str | None = None,
        wants_person: bool = False,
    ) -> Event:
        """Put a line of the customer's on the log, with card numbers and the like blacked out, and wake the turn.

        The same `key` returns the event of the first time and adds nothing. `address` is where the line comes from, for
        the limits of codes; with `wants_person` it calls for a person, whatever its words. Raises `NotFound`.
        """
        heard = await self._services.identity.hear(conversation_id, text, address=address, key=key)
        masked = mask(heard.text)
        self._services.router.foresee(masked.text)
        kinds = (*masked.kinds, "code") if heard.code else masked.kinds
        said = CustomerSaid(text=masked.text, masked=kinds, wants_person=wants_person)
        events = await self._services.log.append(conversation_id, "customer", said, key=key)
        situation = await self._services.situations.after(events)
        if await self._services.tickets.hear(conversation_id, situation):
            self._services.refresher.note(conversation_id)
            if self._owes(situation):
                self.wake(conversation_id)
        else:
            self.wake(conversation_id)
        return events[0]

    def wake(self, conversation_id: str) -> None:
        """See to it that a turn looks at this conversation, now or right after the one that runs."""
        if self._stopping:
            return
        if conversation_id in self._running:
            self._again.add(conversation_id)
            return
        task = asyncio.create_task(self._run(conversation_id), name=f"turn {conversation_id}")
        self._running[conversation_id] = task
        task.add_done_callback(lambda done: self._done(conversation_id, done))

    async def sweep(self, limit: int = 50) -> int:
        """Take up what a dead process left behind, and what colleagues have decided, or not in time, where nobody was
        told; returns how many conversations were woken."""
        log_ = self._services.log
        due = {*await log_.due(limit), *await self._services.approvals.due(limit)}
        for conversation_id in await loose_ends.take(log_.database, log_.clock.now(), limit):
            situation = await self._services.situations.get(conversation_id)
            if self._owes(situation) or (situation.unsettled and not situation.forgotten):
                due.add(conversation_id)
            elif not standing(situation, log_.clock.now()):
                await loose_ends.tidy(log_.database, conversation_id, situation.seq)
        for conversation_id in due:
            self.wake(conversation_id)
        return len(due)

    async def settled(self) -> None:
        """Wait until no turn runs in this process."""
        while self._running:
            await asyncio.wait(list(self._running.values()))
            await asyncio.sleep(0)

    async def through(self, conversation_id: str, seconds: float) -> None:
        """Wait until no turn of this conversation runs in this process, but no longer than `seconds`."""
        if (task := self._running.get(conversation_id)) is not None:
            await asyncio.wait({task}, timeout=seconds)

    async def stop(self, seconds: float = 10.0) -> None:
        """Let running turns end, but no longer than this; what is cut short is taken up by the next process."""
        self._stopping = True
        for timer in self._later.values():
            timer.cancel()
        if self._running:
            _, late = await asyncio.wait(list(self._running.values()), timeout=seconds)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    def _done(self, conversation_id: str, task: asyncio.Task[None]) -> None:
        self._running.pop(conversation_id, None)
        if not task.cancelled() and (error := task.exception()):
            log.error("the turn of %s failed", conversation_id, exc_info=error)
        if conversation_id in self._again:
            self._again.discard(conversation_id)
            self.wake(conversation_id)

    async def _run(self, conversation_id: str) -> None:
        while True:
            self._again.discard(conversation_id)
            fence = await self._services.log.acquire(conversation_id, self._owner, LEASE_SECONDS)
            if fence is None:
                return
            beat = asyncio.create_task(self._beat(conversation_id, fence))
            left = None
            try:
                left = await self._turns(conversation_id, fence)
            finally:
                beat.cancel()
                if left is None:
                    await self._services.log.release(conversation_id, fence.lease or "")
            if conversation_id in self._later:
                return
            # A line that came in between the last look and the release has woken nobody else: look once more.
            situation = left or await self._services.situations.get(conversation_id)
            if not self._owes(situation):
                return

    def _owes(self, situation: Situation) -> bool:
        """Whether there is something to do: for the bot that holds it, or quietly where a person or the queue does."""
        now = self._services.clock.now()
        if situation.holder == "bot":
            return needs_turn(situation, now)
        return bool(situation.decided(now)) or (not situation.forgotten and word_on(situation, now) is not None)

    async def _turns(self, conversation_id: str, fence: Fence) -> Situation | None:
        """Run a turn; where its last event gave the lease back, return the situation as of that very moment."""
        stumbled = False
        for _ in range(ATTEMPTS):
            situation = await self._services.situations.get(conversation_id)
            if situation.holder != "bot" and situation.unsettled:
                # People see the end of an action by themselves; nothing is said to the customer.
                await self._services.actions.reconcile(situation)
                situation = await self._services.situations.get(conversation_id)
            if not self._owes(situation):
                return None
            if situation.holder != "bot":
                await self._unheard(situation, fence)
                continue
            turn: Turn = {
                "conversation_id": conversation_id,
                "turn_id": uuid.uuid4().hex,
                "fence": fence,
                "situation": situation,
                "began": time.perf_counter(),
            }
            try:
                turn = await self._graph.run(turn, self._services)
                if "retry_at" in turn:
                    self._look_again(conversation_id, turn["retry_at"])
                    return None
                if turn.get("released"):
                    return turn["situation"]
            except Fenced as refused:
                if refused.cause != "heard":
                    log.info("the turn of %s ends: %s has changed", conversation_id, refused.cause)
                    return None
            except Exception:
                now = await self._services.situations.get(conversation_id)
                if not stumbled and now.seq == situation.seq:
                    # Nothing of it is on the log: a connection was lost, say. What fails again is no accident.
                    stumbled = True
                    log.warning("the turn of %s failed before its first event: again", conversation_id, exc_info=True)
                    continue
                log.exception("the turn of %s failed: it goes to a person", conversation_id)
                await self._rescue(turn, now)
                return None
        return None

    async def _unheard(self, situation: Situation, fence: Fence) -> None:
        """Go on with what a colleague has decided while a person or the queue holds the conversation."""
        try:
            await carry_out_unheard(situation, uuid.uuid4().hex, fence, self._services)
        except Fenced as refused:
            log.info("what was decided in %s waits: %s has changed", situation.conversation_id, refused.cause)

    def _look_again(self, conversation_id: str, at: datetime) -> None:
        """Come back to an action whose end was not seen, without holding the lease meanwhile."""
        seconds = max((at - self._services.clock.now()).total_seconds(), SETTLING_SECONDS)

        def wake() -> None:
            self._later.pop(conversation_id, None)
            self.wake(conversation_id)

        self._later[conversation_id] = asyncio.get_running_loop().call_later(seconds, wake)

    async def _rescue(self, turn: Turn, situation: Situation) -> None:
        """A turn that failed is not tried again: the customer is told, and a person takes over."""
        reply = situation.open_reply
        turn_id = turn["turn_id"]
        started = TurnStarted(turn_id=turn_id, upto=situation.heard, engine=self._services.model.name)
        rescue: Turn = {
            **turn,
            "situation": situation,
            "upto": situation.heard,
            "reply_id": reply.reply_id if reply else turn_id,
            "parts": reply.parts if reply else 0,
            "pending": () if situation.started[0] == turn_id else (started,),
            "usage": Usage(),
            "draft": None,
            "confidence": None,
            "reason": "error",
            "triggers": ("turn/failed",),
        }
        await hand_over(rescue, self._services)

    async def _beat(self, conversation_id: str, fence: Fence) -> None:
        while True:
            await asyncio.sleep(RENEW_SECONDS)
            if not await self._services.log.renew(conversation_id, fence.lease or "", LEASE_SECONDS):
                return
