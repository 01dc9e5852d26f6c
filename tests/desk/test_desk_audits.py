"""Audits: a fair sample of what the bot closed alone, and what people say of it without knowing what others think."""

import asyncio
from collections import Counter
from dataclasses import astuple
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handrail.conversation import events as e
from handrail.conversation.errors import Invalid, NotFound
from handrail.conversation.forgetting import forget
from handrail.conversation.settings import Settings
from handrail.desk.audits.drawing import Drawing
from handrail.desk.audits.sample import Candidate, drawn
from handrail.desk.audits.tagging import Tagging

DAY = timedelta(days=1)


@pytest.fixture
def settings(settings):
    desk = {**settings.model_dump()["desk"], "audits": {"share": 1.0, "twice": 0.0}}
    return Settings.model_validate({**settings.model_dump(), "desk": desk})


@pytest.fixture
def drawing(database, clock, settings):
    return Drawing(database, clock, settings)


@pytest.fixture
def tagging(log, settings):
    return Tagging(log, settings)


def with_audits(settings, **audits):
    return settings.model_copy(update={"desk": settings.desk.model_copy(
        update={"audits": settings.desk.audits.model_copy(update=audits)})})  # fmt: skip


async def closed(shop, text="How long may I keep it?", *, reason="idle", channel="chat", also=()):
    """A conversation that the bot answered and closed."""
    cid = (await shop.log.open(e.Opened(channel=channel))).conversation_id
    asked = await shop.write(cid, text)
    finding = e.Finding(check="sentiment", name="ANGRY-VERDICT", score=0.97)
    await shop.log.append(
        cid,
        "bot",
        e.Checked(turn_id="t", direction="inbound", subject=asked.seq, findings=(finding,)),
        e.ToolRan(turn_id="t", call_id="k", tool="get_order", ok=True, result={"id": "W1", "name": "Ada Byron"}),
        e.ActionProposed(turn_id="t", action_id="a", tool="cancel_order", fingerprint="f", arguments={"id": "W1"},
            expires_at=shop.clock.now() + DAY),
        e.ActionSucceeded(action_id="a", result={"ok": True}),
        e.BotSaid(turn_id="t", reply_id="r", part=1, text="It is cancelled.", engine="offline"),
        *also,
        e.TurnEnded(turn_id="t", reply_id="r", upto=asked.seq, outcome="answered", engine="offline"),
    )  # fmt: skip
    if reason:
        await shop.log.append(cid, "system", e.Closed(reason=reason))
    return cid


def contacts(n, strata):
    return [Candidate(f"c{number}", 2, (f"kind{number % strata}",)) for number in range(n)]


@given(n=st.integers(0, 200), strata=st.integers(1, 5), chance=st.floats(0, 1), seed=st.text(max_size=5))
def test_each_kind_gets_its_share_to_within_one_and_the_same_again(n, strata, chance, seed):
    everybody = contacts(n, strata)
    chosen = drawn(everybody, chance, seed, date(2026, 6, 1))
    assert chosen == drawn(reversed(everybody), chance, seed, date(2026, 6, 1))
    assert abs(len(chosen) - n * chance) < 1 + 1e-6
    got, there = (Counter(c.stratum for c in some) for some in (chosen, everybody))
    assert all(abs(got[kind] - there[kind] * chance) < 1 + 1e-6 for kind in there)


def test_everybody_is_as_likely_to_be_drawn():
    everybody = contacts(41, 3)
    times = Counter(c for seed in range(2000) for c in drawn(everybody, 0.3, str(seed), date(2026, 6, 1)))
    assert all(500 < times[c] < 700 for c in everybody)


async def test_only_what_the_bot_closed_alone_is_drawn_and_no_day_twice(shop, clock, drawing, tagging, desk):
    alone = await closed(shop)
    await closed(shop, reason="")
    forgotten = await closed(shop)
    handed = await closed(shop, reason="")
    await shop.hand_over(handed)
    await shop.log.append(handed, "system", e.Closed(reason="customer"))
    trial = (await shop.log.open(e.Opened(), actor="person:ben")).conversation_id
    await shop.write(trial, "Is anybody there?")
    await shop.log.append(trial, "system", e.Closed(reason="idle"))
    await forget(shop.log, forgotten)
    assert await drawing.draw() == 0, "the day is not over"
    clock.advance(DAY)
    assert sorted(await asyncio.gather(drawing.draw(), drawing.draw(), drawing.draw())) == [0, 0, 1]
    assert [each.conversation_id for each in await tagging.list()] == [alone]
    assert await drawing.draw() == 0


