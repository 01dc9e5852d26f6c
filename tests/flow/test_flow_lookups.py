"""A person looks something up for the customer they are with: the bot's tools, the bot's rules, the same log."""

import pytest
from flow_shop import ANA, BEN, Shop

from handrail.conversation.errors import Conflict, Invalid, NotFound
from handrail.conversation.events import ToolRan

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_what_a_person_looked_up_is_the_customers_own_and_the_bot_goes_on_from_it(shop: Shop) -> None:
    chat = await shop.chat(proven="C1002")
    await chat.says("Where is my order W10005?")
    await shop.handrail.desk.claim(chat.id, ANA)
    offers = {offer.name: offer for offer in await shop.handrail.lookups.offers(chat.id)}
    assert (offers["find_orders"].effect, offers["cancel_order"].effect) == ("read", "write")
    assert offers["order_status"].known["order_id"][0] == "W10005"
    assert offers["find_orders"].needs is None

    event = await shop.handrail.lookups.run(chat.id, ANA, "find_orders", {}, key="once")
    assert isinstance(event.data, ToolRan)
    assert event.data.result
    assert event.actor == ANA.actor
    again = await shop.handrail.lookups.run(chat.id, ANA, "find_orders", {}, key="once")
    assert again.seq == event.seq
    assert event.seq in {result.seq for result in (await shop.handrail.situations.get(chat.id)).results}


async def test_the_gates_that_bind_the_bot_bind_people(shop: Shop) -> None:
    chat = await shop.chat()
    await chat.says("Where is my order?")
    run = shop.handrail.lookups.run
    with pytest.raises(Conflict, match="do not hold"):
        await run(chat.id, ANA, "find_products", {"query": "boots"})
    await shop.handrail.desk.claim(chat.id, ANA)
    with pytest.raises(Conflict, match="needs a customer who is verified"):
        await run(chat.id, ANA, "find_orders", {})
    with pytest.raises(Conflict, match="do not hold"):
        await run(chat.id, BEN, "find_products", {"query": "boots"})
    with pytest.raises(NotFound, match="cancel_order"):
        await run(chat.id, ANA, "cancel_order", {"order_id": "W10001"})
    with pytest.raises(Invalid):
        await run(chat.id, ANA, "find_products", {})
    assert not await chat.all(ToolRan)
    offers = {offer.name: offer for offer in await shop.handrail.lookups.offers(chat.id)}
    assert offers["find_orders"].needs == "verified"


async def test_another_customers_order_is_not_found(shop: Shop) -> None:
    chat = await shop.chat(proven="C1001")
    await shop.handrail.desk.claim(chat.id, ANA)
    event = await shop.handrail.lookups.run(chat.id, ANA, "order_status", {"order_id": "W10005"})
    assert isinstance(event.data, ToolRan)
    assert (event.data.ok, event.data.result) == (False, None)
