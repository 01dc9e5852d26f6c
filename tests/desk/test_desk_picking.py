"""The next conversation: by skill, by pressure, for whom it is kept, and never more than one can have."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from desk_people import BEN, BOSS, CARE, EVA
from hypothesis import given
from hypothesis import strategies as st

from handrail.conversation import events as e
from handrail.conversation.errors import Conflict
from handrail.conversation.settings import Settings
from handrail.desk.picking import Candidate, may_take
from handrail.desk.staff import Colleague, Staff

UTA = Staff("uta", "Uta", skills=("german",))
TARGET = timedelta(minutes=5)


@pytest.fixture
def settings(settings: Settings) -> Settings:
    desk = {**settings.desk.model_dump(), "skills": {"german": {"languages": ["de"]}}, "capacity": 2}
    return Settings.model_validate({**settings.model_dump(), "desk": desk})


async def waits(shop, reason="asked_for_person", language="en"):
    opened = await shop.log.open(e.Opened(timezone="Europe/Berlin", language=language))
    await shop.write(opened.conversation_id, "My tent arrived torn")
    await shop.hand_over(opened.conversation_id, reason)
    return opened.conversation_id


async def taken(desk, staff, departments=()):
    found = await desk.picking.next(staff, departments)
    return found.conversation_id if found else None


async def test_the_most_pressing_comes_first_and_then_nothing(shop, desk, presence):
    await presence.seen(BEN)
    normal, upset = await waits(shop), await waits(shop, "upset")
    assert await taken(desk, BEN) == upset
    assert await taken(desk, EVA) == normal
    assert await taken(desk, EVA) is None


async def test_people_get_only_what_is_of_their_departments(shop, desk, presence):
    await presence.seen(CARE)
    await waits(shop)
    assert await taken(desk, CARE) is None
    assert await taken(desk, BEN, ("care",)) is None
    care = await waits(shop, "upset")
    assert await taken(desk, CARE, ("general",)) is None
    assert await taken(desk, BEN, ("care",)) == care


async def test_a_skill_is_left_to_whom_has_it_while_they_are_there(shop, desk, presence, clock):
    await presence.seen(BEN)
    await presence.seen(UTA)
    german = await waits(shop, language="de-AT")
    assert await taken(desk, BEN) is None
    clock.advance(timedelta(minutes=4))
    await presence.seen(UTA)
    assert await taken(desk, UTA) == german


async def test_nobody_waits_for_a_skill_that_is_not_there_or_for_long(shop, desk, presence, clock):
    await presence.seen(BEN)
    first = await waits(shop, language="de")
    assert await taken(desk, BEN) == first
    await presence.seen(UTA)
    second = await waits(shop, language="de")
    assert await taken(desk, BEN) is None
    clock.advance(timedelta(minutes=8))
    await presence.seen(UTA)
    assert await taken(desk, BEN) == second


async def test_whoever_has_enough_gets_no_more_until_one_is_parked(shop, desk, presence, clock):
    await presence.seen(BEN)
    waiting = {await waits(shop), await waits(shop), await waits(shop)}
    first, second = await taken(desk, BEN), await taken(desk, BEN)
    with pytest.raises(Conflict) as refused:
        await desk.picking.next(BEN)
    assert refused.value.code == "full"
    await desk.parking.park(first, BEN, clock.now() + timedelta(hours=1))
    assert {await taken(desk, BEN)} == waiting - {first, second}


async def test_of_many_who_press_at_once_each_gets_another(shop, desk, presence):
    people = [Staff(f"p{n}", f"P{n}") for n in range(6)]
    for person in people:
        await presence.seen(person)
    conversations = {await waits(shop) for _ in range(4)}
    got = await asyncio.gather(*(taken(desk, person) for person in people))
    assert {one for one in got if one} == conversations
    assert got.count(None) == 2


async def test_what_is_handed_on_to_a_colleague_is_theirs_first(shop, desk, presence, clock):
    await presence.seen(BEN)
    await presence.seen(EVA)
    conversation, other = await waits(shop), await waits(shop, "upset")
    await desk.claim(conversation, BEN)
    clock.advance(timedelta(minutes=6))
    for person in (BEN, EVA, BOSS):
        await presence.seen(person)
    await desk.returns.hand_on(conversation, BEN, colleague="eva", note="knows the makers")
    (entry,) = [x for x in await desk.queue() if x.conversation_id == conversation]
    assert (entry.state, entry.kept_for, entry.waiting) == ("waiting", "eva", timedelta(minutes=6))
    assert await taken(desk, BOSS) == other
    assert await taken(desk, BOSS) is None
    assert await taken(desk, EVA) == conversation


async def test_what_is_kept_for_a_colleague_is_anybodys_after_a_while(shop, desk, presence, clock):
    await presence.seen(BEN)
    await presence.seen(EVA)
    conversation = await waits(shop)
    await desk.claim(conversation, BEN)
    await desk.returns.hand_on(conversation, BEN, colleague="eva")
    clock.advance(TARGET)
    await presence.seen(EVA)
    assert await taken(desk, BOSS) == conversation


NOW = datetime(2026, 6, 15, 10, tzinfo=UTC)
skills = st.sets(st.sampled_from(["german", "bookings"]))
colleagues = st.lists(
    st.builds(
        lambda id_, skills, status: Colleague(id_, id_, (), tuple(skills), 3, status, NOW, 0, 0),
        st.sampled_from(["eva", "uta"]), skills, st.sampled_from(["online", "away", "offline"]),
    ),
    max_size=3,
)  # fmt: skip


@given(
    skills, skills, st.none() | st.sampled_from(["eva", "uta", "ben"]), colleagues,
    st.integers(0, 3000), st.integers(0, 3000),
)  # fmt: skip
def test_beyond_twice_the_target_anybody_may_take_it(needed, has, kept_for, others, waited, moved):
    since = NOW - timedelta(seconds=waited)
    found = Candidate("c", "general", frozenset(needed), kept_for, since, NOW - timedelta(seconds=min(moved, waited)))
    staff = Staff("ben", "Ben", skills=tuple(has))
    allowed = may_take(found, staff, others, NOW, TARGET)
    if waited >= 600 and min(moved, waited) >= 300:
        assert allowed
    if kept_for == "ben" and needed <= has:
        assert allowed
