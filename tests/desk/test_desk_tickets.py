"""Tickets: open, waiting, closed, open again; and the letters that carry their answers."""

import asyncio
from datetime import timedelta

import pytest
from desk_people import BEN, EVA

from handrail.conversation import events as e
from handrail.conversation.errors import Conflict, Invalid, Unavailable
from handrail.conversation.log import Fence
from handrail.conversation.rebuild import rebuild
from handrail.desk.letters import Letters
from handrail.desk.outbox import LEASE, TRIES, Outbox
from handrail.desk.projections import DESK_PROJECTIONS


@pytest.fixture
async def ticket(shop, night):
    """A conversation whose ticket waits for the morning."""
    conversation = await shop.talk()
    await shop.hand_over(conversation)
    return conversation


async def state(shop, conversation: str) -> str:
    return (await shop.situations.get(conversation)).ticket.state


async def row(database, conversation: str) -> dict:
    async with database.connection() as connection:
        query = "SELECT * FROM outbox WHERE conversation_id = %s ORDER BY seq"
        return (await (await connection.execute(query, [conversation])).fetchall())[-1]


async def answered(shop, desk, ticket, text: str = "We send you a new tent.") -> e.Event:
    await desk.claim(ticket, BEN)
    return await desk.say(ticket, BEN, text)


async def test_an_answer_goes_to_the_address_that_was_left(shop, desk, ticket, outbox, letters):
    await desk.tickets.leave_contact(ticket, " sara@example.org ")
    line = await answered(shop, desk, ticket)
    assert await outbox.deliver() == 1
    (letter,) = letters.sent
    assert letter.to == "sara@example.org"
    assert "We send you a new tent." in letter.text
    assert f"#{ticket}" in letter.text
    assert letter.message_id == f"<{ticket}.{line.seq}@localhost>"
    assert (await shop.kinds(ticket))[-1] == "delivered"
    assert await state(shop, ticket) == "waiting"
    assert await outbox.deliver() == 0


async def test_an_answer_without_an_address_is_kept_until_there_is_one(shop, desk, ticket, outbox, letters, database):
    await answered(shop, desk, ticket)
    await outbox.deliver()
    assert letters.sent == []
    assert (await row(database, ticket))["state"] == "held"
    await desk.tickets.leave_contact(ticket, "sara@example.org")
    await outbox.deliver()
    assert [letter.to for letter in letters.sent] == ["sara@example.org"]


async def test_an_address_that_comes_while_a_letter_is_being_put_aside_still_sends_it(
    desk, shop, ticket, outbox, letters, database
):
    await answered(shop, desk, ticket)
    (taken,) = await outbox._take(1)
    await desk.tickets.leave_contact(ticket, "sara@example.org")
    await outbox._settle(taken, "held")
    assert (await row(database, ticket))["state"] == "due"
    await outbox.deliver()
    assert len(letters.sent) == 1


async def test_what_a_customer_writes_tells_where_to_answer(shop, desk, ticket):
    await shop.write(ticket, "you can reach me at Sara.L+shop@mail.example.org, thanks")
    assert await desk.tickets.hear(ticket) is True
    await desk.tickets.hear(ticket)
    assert (await shop.situations.get(ticket)).ticket.contact == "Sara.L+shop@mail.example.org"
    assert (await shop.kinds(ticket)).count("contact_left") == 1
    assert "Sara.L+shop@mail.example.org" in (await shop.log.read(ticket))[-1].data.text


async def test_another_address_by_itself_replaces_the_first_and_one_in_passing_does_not(shop, desk, ticket):
    for text in ("sara@example.org", "my sister nina@example.org ordered it", "sara.l@example.org."):
        await shop.write(ticket, text)
        await desk.tickets.hear(ticket)
    left = [event.data.address for event in await shop.log.read(ticket) if event.kind == "contact_left"]
    assert left == ["sara@example.org", "sara.l@example.org"]


async def test_an_address_in_a_long_story_is_not_taken_for_the_customers(shop, desk, ticket):
    await shop.write(
        ticket, "I wrote to orders@example.com three weeks ago and nobody has answered me since then, why is that?"
    )
    await desk.tickets.hear(ticket)
    assert "contact_left" not in await shop.kinds(ticket)


@pytest.mark.parametrize("address", ["sara", "sara@", "a@b", "sara@example.org\nBcc: x@y.org", "a b@example.org", ""])
async def test_what_is_no_address_is_refused(desk, ticket, address):
    with pytest.raises(Invalid):
        await desk.tickets.leave_contact(ticket, address)


