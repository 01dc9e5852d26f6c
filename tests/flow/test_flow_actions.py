"""What is done is done once, exactly as the customer agreed."""

import pytest
from flow_shop import Shop

from handrail.conversation.events import ActionClaimed, ActionConsented, ActionDropped, ActionProposed, ActionSucceeded

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_cancellation_asks_first_and_then_happens(shop: Shop) -> None:
    chat = await shop.chat(proven="C1005")
    asked = await chat.says("Please cancel my order W10008")
    assert asked.outcome == "asked"
    assert "W10008" in asked.text
    assert (await chat.asks_shop("order_status", order_id="W10008")).status != "cancelled"
    done = await chat.says("yes, go ahead")
    assert done.outcome == "acted"
    assert (await chat.asks_shop("order_status", order_id="W10008")).status == "cancelled"


async def test_a_message_posted_twice_acts_once(shop: Shop) -> None:
    chat = await shop.chat(proven="C1005")
    await chat.says("Please cancel my order W10008", key="a")
    await chat.says("yes", key="b")
    again = await chat.says("yes", key="b")
    assert again.text == ""
    assert len(await chat.all(ActionClaimed)) == 1
    assert len(await chat.all(ActionSucceeded)) == 1


async def test_no_leaves_everything_as_it_is(shop: Shop) -> None:
    chat = await shop.chat(proven="C1005")
    await chat.says("Please cancel my order W10008")
    reply = await chat.says("no, leave it")
    assert reply.outcome == "answered"
    assert [dropped.why for dropped in await chat.all(ActionDropped)] == ["declined"]
    assert not await chat.all(ActionConsented)


async def test_a_cancellation_after_dispatch_is_refused_by_the_rule(shop: Shop) -> None:
    chat = await shop.chat(proven="C1001")
    reply = await chat.says("cancel order W10002 please")
    assert reply.outcome == "refused"
    assert not await chat.all(ActionProposed)


async def test_a_booking_is_moved(shop: Shop) -> None:
    chat = await shop.chat(proven="C1001")
    await chat.says("I'd like to move my booking B20001 to another day")
    slots = await chat.asks_shop("find_slots", service="day walk")
    there = next(slot for slot in slots if slot.places_left >= 2)
    reply = await chat.says(f"to slot {there.slot_id}")
    assert reply.outcome == "asked", reply.text
    done = await chat.says("yes")
    assert done.outcome == "acted", done.text


async def test_a_move_is_refused_when_the_slot_has_filled_meanwhile(shop: Shop) -> None:
    chat = await shop.chat(proven="C1001")
    slots = await chat.asks_shop("find_slots", service="day walk")
    there = min((slot for slot in slots if slot.places_left >= 2), key=lambda slot: slot.places_left)
    await chat.says(f"please move booking B20001 to slot {there.slot_id}")
    assert await chat.all(ActionProposed)
    other = await shop.chat(proven="C1002")
    await other.says(f"book slot {there.slot_id} for {there.places_left} people")
    taken = await other.says("yes please")
    assert taken.outcome == "acted", taken.text
    reply = await chat.says("yes")
    assert reply.outcome in ("refused", "asked"), reply.text
    assert not await chat.all(ActionSucceeded)


async def test_a_change_of_words_is_not_consent(shop: Shop) -> None:
    chat = await shop.chat(proven="C1005")
    await chat.says("Please cancel my order W10008")
    await chat.says("yes, but only the sleeping bag")
    assert not await chat.all(ActionConsented)
