"""People answer at a desk of another system: the customer keeps one thread, and one hand at a time writes in it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from flow_shop import Shop, open_shop
from outside_desks import ChatwootServer, Desk, ZendeskServer

from handrail.conversation.events import BotSaid, HandoffClaimed, PersonSaid
from handrail.conversation.settings import Settings
from handrail.evals.world import Worlds

pytestmark = pytest.mark.asyncio(loop_scope="session")


@dataclass
class Office:
    """The shop, and the desk at which its people work."""

    shop: Shop
    desk: Any
    name: str

    async def sync(self) -> None:
        """All that is under way has arrived, and every turn has ended."""
        handrail = self.shop.handrail
        while True:
            await handrail.turns.settled()
            if not await handrail.outbox.deliver() and not self.desk.webhooks:
                return
            while self.desk.webhooks:
                await handrail.outside[self.name].take(*self.desk.webhooks.pop(0), handrail.turns)


@asynccontextmanager
async def office(worlds: Worlds, desk: Desk, name: str) -> AsyncIterator[Office]:
    """The shop of the other tests, with this desk in its settings."""
    async with desk as server:
        told = {**worlds._settings.model_dump(), "outside": {name: server.settings()}}
        own = Worlds(Settings.model_validate(told), worlds._copies, worlds._empty, worlds._shared)
        own._prepared = worlds._prepared
        async with open_shop(own) as shop:
            server.clock = shop.clock
            yield Office(shop, server, name)


async def test_a_customer_of_a_chatwoot_inbox(worlds: Worlds) -> None:
    async with office(worlds, ChatwootServer(None), "chatwoot") as at:
        chatwoot = at.desk
        chatwoot.customer(5, "How long do I have to return a jacket?")
        await at.sync()
        assert "30 days" in " ".join(chatwoot.seen(5)[1:])
        assert chatwoot.conversations[5]["status"] == "pending"

        chatwoot.customer(5, "I'd rather talk to a human")
        await at.sync()
        assert chatwoot.conversations[5]["status"] == "open"
        (note,) = chatwoot.notes(5)
        assert "asked for person" in note
        assert "How long do I have to return a jacket?" in note

        chatwoot.customer(5, "It is about a jacket with a torn sleeve")
        await at.sync()
        chatwoot.reply(5, "Hello, Kim here. You may send it back free of charge.")
        chatwoot.customer(5, "Lovely, thank you")
        await at.sync()
        assert len(set(chatwoot.seen(5))) == len(chatwoot.seen(5))
        (conversation,) = await at.shop.handrail.log.ids()
        assert (await at.shop.handrail.log.head(conversation)).holder == "person:chatwoot.7"

        chatwoot.set_status(5, "pending")
        await at.sync()
        chatwoot.customer(5, "And how long does a refund take?")
        await at.sync()
        events = await at.shop.handrail.log.read(conversation)
        assert [e.data.text for e in events if isinstance(e.data, PersonSaid)] == [
            "Hello, Kim here. You may send it back free of charge."
        ]
        last = [e.data for e in events if isinstance(e.data, BotSaid)][-1]
        assert last.text.strip() in chatwoot.seen(5)[-1]
        assert any(citation.policy for citation in last.citations) or "refund" in last.text.lower()


async def test_a_ticket_in_zendesk(worlds: Worlds) -> None:
    async with office(worlds, ZendeskServer(None), "zendesk") as at:
        zendesk, chat = at.desk, await at.shop.chat()
        await chat.says("How long do I have to return a jacket?")
        await at.sync()
        assert zendesk.tickets == {}

        told = await chat.says("I want to talk to a human")
        await at.sync()
        assert told.text
        assert "asked for person" in zendesk.ticket["comments"][0]["body"]

        await chat.says("The sleeve of my jacket is torn")
        await at.sync()
        assert zendesk.ticket["comments"][-1]["body"].endswith("Customer: The sleeve of my jacket is torn")

        zendesk.reply("Kim here: send it back, it is free.")
        await at.sync()
        assert [said.text for said in await chat.all(PersonSaid)] == ["Kim here: send it back, it is free."]
        assert [claim.name for claim in await chat.all(HandoffClaimed)] == ["Kim Park"]
        before = len(await chat.all(BotSaid))
        await chat.says("Thank you!")
        await at.sync()
        assert len(await chat.all(BotSaid)) == before

        zendesk.solve()
        await at.sync()
        assert (await at.shop.handrail.log.head(chat.id)).holder == "bot"
