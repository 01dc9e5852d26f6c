"""What customers are told of their wait: from what is there, told anew as it changes, and counted when it is wrong."""

from datetime import timedelta

import pytest
from desk_people import BEN, EVA
from hypothesis import given
from hypothesis import strategies as st

from handrail.conversation import events as e
from handrail.conversation.rebuild import rebuild
from handrail.desk import notice
from handrail.desk.expected import Drawn, Seen, Standing, corrected, correction, draw
from handrail.desk.projections import DESK_PROJECTIONS
from handrail.desk.staff import Staff

MINUTE = timedelta(minutes=1)
TEN = Seen(handling=(600.0,) * 40, pickup=(10.0,) * 20)
counts = st.integers(0, 12)


def test_a_free_hand_is_there_at_once():
    drawn = draw(Standing(0, (100.0,), 2), TEN)
    assert (drawn.low, drawn.high) == (10, 10)


def test_what_is_in_hand_ends_as_such_conversations_do():
    assert draw(Standing(0, (240.0, 60.0), 2), TEN) == Drawn(370, 370)
    assert draw(Standing(2, (240.0, 60.0), 2), TEN) == Drawn(970, 970)


def test_where_people_have_gone_the_first_ends_make_nobody_free():
    assert draw(Standing(0, (480.0, 240.0, 60.0), 1), TEN) == Drawn(550, 550)


@given(counts, counts, st.integers(1, 6), st.lists(st.floats(1, 4000), max_size=8))
def test_the_more_are_ahead_the_longer_and_the_more_people_the_shorter(ahead, more, slots, busy):
    drawn = draw(Standing(ahead, tuple(busy), slots), TEN)
    assert 0 <= drawn.low <= drawn.high
    longer = draw(Standing(ahead + more, tuple(busy), slots), TEN)
    assert longer.high >= drawn.high - 1e-6 or len(busy) > 0
    quicker = draw(Standing(ahead, (), slots + 1), TEN)
    assert quicker.high <= draw(Standing(ahead, (), slots), TEN).high + 1e-6


@given(st.floats(0, 10_000), st.floats(0, 10_000), st.floats(-1, 1), st.floats(-1, 1))
def test_a_range_to_tell_is_in_whole_minutes_and_never_empty(low, width, below, above):
    earliest, latest = corrected(Drawn(low, low + width), (below, above))
    assert 0 <= earliest < latest


@given(st.lists(st.floats(10, 5000), min_size=60, max_size=120), st.floats(0.2, 5))
def test_ranges_that_are_always_wrong_the_same_way_are_put_right(waits, factor):
    # What was drawn is off by the same factor each time.
    judged = [(Drawn(wait * factor, wait * factor + 1), wait) for wait in waits]
    by = correction(judged)
    right = [low * 60 <= wait <= high * 60 for drawn, wait in judged for low, high in (corrected(drawn, by),)]
    assert sum(right) / len(right) >= 0.75


def test_it_is_said_in_words():
    assert notice.wait(1, 0, 1) == "You are next; I expect it to take no more than a minute."
    assert notice.wait(2, 3, 8) == "There is one person before you; I expect it to take 3 to 8 minutes."
    assert notice.wait(9, 80, 150) == "There are 8 before you; I expect it to take 1½ to 2½ hours."


@pytest.fixture
async def busy(shop, desk, presence):
    """Two people with as much in hand as they can, and nobody waiting."""
    for colleague in (BEN, EVA):
        person = Staff(colleague.id, colleague.name, capacity=1)
        await presence.beat(person)
        conversation = await shop.talk()
        await shop.hand_over(conversation)
        await desk.claim(conversation, person)
    return shop


async def told(shop, conversation):
    return [event.data for event in await shop.log.read(conversation) if isinstance(event.data, e.WaitTold)]


async def here(presence):
    for person in (BEN, EVA):
        await presence.beat(Staff(person.id, person.name, capacity=1))


