"""Several wishes in one message: one after the other, each with its own yes, and none of them forgotten."""

import pytest
from flow_shop import Chat, Shop

from handrail.conversation.events import ActionDropped, ActionProposed, ActionSucceeded, ApprovalAsked

pytestmark = pytest.mark.asyncio(loop_scope="session")
SUNDAY = "move my day walk B20001 to Sunday 12 July"


async def moved(chat: Chat) -> bool:
    (booking,) = [b for b in await chat.asks_shop("find_bookings") if b.booking_id == "B20001"]
    return booking.starts_at.isoformat().startswith("2026-07-12")


async def proposed(chat: Chat) -> list[str]:
    return [event.tool for event in await chat.all(ActionProposed)]


async def test_a_look_up_beside_a_change_is_told_at_once(shop: Shop) -> None:
    chat = await shop.chat(proven="C1001")
    asked = await chat.says("cancel W10001 and tell me where W10002 is")
    assert "out for delivery" in asked.text
    assert "Cancel order W10001" in asked.text and "Shall I go ahead?" in asked.text
    done = await chat.says("yes")
    assert done.outcome == "acted"
    assert (await chat.asks_shop("order_status", order_id="W10001")).status == "cancelled"
    assert await proposed(chat) == ["cancel_order"]


async def test_the_second_change_is_asked_for_when_the_first_is_done(shop: Shop) -> None:
    chat = await shop.chat(proven="C1001")
    first = await chat.says(f"Cancel W10001, and {SUNDAY} please")
    assert "Cancel order W10001" in first.text and "B20001" not in first.text
    second = await chat.says("yes")
    assert "W10001 is cancelled" in second.text
    assert "Move booking B20001" in second.text
    assert not await moved(chat)
    await chat.says("yes")
    assert await moved(chat)
    assert len(await chat.all(ActionSucceeded)) == 2


async def test_the_second_change_is_asked_for_when_the_first_is_declined(shop: Shop) -> None:
    chat = await shop.chat(proven="C1001")
    await chat.says(f"Cancel W10001, and {SUNDAY} please")
    second = await chat.says("no")
    assert second.text.startswith("All right, I've left that as it is.")
    assert "Move booking B20001" in second.text and second.outcome == "asked"
    await chat.says("yes")
    assert await moved(chat)
    assert (await chat.asks_shop("order_status", order_id="W10001")).status != "cancelled"
    assert [dropped.why for dropped in await chat.all(ActionDropped)] == ["declined"]


async def test_the_second_change_is_asked_for_when_a_rule_refuses_the_first(shop: Shop) -> None:
    chat = await shop.chat(proven="C1001")
    reply = await chat.says(f"cancel W10002 and {SUNDAY}")
    assert "cannot be cancelled any more" in reply.text
    assert "Move booking B20001" in reply.text
    await chat.says("yes")
    assert await moved(chat)


async def test_the_second_change_does_not_wait_for_a_colleague(shop: Shop) -> None:
    chat = await shop.chat(proven="C1008")
    await chat.says("My parcel W10017 never arrived, I want my money back. Also change my email to ann@example.org")
    second = await chat.says("yes please")
    assert "colleague has to approve" in second.text
    assert len(await chat.all(ApprovalAsked)) == 1
    assert "ann@example.org" in second.text and second.outcome == "asked"
    done = await chat.says("yes")
    assert done.outcome == "acted" and "ann@example.org" in done.text


async def test_a_question_among_wishes_is_answered_first(shop: Shop) -> None:
    chat = await shop.chat(proven="C1001")
    first = await chat.says(f"{SUNDAY} and cancel W10001, and tell me how long a refund takes")
    assert "5 working days" in first.text
    assert first.text.index("5 working days") < first.text.index("Move booking B20001")
    assert "Cancel order W10001" in (await chat.says("yes")).text


async def test_the_question_is_looked_up_without_the_wishes_beside_it(shop: Shop) -> None:
    chat = await shop.chat(proven="C1001")
    first = await chat.says(
        f"{SUNDAY} and cancel W10001. Also change my email to ann@example.org, and tell me how long a refund takes"
    )
    assert "5 working days" in first.text
    assert "refund-timing@2" in first.cites


async def test_three_wishes_are_put_one_by_one(shop: Shop) -> None:
    chat = await shop.chat(proven="C1001")
    replies = [await chat.says(f"{SUNDAY} and cancel W10001. Also change my email to ann@example.org")]
    replies += [await chat.says("yes") for _ in range(3)]
    assert await proposed(chat) == ["move_booking", "cancel_order", "change_contact"], replies
    assert len(await chat.all(ActionSucceeded)) == 3


async def test_forget_it_means_all_of_it(shop: Shop) -> None:
    chat = await shop.chat(proven="C1001")
    await chat.says(f"Cancel W10001, and {SUNDAY} please")
    reply = await chat.says("never mind, forget it")
    assert reply.outcome == "answered"
    assert await proposed(chat) == ["cancel_order"]


async def test_the_other_one_is_never_the_one_that_was_just_moved(shop: Shop) -> None:
    chat = await shop.chat(proven="C1001")
    await chat.says(f"{SUNDAY} and cancel the other one")
    await chat.says("yes")
    assert await moved(chat)
    assert await proposed(chat) == ["move_booking"]
