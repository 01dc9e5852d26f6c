"""The desk as whoever leads it sees it, and what they may do with conversations in others' hands."""

from datetime import timedelta

import pytest
from desk_people import BEN, BOSS, CARE, EVA

from handrail.conversation import events as e
from handrail.conversation.errors import Conflict, Denied

MINUTE = timedelta(minutes=1)


@pytest.fixture
async def held(shop, desk, presence):
    """A live conversation in Ben's hand; Eva and Cara are there too."""
    for each in (BEN, EVA, CARE):
        await presence.beat(each)
    conversation = await shop.talk()
    await shop.hand_over(conversation)
    await desk.claim(conversation, BEN)
    return conversation


async def test_what_each_has_in_hand_and_since_when(desk, clock, held):
    clock.advance(MINUTE)
    members, _ = await desk.team.stands()
    found = {each.colleague.id: each for each in members}
    (entry,) = found["ben"].holds
    assert (entry.conversation_id, clock.now() - entry.moved_at) == (held, MINUTE)
    assert (found["ben"].colleague.load, found["ben"].colleague.capacity) == (1, 3)
    assert found["eva"].holds == ()


async def test_how_a_department_stands_and_how_soon_somebody_came_today(shop, desk, presence, clock, held):
    waits = await shop.talk()
    await shop.hand_over(waits)
    asked = clock.now()
    clock.advance(4 * MINUTE)
    await presence.beat(EVA)
    _, (general, care) = await desk.team.stands()
    assert (general.waiting, general.oldest, general.on, general.open) == (1, asked, 1, True)
    assert (general.within, general.later) == (1, 0)  # one came at once, the other may still come in time
    assert general.earliest is not None
    assert (care.waiting, care.oldest, care.on) == (0, None, 1)
    clock.advance(2 * MINUTE)
    assert [(each.within, each.later) for each in (await desk.team.stands())[1]] == [(1, 1), (0, 0)]
    await desk.claim(waits, EVA)
    assert [(each.within, each.later) for each in (await desk.team.stands())[1]] == [(1, 1), (0, 0)]
    clock.advance(timedelta(days=1))
    _, (general, _) = await desk.team.stands()
    assert (general.within, general.later) == (0, 0)
    assert (general.on, general.earliest) == (0, None)  # nobody's desk was open since


async def test_a_whisper_is_the_holders_and_no_fact(shop, desk, presence, held):
    await desk.whisper(held, BOSS, "She has ordered 9 tents; offer 20 % off")
    said = (await shop.log.read(held))[-1]
    assert (said.kind, said.data.to, said.data.name) == ("whispered", "ben", "Bo")
    situation = await shop.situations.get(held)
    assert all("9 tents" not in line.text for line in situation.lines)
    events = await shop.log.read(held)
    packet = await shop.handover.packets.make(situation, events, now=shop.clock.now(), quick=True)
    assert "9 tents" not in packet.packet.model_dump_json()


async def test_only_whoever_leads_whispers_and_only_to_who_holds(shop, desk, held):
    with pytest.raises(Denied):
        await desk.whisper(held, EVA, "psst")
    await desk.give_back(held, BEN)
    with pytest.raises(Conflict, match="no colleague"):
        await desk.whisper(held, BOSS, "psst")


async def test_a_conversation_in_hand_is_moved_to_a_colleague_who_gets_it_first(shop, desk, held):
    clock_since = (await desk.queue())[0].since
    await desk.returns.reassign(held, BOSS, colleague="eva", note="knows tents")
    (entry,) = await desk.queue()
    assert (entry.state, entry.kept_for, entry.since) == ("waiting", "eva", clock_since)
    told = [event.data.text for event in await shop.log.read(held) if isinstance(event.data, e.Announced)][-1]
    assert told.startswith("Ben passes you on to Eva in Support")
    with pytest.raises(Conflict):
        await desk.say(held, BEN, "I'm still here")
    assert (await desk.picking.next(EVA)).conversation_id == held


async def test_what_waits_is_moved_without_a_word_while_somebody_is_there(shop, desk, presence, held):
    waits = await shop.talk()
    await shop.hand_over(waits)
    before = await shop.kinds(waits)
    await desk.returns.reassign(waits, BOSS, department="care")
    assert (await shop.kinds(waits))[len(before) :] == ["handoff_returned"]
    (entry,) = [each for each in await desk.queue() if each.conversation_id == waits]
    assert (entry.department, entry.mode) == ("care", "live")


async def test_what_waits_becomes_a_ticket_with_a_time_where_nobody_is(shop, desk, presence, held):
    waits = await shop.talk()
    await shop.hand_over(waits)
    for each in ("ben", "eva", "cara"):
        await presence.left(each)
    await desk.returns.reassign(waits, BOSS, department="care")
    told = [event.data.text for event in await shop.log.read(waits) if isinstance(event.data, e.Announced)][-1]
    assert told.startswith("Customer care takes care of this; nobody is there right now. Somebody will answer by")
    (entry,) = [each for each in await desk.queue() if each.conversation_id == waits]
    assert (entry.mode, entry.answer_by is None) == ("ticket", False)


async def test_only_whoever_leads_moves_and_only_what_is_at_the_desk(shop, desk, held):
    with pytest.raises(Denied):
        await desk.returns.reassign(held, EVA, department="care")
    with_the_bot = await shop.talk()
    with pytest.raises(Conflict, match="not at the desk"):
        await desk.returns.reassign(with_the_bot, BOSS, department="care")
