"""What is owed: listed by when it is due, called to mind in time, counted when it is broken."""

from datetime import timedelta

import pytest
from desk_people import BEN, EVA

from handrail.conversation.rebuild import rebuild
from handrail.desk.projections import DESK_PROJECTIONS


@pytest.fixture
async def held(shop, desk, presence):
    await presence.seen(BEN)
    conversation = await shop.talk()
    await shop.hand_over(conversation)
    await desk.claim(conversation, BEN)
    return conversation


async def test_what_is_owed_is_listed_by_its_time_with_who_has_it(desk, clock, held):
    await desk.say(held, BEN, "I'll send the label tomorrow at nine. We will refund you within two hours.")
    refund, label = await desk.ledger.owed()
    assert (refund.owner, refund.standing, refund.holder) == ("person:ben", "open", "person:ben")
    assert refund.due == clock.now() + timedelta(hours=2)
    assert "label" in label.text
    assert await desk.ledger.owed(owner="person:eva") == []
    assert [p.promise_id for p in await desk.ledger.owed(before=clock.now() + timedelta(hours=3))] == [
        refund.promise_id
    ]


async def test_the_desk_is_reminded_once_and_in_time(shop, desk, clock, held):
    await desk.say(held, BEN, "We will refund you within two hours.")
    assert await desk.ledger.sweep() == 0
    clock.advance(timedelta(hours=1, minutes=30))
    assert await desk.ledger.sweep() == 1
    assert await desk.ledger.sweep() == 0
    assert (await shop.kinds(held)).count("promise_due") == 1
    assert (await desk.ledger.owed())[0].reminded_at == clock.now()


async def test_a_promise_outlives_the_handoff(shop, desk, clock, held):
    await desk.say(held, BEN, "We will refund you within two hours.")
    await desk.wrap_up(held, BEN, "resolved")
    clock.advance(timedelta(hours=3))
    assert await desk.ledger.sweep() == 1
    (owed,) = await desk.ledger.owed()
    assert (owed.standing, owed.holder) == ("overdue", "bot")


async def test_broken_ones_are_counted(desk, clock, held):
    started = clock.now()
    await desk.say(held, BEN, "I'll call you today at 14:00. I'll send the label tomorrow at nine. I'll be in touch.")
    called, label, touch = await desk.ledger.owed()
    assert touch.due is None
    await desk.settle(held, EVA, called.promise_id, kept=True)
    await desk.settle(held, BEN, touch.promise_id, kept=False)
    clock.advance(timedelta(days=2))
    (found,) = await desk.ledger.figures(started)
    assert (found.owner, found.made, found.kept, found.broken, found.overdue) == ("person", 3, 1, 1, 1)
    assert {p.standing for p in await desk.ledger.owed(settled=True)} == {"kept", "broken"}
    assert [p.promise_id for p in await desk.ledger.owed()] == [label.promise_id]


async def test_reminders_can_be_made_anew_from_the_log(desk, clock, held, database, log):
    await desk.say(held, BEN, "We will refund you within two hours.")
    clock.advance(timedelta(hours=2))
    await desk.ledger.sweep()
    before = await desk.ledger.owed()
    await rebuild(log, DESK_PROJECTIONS)
    assert await desk.ledger.owed() == before


async def test_what_is_forgotten_is_owed_to_nobody(desk, clock, held, vault):
    await desk.say(held, BEN, "We will refund you within two hours.")
    await vault.forget(held)
    clock.advance(timedelta(hours=2))
    assert await desk.ledger.sweep() == 0
    assert await desk.ledger.owed() == []
