"""Claim, say, note, give back, wrap up: fenced, idempotent, and in the log."""

import asyncio

import pytest
from desk_people import BEN, BOSS, EVA

from handrail.conversation import events as e
from handrail.conversation.errors import Conflict, Fenced, Invalid, NotFound
from handrail.conversation.log import Fence
from handrail.desk.queue import Filter


@pytest.fixture
async def live(shop, presence):
    """A conversation that waits in the queue, with somebody on."""
    await presence.seen(BEN)
    conversation = await shop.talk()
    await shop.hand_over(conversation)
    return conversation


async def texts(shop, conversation: str, kind: type[e.Data]) -> list[str]:
    return [event.data.text for event in await shop.log.read(conversation) if isinstance(event.data, kind)]


async def test_who_claims_holds_it_and_the_customer_is_told(shop, desk, live):
    situation = await desk.claim(live, BEN)
    assert situation.holder == "person:ben"
    assert (situation.handoff.state, situation.handoff.by) == ("claimed", "ben")
    assert await texts(shop, live, e.Announced) == ["Ben from Support is here now."]


async def test_of_two_who_claim_at_once_one_gets_it(shop, desk, presence):
    await presence.seen(BEN)
    for _ in range(10):
        conversation = await shop.talk()
        await shop.hand_over(conversation)
        results = await asyncio.gather(
            *(desk.claim(conversation, staff) for staff in (BEN, EVA, BEN, EVA)), return_exceptions=True
        )
        holder = (await shop.log.head(conversation)).holder
        winners = [result for result in results if not isinstance(result, BaseException)]
        losers = [result for result in results if isinstance(result, BaseException)]
        assert {situation.holder for situation in winners} == {holder}
        assert losers
        assert all(isinstance(error, Conflict) and error.code == "taken" for error in losers)
        assert (await shop.kinds(conversation)).count("handoff_claimed") == 1


async def test_claiming_twice_changes_nothing(shop, desk, live):
    await desk.claim(live, BEN)
    before = await shop.kinds(live)
    await desk.claim(live, BEN)
    assert await shop.kinds(live) == before


async def test_a_colleague_is_told_that_it_is_taken_and_a_supervisor_may_take_it(desk, live):
    await desk.claim(live, BEN)
    with pytest.raises(Conflict, match="taken"):
        await desk.claim(live, EVA, take_over=True)
    with pytest.raises(Conflict, match="taken"):
        await desk.claim(live, BOSS)
    assert (await desk.claim(live, BOSS, take_over=True)).holder == "person:bo"


async def test_a_draft_of_the_bot_never_arrives_after_a_claim(shop, desk):
    conversation = await shop.talk()
    fence = await shop.log.acquire(conversation, "bot", 60)
    await desk.claim(conversation, BEN)
    late = e.BotSaid(turn_id="t", reply_id="r", part=1, text="too late", engine="offline")
    with pytest.raises(Fenced):
        await shop.log.append(conversation, "bot", late, fence=Fence(fence.epoch, fence.lease))
    assert await texts(shop, conversation, e.BotSaid) == []
    (entry,) = await desk.queue()
    assert (entry.state, entry.person, entry.reason) == ("claimed", "ben", None)


async def test_what_a_person_says_reaches_the_customer_once(shop, desk, live):
    await desk.claim(live, BEN)
    first = await desk.say(live, BEN, "I'm looking at it.", key="k1")
    again = await desk.say(live, BEN, "I'm looking at it.", key="k1")
    assert first.seq == again.seq
    assert await texts(shop, live, e.PersonSaid) == ["I'm looking at it."]


async def test_a_repeated_line_comes_back_even_after_giving_back(shop, desk, live):
    await desk.claim(live, BEN)
    first = await desk.say(live, BEN, "Done.", key="k1")
    await desk.give_back(live, BEN)
    assert (await desk.say(live, BEN, "Done.", key="k1")).seq == first.seq
    with pytest.raises(Conflict) as refused:
        await desk.say(live, BEN, "Done.", key="k2")
    assert refused.value.code == "not_holder"


async def test_who_does_not_hold_it_can_say_nothing(shop, desk, live):
    with pytest.raises(Conflict):
        await desk.say(live, BEN, "hello")
    await desk.claim(live, EVA)
    for attempt in (desk.say(live, BEN, "hello"), desk.give_back(live, BEN), desk.wrap_up(live, BEN, "resolved")):
        with pytest.raises(Conflict):
            await attempt
    assert await texts(shop, live, e.PersonSaid) == []
    assert (await shop.log.head(live)).holder == "person:eva"