async def test_a_week_gives_as_many_as_the_settings_say(shop, clock, database, settings):
    for _ in range(7):
        for _ in range(6):
            await closed(shop)
        clock.advance(DAY)
    few = Drawing(database, clock, with_audits(settings, share=None, per_week=14))
    assert 14 <= await few.draw() <= 6 * 7
    clock.advance(DAY)
    none = Drawing(database, clock, with_audits(settings, share=None, per_week=0))
    assert await none.draw() == 0


async def test_housekeeping_asks_seldom_and_draws_a_day_once_it_is_over(shop, clock, drawing):
    await closed(shop)
    assert await drawing.sweep() == 0
    clock.advance(timedelta(minutes=1))
    assert await drawing.sweep() == 0
    clock.advance(DAY)
    assert await drawing.sweep() == 1


async def test_people_see_what_was_said_and_done_and_nothing_of_what_anybody_thinks_of_it(
    shop, clock, drawing, tagging
):
    cid = await closed(
        shop, "I am Ada Byron, ada@example.org: cancel W1", also=[e.Rated(score=1, comment="BAD-RATING")]
    )
    await shop.log.append(cid, "customer", e.Rated(score=1, comment="BAD-RATING"))
    clock.advance(DAY)
    await drawing.draw()
    audit = await tagging.next("eve")
    assert [step.who for step in audit.steps] == ["customer", "look_up", "action", "bot"]
    assert audit.steps[2].text == "Done: cancel order W1" or audit.steps[2].text.startswith("Done: ")
    shown = str([astuple(step) for step in audit.steps])
    for secret in ("ada@example.org", "Ada Byron", "ANGRY", "BAD-RATING", "answered", "0.97"):
        assert secret not in shown
    await tagging.tag(audit.id, "eve", "Eve", "no", note="It was the wrong one")
    assert await tagging.next("eve") is None


async def test_two_tag_on_their_own_where_two_are_asked_and_one_word_does_where_one_is(
    shop, clock, database, settings, tagging
):
    await closed(shop)
    clock.advance(DAY)
    await Drawing(database, clock, with_audits(settings, twice=1.0)).draw()
    first = await tagging.next("eve")
    await tagging.tag(first.id, "eve", "Eve", "yes", person_needed=False)
    second = await tagging.next("sam")
    assert second == first
    await tagging.tag(second.id, "sam", "Sam", "cant_tell", tags=["confused", "confused"])
    assert await tagging.next("kim") is None
    told = [(each.name, each.settled, each.tags) for each in await tagging.list()]
    assert told == [("Eve", "yes", ()), ("Sam", "cant_tell", ("confused",))]


async def test_what_one_leaves_goes_to_somebody_else(shop, clock, drawing, tagging):
    await closed(shop)
    clock.advance(DAY)
    await drawing.draw()
    audit = await tagging.next("eve")
    await tagging.skip(audit.id, "eve", "Eve", "know_them")
    assert await tagging.next("eve") is None
    assert (await tagging.next("sam")).id == audit.id
    assert (await tagging.counts("sam")).open == 1
    assert (await tagging.counts("sam")).tagged == 0


async def test_who_is_forgotten_falls_out_and_what_was_said_of_them_can_be_read_no_more(shop, clock, drawing, tagging):
    first, second = await closed(shop), await closed(shop)
    clock.advance(DAY)
    await drawing.draw()
    audit = await tagging.next("eve")
    await tagging.tag(audit.id, "eve", "Eve", "no", note="Ada wanted her money")
    assert "Ada wanted her money" in [each.note for each in await tagging.list()]
    for cid in (first, second):
        await forget(shop.log, cid)
    assert await tagging.next("sam") is None
    assert [each.note for each in await tagging.list()] == ["", ""]
    assert Counter(each.settled for each in await tagging.list()) == {"no": 1, "": 1}, "figures stay"
    with pytest.raises(NotFound):
        await tagging.tag(audit.id, "sam", "Sam", "yes")


async def test_a_word_may_be_taken_back_and_an_unknown_tag_is_refused(shop, clock, drawing, tagging):
    await closed(shop)
    clock.advance(DAY)
    await drawing.draw()
    audit = await tagging.next("eve")
    with pytest.raises(Invalid):
        await tagging.tag(audit.id, "eve", "Eve", "no", tags=["made_up"])
    for word in ("no", "yes"):
        await tagging.tag(audit.id, "eve", "Eve", word)
    assert [each.settled for each in await tagging.list()] == ["yes"]
    with pytest.raises(NotFound):
        await tagging.tag("made up", "eve", "Eve", "yes")


async def test_what_nobody_tagged_in_time_is_let_go(shop, clock, drawing, tagging):
    await closed(shop)
    clock.advance(DAY)
    await drawing.draw()
    clock.advance(29 * DAY)
    assert await tagging.next("eve") is None