async def test_a_server_that_does_not_answer_is_tried_again_later(shop, desk, ticket, outbox, letters, clock, database):
    await desk.tickets.leave_contact(ticket, "sara@example.org")
    await answered(shop, desk, ticket)
    letters.fails = [Unavailable("down"), Unavailable("down")]
    await outbox.deliver()
    assert await outbox.deliver() == 0
    clock.advance(30)
    assert await outbox.deliver() == 1
    clock.advance(59)
    assert await outbox.deliver() == 0
    clock.advance(1)
    await outbox.deliver()
    assert len(letters.sent) == 1
    assert (await row(database, ticket))["state"] == "sent"


async def test_an_address_that_is_refused_is_told_to_the_desk(shop, desk, ticket, outbox, letters, database):
    await desk.tickets.leave_contact(ticket, "sara@example.org")
    await answered(shop, desk, ticket)
    letters.fails = [Invalid("the mail server refuses the address")]
    await outbox.deliver()
    assert (await row(database, ticket))["state"] == "failed"
    note = (await shop.log.read(ticket))[-1].data
    assert isinstance(note, e.Noted)
    assert "could not be delivered" in note.text
    # A better address brings it out again.
    await desk.tickets.leave_contact(ticket, "sara@example.com")
    await outbox.deliver()
    assert [letter.to for letter in letters.sent] == ["sara@example.com"]


async def test_after_days_of_trying_the_desk_is_told(shop, desk, ticket, outbox, letters, clock, database):
    await desk.tickets.leave_contact(ticket, "sara@example.org")
    await answered(shop, desk, ticket)
    letters.fails = [Unavailable("down")] * TRIES
    for _ in range(TRIES):
        await outbox.deliver()
        clock.advance(timedelta(hours=6))
    assert (await row(database, ticket))["state"] == "failed"
    assert (await shop.kinds(ticket))[-1] == "noted"


async def test_two_workers_send_each_letter_once(
    shop, desk, night, outbox, letters, database, log, situations, settings
):
    for number in range(6):
        conversation = await shop.talk()
        await shop.hand_over(conversation)
        await desk.tickets.leave_contact(conversation, f"c{number}@example.org")
        await answered(shop, desk, conversation)
    second = Outbox(database, night, {"mail": Letters(log, situations, letters, settings)})
    await asyncio.gather(outbox.deliver(), second.deliver(), outbox.deliver(), second.deliver())
    assert sorted(letter.to for letter in letters.sent) == [f"c{number}@example.org" for number in range(6)]


async def test_a_letter_in_another_hand_is_passed_over_not_waited_for(shop, desk, ticket, outbox, letters, database):
    await desk.tickets.leave_contact(ticket, "sara@example.org")
    await answered(shop, desk, ticket)
    async with database.transaction() as connection:
        await connection.execute("SELECT * FROM outbox FOR UPDATE")
        async with asyncio.timeout(5):
            assert await outbox.deliver() == 0
    assert await outbox.deliver() == 1
    assert len(letters.sent) == 1


async def test_a_worker_that_died_with_a_letter_in_hand_loses_nothing(shop, desk, ticket, outbox, letters, clock):
    await desk.tickets.leave_contact(ticket, "sara@example.org")
    line = await answered(shop, desk, ticket)
    assert len(await outbox._take(10)) == 1
    assert await outbox.deliver() == 0
    clock.advance(LEASE)
    assert await outbox.deliver() == 1
    assert [letter.message_id for letter in letters.sent] == [f"<{ticket}.{line.seq}@localhost>"]


async def test_a_letter_sent_twice_is_the_same_letter_and_is_entered_once(
    shop, desk, ticket, outbox, letters, clock, database
):
    await desk.tickets.leave_contact(ticket, "sara@example.org")
    await answered(shop, desk, ticket)
    (taken,) = await outbox._take(1)
    clock.advance(LEASE)
    await asyncio.gather(outbox._try(taken), outbox.deliver())
    assert len({letter.message_id for letter in letters.sent}) == 1
    assert (await shop.kinds(ticket)).count("delivered") == 1
    assert (await row(database, ticket))["state"] == "sent"


async def test_what_a_forgotten_customer_was_told_is_not_sent(shop, desk, ticket, outbox, letters, vault, database):
    await desk.tickets.leave_contact(ticket, "sara@example.org")
    await answered(shop, desk, ticket)
    await vault.forget(ticket)
    await outbox.deliver()
    assert letters.sent == []
    assert (await row(database, ticket))["state"] == "dropped"


async def test_a_rebuild_sends_nothing_again(shop, desk, ticket, outbox, letters, log):
    await desk.tickets.leave_contact(ticket, "sara@example.org")
    await answered(shop, desk, ticket)
    await outbox.deliver()
    await rebuild(log, DESK_PROJECTIONS)
    assert await outbox.deliver() == 0
    assert len(letters.sent) == 1


async def test_a_line_in_a_live_chat_is_no_letter(shop, desk, presence, outbox):
    await presence.seen(BEN)
    conversation = await shop.talk()
    await shop.hand_over(conversation)
    await answered(shop, desk, conversation)
    assert await outbox.deliver() == 0


