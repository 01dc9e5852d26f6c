"""Writes of people and cards of customers, without a business behind them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from handrail.agent.card import Card, Earlier, Record
from handrail.agent.foresight import Foreseen
from handrail.conversation.events import (
    ActionConsented,
    ActionDropped,
    ActionProposed,
    ActionSucceeded,
    Citation,
    CustomerSaid,
    Event,
    PersonSaid,
)
from handrail.conversation.log import Log
from handrail.conversation.situations import Situations


@dataclass
class FakeWrites:
    """One action of fixed effect; the customer's last line counts as their yes, and `end` is what comes of it."""

    log: Log
    what: str = "cancel order W10021 and refund £20.00"
    approval: str = ""
    end: Any = None
    refusal: Exception | None = None
    calls: list[Mapping[str, Any]] = field(default_factory=list)

    async def foresee(self, conversation_id: str, staff: Any, name: str, arguments: Mapping[str, Any]) -> Foreseen:
        self.calls.append(arguments)
        if self.refusal is not None:
            raise self.refusal
        said = [e.seq for e in await self.log.read(conversation_id) if isinstance(e.data, CustomerSaid)]
        rule = Citation(policy="returns", version="2", title="Returns and exchanges")
        question, facts = f"{self.what}. Shall I go ahead?", {"refund": "£20.00"}
        unfit = "" if said else "they have said nothing"
        return Foreseen(
            name, arguments, self.what, question, facts, rule, self.approval, "f1", tuple(said[::-1]), unfit
        )

    async def propose(
        self, conversation_id: str, staff: Any, name: str, arguments: Any, fingerprint: str, *, key: str | None = None
    ) -> Event:
        data = self._proposed(staff, name, arguments, fingerprint)
        said = PersonSaid(by=staff.id, name=staff.name, text=f"{self.what}. Shall I go ahead?")
        return (await self.log.append(conversation_id, staff.actor, data, said, key=key))[0]

    async def run(
        self, conversation_id: str, staff: Any, name: str, arguments: Any, fingerprint: str, said: int
    ) -> Event:
        consented = ActionConsented(action_id="a1", fingerprint=fingerprint, said=said, name=staff.name)
        end = self.end or ActionSucceeded(action_id="a1", result={"state": "cancelled"})
        data = (self._proposed(staff, name, arguments, fingerprint), consented, end)
        return (await self.log.append(conversation_id, staff.actor, *data))[1]

    async def take_off(self, conversation_id: str, staff: Any, action_id: str) -> Event:
        dropped = ActionDropped(action_id=action_id, why="taken_off")
        return (await self.log.append(conversation_id, staff.actor, dropped))[0]

    def _proposed(self, staff: Any, name: str, arguments: Any, fingerprint: str) -> ActionProposed:
        return ActionProposed(
            turn_id="",
            action_id="a1",
            tool=name,
            arguments=arguments,
            question=self.what,
            preview={"approval": self.approval},
            fingerprint=fingerprint,
            expires_at=datetime.now(UTC) + timedelta(hours=1),
            name=staff.name,
        )


@dataclass
class FakeCards:
    """A customer of whom everything is known that tests put here."""

    situations: Situations
    records: list[Record] = field(default_factory=list)
    earlier: list[Earlier] = field(default_factory=list)

    async def make(self, conversation_id: str, staff: Any) -> Card:
        situation = await self.situations.get(conversation_id)
        if situation.identity.level != "verified":
            return Card(situation.identity, hidden="unproven")
        full = situation.holder == staff.actor
        records = self.records if full else []
        hidden: Any = "" if full else "not_holder"
        return Card(situation.identity, "sam@example.org", "", self.earlier, records, hidden, {"tier": "gold"})
