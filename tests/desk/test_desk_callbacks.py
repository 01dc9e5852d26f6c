"""Calls instead of waiting: offered when that helps, booked, moved and called off, and never promised twice."""

import asyncio
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from desk_people import BEN, EVA
from hypothesis import given
from hypothesis import strategies as st

from handrail.conversation import events as e
from handrail.conversation.errors import Conflict, Invalid
from handrail.conversation.rebuild import rebuild
from handrail.conversation.sections import Department, DeskSection
from handrail.conversation.settings import Settings
from handrail.desk.hours import OpeningHours
from handrail.desk.projections import DESK_PROJECTIONS
from handrail.desk.slots import HORIZON, times

PHONE = "+49 30 901820"
TEN = datetime(2026, 6, 16, 8, tzinfo=UTC)
"""Tuesday at ten in Berlin."""


@pytest.fixture
def settings(settings: Settings) -> Settings:
    desk = settings.desk.model_dump()
    desk["departments"]["general"]["callback_minutes"] = 30
    return Settings.model_validate({**settings.model_dump(), "desk": desk})


@pytest.fixture
async def asked(shop, night):
    """Somebody who asked for a person in Monday's night, and was offered calls on Tuesday."""
    conversation = await shop.talk("My tent arrived torn")
    plan = await shop.hand_over(conversation)
    assert "Or we call you" in plan.text
    return conversation


async def said(shop, conversation) -> str:
    return [event.data.text for event in await shop.log.read(conversation) if isinstance(event.data, e.Announced)][-1]


async def writes(shop, desk, conversation, text):
    event = await shop.write(conversation, text)
    await desk.tickets.hear(conversation, await shop.situations.get(conversation))
    return event


async def test_at_night_calls_are_offered_beside_the_ticket(shop, night):
    conversation = await shop.talk("My tent arrived torn")
    plan = await shop.hand_over(conversation)
    assert plan.mode == "ticket"
    assert "Or we call you: today at 09:00, today at 09:30 or today at 10:00." in plan.text
    offered = next(data for data in plan.events if isinstance(data, e.WaysOffered))
    assert offered.slots == (TEN - timedelta(hours=1), TEN - timedelta(minutes=30), TEN)


async def test_a_line_books_what_it_names_with_its_number(shop, desk, asked):
    await writes(shop, desk, asked, f"10:00 please, {PHONE}")
    situation = await shop.situations.get(asked)
    assert (situation.callback.at, situation.callback.phone) == (TEN, PHONE)
    assert [(p.due, p.text) for p in situation.promises] == [(TEN, "We call the customer back.")]
    assert f"at {PHONE}" in await said(shop, asked)
    (entry,) = await desk.queue()
    assert (entry.mode, entry.answer_by, entry.state) == ("ticket", TEN, "waiting")
    (owed,) = await desk.callbacks.booked()
    assert (owed.at, owed.phone) == (TEN, PHONE)


async def test_a_time_without_a_number_is_asked_for_one(shop, desk, asked):
    await writes(shop, desk, asked, "the third one would be great")
    assert "Which number may we call?" in await said(shop, asked)
    await writes(shop, desk, asked, "030 901820")
    assert (await shop.situations.get(asked)).callback.at == TEN


async def test_other_lines_book_nothing(shop, desk, asked):
    for text in ("It was order W10021", "hello?", "call me at 11:45", "my number is 030 901820"):
        await writes(shop, desk, asked, text)
        assert (await shop.situations.get(asked)).callback is None


async def test_moved_and_called_off_it_is_owed_no_more(shop, desk, asked, clock):
    await desk.callbacks.book(asked, TEN, PHONE)
    with pytest.raises(Conflict):
        await desk.callbacks.book(asked, TEN, PHONE)
    later = TEN + timedelta(hours=1)
    await desk.callbacks.book(asked, later, PHONE)
    assert "now calls you" in await said(shop, asked)
    assert [p.due for p in await desk.ledger.owed()] == [later]
    assert TEN in await desk.callbacks.slots(asked)
    await desk.callbacks.cancel(asked)
    assert await desk.ledger.owed() == []
    assert await desk.callbacks.booked() == []
    assert later in await desk.callbacks.slots(asked)
    assert [entry.conversation_id for entry in await desk.queue()] == [asked]
    with pytest.raises(Conflict):
        await desk.callbacks.cancel(asked)