async def test_a_line_that_is_refused_leaves_no_letter(shop, desk, ticket, outbox):
    await desk.tickets.leave_contact(ticket, "sara@example.org")
    await desk.claim(ticket, BEN)
    with pytest.raises(Conflict):
        await desk.say(ticket, EVA, "not mine")
    assert await outbox.deliver() == 0


async def test_the_answer_in_time_keeps_the_promise_and_a_late_one_breaks_it(shop, desk, ticket, clock):
    late = await shop.talk()
    await shop.hand_over(late)
    clock.advance(timedelta(hours=10))
    await answered(shop, desk, ticket)
    assert [p.kept for p in (await shop.situations.get(ticket)).promises] == [True]
    clock.advance(timedelta(hours=4))
    await answered(shop, desk, late)
    assert [p.kept for p in (await shop.situations.get(late)).promises] == [False]


async def test_a_customer_who_writes_again_opens_the_ticket_again(shop, desk, ticket):
    await answered(shop, desk, ticket)
    await desk.wrap_up(ticket, BEN, "resolved")
    assert await state(shop, ticket) == "closed"
    assert await desk.tickets.hear(ticket) is False
    await shop.write(ticket, "The new tent is torn as well!")
    assert await desk.tickets.hear(ticket) is True
    assert await state(shop, ticket) == "reopened"
    situation = await shop.situations.get(ticket)
    assert (situation.holder, situation.handoff.state, situation.handoff.mode) == ("queue", "waiting", "ticket")
    (entry,) = await desk.queue()
    assert entry.ticket_state == "reopened"
    assert "your ticket is open once more" in situation.lines[-1].text
    assert any("torn as well" in line.text for line in situation.handoff.packet.lines)


async def test_opening_again_happens_once_however_often_it_is_heard(shop, desk, ticket):
    await answered(shop, desk, ticket)
    await desk.wrap_up(ticket, BEN, "resolved")
    await shop.write(ticket, "hello?")
    assert await asyncio.gather(*(desk.tickets.hear(ticket) for _ in range(4)), desk.tickets.sweep()) is not None
    kinds = await shop.kinds(ticket)
    assert kinds.count("handoff_requested") == 2


async def test_what_nobody_took_up_is_swept_up(shop, desk, ticket):
    await answered(shop, desk, ticket)
    await desk.wrap_up(ticket, BEN, "resolved")
    assert await desk.tickets.sweep() == 0
    await shop.write(ticket, "hello?")
    assert await desk.tickets.sweep() == 1
    assert await state(shop, ticket) == "reopened"
    assert await desk.tickets.sweep() == 0


async def test_the_bots_draft_does_not_survive_the_reopening(shop, desk, ticket):
    await answered(shop, desk, ticket)
    await desk.wrap_up(ticket, BEN, "resolved")
    await shop.write(ticket, "hello?")
    fence = await shop.log.acquire(ticket, "bot", 60)
    await desk.tickets.hear(ticket)
    late = e.BotSaid(turn_id="t", reply_id="r", part=1, text="Hi!", engine="offline")
    with pytest.raises(Conflict):
        await shop.log.append(ticket, "bot", late, fence=Fence(fence.epoch, fence.lease))


async def test_a_follow_up_waits_and_comes_back_when_the_customer_writes(shop, desk, ticket):
    await answered(shop, desk, ticket)
    await desk.wrap_up(ticket, BEN, "follow_up")
    assert await state(shop, ticket) == "waiting"
    await shop.write(ticket, "any news?")
    assert await desk.tickets.hear(ticket) is True
    assert await state(shop, ticket) == "reopened"


async def test_the_customers_answer_ends_the_waiting(shop, desk, ticket):
    await answered(shop, desk, ticket)
    await shop.write(ticket, "that would be fine")
    await desk.tickets.hear(ticket)
    assert await state(shop, ticket) == "open"


async def test_given_back_to_the_bot_a_ticket_is_no_matter_of_the_desk(shop, desk, ticket):
    await answered(shop, desk, ticket)
    await desk.give_back(ticket, BEN)
    await shop.write(ticket, "and your opening hours?")
    assert await desk.tickets.hear(ticket) is False
    assert (await shop.situations.get(ticket)).holder == "bot"


async def test_people_close_and_open_tickets(shop, desk, ticket):
    await desk.claim(ticket, BEN)
    with pytest.raises(Conflict):
        await desk.tickets.close(ticket, EVA)
    await desk.tickets.close(ticket, BEN)
    assert await state(shop, ticket) == "closed"
    with pytest.raises(Conflict):
        await desk.tickets.reopen(ticket, EVA)
    await desk.tickets.reopen(ticket, BEN)
    assert (await shop.situations.get(ticket)).holder == "queue"
    assert await state(shop, ticket) == "reopened"
