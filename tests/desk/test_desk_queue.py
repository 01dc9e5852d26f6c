"""The order of the queue: urgency first, and nobody for ever last."""

from datetime import timedelta

from desk_people import BEN, CARE

from handrail.conversation import events as e
from handrail.conversation.rebuild import rebuild
from handrail.desk.projections import DESK_PROJECTIONS
from handrail.desk.queue import Filter


async def order(desk) -> list[str]:
    return [entry.conversation_id for entry in await desk.queue()]


async def waits(shop, reason: e.Reason = "asked_for_person", *triggers: str) -> str:
    conversation = await shop.talk()
    await shop.hand_over(conversation, reason, *triggers)
    return conversation


async def test_the_more_urgent_comes_first_and_then_who_waits_longer(shop, desk, presence, clock):
    await presence.seen(BEN)
    await presence.seen(CARE)
    first = await waits(shop)
    clock.advance(10)
    second = await waits(shop)
    clock.advance(10)
    upset = await waits(shop, "upset")
    danger = await waits(shop, "vulnerable", "sensitive/self_harm")
    assert await order(desk) == [danger, upset, first, second]


async def test_waiting_raises_everybody_in_time(shop, desk, presence, clock):
    await presence.seen(BEN)
    patient = await waits(shop)
    clock.advance(timedelta(minutes=4))
    await presence.seen(CARE)
    upset = await waits(shop, "upset")
    assert await order(desk) == [upset, patient]
    clock.advance(timedelta(minutes=7))
    await presence.seen(CARE)
    later = await waits(shop, "upset")
    # Eleven minutes are worth more than one level of urgency.
    assert (await order(desk)).index(patient) < (await order(desk)).index(later)


async def test_a_ticket_waits_behind_the_chat_until_its_deadline_nears(shop, desk, presence, clock):
    ticket = await waits(shop)
    clock.advance(60)
    await presence.seen(BEN)
    chat = await waits(shop)
    assert await order(desk) == [chat, ticket]
    clock.advance(timedelta(hours=2))
    await presence.seen(BEN)
    newer = await waits(shop)
    assert (await order(desk)).index(ticket) < (await order(desk)).index(newer)
    clock.advance(timedelta(minutes=30))
    entry = next(entry for entry in await desk.queue() if entry.conversation_id == ticket)
    assert entry.overdue


async def test_filters_narrow_it(shop, desk, presence, clock):
    await presence.seen(BEN)
    live = await waits(shop)
    await presence.left("ben")
    ticket = await waits(shop, "upset")
    await desk.claim(live, BEN)
    assert [x.conversation_id for x in await desk.queue(Filter(departments=("care",)))] == [ticket]
    assert [x.conversation_id for x in await desk.queue(Filter(modes=("live",)))] == [live]
    assert [x.conversation_id for x in await desk.queue(Filter(states=("waiting",)))] == [ticket]
    assert [x.conversation_id for x in await desk.queue(Filter(urgencies=("high",)))] == [ticket]
    assert [x.conversation_id for x in await desk.queue(Filter(person="ben"))] == [live]
    assert len(await desk.queue(Filter(limit=1))) == 1


async def test_an_entry_tells_who_it_is_about_and_what_is_unread(shop, desk, presence, clock):
    await presence.seen(BEN)
    conversation = await shop.talk("hi", "Where is my order W10021?")
    proven = e.IdentityProven(level="verified", customer_id="C1", name="Sara", customer_ref="x", method="code")
    await shop.log.append(conversation, "system", proven)
    await shop.hand_over(conversation)
    clock.advance(90)
    (entry,) = await desk.queue()
    assert (entry.customer, entry.verified, entry.about) == ("Sara", True, "Where is my order W10021?")
    assert (entry.waiting, entry.unread) == (timedelta(seconds=90), True)
    await desk.claim(conversation, BEN)
    await desk.say(conversation, BEN, "I'll see.")
    assert not (await desk.queue())[0].unread
    await shop.write(conversation, "thanks")
    assert (await desk.queue())[0].unread


async def test_handed_over_again_while_waiting_it_keeps_its_place(shop, desk, presence, clock):
    await presence.seen(BEN)
    conversation = await waits(shop)
    clock.advance(600)
    await presence.seen(BEN)
    await shop.hand_over(conversation, "upset")
    (entry,) = await desk.queue()
    assert entry.waiting == timedelta(seconds=600)


async def test_the_tables_can_be_made_anew_from_the_log(shop, desk, presence, database, log):
    await waits(shop)
    await presence.seen(BEN)
    claimed, wrapped = await waits(shop), await waits(shop, "upset")
    await desk.claim(claimed, BEN)
    await desk.say(claimed, BEN, "I'll call you tomorrow at nine.")
    await desk.claim(wrapped, BEN)
    await desk.wrap_up(wrapped, BEN, "follow_up")

    async def tables() -> dict[str, list[tuple]]:
        found = {}
        for table in ("queue", "tickets", "promises"):
            async with database.connection() as connection:
                rows = await (await connection.execute(f"SELECT * FROM {table} ORDER BY 1, 2")).fetchall()
            found[table] = [tuple(row.values()) for row in rows]
        return found

    before = await tables()
    assert all(before.values())
    await rebuild(log, DESK_PROJECTIONS)
    assert await tables() == before
