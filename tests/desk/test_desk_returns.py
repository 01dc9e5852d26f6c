"""Back to the queue: handed on, gone, or silent; with the place and the clock kept, and the customer told."""

import asyncio
from datetime import timedelta

import pytest
from desk_people import BEN, CARE, EVA

from handrail.conversation import events as e
from handrail.conversation.errors import Conflict, Invalid
from handrail.conversation.rebuild import rebuild
from handrail.desk.projections import DESK_PROJECTIONS

MINUTE = timedelta(minutes=1)


@pytest.fixture
async def held(shop, desk, presence):
    """A live conversation in Ben's hand; his desk is open, and Eva is there too."""
    await presence.beat(BEN)
    await presence.beat(EVA)
    conversation = await shop.talk()
    await shop.hand_over(conversation)
    await desk.claim(conversation, BEN)
    return conversation


async def told(shop, conversation) -> str:
    said = [event.data.text for event in await shop.log.read(conversation) if isinstance(event.data, e.Announced)]
    return said[-1]


async def test_a_closed_tab_is_noticed_and_the_customer_keeps_place_and_clock(shop, desk, presence, clock, held):
    for _ in range(3):
        clock.advance(MINUTE)
        await presence.beat(EVA)
        await desk.returns.sweep()
    (entry,) = await desk.queue()
    assert (entry.state, entry.person, entry.waiting, entry.mode) == ("waiting", None, 3 * MINUTE, "live")
    assert (await shop.log.head(held)).holder == "queue"
    assert await told(shop, held) == (
        "I'm sorry, Ben had to leave the conversation. You keep your place: a colleague in Support takes over here, "
        "and can read everything we wrote."
    )
    with pytest.raises(Conflict):
        await desk.say(held, BEN, "I'm back!")


async def test_an_open_desk_loses_nothing(desk, presence, clock, held):
    await desk.say(held, BEN, "I'm looking at it.")
    for _ in range(30):
        clock.advance(MINUTE)
        await presence.beat(BEN)
        assert await desk.returns.sweep() == 0


async def test_where_nobody_else_is_there_it_becomes_a_ticket_with_a_time(shop, desk, presence, clock, held):
    await presence.left("eva")
    await presence.left("ben")
    assert await desk.returns.sweep() == 1
    situation = await shop.situations.get(held)
    assert situation.handoff.mode == "ticket"
    assert situation.ticket.answer_by == clock.now() + timedelta(hours=2)
    assert [p.due for p in situation.promises] == [situation.ticket.answer_by]
    assert "somebody will answer by today at 14:00" in await told(shop, held)


async def test_a_line_left_waiting_brings_it_back_though_the_desk_is_open(shop, desk, presence, clock, held):
    await desk.say(held, BEN, "One moment please.")
    clock.advance(3 * MINUTE)
    await shop.write(held, "are you there?")
    for minute in range(11):
        clock.advance(MINUTE)
        await presence.beat(BEN)
        await presence.beat(EVA)
        # Asking again does not make the wait any younger.
        await shop.write(held, f"hello? {minute}")
        returned = await desk.returns.sweep()
        assert returned == (minute == 10)


async def test_who_notes_or_answers_is_not_silent(shop, desk, presence, clock, held):
    await shop.write(held, "so?")
    clock.advance(8 * MINUTE)
    await presence.beat(BEN)
    await desk.note(held, BEN, "the carrier calls back")
    clock.advance(8 * MINUTE)
    await presence.beat(BEN)
    assert await desk.returns.sweep() == 0
    await desk.say(held, BEN, "They have found it.")
    clock.advance(30 * MINUTE)
    await presence.beat(BEN)
    assert await desk.returns.sweep() == 0


async def test_a_ticket_waits_for_its_person_until_it_is_due(shop, desk, presence, clock):
    conversation = await shop.talk()
    plan = await shop.hand_over(conversation)
    await presence.beat(BEN)
    await desk.claim(conversation, BEN)
    await presence.left("ben")
    assert await desk.returns.sweep() == 0
    clock.advance(timedelta(hours=2, minutes=1))
    assert await desk.returns.sweep() == 1
    situation = await shop.situations.get(conversation)
    assert (situation.ticket.answer_by, len(situation.promises)) == (plan.answer_by, 1)


async def test_what_is_parked_stays_and_comes_back_when_it_is_due(shop, desk, presence, clock, held):
    await desk.parking.park(held, BEN, clock.now() + timedelta(hours=1), "call the carrier")
    await presence.left("ben")
    assert await desk.returns.sweep() == 0
    clock.advance(timedelta(hours=1))
    await presence.beat(EVA)
    assert await desk.parking.sweep() == 1
    assert await desk.returns.sweep() == 1


async def test_of_two_processes_that_notice_one_brings_it_back(shop, desk, presence, clock, held):
    await presence.left("ben")
    swept = await asyncio.gather(*(desk.returns.sweep() for _ in range(5)))
    assert sum(swept) == 1
    assert (await shop.kinds(held)).count("handoff_returned") == 1


