"""When many come at once, nobody is left without a word."""

import asyncio

import pytest
from flow_shop import ANA, BEN, Shop

from handrail.conversation.events import Announced, HandoffRequested, WaitTold

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_of_thirty_who_come_at_once_each_is_told_place_and_wait(shop: Shop) -> None:
    await shop.on(ANA)
    chats = [await shop.chat() for _ in range(30)]
    replies = await asyncio.gather(*(chat.says("I want to talk to a person, please") for chat in chats))
    assert all("I expect it to take" in reply.text for reply in replies)
    for chat in chats:
        assert len(await chat.all(HandoffRequested)) == 1
        assert len(await chat.all(WaitTold)) == 1


async def test_a_customer_follows_the_queue_from_the_first_word_to_the_person_and_past_a_closed_tab(shop: Shop) -> None:
    await shop.on(ANA)
    chat = await shop.chat()
    reply = await chat.says("Can I speak to a human?")
    assert "I expect it to take" in reply.text
    await shop.handrail.desk.picking.next(ANA)
    await shop.on(BEN)
    await shop.handrail.presence.left(ANA.id)
    assert await shop.handrail.desk.returns.sweep() >= 1
    said = await chat.all(Announced)
    assert "had to leave the conversation. You keep your place" in said[-1].text
    taken = await shop.handrail.desk.picking.next(BEN)
    assert taken is not None
