"""Figures: how contacts ended, each counted as one thing and nothing that a person did as the bot's."""

import random
from datetime import date, timedelta

import pytest
from desk_people import BEN
from hypothesis import given
from hypothesis import strategies as st

from handrail.conversation import events as e
from handrail.conversation.errors import Invalid
from handrail.conversation.forgetting import forget
from handrail.conversation.rebuild import rebuild
from handrail.desk.figures.chosen import Chosen
from handrail.desk.figures.contact import follow
from handrail.desk.figures.insights import STANDINGS, Figures
from handrail.desk.projections import DESK_PROJECTIONS

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
RETURNS = e.Citation(policy="returns", version="2", title="Returns", passage="returns@2#1")
TABLES = ("contacts", "escalations", "unanswered")


@pytest.fixture
def figures(database, clock, settings):
    return Figures(database, clock, settings)


class Desk:
    """Contacts in few words, each with what the bot and people did."""

    def __init__(self, shop, clock):
        self.shop, self.clock = shop, clock

    async def open(self, *, channel="chat", customer=None, actor="customer"):
        cid = (await self.shop.log.open(e.Opened(channel=channel), actor=actor)).conversation_id
        if customer:
            proven = e.IdentityProven(level="verified", customer_ref=customer, method="token")
            await self.shop.log.append(cid, "system", proven)
        return cid

    async def ask(self, cid, text="How long may I keep it?", *, settled=False, **more):
        said = await self.shop.write(cid, text)
        findings = (e.Finding(check="settled", name="said", score=1.0),) if settled else ()
        await self.answer(cid, said.seq, findings=findings, **more)

    async def answer(self, cid, upto, *, outcome="answered", cites=(RETURNS,), tool=None, acts=None, findings=(), **u):
        turn = f"t{upto}"
        data = [e.Checked(turn_id=turn, direction="inbound", subject=upto, findings=findings)]
        if tool:
            data.append(e.ToolRan(turn_id=turn, call_id="k", tool=tool, ok=True))
        if acts:
            data += [
                e.ActionProposed(
                    turn_id=turn, action_id=turn, tool=acts, fingerprint="f", expires_at=self.clock.now() + DAY
                ),
                e.ActionSucceeded(action_id=turn),
            ]
        data.append(e.BotSaid(turn_id=turn, reply_id=turn, part=1, text="30 days.", citations=cites, engine="offline"))
        ended = e.TurnEnded(turn_id=turn, reply_id=turn, upto=upto, outcome=outcome, engine="offline", **u)
        self.clock.advance(timedelta(seconds=3))
        await self.shop.log.append(cid, "bot", *data, ended)

    async def close(self, cid, reason="idle"):
        self.clock.advance(60 * MINUTE)
        await self.shop.log.append(cid, "system", e.Closed(reason=reason))

    async def rate(self, cid, score):
        await self.shop.log.append(cid, "customer", e.Rated(score=score, comment="as I said"))


@pytest.fixture
def talk(shop, clock):
    return Desk(shop, clock)


async def standing(figures, days=3):
    total = (await figures.read(figures.lately(days))).total
    return {name: round(total.standings[name].value * total.ended) for name in STANDINGS if total.standings[name].value}


async def test_what_closed_silently_is_assumed_and_what_shows_that_it_helped_is_verified(figures, talk):
    for how in ({}, {"settled": True}, {"acts": "cancel_order"}):
        cid = await talk.open()
        await talk.ask(cid, **how)
        await talk.close(cid)
    rated = await talk.open()
    await talk.ask(rated)
    await talk.close(rated)
    await talk.rate(rated, 5)
    assert await standing(figures) == {"assumed": 1, "verified": 3}


@pytest.mark.parametrize("outcome", ["offered", "asked"])
async def test_who_falls_silent_without_an_answer_has_left(figures, talk, outcome):
    cid = await talk.open()
    await talk.ask(cid, outcome=outcome, cites=())
    await talk.close(cid)
    assert await standing(figures) == {"left": 1}
    assert (await figures.read(figures.lately(1))).total.left_at[outcome] == 1


