"""The life of an exact action: asked, agreed to, claimed, done once, and never lost from sight."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from agent_shop import LEASE, Shop, Talk
from hypothesis import given
from hypothesis import strategies as st

from handrail.agent.actions import Actions, open_action, replies
from handrail.agent.proposal import fingerprint
from handrail.agent.tools import Context, Preview
from handrail.agent.tools.call import Called
from handrail.conversation.errors import Conflict, Fenced, Unavailable
from handrail.conversation.events import (
    ActionClaimed,
    ActionDropped,
    ActionSucceeded,
    BotSaid,
    Citation,
    Event,
    HandoffClaimed,
    IdentityProven,
    PersonSaid,
    TurnEnded,
)
from handrail.conversation.log import Fence, Log
from handrail.conversation.settings import Settings
from handrail.conversation.situation import Identity


@pytest.fixture
def shop(clock: Any) -> Shop:
    return Shop(clock)


@pytest.fixture
async def talk(log: Log, clock: Any, settings: Settings, shop: Shop) -> Talk:
    return await Talk.open(log, clock, settings, shop.tool())


async def _hang(ctx: Context) -> None:
    await asyncio.Event().wait()


async def _break(ctx: Context) -> None:
    raise ConnectionResetError("cut")


async def test_an_action_agreed_to_is_done_once(talk: Talk, shop: Shop) -> None:
    fence = await talk.lease()
    action = await talk.ask(fence)
    assert (action.stage, action.arguments) == ("proposed", {"order_id": "W10021"})
    assert action.question == "Cancel order W10021"
    assert action.preview == {"summary": "Cancel order W10021", "facts": {"refund": 129.0}, "rule": "cancellation"}
    executed = await talk.do(fence, await talk.agree(fence, await talk.says("yes")))
    assert executed.stage == "succeeded"
    assert executed.result == {"order_id": "W10021", "refund": 129.0, "for": "c1"}
    assert shop.effects == [f"{talk.conversation_id}-{action.action_id}"]
    assert await talk.stages() == ["succeeded"]
    kinds = await talk.kinds()
    assert kinds[-3:] == ["action_consented", "action_claimed", "action_succeeded"]


async def test_nothing_is_proposed_that_a_rule_refuses_or_that_does_not_fit(talk: Talk, shop: Shop) -> None:
    (cancel,) = talk.actions.tools.values()
    unfit = await talk.actions.propose(await talk.situation(), "t", cancel, {})
    assert isinstance(unfit, Called) and unfit.end == "invalid"
    shop.dispatched = True
    refused = await talk.actions.propose(await talk.situation(), "t", cancel, {"order_id": "W10021"})
    assert isinstance(refused, Called)
    assert (refused.end, refused.code, refused.alternatives) == ("refused", "dispatched", ("a return",))


async def test_a_change_of_the_business_state_voids_consent_and_asks_again(talk: Talk, shop: Shop) -> None:
    fence, action = await talk.asked_and_agreed()
    shop.refund = 99.0
    executed = await talk.do(fence, action)
    assert (executed.stage, executed.code) == ("dropped", "changed")
    assert executed.proposal is not None
    await talk.put(executed.proposal, fence)
    assert await talk.stages() == ["dropped", "proposed"]
    assert not shop.coming
    executed = await talk.do(fence, await talk.agree(fence, await talk.says("yes, that is fine too")))
    assert executed.result["refund"] == 99.0
    assert len(shop.effects) == 1


async def test_another_identity_voids_consent(talk: Talk, shop: Shop) -> None:
    fence, action = await talk.asked_and_agreed()
    await talk.prove("c2")
    executed = await talk.do(fence, action)
    assert (executed.stage, executed.code) == ("dropped", "changed")
    assert not shop.coming


async def test_another_identity_between_fold_and_claim_stops_the_call(talk: Talk, shop: Shop) -> None:
    fence, action = await talk.asked_and_agreed()
    stale = await talk.situation()
    await talk.prove("c2")
    executed = await talk.actions.execute(stale, "t", action, fence)
    assert (executed.stage, executed.code) == ("failed", "identity_changed")
    assert not shop.coming


async def test_the_same_customer_proven_again_stops_nothing(talk: Talk, shop: Shop) -> None:
    fence, action = await talk.asked_and_agreed()
    stale = await talk.situation()
    await talk.prove("c1")
    assert (await talk.actions.execute(stale, "t", action, fence)).stage == "succeeded"


async def test_consent_runs_out(talk: Talk, shop: Shop, clock: Any, settings: Settings) -> None:
    fence, action = await talk.asked_and_agreed()
    clock.advance(settings.identity.consent_minutes * 60 + 1)
    executed = await talk.do(fence, action)
    assert (executed.stage, executed.code) == ("dropped", "expired")
    assert executed.proposal is not None
    assert [event.why for event in executed.proposal.events if isinstance(event, ActionDropped)] == ["expired"]
    assert not shop.coming


@pytest.mark.parametrize("meanwhile", ["before the claim", "in the call"])
async def test_a_rule_that_says_no_meanwhile_is_told(talk: Talk, shop: Shop, meanwhile: str) -> None:
    fence, action = await talk.asked_and_agreed()

    async def dispatch(ctx: Context) -> None:
        shop.dispatched = True

    if meanwhile == "before the claim":
        shop.dispatched = True
    else:
        shop.before = dispatch
    executed = await talk.do(fence, action)
    assert (executed.stage, executed.code, executed.message) == ("failed", "dispatched", "It has left us already.")
    assert executed.alternatives == ("a return",)
    (state,) = (await talk.situation()).actions
    assert (state.stage, state.message) == ("failed", "It has left us already.")
    assert ("action_claimed" in await talk.kinds()) == (meanwhile == "in the call")


async def test_one_line_agrees_to_one_action(talk: Talk) -> None:
    fence = await talk.lease()
    await talk.ask(fence)
    said = await talk.says("yes")
    first = await talk.agree(fence, said)
    await talk.actions.drop(await talk.situation(), first, "declined", fence)
    second = await talk.ask(fence, "W10022")
    with pytest.raises(Conflict):
        await talk.actions.consent(await talk.situation(), second, said, fence)
    assert await talk.stages() == ["dropped", "proposed"]


async def test_a_yes_from_before_the_question_agrees_to_nothing(talk: Talk) -> None:
    fence = await talk.lease()
    said = await talk.says("yes")
    action = await talk.ask(fence)
    with pytest.raises(Conflict):
        await talk.actions.consent(await talk.situation(), action, said, fence)
    assert replies(await talk.situation()) == ()


async def test_a_post_sent_twice_is_one_yes(talk: Talk, shop: Shop) -> None:
    fence = await talk.lease()
    await talk.ask(fence)
    said = await talk.says("yes", key="post-1")
    assert await talk.says("yes", key="post-1") == said
    assert [line.text for line in replies(await talk.situation())] == ["yes"]
    action = await talk.agree(fence, said)
    first = await talk.do(fence, action)
    again = await talk.do(fence, action)
    assert (first.stage, again.stage) == ("succeeded", "unknown")
    assert len(shop.effects) == 1


async def test_without_consent_nothing_is_done(talk: Talk, shop: Shop) -> None:
    fence = await talk.lease()
    action = await talk.ask(fence)
    with pytest.raises(Conflict):
        await talk.do(fence, action)
    assert not shop.coming


async def test_of_two_runs_that_want_to_do_it_one_does(talk: Talk, shop: Shop) -> None:
    fence, action = await talk.asked_and_agreed()
    situation = await talk.situation()
    done = await asyncio.gather(*(talk.actions.execute(situation, "t", action, fence) for _ in range(5)))
    assert sorted(executed.stage for executed in done) == ["succeeded", *["unknown"] * 4]
    assert len(shop.effects) == 1
    assert await talk.stages() == ["succeeded"]


async def _takes_over(talk: Talk, clock: Any) -> None:
    claimed = HandoffClaimed(by="p1", name="Pat")
    await talk.log.append(talk.conversation_id, "person:p1", claimed, holder="person:p1")


async def _writes(talk: Talk, clock: Any) -> None:
    await talk.says("no wait")


async def _loses_the_lease(talk: Talk, clock: Any) -> None:
    clock.advance(LEASE + 1)
    await talk.lease()


@pytest.mark.parametrize("happens", [_takes_over, _writes, _loses_the_lease])
async def test_a_run_that_no_longer_holds_the_turn_does_nothing(
    talk: Talk, shop: Shop, clock: Any, happens: Any
) -> None:
    fence, action = await talk.asked_and_agreed()
    situation = await talk.situation()
    await happens(talk, clock)
    with pytest.raises(Fenced):
        await talk.actions.execute(situation, "t", action, fence)
    shop.dispatched = True
    with pytest.raises(Fenced):
        await talk.actions.execute(situation, "t", action, fence)
    assert await talk.stages() == ["consented"]
    assert not shop.coming


async def test_what_was_written_after_a_yes_is_read_with_it(talk: Talk) -> None:
    await talk.asked_and_agreed()
    await talk.says("no wait")
    assert [line.text for line in replies(await talk.situation())] == ["yes", "no wait"]


async def test_a_line_that_a_turn_has_answered_is_no_reply(talk: Talk) -> None:
    fence = await talk.lease()
    await talk.ask(fence)
    other = await talk.says("how long does it take?")
    ended = TurnEnded(turn_id="t9", reply_id="t9", upto=other, outcome="answered", engine="test")
    await talk.append("bot", ended, fence=fence)
    await talk.says("ok, yes")
    assert [line.text for line in replies(await talk.situation())] == ["ok, yes"]


async def _answers(talk: Talk, fence: Fence, text: str) -> None:
    """The bot answers a question that came up in between."""
    upto = await talk.says("what about my other order?")
    said = BotSaid(turn_id="t8", reply_id="t8", part=1, text=text, engine="test")
    ended = TurnEnded(turn_id="t8", reply_id="t8", upto=upto, outcome="answered", engine="test")
    await talk.append("bot", said, ended, fence=fence)


@pytest.mark.parametrize(
    ("between", "reply", "counts"),
    [
        ("Shall I look for free places on Friday?", "yes", False),
        ("Shall I look for free places on Friday?", "yes please, go ahead", False),
        ("It arrives tomorrow.", "ok thanks", False),
        ("It arrives tomorrow.", "great", False),
        ("It arrives tomorrow.", "where is the parcel now?", False),
        ("It arrives tomorrow.", "yes, go ahead", True),
        ("It arrives tomorrow.", "no", True),
        ("Is that all? I still have this ready: cancel order  W10021. Shall I go ahead?", "ok", True),
    ],
)
async def test_a_yes_to_another_question_is_no_consent(talk: Talk, between: str, reply: str, counts: bool) -> None:
    fence = await talk.lease()
    await talk.ask(fence)
    await _answers(talk, fence, between)
    await talk.says(reply)
    assert [line.text for line in replies(await talk.situation())] == ([reply] if counts else [])


async def test_a_yes_to_a_person_is_no_consent(talk: Talk) -> None:
    fence = await talk.lease()
    await talk.ask(fence)
    await talk.says("well")
    asks = PersonSaid(by="p1", name="Pat", text="Shall I call you?")
    await talk.log.append(talk.conversation_id, "person:p1", asks, holder="person:p1")
    await talk.says("yes")
    assert replies(await talk.situation()) == ()


async def test_a_yes_that_was_followed_by_another_matter_is_asked_for_again(talk: Talk, shop: Shop) -> None:
    fence, action = await talk.asked_and_agreed()
    await _answers(talk, fence, "It arrives tomorrow.")
    executed = await talk.do(fence, action)
    assert (executed.stage, executed.code) == ("dropped", "expired")
    assert not shop.coming
    await talk.says("thanks")
    assert replies(await talk.situation()) == ()


async def test_a_new_proposal_supersedes_the_old_one(talk: Talk) -> None:
    fence = await talk.lease()
    first = await talk.ask(fence, "W10021")
    second = await talk.ask(fence, "W10022")
    assert await talk.stages() == ["dropped", "proposed"]
    assert open_action(await talk.situation()) == second
    assert first.fingerprint != second.fingerprint


@pytest.mark.parametrize("fate", [_hang, _break])
@pytest.mark.parametrize("happened", [True, False])
async def test_an_end_that_was_not_seen_is_settled_by_asking(
    log: Log, clock: Any, settings: Settings, shop: Shop, fate: Any, happened: bool
) -> None:
    talk = await Talk.open(log, clock, settings, shop.tool(timeout=0.05))
    if happened:
        shop.after = fate
    else:
        shop.before = fate
    fence, action = await talk.asked_and_agreed()
    executed = await talk.do(fence, action)
    assert (executed.stage, executed.code) == ("unknown", "timeout" if fate is _hang else "error")
    assert not executed.needs_person
    assert await talk.stages() == ["unknown"]
    (settled,) = await talk.actions.reconcile(await talk.situation())
    if happened:
        assert (settled.stage, settled.result["for"]) == ("succeeded", "c1")
        assert isinstance(last := (await log.read(talk.conversation_id))[-1].data, ActionSucceeded) and last.reconciled
        return
    assert (settled.stage, settled.code) == ("unknown", "not_yet")
    assert settled.retry_at is not None and settled.retry_at > clock.now()
    clock.advance(settled.retry_at - clock.now())
    (settled,) = await talk.actions.reconcile(await talk.situation())
    assert (settled.stage, settled.code) == ("failed", "not_done")
    assert await talk.stages() == ["failed"]
    assert await talk.actions.reconcile(await talk.situation()) == ()


async def test_what_can_not_be_looked_up_goes_to_a_person(log: Log, clock: Any, settings: Settings, shop: Shop) -> None:
    shop.after = _break
    talk = await Talk.open(log, clock, settings, shop.tool(lookup=False))
    fence, action = await talk.asked_and_agreed()
    assert (await talk.do(fence, action)).needs_person
    (settled,) = await talk.actions.reconcile(await talk.situation())
    assert settled.needs_person
    assert await talk.stages() == ["unknown"]
    assert len(shop.effects) == 1


async def test_a_look_up_that_breaks_is_tried_again_then_goes_to_a_person(talk: Talk, shop: Shop, clock: Any) -> None:
    shop.after, shop.lookup_breaks = _break, True
    fence, action = await talk.asked_and_agreed()
    await talk.do(fence, action)
    (settled,) = await talk.actions.reconcile(await talk.situation())
    assert settled.retry_at is not None
    looks = 1
    while settled.retry_at is not None:
        clock.advance(settled.retry_at - clock.now())
        (settled,) = await talk.actions.reconcile(await talk.situation())
        looks += 1
    assert settled.needs_person
    assert 3 <= looks <= 6
    assert await talk.stages() == ["unknown"]


async def test_it_is_looked_up_for_the_customer_it_was_done_for(talk: Talk, shop: Shop) -> None:
    shop.after = _break
    fence, action = await talk.asked_and_agreed()
    await talk.do(fence, action)
    await talk.prove("c2")
    (settled,) = await talk.actions.reconcile(await talk.situation())
    assert settled.result["for"] == "c1"


async def test_a_person_who_takes_over_during_the_call_sees_its_end(talk: Talk, shop: Shop, clock: Any) -> None:
    async def take_over(ctx: Context) -> None:
        await _takes_over(talk, clock)

    shop.after = take_over
    fence, action = await talk.asked_and_agreed()
    assert (await talk.do(fence, action)).stage == "succeeded"
    assert await talk.stages() == ["succeeded"]


async def test_a_person_who_takes_over_during_a_call_that_breaks_sees_that_it_is_unknown(
    talk: Talk, shop: Shop, clock: Any
) -> None:
    async def take_over(ctx: Context) -> None:
        await _takes_over(talk, clock)
        raise ConnectionResetError("cut")

    shop.after = take_over
    fence, action = await talk.asked_and_agreed()
    executed = await talk.do(fence, action)
    assert executed.stage == "unknown"
    assert executed.seq == (await talk.situation()).seq
    assert await talk.stages() == ["unknown"]


async def test_a_run_that_lost_its_lease_in_the_call_leaves_the_claim_to_its_heir(
    talk: Talk, shop: Shop, clock: Any
) -> None:
    async def lose(ctx: Context) -> None:
        await _loses_the_lease(talk, clock)
        await talk.actions.reconcile(await talk.situation())
        raise ConnectionResetError("cut")

    shop.after = lose
    fence, action = await talk.asked_and_agreed()
    assert (await talk.do(fence, action)).stage == "unknown"
    assert await talk.stages() == ["succeeded"]


async def test_a_customer_forgotten_during_the_call_leaves_the_bare_fact(talk: Talk, shop: Shop) -> None:
    async def forget(ctx: Context) -> None:
        await talk.log.vault.forget(talk.conversation_id)

    shop.after = forget
    fence, action = await talk.asked_and_agreed()
    assert (await talk.do(fence, action)).stage == "succeeded"
    assert (await talk.kinds())[-1] == "action_succeeded"


class Halting(Log):
    """A log whose process stands still for a while once the claim is committed, or loses its connection there."""

    halt: float = 0.0
    cut: bool = False

    async def append(self, conversation_id: str, actor: str, *data: Any, **options: Any) -> tuple[Event, ...]:
        events = await super().append(conversation_id, actor, *data, **options)
        if isinstance(data[0], ActionClaimed):
            self.clock.advance(self.halt)  # type: ignore[attr-defined]
            if self.cut:
                self.cut = False
                raise Unavailable("cut after the commit")
        return events


@pytest.fixture
def halting(database: Any, vault: Any, clock: Any, bell: Any) -> Halting:
    return Halting(database, vault, clock, bell=bell)


async def test_a_process_that_stood_still_after_the_claim_does_not_call_any_more(
    halting: Halting, clock: Any, settings: Settings, shop: Shop
) -> None:
    talk = await Talk.open(halting, clock, settings, shop.tool())
    fence, action = await talk.asked_and_agreed()
    halting.halt = 10.0
    executed = await talk.do(fence, action)
    assert (executed.stage, executed.code) == ("failed", "not_done")
    assert not shop.coming


async def test_a_claim_whose_commit_was_not_seen_is_not_called_upon(
    halting: Halting, clock: Any, settings: Settings, shop: Shop
) -> None:
    talk = await Talk.open(halting, clock, settings, shop.tool())
    fence, action = await talk.asked_and_agreed()
    halting.cut = True
    with pytest.raises(Unavailable):
        await talk.do(fence, action)
    assert await talk.stages() == ["claimed"]
    clock.advance(15)
    (settled,) = await talk.actions.reconcile(await talk.situation())
    assert (settled.stage, settled.code) == ("failed", "not_done")
    assert not shop.coming


async def test_an_effect_that_comes_after_it_was_given_up_is_told(talk: Talk, shop: Shop, clock: Any) -> None:
    async def pause(ctx: Context) -> None:
        # Longer than any rule allows for; the shop's effect has taken place all the same.
        shop.coming.clear()
        await _loses_the_lease(talk, clock)
        (settled,) = await talk.actions.reconcile(await talk.situation())
        assert settled.code == "not_done"

    shop.after = pause
    fence, action = await talk.asked_and_agreed()
    assert (await talk.do(fence, action)).stage == "succeeded"
    assert await talk.stages() == ["succeeded"]


NAMES = st.text("abc", max_size=2)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | NAMES,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(NAMES, inner, max_size=2),
    max_leaves=4,
)
WHOLE = st.tuples(NAMES, st.dictionaries(NAMES, JSON, max_size=2), st.dictionaries(NAMES, JSON, max_size=2), NAMES)


def _fingerprint(tool: str, arguments: dict[str, Any], facts: dict[str, Any], ref: str) -> str:
    identity = Identity(level="verified", customer_id=ref, customer_ref=ref)
    return fingerprint(tool, arguments, Preview("do it", facts), identity, lambda text: text)


@given(WHOLE, WHOLE)
def test_fingerprints_are_equal_only_where_everything_is(one: Any, other: Any) -> None:
    same = repr(_ordered(one)) == repr(_ordered(other))
    assert (_fingerprint(*one) == _fingerprint(*other)) == same


@given(st.dictionaries(NAMES, JSON, max_size=3))
def test_a_fingerprint_does_not_depend_on_order(arguments: dict[str, Any]) -> None:
    turned = dict(reversed(arguments.items()))
    assert _fingerprint("t", arguments, turned, "") == _fingerprint("t", turned, arguments, "")


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (129, 129.0, True),
        (0.3, 0.1 + 0.2, True),
        (-0.0, 0, True),
        (129.0, 129.01, False),
        (1, True, False),
        (1, "1", False),
        ({"b", "a", "c"}, {"c", "a", "b"}, True),
        ({"items": {"b", "a"}}, {"items": frozenset({"a", "b"})}, True),
        (["a", "b"], ["b", "a"], False),
        (float("nan"), float("nan"), True),
        (float("inf"), float("-inf"), False),
    ],
)
def test_a_number_is_what_it_is_worth_and_a_set_has_no_order(one: Any, other: Any, same: bool) -> None:
    assert (_fingerprint("t", {}, {"fact": one}, "") == _fingerprint("t", {}, {"fact": other}, "")) == same


def _version(rule: str, version: str) -> Citation:
    return Citation(policy=rule, version=version, title="Cancelling")


async def test_another_version_of_the_rule_voids_consent_and_is_asked_for(
    log: Any, clock: Any, settings: Settings, shop: Shop
) -> None:
    version = "1"
    talk = await Talk.open(log, clock, settings, shop.tool())
    talk.actions = Actions(
        talk.log, clock, settings, tools=talk.actions.tools, cite=lambda rule: _version(rule, version)
    )
    fence, action = await talk.asked_and_agreed()
    assert action.rule == _version("cancellation", "1")
    version = "2"
    executed = await talk.do(fence, action)
    assert (executed.stage, executed.code) == ("dropped", "changed")
    assert executed.proposal is not None
    assert executed.proposal.proposed.rule == _version("cancellation", "2")
    assert not shop.coming
    again = await talk.put(executed.proposal, fence)
    done = await talk.do(fence, await talk.agree(fence, await talk.says("yes")))
    assert (done.stage, done.action.action_id) == ("succeeded", again.action_id)


async def test_what_moved_since_the_question_is_named_without_its_value(
    talk: Talk, shop: Shop, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "handrail.actions")
    fence, action = await talk.asked_and_agreed()
    shop.refund += 1
    await talk.do(fence, action)
    assert "facts.refund moved" in caplog.text
    assert "130" not in caplog.text


def _ordered(value: Any) -> Any:
    if isinstance(value, dict):
        return sorted((key, _ordered(part)) for key, part in value.items()), "dict"
    if isinstance(value, list | tuple):
        return [_ordered(part) for part in value]
    return value


async def test_a_claim_that_came_after_the_proof_does_not_change_whom_it_is_looked_up_for(
    talk: Talk, shop: Shop
) -> None:
    ref = talk.log.vault.ref("c2")
    await talk.append("system", IdentityProven(level="known", customer_id="c2", customer_ref=ref, method="claim"))
    shop.after = _break
    fence, action = await talk.asked_and_agreed()
    await talk.do(fence, action)
    (settled,) = await talk.actions.reconcile(await talk.situation())
    assert settled.result["for"] == "c1"


async def test_what_a_slow_look_up_did_not_find_may_still_come(talk: Talk, shop: Shop, clock: Any) -> None:
    shop.late, shop.after = 9, _break
    fence, action = await talk.asked_and_agreed()
    await talk.do(fence, action)
    cancel = talk.actions.tools["cancel_order"]
    slow: Any = cancel.lookup

    async def lookup(*arguments: Any, **named: Any) -> Any:
        found = await slow(*arguments, **named)
        clock.advance(30)  # the answer took its time
        return found

    talk.actions.tools = {"cancel_order": replace(cancel, lookup=lookup)}
    (settled,) = await talk.actions.reconcile(await talk.situation())
    assert settled.stage == "unknown"
    (settled,) = await talk.actions.reconcile(await talk.situation())
    assert settled.stage == "succeeded"
