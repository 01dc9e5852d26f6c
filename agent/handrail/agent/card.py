"""The customer's card: who they are, their earlier conversations, and their own records in the business's systems."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from handrail.agent.claims import masked
from handrail.agent.clean import without_instructions
from handrail.agent.services import Services
from handrail.agent.tools.api import Person, Tool
from handrail.agent.tools.call import Called, call
from handrail.conversation.events import Reason
from handrail.conversation.situation import Identity, Situation
from handrail.desk.staff import Staff

MOST = 6
"""So many tools are asked for one card."""
LOOKED, EARLIER = 40, 8
"""So many of a customer's conversations are looked at, the newest first, and so many are listed at most."""
ABOUT = 140
"""Characters of what a conversation began with."""
NO_TOOL = "there is no tool of this name that reads without being told anything more"


@dataclass(frozen=True, slots=True)
class Record:
    """What one reading tool says of the customer, asked with nothing but who they are. `refused` is the business's own
    answer, `failed` says that it did not answer."""

    tool: str
    description: str
    state: Literal["found", "nothing", "refused", "failed"]
    result: Any = None
    message: str = ""


@dataclass(frozen=True, slots=True)
class Earlier:
    """Another conversation in which this customer was proven. `about` is how it began, in their own words."""

    conversation_id: str
    opened_at: datetime | None
    channel: str
    about: str
    closed: bool
    reason: Reason | None
    rating: int | None


@dataclass(frozen=True, slots=True)
class Card:
    """What a person may see of the customer they are with. `hidden` says why there is no more of it: `unproven`, or
    `not_holder`, for whom contacts are masked too."""

    identity: Identity
    email: str = ""
    phone: str = ""
    earlier: Sequence[Earlier] = ()
    records: Sequence[Record] = ()
    hidden: Literal["unproven", "not_holder", ""] = ""
    facts: Mapping[str, str] = field(default_factory=dict)


class Cards:
    """Makes cards. Nothing is written: whoever shows one enters the look into the trail."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def make(self, conversation_id: str, staff: Staff) -> Card:
        """The card for `staff`: records and contacts in full for who holds the conversation, or leads.

        Of a customer who is merely claimed to be somebody nothing is told but the claim. Raises `NotFound`.
        """
        situation = await self._services.situations.get(conversation_id)
        who = situation.identity
        if who.level != "verified" or who.customer_id is None or situation.forgotten:
            return Card(who, hidden="unproven")
        full = situation.holder == staff.actor or staff.leads
        person, earlier, records = await asyncio.gather(
            self._services.identity.on_file(who.customer_id),
            self._earlier(situation),
            self._records(situation) if full else _none(),
        )
        return Card(
            who,
            email=_contact(person, full=full),
            phone=_phone(person, full=full),
            earlier=earlier,
            records=records,
            hidden="" if full else "not_holder",
            facts=dict(who.facts),
        )

    async def _earlier(self, situation: Situation) -> list[Earlier]:
        """Those in which the same customer was proven; where somebody only said so, it may have been anybody."""
        ref, found = situation.identity.customer_ref, list[Earlier]()
        ids = [each for each in await self._services.log.of_customer(ref) if each != situation.conversation_id]
        for conversation_id in sorted(ids, reverse=True)[:LOOKED]:
            other = await self._services.situations.get(conversation_id)
            if other.identity.level == "verified" and other.identity.customer_ref == ref and not other.forgotten:
                found.append(_told(other))
            if len(found) == EARLIER:
                break
        return found

    async def _records(self, situation: Situation) -> list[Record]:
        names = self._services.settings.desk.card
        tools = self._services.workspace.by_name
        if names is None:
            chosen = [tool for tool in tools.values() if _fits(tool) and tool.identity != "none"][:MOST]
            return list(await asyncio.gather(*(self._record(tool, situation) for tool in chosen)))
        return list(await asyncio.gather(*(self._named(name, tools.get(name), situation) for name in names[:MOST])))

    async def _named(self, name: str, tool: Tool | None, situation: Situation) -> Record:
        if tool is None or not _fits(tool):
            return Record(name, "", "failed", message=NO_TOOL)
        return await self._record(tool, situation)

    async def _record(self, tool: Tool, situation: Situation) -> Record:
        """Ask one tool, at the door that it has for the bot."""
        called = await call(tool, self._services.actions.context(situation), {})
        called, _ = await without_instructions(called, "", tool.name, self._services.rails)
        description = tool.description.split("\n\n")[0]
        if called.ok:
            empty = called.value in (None, "", [], {})
            return Record(tool.name, description, "nothing" if empty else "found", called.value)
        return _failed(tool, description, called)


async def _none() -> list[Record]:
    return []


def _fits(tool: Tool) -> bool:
    return tool.effect == "read" and not tool.parameters.get("required")


def _failed(tool: Tool, description: str, called: Called) -> Record:
    refused = called.end == "refused"
    # What broke is for the log of the process.
    message = called.message if refused else "the business system does not answer"
    return Record(tool.name, description, "refused" if refused else "failed", message=message)


def _told(other: Situation) -> Earlier:
    text = " ".join(other.first.text.split()) if other.first else ""
    return Earlier(
        conversation_id=other.conversation_id,
        opened_at=other.opened_at,
        channel=other.channel,
        about=text if len(text) <= ABOUT else f"{text[: ABOUT - 1]}…",
        closed=other.closed,
        reason=other.handoff.reason if other.handoff else None,
        rating=other.rating,
    )


def _contact(person: Person | None, *, full: bool) -> str:
    address = (person.email if person else None) or ""
    return address if full else masked(address)


def _phone(person: Person | None, *, full: bool) -> str:
    number = (person.phone if person else None) or ""
    return number if full or not number else f"…{number[-2:]}"