async def test_who_rates_it_badly_was_not_helped_whatever_was_done(figures, talk):
    cid = await talk.open()
    await talk.ask(cid, acts="cancel_order")
    await talk.rate(cid, 1)
    await talk.close(cid)
    total = (await figures.read(figures.lately(1))).total
    assert total.left_at["rated"] == 1
    assert total.satisfied.value == 0
    assert total.satisfied.n == 1


async def test_who_says_that_all_is_done_and_goes_on_has_not_said_so(figures, talk):
    cid = await talk.open()
    await talk.ask(cid, "That's all, thanks", settled=True)
    await talk.ask(cid, "And the tent?")
    await talk.close(cid)
    assert await standing(figures) == {"assumed": 1}


@pytest.mark.parametrize("what", ["approved", "vouched", "settled", "took over"])
async def test_nothing_that_a_person_had_a_hand_in_is_contained(figures, talk, shop, desk, presence, what):
    cid = await talk.open()
    await talk.ask(cid, acts="refund")
    person = {
        "approved": e.ApprovalGiven(action_id="t2", fingerprint="f", by="ben", name="Ben"),
        "vouched": e.IdentityProven(level="verified", customer_ref="r", method="person", by="Ben"),
        "settled": e.ActionSucceeded(action_id="t2", name="Ben", seen="in the shop's system"),
    }.get(what)
    if person is None:
        await presence.seen(BEN)
        await desk.claim(cid, BEN)
        await desk.give_back(cid, BEN)
    else:
        await shop.log.append(cid, "person:ben", person)
    await talk.rate(cid, 5)
    await talk.close(cid)
    assert await standing(figures) == {"person": 1}


async def test_who_gives_up_in_the_queue_has_left_and_so_has_whom_a_person_did_not_find_any_more(
    figures, talk, shop, desk, presence
):
    await presence.seen(BEN)
    gone, missed = await talk.open(), await talk.open()
    for cid in (gone, missed):
        await shop.write(cid, "A human please")
        await shop.hand_over(cid)
    await talk.close(gone, "customer")
    await desk.claim(missed, BEN)
    await desk.wrap_up(missed, BEN, "customer_left")
    total = (await figures.read(figures.lately(1))).total
    assert total.standings["left"].value == 1
    assert total.left_at["waiting"] == 2


async def test_who_comes_back_about_the_same_within_the_window_was_not_helped(figures, talk, clock, settings):
    async def contact(customer, **how):
        cid = await talk.open(customer=customer)
        await talk.ask(cid, **how)
        await talk.close(cid)

    await contact("sara")
    await contact("sara", tool="find_orders")
    await contact("tom")
    clock.advance(2 * DAY)
    await contact("sara")
    clock.advance(timedelta(days=settings.figures.came_back_days))
    await contact("tom")
    assert await standing(figures, days=30) == {"came_back": 1, "assumed": 4}


async def test_a_line_after_the_close_begins_another_contact(figures, talk):
    cid = await talk.open(customer="sara")
    await talk.ask(cid)
    await talk.close(cid)
    await talk.ask(cid)
    total = (await figures.read(figures.lately(1))).total
    assert (total.contacts, total.open, total.ended) == (2, 1, 1)
    assert total.standings["came_back"].value == 1


async def test_trials_of_the_staff_spam_and_what_goes_on_count_for_nothing(figures, talk, shop, desk, presence):
    await presence.seen(BEN)
    trial = await talk.open(actor="person:ben")
    await talk.ask(trial)
    await talk.close(trial)
    spam = await talk.open()
    await talk.ask(spam)
    await desk.claim(spam, BEN)
    await desk.wrap_up(spam, BEN, "spam")
    await talk.ask(await talk.open())
    total = (await figures.read(figures.lately(1))).total
    assert (total.contacts, total.open, total.uncounted, total.ended) == (2, 1, 1, 0)
    assert all(total.standings[name].value is None for name in STANDINGS)


async def test_escalations_are_counted_by_reason_and_check_with_how_often_people_overruled_them(
    figures, talk, shop, desk, presence
):
    await presence.seen(BEN)
    for tags in (["should_not_have_escalated"], ["needed_judgement"], None):
        cid = await talk.open()
        await shop.write(cid, "This is useless")
        await shop.hand_over(cid, "upset", "sentiment/frustrated", "sentiment/negative", "stuck/repeat")
        await desk.claim(cid, BEN)
        if tags is not None:
            await desk.wrap_up(cid, BEN, "resolved", tags=tags)
    found = await figures.read(figures.lately(1))
    (reason,) = found.reasons
    assert (reason.name, reason.times, reason.judged, reason.overruled.value) == ("upset", 3, 2, 0.5)
    assert {(c.name, c.times, c.judged) for c in found.checks} == {("sentiment", 3, 2), ("stuck", 3, 2)}
    assert found.tags == {"needed_judgement": 1, "should_not_have_escalated": 1}


