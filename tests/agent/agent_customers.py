"""A customer of the sample business, and what must be true of their conversation whatever happens."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from handrail.agent.bootstrap import Handrail
from handrail.agent.sentences import split
from handrail.conversation.events import BotSaid, EngineSwitched, IdentityProven, Opened, TurnEnded
from handrail.evals.replay import CaseClock

MONDAY = datetime(2026, 6, 15, 10, tzinfo=UTC)


@dataclass
class Customer:
    """Somebody in a conversation, and what must be true of it whatever happens."""

    handrail: Handrail
    conversation_id: str
    lines: int = 0

    async def says(self, text: str) -> str:
        """The reply to a line. There is one, and no sentence stands in it twice."""
        before = (await self.handrail.log.head(self.conversation_id)).last_seq
        await self.handrail.turns.hear(self.conversation_id, text)
        await self.handrail.turns.settled()
        self.lines += 1
        events = [event.data for event in await self.handrail.log.read(self.conversation_id, before)]
        reply = "".join(data.text for data in events if isinstance(data, BotSaid))
        assert reply.strip(), "the customer was not answered"
        assert len(await self.all(TurnEnded)) == self.lines, "a line was not answered, or twice"
        sentences = [" ".join(sentence.casefold().split()) for sentence in split(reply)]
        long = [sentence for sentence in sentences if len(sentence.split()) > 3]
        assert len(set(long)) == len(long), f"a sentence was sent twice: {reply}"
        return reply

    async def all(self, kind: type[Any]) -> list[Any]:
        return [e.data for e in await self.handrail.log.read(self.conversation_id) if isinstance(e.data, kind)]

    async def engines(self) -> list[str]:
        return [ended.engine for ended in await self.all(TurnEnded)]

    async def switches(self) -> list[tuple[str, str]]:
        return [(switch.after, switch.why) for switch in await self.all(EngineSwitched)]


@dataclass
class Shop:
    handrail: Handrail
    clock: CaseClock

    async def customer(self, proven: str = "C1005") -> Customer:
        opened = await self.handrail.log.open(Opened(channel="test"))
        ref = self.handrail.vault.ref(proven)
        identity = IdentityProven(level="verified", customer_id=proven, customer_ref=ref, method="token")
        await self.handrail.log.append(opened.conversation_id, "system", identity)
        return Customer(self.handrail, opened.conversation_id)

    def time_passes(self) -> None:
        """Longer than the breaker leaves the model alone."""
        self.clock.advance(60)
