"""Live or ticket, and what the customer is told: only what will happen."""

from datetime import UTC, datetime, timedelta

import pytest
from desk_people import BEN, CARE

from handrail.conversation import events as e
from handrail.conversation.errors import SettingsError
from handrail.conversation.settings import Settings
from handrail.desk.handover import Handover


def of(kind, plan):
    return next((data for data in plan.events if isinstance(data, kind)), None)


async def test_somebody_is_there_so_it_is_live(shop, presence):
    await presence.seen(BEN)
    plan = await shop.hand_over(await shop.talk())
    assert (plan.mode, plan.holder, plan.answer_by) == ("live", "queue", None)
    assert "colleague in Support now" in plan.text
    assert of(e.TicketOpened, plan) is None
    assert of(e.PacketWritten, plan).packet.lines


async def test_somebody_of_another_department_is_not_somebody(shop, presence):
    await presence.seen(CARE)
    assert (await shop.hand_over(await shop.talk())).mode == "ticket"
    assert (await shop.hand_over(await shop.talk(), "upset")).mode == "live"


async def test_who_was_not_seen_lately_is_not_there(shop, presence, clock):
    await presence.seen(BEN)
    clock.advance(timedelta(minutes=6))
    plan = await shop.hand_over(await shop.talk())
    assert plan.mode == "ticket"
    assert "Nobody in Support is free right now" in plan.text


async def test_at_night_it_is_a_ticket_with_a_time(shop, presence, night):
    await presence.seen(BEN)
    conversation = await shop.talk()
    plan = await shop.hand_over(conversation)
    # Tuesday 09:00 in Berlin is 07:00 UTC; two open hours later somebody has answered.
    assert plan.answer_by == datetime(2026, 6, 16, 9, tzinfo=UTC)
    assert "Somebody will answer by today at 11:00" in plan.text
    assert "e-mail address" in plan.text
    assert of(e.TicketOpened, plan).answer_by == plan.answer_by
    promise = of(e.PromiseMade, plan)
    assert (promise.owner, promise.due) == ("general", plan.answer_by)
    situation = await shop.situations.get(conversation)
    assert (situation.holder, situation.ticket.state, situation.handoff.mode) == ("queue", "open", "ticket")


async def test_the_weekend_and_a_holiday_are_told(shop, clock):
    # Friday 2 October 2026, 16:30 in Berlin; Saturday is a holiday of its own.
    clock.at = datetime(2026, 10, 2, 14, 30, tzinfo=UTC)
    plan = await shop.hand_over(await shop.talk())
    assert "by Monday 5 October at 10:30" in plan.text
    # Wednesday 23 December, 16:00: then come Christmas Eve, a working day, two holidays and a Sunday.
    clock.at = datetime(2026, 12, 24, 15, 30, tzinfo=UTC)
    plan = await shop.hand_over(await shop.talk())
    assert "by Monday 28 December at 10:30" in plan.text


async def test_times_are_told_in_the_customers_zone_or_in_a_named_one(shop, night):
    told = (await shop.hand_over(await shop.talk(timezone="America/New_York"))).text
    assert "by tomorrow (Tuesday 16 June) at 05:00" in told
    told = (await shop.hand_over(await shop.talk(timezone=None))).text
    assert "by today at 11:00 (Berlin time)" in told
    told = (await shop.hand_over(await shop.talk(timezone="Mars/Olympus"))).text
    assert "by today at 11:00 (Berlin time)" in told


async def test_times_are_rounded_up(shop, clock):
    clock.advance(61)
    plan = await shop.hand_over(await shop.talk())
    assert plan.answer_by == datetime(2026, 6, 15, 12, 5, tzinfo=UTC)


async def test_grief_is_met_gently(shop, presence):
    await presence.seen(CARE)
    conversation = await shop.talk("My husband died and his bill keeps coming")
    plan = await shop.hand_over(conversation, "vulnerable", "sensitive/bereavement")
    assert plan.text.startswith("I'm very sorry for your loss.")
    assert plan.route.department == "care"
    packet = of(e.PacketWritten, plan).packet
    assert "very sorry for your loss" in packet.first_line


async def test_somebody_in_danger_is_told_where_help_is_at_once(shop, night):
    plan = await shop.hand_over(await shop.talk("I don't want to live any more"), "vulnerable", "sensitive/self_harm")
    assert "call your local emergency number" in plan.text
    assert "0800 111 0 111" in plan.text
    assert plan.route.urgency == "urgent"


@pytest.mark.parametrize(
    "reason", ["not_covered", "stuck", "legal", "error", "unverified", "action_unknown", "sensitive"]
)
async def test_every_reason_has_its_words(shop, presence, reason):
    await presence.seen(BEN)
    await presence.seen(CARE)
    plan = await shop.hand_over(await shop.talk(), reason)
    assert "they answer in this chat. You are next" in plan.text
    assert of(e.HandoffRequested, plan).reason == reason


class OnFile:
    async def email(self, customer_id: str) -> str | None:
        return {"C-1": "sara@example.org"}.get(customer_id)


async def prove(shop, conversation: str, level: e.Level) -> None:
    data = e.IdentityProven(level=level, customer_id="C-1", name="Sara", customer_ref="x", method="code")
    await shop.log.append(conversation, "system", data)


async def test_the_address_on_file_of_a_proven_customer_is_used(shop, log, settings, presence, night):
    shop.handover = Handover(log, settings, presence, shop.handover.packets, OnFile())
    conversation = await shop.talk()
    await prove(shop, conversation, "verified")
    plan = await shop.hand_over(conversation)
    assert "by e-mail to s…@example.org" in plan.text
    assert (await shop.situations.get(conversation)).ticket.contact == "sara@example.org"


async def test_the_address_of_somebody_not_proven_is_not_used(shop, log, settings, presence, night):
    shop.handover = Handover(log, settings, presence, shop.handover.packets, OnFile())
    conversation = await shop.talk()
    await prove(shop, conversation, "known")
    plan = await shop.hand_over(conversation)
    assert "example.org" not in plan.text
    assert (await shop.situations.get(conversation)).ticket.contact == ""


async def test_a_second_handover_goes_on_with_the_same_ticket(shop, night):
    conversation = await shop.talk()
    first = of(e.TicketOpened, await shop.hand_over(conversation))
    second = of(e.TicketOpened, await shop.hand_over(conversation))
    assert first.ticket_id == second.ticket_id


async def test_wrong_reasons_in_the_settings_are_found_at_the_start(log, settings, presence, handover):
    wrong = {**settings.model_dump(), "desk": {"departments": {"general": {"reasons": ["grumpy"]}}}}
    with pytest.raises(SettingsError, match="grumpy"):
        Handover(log, Settings.model_validate(wrong), presence, handover.packets)


async def test_a_forgotten_conversation_can_still_be_handed_over(shop, presence, database, vault):
    await presence.seen(BEN)
    conversation = await shop.talk("my secret")
    await vault.forget(conversation)
    situation = await shop.situations.get(conversation)
    plan = await shop.handover.plan(situation, reason="error", now=shop.clock.now())
    (line,) = of(e.PacketWritten, plan).packet.lines
    assert "erased" in line.text