async def test_a_line_of_theirs_in_the_same_moment_shows_that_they_are_there(shop, desk, presence, clock, held):
    await presence.left("ben")
    await asyncio.gather(desk.returns.sweep(), desk.say(held, BEN, "here I am"), return_exceptions=True)
    events = await shop.log.read(held)
    returned = [event.seq for event in events if event.kind == "handoff_returned"]
    said = [event.seq for event in events if event.kind == "person_said"]
    assert bool(returned) != bool(said)


async def test_a_department_gets_it_with_its_clock(shop, desk, presence, clock, held):
    await presence.beat(CARE)
    clock.advance(MINUTE)
    await desk.returns.hand_on(held, BEN, department="care", note="wants to complain", key="k")
    await desk.returns.hand_on(held, BEN, department="care", note="wants to complain", key="k")
    (entry,) = await desk.queue()
    assert (entry.department, entry.waiting, entry.state) == ("care", MINUTE, "waiting")
    assert "Ben passes you on to a colleague in Customer care" in await told(shop, held)
    assert (await shop.kinds(held)).count("handoff_returned") == 1
    assert (await desk.claim(held, CARE)).holder == "person:cara"


async def test_only_what_can_be_is_handed_on(desk, presence, held):
    for wrong in ({"department": "space"}, {"colleague": "ben"}, {"colleague": "nobody"}, {}):
        with pytest.raises(Invalid):
            await desk.returns.hand_on(held, BEN, **wrong)
    await presence.left("eva")
    with pytest.raises(Conflict, match="not at the desk"):
        await desk.returns.hand_on(held, BEN, colleague="eva")
    with pytest.raises(Conflict, match="do not hold"):
        await desk.returns.hand_on(held, EVA, department="care")


async def test_a_conversation_taken_from_the_bot_can_be_handed_on(shop, desk, presence):
    await presence.beat(BEN)
    await presence.beat(EVA)
    conversation = await shop.talk()
    await desk.claim(conversation, BEN)
    await desk.returns.hand_on(conversation, BEN, colleague="eva")
    situation = await shop.situations.get(conversation)
    assert (situation.holder, situation.handoff.state) == ("queue", "waiting")
    assert (await desk.picking.next(EVA)).holder == "person:eva"


async def test_the_customer_ends_the_parking_by_writing(shop, desk, clock, held):
    await desk.parking.park(held, BEN, clock.now() + timedelta(days=1), "the maker answers tomorrow")
    (entry,) = await desk.queue()
    assert (entry.parked_until, entry.parked_for) == (clock.now() + timedelta(days=1), "the maker answers tomorrow")
    assert await desk.parking.sweep() == 0
    await shop.write(held, "any news?")
    assert (await desk.queue())[0].parked_until is None
    assert await desk.parking.sweep() == 1
    assert await desk.parking.sweep() == 0
    (entry,) = await desk.queue()
    assert (entry.person, entry.woken_at, entry.parked_for) == ("ben", clock.now(), "the maker answers tomorrow")


async def test_parking_is_for_a_time_to_come_and_for_who_holds_it(desk, clock, held):
    for wrong in (clock.now(), clock.now() + timedelta(days=91), clock.now().replace(tzinfo=None)):
        with pytest.raises(Invalid):
            await desk.parking.park(held, BEN, wrong)
    with pytest.raises(Conflict):
        await desk.parking.park(held, EVA, clock.now() + MINUTE)
    await desk.parking.park(held, BEN, clock.now() + MINUTE)
    await desk.parking.take_up(held, BEN)
    assert (await desk.queue())[0].parked_until is None


async def test_the_queue_can_be_made_anew(shop, desk, presence, clock, database, log, held):
    other = await shop.talk()
    await shop.hand_over(other)
    await desk.claim(other, EVA)
    await desk.parking.park(other, EVA, clock.now() + MINUTE)
    await desk.returns.hand_on(held, BEN, colleague="eva")

    async def rows() -> list[tuple]:
        async with database.connection() as connection:
            found = await (await connection.execute("SELECT * FROM queue ORDER BY 1")).fetchall()
        return [tuple(row.values()) for row in found]

    before = await rows()
    await rebuild(log, DESK_PROJECTIONS)
    assert await rows() == before


async def test_presence_is_told_in_words(presence, clock):
    await presence.beat(BEN)
    await presence.become(EVA, "away")
    assert {c.id: c.status for c in await presence.colleagues()} == {"ben": "online", "eva": "away"}
    await presence.seen(EVA)
    assert await presence.on("general") == ("ben",)
    await presence.become(EVA, "online")
    assert await presence.on("general") == ("ben", "eva")
    clock.advance(3 * MINUTE)
    # Ben's desk was open and is silent; Eva works without one, and gets longer.
    assert await presence.on("general") == ("eva",)