async def test_of_many_who_want_one_slot_as_many_get_it_as_there_are_seats(shop, desk, night):
    ids = [await shop.talk("My tent is torn") for _ in range(6)]
    for conversation in ids:
        await shop.hand_over(conversation)
    got = await asyncio.gather(*(desk.callbacks.book(id_, TEN, PHONE) for id_ in ids), return_exceptions=True)
    refused = [error for error in got if isinstance(error, BaseException)]
    assert len(refused) == 5
    assert all(isinstance(error, Conflict) and error.code == "slot_taken" for error in refused)
    assert TEN not in await desk.callbacks.slots(ids[0])


async def test_who_was_slower_is_offered_what_is_left(shop, desk, asked):
    other = await shop.talk("My stove leaks")
    await shop.hand_over(other)
    await desk.callbacks.book(other, TEN, PHONE)
    await writes(shop, desk, asked, f"10:00 please, {PHONE}")
    assert "has just been taken" in await said(shop, asked)
    await writes(shop, desk, asked, f"then the first, {PHONE}")
    assert (await shop.situations.get(asked)).callback.at == TEN - timedelta(hours=1)


async def test_only_what_can_be_is_booked(shop, desk, asked, clock):
    for at in (TEN + timedelta(minutes=7), TEN - timedelta(hours=4), clock.now(), TEN + timedelta(days=30)):
        with pytest.raises(Invalid):
            await desk.callbacks.book(asked, at, PHONE)
    with pytest.raises(Invalid):
        await desk.callbacks.book(asked, TEN, "soon")
    with pytest.raises(Conflict, match="does not wait"):
        await desk.callbacks.book(await shop.talk("hi"), TEN, PHONE)


async def test_a_deadline_before_the_answer_gets_the_calls_that_come_before_it(shop, night):
    conversation = await shop.talk("My tent arrived torn. I fly today at 10.")
    plan = await shop.hand_over(conversation)
    offered = next(data for data in plan.events if isinstance(data, e.WaysOffered))
    assert offered.deadline == TEN
    assert max(offered.slots) <= TEN
    assert "too late" not in plan.text


async def test_where_nothing_comes_before_the_deadline_that_is_said(shop, night):
    conversation = await shop.talk("My tent arrived torn. I fly today at 8.")
    plan = await shop.hand_over(conversation)
    assert "I know that this may be too late for you (today at 08:00)" in plan.text


async def test_a_short_wait_needs_no_call(shop, presence):
    await presence.seen(BEN)
    plan = await shop.hand_over(await shop.talk())
    assert "call you" not in plan.text


async def test_bookings_can_be_made_anew_from_the_log(shop, desk, asked, database, log):
    await desk.callbacks.book(asked, TEN, PHONE)
    await desk.callbacks.book(asked, TEN + timedelta(hours=1), PHONE)
    before = await desk.callbacks.booked(), await desk.ledger.owed(), await desk.queue()
    await rebuild(log, DESK_PROJECTIONS)
    assert (await desk.callbacks.booked(), await desk.ledger.owed(), await desk.queue()) == before


async def test_a_seat_whose_booking_was_cut_short_is_free_again(desk, handover, asked, clock):
    assert await handover.seats.take("nobody", "general", TEN, 1, clock.now())
    assert TEN not in await desk.callbacks.slots(asked)
    clock.advance(timedelta(minutes=2))
    assert await desk.callbacks.sweep() == 1
    assert TEN in await desk.callbacks.slots(asked)


