"""What is done is done once, exactly as the customer agreed."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from flow_shop import Shop, open_shop

from handrail.agent.models.prompt import render
from handrail.agent.models.protocol import Brief, Call, Delta, Draft
from handrail.conversation.events import (
    ActionClaimed,
    ActionConsented,
    ActionDropped,
    ActionProposed,
    ActionSucceeded,
    Data,
    Event,
)
from handrail.evals.world import Worlds

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


async def test_a_stop_that_comes_right_after_the_yes_is_heard(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    chat = await shop.chat(proven="C1005")
    await chat.says("Please cancel my order W10008")
    append = chat.handrail.log.append

    async def appended(conversation_id: str, actor: str, *data: Data, **more: Any) -> tuple[Event, ...]:
        events = await append(conversation_id, actor, *data, **more)
        if isinstance(data[0], ActionConsented):
            await chat.handrail.turns.hear(chat.id, "no, stop, don't cancel it")
        return events

    monkeypatch.setattr(chat.handrail.log, "append", appended)
    reply = await chat.says("yes")
    assert not await chat.all(ActionClaimed)
    assert reply.outcome == "asked"


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


class Greeting:
    """A model that greets by a placeholder."""

    name = "greeting"

    def __init__(self) -> None:
        self.seen: list[str] = []

    async def draft(self, brief: Brief) -> AsyncIterator[Delta | Draft]:
        self.seen.append(str(render(brief, 2000).messages))
        yield Delta("Thank you, <name_1.first>.")
        yield Draft(kind="answer", text="Thank you, <name_1.first>.", engine=self.name)


async def test_a_model_greets_by_a_name_that_it_does_not_see(worlds: Worlds) -> None:
    model = Greeting()
    async with open_shop(worlds, model=model) as shop:
        chat = await shop.chat()
        reply = await chat.says("Hi, my name is Zelda Quist and the tent is fine. Bye, Zelda")
        assert "Thank you, Zelda." in reply.text
    assert model.seen
    assert not any("Zelda" in seen or "Quist" in seen for seen in model.seen)
    assert "my name is <name_1> and" in model.seen[0]


async def test_a_change_of_words_is_not_consent(shop: Shop) -> None:
    chat = await shop.chat(proven="C1005")
    await chat.says("Please cancel my order W10008")
    await chat.says("yes, but only the sleeping bag")
    assert not await chat.all(ActionConsented)


class Addressing:
    """A model that has a placeholder for an address and tells the tool's parts of it, once wrongly."""

    name = "addressing"

    def __init__(self) -> None:
        self.addresses = [
            "<address_1.street>, <address_1.county>",
            "<address_1.street>, <address_1.city>, <address_1.postcode>",
        ]
        self.seen: list[str] = []

    async def draft(self, brief: Brief) -> AsyncIterator[Delta | Draft]:
        self.seen.append(str(render(brief, 2000).messages))
        if self.addresses:
            arguments = {"order_id": "W10001", "address": self.addresses.pop(0)}
            yield Draft(kind="act", call=Call("change_delivery_address", arguments), engine=self.name)
        else:
            yield Draft(kind="answer", text="All right.", engine=self.name)


async def test_a_model_fills_in_an_address_that_it_does_not_see(worlds: Worlds) -> None:
    model = Addressing()
    async with open_shop(worlds, model=model) as shop:
        chat = await shop.chat(proven="C1001")
        asked = await chat.says("Please send order W10001 to 12 Mill Lane, Haverleigh, LA89 4QT instead")
        assert asked.outcome == "asked"
        assert "12 Mill Lane, Haverleigh" in asked.text
        (proposed,) = await chat.all(ActionProposed)
        assert proposed.arguments["address"] == "12 Mill Lane, Haverleigh, LA89 4QT"
        await chat.says("what was that again?")
    assert "<address_1.county> stands for nothing" in model.seen[1]
    assert "Open proposal" in model.seen[-1]
    assert not any("Mill Lane" in seen or "LA89" in seen for seen in model.seen), (
        "neither the call nor the proposal shows it"
    )
