"""A customer and a shop, to write conversations with."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

from handrail.agent.bootstrap import Handrail
from handrail.conversation.events import BotSaid, Citation, Data, Event, IdentityProven, Opened, TurnEnded
from handrail.desk.staff import Staff
from handrail.evals.replay import CaseClock, Sent
from handrail.evals.world import Worlds

MONDAY_MORNING = datetime(2026, 6, 15, 10, tzinfo=UTC)
"""A Monday, 11:00 in the shop's zone: the desk is open."""

ANA = Staff(id="u_ana", name="Ana", role="agent")
BEN = Staff(id="u_ben", name="Ben", role="agent")
D = TypeVar("D", bound=Data)


@dataclass(frozen=True)
class Reply:
    """What the customer got for a line."""

    text: str
    citations: tuple[Citation, ...]
    outcome: str | None

    @property
    def cites(self) -> set[str]:
        return {f"{c.policy}@{c.version}" for c in self.citations}


class Chat:
    """A customer's conversation."""

    def __init__(self, handrail: Handrail, clock: CaseClock, sent: Sent, conversation_id: str) -> None:
        self.handrail, self.clock, self.sent, self.id = handrail, clock, sent, conversation_id

    async def says(self, text: str, key: str | None = None) -> Reply:
        """Write a line and wait for what comes back."""
        before = (await self.handrail.log.head(self.id)).last_seq
        await self.handrail.turns.hear(self.id, text, key)
        await self.handrail.turns.settled()
        return await self.since(before)

    async def types_code(self) -> Reply:
        """Type the code that was sent last."""
        await self.handrail.identity.close()
        return await self.says(self.sent.code)

    async def since(self, seq: int) -> Reply:
        """What was said after `seq`."""
        events = await self.handrail.log.read(self.id, seq)
        said = [event.data for event in events if isinstance(event.data, BotSaid)]
        ended = [event.data for event in events if isinstance(event.data, TurnEnded)]
        return Reply(
            "".join(part.text for part in said),
            tuple(citation for part in said for citation in part.citations),
            ended[-1].outcome if ended else None,
        )

    async def log(self) -> list[Event]:
        return await self.handrail.log.read(self.id)

    async def all(self, kind: type[D]) -> list[D]:
        """The data of every event of a kind."""
        return [event.data for event in await self.log() if isinstance(event.data, kind)]

    async def asks_shop(self, tool: str, **arguments: Any) -> Any:
        """What a reading tool tells this customer, outside of the conversation."""
        found = self.handrail.workspace.by_name[tool]
        situation = await self.handrail.situations.get(self.id)
        return await found(self.handrail.actions.context(situation), **arguments)


class Shop:
    """The business, open for customers."""

    def __init__(self, handrail: Handrail, clock: CaseClock, sent: Sent) -> None:
        self.handrail, self.clock, self.sent = handrail, clock, sent

    async def chat(self, proven: str | None = None) -> Chat:
        """A new conversation; with a customer id, of somebody whom the company's own site vouches for."""
        opened = await self.handrail.log.open(Opened(channel="test"))
        chat = Chat(self.handrail, self.clock, self.sent, opened.conversation_id)
        if proven is not None:
            ref = self.handrail.vault.ref(proven)
            identity = IdentityProven(level="verified", customer_id=proven, customer_ref=ref, method="token")
            await self.handrail.log.append(chat.id, "system", identity)
        return chat

    async def on(self, *people: Staff) -> None:
        """These people are at the desk."""
        for person in people:
            await self.handrail.presence.seen(person)


@asynccontextmanager
async def open_shop(worlds: Worlds, now: datetime = MONDAY_MORNING, **replacements: Any) -> AsyncIterator[Shop]:
    """A shop of one's own at another time, or with another engine."""
    async with worlds.world(now, **replacements) as (handrail, clock, sent):
        yield Shop(handrail, clock, sent)