@given(st.integers(5, 120), st.integers(0, 7 * 24 * 60))
def test_slots_are_whole_in_the_opening_hours_and_ahead(minutes, after):
    department = Department(timezone="Europe/Berlin", callback_minutes=minutes)
    hours = OpeningHours.of(department, DeskSection(), "UTC")
    now = datetime(2026, 6, 15, 6, tzinfo=UTC) + timedelta(minutes=after)
    found = list(times(department, hours, now))
    assert found
    assert found == sorted(set(found))
    for slot in found:
        local = slot.astimezone(ZoneInfo("Europe/Berlin"))
        assert now < slot < now + HORIZON + timedelta(days=3)
        assert hours.is_open(slot)
        assert hours.closes(slot) >= slot + timedelta(minutes=minutes)
        assert ((local.hour - 9) * 60 + local.minute) % minutes == 0


@pytest.fixture
async def called(shop, desk, asked, clock):
    """Tuesday at ten: Ben has taken the conversation whose call is due."""
    await writes(shop, desk, asked, f"10:00 please, {PHONE}")
    clock.advance(TEN - clock.now())
    await desk.claim(asked, BEN)
    return asked


async def test_a_call_that_was_made_keeps_its_promise_and_is_owed_no_more(shop, desk, called):
    ended = await desk.callbacks.end(called, BEN, "done", "she keeps the tent")
    assert (ended.data.why, ended.data.note) == ("done", "she keeps the tent")
    situation = await shop.situations.get(called)
    assert (situation.callback, [p.kept for p in situation.promises]) == (None, [True])
    assert await desk.callbacks.booked() == []
    assert (await shop.log.head(called)).holder == BEN.actor


async def test_a_call_after_its_slot_has_broken_its_promise(shop, desk, called, clock):
    clock.advance(timedelta(minutes=31))
    await desk.callbacks.end(called, BEN, "done")
    assert [p.kept for p in (await shop.situations.get(called)).promises] == [False]


async def test_where_nobody_answered_the_customer_reads_it(shop, desk, called):
    await desk.callbacks.end(called, BEN, "no_answer")
    assert await said(shop, called) == (
        "Ben has just tried to call you, and nobody answered. Write here when another time is better."
    )
    assert [p.kept for p in (await shop.situations.get(called)).promises] == [True]


async def test_moved_by_agreement_it_waits_for_the_new_time(shop, desk, called, database):
    later = TEN + timedelta(hours=2)
    moved = await desk.callbacks.move(called, BEN, later, note="she is at the doctor's", key="k")
    assert await desk.callbacks.move(called, BEN, later, key="k") == moved
    situation = await shop.situations.get(called)
    assert (situation.holder, situation.callback.at, situation.callback.phone) == ("queue", later, PHONE)
    assert [(p.due, p.kept) for p in situation.promises] == [(later, None)]
    (entry,) = await desk.queue()
    assert (entry.state, entry.mode, entry.answer_by) == ("waiting", "ticket", later)
    assert "now calls you" in await said(shop, called)
    async with database.connection() as connection:
        rows = await (await connection.execute("SELECT at FROM callback_seats")).fetchall()
    assert [row["at"] for row in rows] == [later]


async def test_only_who_holds_it_ends_or_moves_a_call_and_only_once(shop, desk, called, clock):
    with pytest.raises(Conflict, match="do not hold"):
        await desk.callbacks.end(called, EVA, "done")
    with pytest.raises(Conflict, match="do not hold"):
        await desk.callbacks.move(called, EVA, TEN + timedelta(hours=2))
    with pytest.raises(Invalid, match="no call at this time"):
        await desk.callbacks.move(called, BEN, TEN + timedelta(minutes=17))
    first = await desk.callbacks.end(called, BEN, "done", key="k")
    assert await desk.callbacks.end(called, BEN, "done", key="k") == first
    with pytest.raises(Conflict, match="no call booked"):
        await desk.callbacks.end(called, BEN, "done")


async def test_settling_its_promise_by_hand_ends_the_call(shop, desk, called):
    (promise,) = (await shop.situations.get(called)).promises
    await desk.settle(called, BEN, promise.promise_id, kept=True, note="spoke at ten")
    assert (await shop.situations.get(called)).callback is None
    assert await desk.callbacks.booked() == []