async def test_a_line_in_flight_is_refused_when_a_supervisor_takes_over(shop, desk, live):
    await desk.claim(live, BEN)
    results = await asyncio.gather(
        desk.claim(live, BOSS, take_over=True),
        *(desk.say(live, BEN, f"line {n}") for n in range(5)),
        return_exceptions=True,
    )
    assert all(isinstance(r, Conflict) for r in results if isinstance(r, BaseException))
    events = await shop.log.read(live)
    taken = next(ev.seq for ev in events if ev.kind == "handoff_claimed" and ev.actor == "person:bo")
    assert all(ev.seq < taken for ev in events if ev.kind == "person_said")


async def test_anybody_may_note_and_the_customer_does_not_hear_of_it(shop, desk, live):
    await desk.note(live, EVA, "knows our Oslo shop", key="n")
    await desk.note(live, EVA, "knows our Oslo shop", key="n")
    assert await texts(shop, live, e.Noted) == ["knows our Oslo shop"]
    assert (await shop.situations.get(live)).holder == "queue"


async def test_given_back_with_an_instruction_the_bot_goes_on(shop, desk, live):
    await desk.claim(live, BEN)
    await desk.say(live, BEN, "The refund is on its way.")
    await desk.give_back(live, BEN, "offer the winter catalogue")
    situation = await shop.situations.get(live)
    assert (situation.holder, situation.handoff.state) == ("bot", "given_back")
    assert situation.instruction == "offer the winter catalogue"
    # Everything is answered, so no turn begins by itself.
    assert await shop.log.due(10) == []
    assert await desk.queue() == []


async def test_a_line_that_the_person_left_unanswered_is_the_bots(shop, desk, live):
    await desk.claim(live, BEN)
    await desk.say(live, BEN, "One moment.")
    await shop.write(live, "And when do you open?")
    await desk.give_back(live, BEN)
    assert await shop.log.due(10) == [live]


async def test_wrapped_up_it_rests_until_the_customer_writes(shop, desk, live):
    await desk.claim(live, BEN)
    await desk.say(live, BEN, "All settled.")
    await desk.wrap_up(
        live,
        BEN,
        "resolved",
        tags=["policy_missing", "policy_missing"],
        note="torn on arrival",
        right_answer="replace it",
    )
    wrapped = next(ev.data for ev in await shop.log.read(live) if ev.kind == "wrapped_up")
    assert (wrapped.tags, wrapped.right_answer) == (("policy_missing",), "replace it")
    head = await shop.log.head(live)
    assert (head.holder, head.closed) == ("bot", True)
    assert await desk.queue() == []
    assert await shop.log.due(10) == []
    await shop.write(live, "one more thing")
    assert await shop.log.due(10) == [live]


@pytest.mark.parametrize("disposition", ["spam", "customer_left"])
async def test_some_ends_are_quiet(shop, desk, live, disposition):
    await desk.claim(live, BEN)
    before = await texts(shop, live, e.Announced)
    await desk.wrap_up(live, BEN, disposition)
    assert await texts(shop, live, e.Announced) == before


async def test_unknown_tags_and_dispositions_are_refused_by_name(shop, desk, live):
    await desk.claim(live, BEN)
    with pytest.raises(Invalid, match="bored"):
        await desk.wrap_up(live, BEN, "resolved", tags=["bored"])
    with pytest.raises(Invalid, match="solved"):
        await desk.wrap_up(live, BEN, "solved")
    with pytest.raises(Invalid):
        await desk.say(live, BEN, "  \n")
    assert "wrapped_up" not in await shop.kinds(live)


async def test_what_is_not_there_is_not_found(desk):
    for attempt in (desk.claim("nope", BEN), desk.say("nope", BEN, "x"), desk.show("nope")):
        with pytest.raises(NotFound):
            await attempt


async def test_the_packet_stays_fresh_while_the_customer_waits(shop, desk, live):
    before = (await desk.show(live)).packet
    await shop.write(live, "Also, my order W10021 has never arrived. Where is it?")
    after = (await desk.show(live)).packet
    assert "W10021" not in str(before)
    assert "W10021" in str(after)


async def test_a_conversation_is_shown_with_all_that_belongs_to_it(shop, desk, live):
    shown = await desk.show(live)
    assert shown.entry.state == "waiting"
    assert shown.head.holder == "queue"
    assert [event.seq for event in shown.events] == list(range(1, shown.head.last_seq + 1))


async def test_a_forgotten_conversation_breaks_neither_queue_nor_packet(shop, desk, live, vault):
    other = await shop.talk()
    await shop.hand_over(other)
    await vault.forget(live)
    assert [entry.conversation_id for entry in await desk.queue(Filter())] == [other]
    shown = await desk.show(live)
    assert "torn" not in str(shown)
    with pytest.raises(Conflict):
        await desk.say(live, BEN, "hello")