async def test_who_is_handed_over_is_told_place_and_wait(busy):
    first, second = await busy.talk(), await busy.talk()
    plan = await busy.hand_over(first)
    assert "You are next; I expect it to take" in plan.text
    plan = await busy.hand_over(second)
    assert "There is one person before you; I expect it to take" in plan.text
    (wait,) = await told(busy, second)
    assert wait.place == 2
    assert not wait.free
    assert f"{wait.earliest} to {wait.latest} minutes" in plan.text


async def test_who_moves_up_is_told_so_and_who_waits_longer_than_told_too(busy, desk, presence, clock):
    first, second = await busy.talk(), await busy.talk()
    await busy.hand_over(first)
    await busy.hand_over(second)
    assert await desk.telling.sweep() == 0
    clock.advance(3 * MINUTE)
    await here(presence)
    await desk.claim(first, BEN)
    assert await desk.telling.sweep() == 1
    (_, anew) = await told(busy, second)
    assert anew.place == 1
    said = [event.data.text for event in await busy.log.read(second) if isinstance(event.data, e.Announced)]
    assert said[-1].startswith("You are next; I expect it to take")
    clock.advance(timedelta(minutes=anew.latest, seconds=1))
    await here(presence)
    assert await desk.telling.sweep() == 1
    said = [event.data.text for event in await busy.log.read(second) if isinstance(event.data, e.Announced)]
    assert said[-1].startswith("I'm sorry, this takes longer than I said.")
    situation = await busy.situations.get(second)
    assert situation.handoff.expected[1] > clock.now()


async def test_of_two_processes_one_tells(busy, desk, presence, clock, log, database, handover):
    from handrail.desk.telling import Telling

    conversation = await busy.talk()
    await busy.hand_over(conversation)
    (first,) = await told(busy, conversation)
    clock.advance(timedelta(minutes=first.latest, seconds=1))
    await here(presence)
    for _ in range(2):
        await Telling(log, database, clock, handover.waits).sweep()
    assert len(await told(busy, conversation)) == 2


async def test_how_right_it_was_is_counted(busy, desk, presence, clock, database, log):
    started = clock.now()
    early, late, never = [await busy.talk() for _ in range(3)]
    for conversation in (early, late, never):
        await busy.hand_over(conversation)
    await desk.claim(early, BEN)
    (wait,) = await told(busy, late)
    clock.advance(timedelta(minutes=wait.latest, seconds=30))
    await desk.claim(late, EVA)
    (found,) = await desk.telling.figures(started)
    # The two in the fixture were told as well, and came at once.
    assert (found.told, found.came, found.later) == (5, 4, 1)
    assert found.held in (2, 3)

    async def rows() -> list[tuple]:
        async with database.connection() as connection:
            waits = await (await connection.execute("SELECT * FROM waits ORDER BY 1, 2")).fetchall()
            stays = await (await connection.execute("SELECT * FROM handlings ORDER BY 1, 2")).fetchall()
        return [tuple(row.values()) for row in (*waits, *stays)]

    before = await rows()
    await rebuild(log, DESK_PROJECTIONS)
    assert await rows() == before


async def test_what_comes_back_to_the_queue_is_told_anew(busy, desk, presence, clock):
    conversation = await busy.talk()
    await busy.hand_over(conversation)
    await desk.claim(conversation, Staff("uta", "Uta"))
    await presence.beat(Staff("uta", "Uta"))
    await desk.returns.hand_on(conversation, Staff("uta", "Uta"), department="general")
    assert await desk.telling.sweep() == 1
    assert len(await told(busy, conversation)) == 2


def test_where_more_people_are_free_than_could_be_busy_nobody_waits_longer_than_somebody_takes_to_press():
    quiet = Standing(ahead=60, busy=(30.0,), slots=10**9, later=((0.1, 600.0),))
    drawn = draw(quiet, Seen(handling=(600.0,) * 30, pickup=(20.0,) * 30))
    assert (drawn.low, drawn.high) == (20.0, 20.0)