async def test_times_are_from_when_a_person_was_asked_for_and_parked_time_is_nobodys(
    figures, talk, shop, desk, presence, clock
):
    await presence.seen(BEN)
    cid = await talk.open()
    await shop.write(cid, "A human please")
    await shop.hand_over(cid)
    clock.advance(2 * MINUTE)
    await presence.seen(BEN)
    await desk.claim(cid, BEN)
    clock.advance(MINUTE)
    await desk.say(cid, BEN, "Hello")
    await desk.parking.park(cid, BEN, clock.now() + 30 * MINUTE, "")
    clock.advance(20 * MINUTE)
    await desk.parking.take_up(cid, BEN)
    clock.advance(4 * MINUTE)
    await desk.wrap_up(cid, BEN, "resolved")
    total = (await figures.read(figures.lately(1))).total
    assert (total.wait.median, total.first_response.median, total.handling.median) == (120, 180, 300)
    assert total.resolution_person.median == 27 * 60
    assert (total.service_level.value, total.service_level.n) == (1, 1)


async def test_the_service_level_counts_who_waits_beyond_the_target_and_not_who_may_still_be_answered_in_time(
    figures, talk, shop, presence, clock, settings
):
    await presence.seen(BEN)
    cid = await talk.open()
    await shop.write(cid, "A human please")
    await shop.hand_over(cid)
    assert (await figures.read(figures.lately(1))).total.service_level.value is None
    clock.advance((settings.desk.wait_target_minutes + 1) * MINUTE)
    level = (await figures.read(figures.lately(1))).total.service_level
    assert (level.value, level.n) == (0, 1)


async def test_days_are_those_of_the_business_and_groups_keep_their_own_counts(figures, talk, clock):
    # 21:30 UTC on Monday; in Berlin it is Tuesday three hours later.
    clock.advance(timedelta(hours=11, minutes=30))
    for channel in ("chat", "email"):
        cid = await talk.open(channel=channel)
        await talk.ask(cid, tokens_in=100, tokens_out=10, cost=0.5, model_calls=1)
        clock.advance(timedelta(hours=1))
    found = await figures.read(Chosen(date(2026, 6, 15), date(2026, 6, 17)), "day")
    assert [(group.key, group.contacts) for group in found.groups] == [("2026-06-15", 1), ("2026-06-16", 1)]
    # A day on which there was nothing is there too, up to today.
    early = await figures.read(Chosen(date(2026, 6, 13), date(2026, 6, 15)), "day")
    assert [(group.key, group.contacts) for group in early.groups][:2] == [("2026-06-13", 0), ("2026-06-14", 0)]
    assert (found.total.tokens_in, found.total.cost) == (200, 1.0)
    by_channel = await figures.read(found.chosen, "channel")
    assert [group.key for group in by_channel.groups] == ["chat", "email"]
    only = await figures.read(Chosen(date(2026, 6, 15), date(2026, 6, 17), channel="email"), "policy")
    assert [(group.key, group.contacts) for group in only.groups] == [("returns@2", 1)]
    assert only.values["intents"] == ("policy/returns",)


async def test_an_action_tells_better_what_a_contact_is_about_than_a_look_up_or_a_policy(figures, talk):
    cid = await talk.open()
    await talk.ask(cid)
    await talk.ask(cid, tool="find_orders")
    await talk.ask(cid, tool="find_products", acts="cancel_order")
    await talk.ask(cid, acts="change_address")
    found = await figures.read(figures.lately(1), "intent")
    assert [group.key for group in found.groups] == ["tool/cancel_order"]


async def test_of_nothing_there_are_no_figures_and_no_zeros(figures):
    total = (await figures.read(figures.lately(7))).total
    assert total.contacts == 0
    assert total.escalated.value is None
    assert total.first_reply.median is None
    assert total.score is None


