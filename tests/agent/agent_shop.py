"""A business that counts what is done to it, and a conversation with it, for the tests of actions."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Annotated, Any

from handrail.agent.actions import Actions, Executed, Proposal, open_action, replies
from handrail.agent.tools import Context, Id, Preview, Refusal, Tool, tool
from handrail.conversation.clock import Clock
from handrail.conversation.errors import Conflict
from handrail.conversation.events import (
    BotSaid,
    CustomerSaid,
    Data,
    Event,
    IdentityProven,
    Opened,
    TurnEnded,
)
from handrail.conversation.log import Fence, Log
from handrail.conversation.settings import Settings
from handrail.conversation.situation import ActionState, Situation
from handrail.conversation.situations import Situations

LEASE = 20.0
TIMEOUT = timedelta(seconds=10)
Fate = Callable[[Context], Awaitable[None]]


async def nothing(ctx: Context) -> None:
    """The call is answered."""


@dataclass
class Shop:
    """Orders that can be cancelled. `effects` are the keys of all cancellations that took place, one for each time.

    `before` and `after` happen around the effect, which comes `late` seconds after the call. It is blind to repetition.
    """

    clock: Clock
    refund: float = 129.0
    approval: str = ""
    dispatched: bool = False
    before: Fate = nothing
    after: Fate = nothing
    late: float = 0.0
    lookup_breaks: bool = False
    coming: list[tuple[datetime, str]] = field(default_factory=list)
    previews: int = 0

    @property
    def effects(self) -> list[str]:
        return [key for at, key in self.coming if at <= self.clock.now()]

    async def preview(self, ctx: Context, order_id: str) -> Preview:
        self.previews += 1
        self._expect_undispatched()
        return Preview(
            f"Cancel order {order_id}", facts={"refund": self.refund}, rule="cancellation", approval=self.approval
        )

    async def cancel(self, ctx: Context, order_id: str) -> dict[str, Any]:
        assert ctx.idempotency_key and ctx.deadline
        began = self.clock.now()
        await self.before(ctx)
        if self.clock.now() - began > TIMEOUT:
            raise TimeoutError("the caller has given up")
        self._expect_undispatched()
        # However slow: not more than a little after the deadline.
        at = min(self.clock.now() + timedelta(seconds=self.late), ctx.deadline + timedelta(seconds=4))
        self.coming.append((at, ctx.idempotency_key))
        await self.after(ctx)
        return {"order_id": order_id, "refund": self.refund, "for": ctx.customer.id}

    async def find(self, ctx: Context, order_id: str) -> dict[str, Any] | None:
        if self.lookup_breaks:
            raise ConnectionError("no answer")
        found = ctx.idempotency_key in self.effects
        return {"order_id": order_id, "refund": self.refund, "for": ctx.customer.id} if found else None

    def _expect_undispatched(self) -> None:
        if self.dispatched:
            raise Refusal("dispatched", "It has left us already.", alternatives=("a return",))

    def tool(self, *, lookup: bool = True, timeout: float = TIMEOUT.seconds) -> Tool:
        shop = self

        async def preview(ctx: Context, order_id: str) -> Preview:
            return await shop.preview(ctx, order_id)

        async def find(ctx: Context, order_id: str) -> dict[str, Any] | None:
            return await shop.find(ctx, order_id)

        @tool(effect="write", identity="verified", preview=preview, lookup=find if lookup else None, timeout=timeout)
        async def cancel_order(ctx: Context, order_id: Annotated[str, Id(r"W\d{5}")]) -> dict[str, Any]:
            """Cancel an order that has not been dispatched."""
            return await shop.cancel(ctx, order_id)

        return cancel_order


@dataclass
class Talk:
    """One conversation, with the few moves that a turn makes of it."""

    log: Log
    situations: Situations
    actions: Actions
    conversation_id: str
    turns: int = 0

    @classmethod
    async def open(cls, log: Log, clock: Clock, settings: Settings, tool: Tool) -> "Talk":
        event = await log.open(Opened())
        actions = Actions(log, clock, settings, tools={tool.name: tool})
        talk = cls(log, Situations(log), actions, event.conversation_id)
        await talk.prove("c1")
        return talk

    async def prove(self, customer: str) -> None:
        proven = IdentityProven(
            level="verified", customer_id=customer, customer_ref=self.log.vault.ref(customer), method="person"
        )
        await self.log.append(self.conversation_id, "system", proven)

    async def situation(self) -> Situation:
        return await self.situations.get(self.conversation_id)

    async def says(self, text: str, key: str | None = None) -> int:
        said, *_ = await self.log.append(self.conversation_id, "customer", CustomerSaid(text=text), key=key)
        return said.seq

    async def lease(self) -> Fence:
        fence = await self.log.acquire(self.conversation_id, "tests", LEASE)
        assert fence is not None
        return fence

    async def ask(self, fence: Fence, order_id: str = "W10021") -> ActionState:
        """Propose, and put the question in the same append; the turn ends with it."""
        (cancel,) = self.actions.tools.values()
        proposal = await self.actions.propose(await self.situation(), self._turn(), cancel, {"order_id": order_id})
        assert isinstance(proposal, Proposal)
        return await self.put(proposal, fence)

    async def put(self, proposal: Proposal, fence: Fence) -> ActionState:
        turn_id, upto = self._turn(), (await self.situation()).heard
        said = BotSaid(turn_id=turn_id, reply_id=turn_id, part=1, text=f"{proposal.summary}. Shall I?", engine="test")
        ended = TurnEnded(turn_id=turn_id, reply_id=turn_id, upto=upto, outcome="asked", engine="test")
        await self.append("bot", *proposal.events, said, ended, fence=fence)
        return await self._open()

    async def agree(self, fence: Fence, said: int) -> ActionState:
        action = await self._open()
        await self.actions.consent(await self.situation(), action, said, fence)
        return await self._open()

    async def do(self, fence: Fence, action: ActionState) -> Executed:
        return await self.actions.execute(await self.situation(), self._turn(), action, fence)

    async def asked_and_agreed(self) -> tuple[Fence, ActionState]:
        """Everything up to the moment before the claim."""
        fence = await self.lease()
        await self.ask(fence)
        return fence, await self.agree(fence, await self.says("yes"))

    async def append(self, actor: str, *data: Data, fence: Fence | None = None) -> tuple[Event, ...]:
        return await self.log.append(self.conversation_id, actor, *data, fence=fence)

    async def stages(self) -> list[str]:
        return [action.stage for action in (await self.situation()).actions]

    async def kinds(self) -> list[str]:
        return [event.kind for event in await self.log.read(self.conversation_id)]

    async def _open(self) -> ActionState:
        action = open_action(await self.situation())
        if action is None:
            raise Conflict("another run has gone on with it")
        return action

    def _turn(self) -> str:
        self.turns += 1
        return f"t{self.turns}"


__all__ = ["LEASE", "Shop", "Talk", "replies"]