async def test_days_that_are_none_or_too_many_are_refused():
    for first, last in ((date(2026, 2, 1), date(2026, 1, 1)), (date(2020, 1, 1), date(2026, 1, 1))):
        with pytest.raises(Invalid):
            Chosen(first, last)


async def tables(database):
    async with database.connection() as connection:
        return {
            name: await (await connection.execute(f"SELECT * FROM {name} ORDER BY conversation_id, seq")).fetchall()
            for name in TABLES
        }


async def something(dice, talk, shop, desk, presence, cid):
    """One more thing that happens, if it can."""
    head = await shop.log.head(cid)
    if head.holder == "bot":
        match dice.randrange(6):
            case 0:
                await shop.write(cid, "A human please")
                await shop.hand_over(cid, dice.choice(["asked_for_person", "not_covered"]), "asks_for_person/asked")
            case 1:
                await talk.rate(cid, dice.randint(1, 5))
            case 2:
                await talk.close(cid)
            case _:
                outcome = dice.choice(["answered", "offered", "asked", "refused"])
                how = dice.choice([{}, {"tool": "find_orders"}, {"acts": "cancel_order"}, {"settled": True}])
                await talk.ask(cid, outcome=outcome, cites=dice.choice([(), (RETURNS,)]), **how)
    elif head.holder == "queue":
        await presence.seen(BEN)
        await desk.claim(cid, BEN)
    else:
        match dice.randrange(4):
            case 0:
                await desk.say(cid, BEN, "Hello")
            case 1:
                await desk.give_back(cid, BEN)
            case 2:
                await desk.parking.park(cid, BEN, talk.clock.now() + 30 * MINUTE, "")
            case _:
                tags = dice.sample(["policy_missing", "confused", "should_not_have_escalated"], dice.randrange(3))
                await desk.wrap_up(cid, BEN, dice.choice(["resolved", "spam", "customer_left"]), tags=tags)


@pytest.mark.parametrize("seed", range(4))
async def test_rebuilt_from_the_log_they_are_what_they_were_and_forgetting_changes_none(
    talk, shop, desk, presence, database, log, figures, seed
):
    dice = random.Random(seed)
    cids = [await talk.open(customer=dice.choice([None, "sara", "tom"])) for _ in range(6)]
    for _ in range(60):
        await something(dice, talk, shop, desk, presence, dice.choice(cids))
        talk.clock.advance(timedelta(seconds=dice.randrange(400)))
    before, found = await tables(database), await figures.read(figures.lately(3), "intent")
    assert before["escalations"]
    assert before["contacts"]
    await rebuild(log, DESK_PROJECTIONS)
    assert await tables(database) == before
    for cid in cids:
        if (await log.head(cid)).closed:
            await forget(log, cid)
    again = await figures.read(figures.lately(3), "intent")
    assert again == found
    after = await tables(database)
    await rebuild(log, DESK_PROJECTIONS)
    assert await tables(database) == after


KINDS = st.sampled_from([
    e.CustomerSaid(), e.BotSaid(turn_id="t", reply_id="r", part=1, citations=(RETURNS,), engine="x"),
    e.PersonSaid(by="ben", name="Ben"), e.Closed(reason="idle"), e.Rated(score=4),
    e.TurnEnded(turn_id="t", reply_id=None, upto=1, outcome="answered", engine="x", tokens_in=7),
    e.ToolRan(turn_id="t", call_id="k", tool="find_orders", ok=True), e.ActionSucceeded(action_id="a"),
    e.HandoffRequested(handoff_id="h", reason="stuck"),
])  # fmt: skip


@given(st.lists(KINDS, max_size=30), st.data())
def test_events_taken_in_piece_by_piece_come_to_the_same_contacts(kinds, data):
    start = talk_start()
    events = [e.Event("c", seq, start + seq * MINUTE, "bot", kind) for seq, kind in enumerate(kinds, 1)]
    whole = follow(None, events, "chat", trial=False)
    at = data.draw(st.integers(0, len(events)))
    first = follow(None, events[:at], "chat", trial=False)
    then = follow(first[-1] if first else None, events[at:], "chat", trial=False)
    assert [*first[:-1], *then] == whole
    assert all(contact.ended_at is not None for contact in whole[:-1])


def talk_start():
    from desk_talk import START

    return START
