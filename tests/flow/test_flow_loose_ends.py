"""What a process that is killed leaves behind is found by another, whatever it was and whoever holds the conversation.

A killed process is a log that stops: these tests write what it got to, and let another process make its round.
"""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flow_shop import ANA, Chat, Shop

from handrail.agent.actions import open_action
from handrail.conversation import loose_ends
from handrail.conversation.events import (
    ActionClaimed,
    ActionFailed,
    ActionSucceeded,
    ActionUnknown,
    BotSaid,
    CustomerSaid,
    HandoffRequested,
    IdentityProven,
    ToolRan,
    TurnEnded,
    TurnStarted,
)
from handrail.conversation.log import Fence
from handrail.conversation.situation import ActionState

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def sweeps(chat: Chat, seconds: float = 60, times: int = 1) -> None:
    """Time passes, and another process makes its round."""
    for _ in range(times):
        chat.clock.at += timedelta(seconds=seconds)
        await chat.handrail.turns.sweep()
        await chat.handrail.turns.settled()


async def claims(chat: Chat, *, effect: bool) -> ActionState:
    """The customer agrees to a cancellation, and its process is killed after the claim, before or after the effect."""
    await chat.says("Please cancel my order W10008")
    log, actions = chat.handrail.log, chat.handrail.actions
    said, *_ = await log.append(chat.id, "customer", CustomerSaid(text="yes"))
    situation = await chat.handrail.situations.get(chat.id)
    action = open_action(situation)
    assert action is not None
    await actions.consent(situation, action, said.seq, Fence((await log.head(chat.id)).epoch))
    claimed = ActionClaimed(action_id=action.action_id, idempotency_key=actions.key(situation, action))
    await log.append(chat.id, "bot", claimed)
    if effect:
        await cancels(chat, action)
    return action


async def cancels(chat: Chat, action: ActionState) -> Any:
    """The effect takes place in the shop."""
    situation = await chat.handrail.situations.get(chat.id)
    ctx = replace(
        chat.handrail.actions.context(situation), idempotency_key=chat.handrail.actions.key(situation, action)
    )
    return await chat.handrail.workspace.by_name["cancel_order"].run(ctx, **action.arguments)


async def ends_turn(chat: Chat) -> None:
    head = await chat.handrail.log.head(chat.id)
    ended = TurnEnded(turn_id="cut", reply_id=None, upto=head.heard, outcome="acted", engine="test")
    await chat.handrail.log.append(chat.id, "bot", ended)


async def rows(chat: Chat) -> list[dict[str, Any]]:
    async with chat.handrail.database.connection() as connection:
        query = "SELECT * FROM loose_ends WHERE conversation_id = %s ORDER BY ref"
        return await (await connection.execute(query, [chat.id])).fetchall()


async def told(chat: Chat, after: int) -> str:
    return (await chat.since(after)).text


async def seq(chat: Chat) -> int:
    return (await chat.handrail.log.head(chat.id)).last_seq


@pytest.mark.parametrize("effect", [True, False])
async def test_a_claim_is_settled_although_its_turn_has_ended(shop: Shop, effect: bool) -> None:
    chat = await shop.chat(proven="C1005")
    action = await claims(chat, effect=effect)
    await chat.handrail.log.append(chat.id, "bot", ActionUnknown(action_id=action.action_id, why="timeout"))
    await ends_turn(chat)
    before = await seq(chat)
    assert ("unknown", "cancel_order") in [(row["stage"], row["tool"]) for row in await rows(chat)]
    await sweeps(chat)
    ends = await chat.all(ActionSucceeded if effect else ActionFailed)
    assert [end.action_id for end in ends] == [action.action_id]
    assert await told(chat, before)
    await sweeps(chat)
    assert await rows(chat) == []


@pytest.mark.parametrize("effect", [True, False])
async def test_a_claim_is_settled_while_a_person_holds_the_conversation(shop: Shop, effect: bool) -> None:
    chat = await shop.chat(proven="C1005")
    action = await claims(chat, effect=effect)
    await chat.handrail.desk.claim(chat.id, ANA)
    before = await seq(chat)
    await sweeps(chat)
    ends = await chat.all(ActionSucceeded if effect else ActionFailed)
    assert [end.action_id for end in ends] == [action.action_id]
    assert not await told(chat, before), "the customer is the person's"
    await sweeps(chat)
    assert await rows(chat) == []
    # The person gives it back and the process that heard so is killed: the end has not been told of yet.
    await chat.handrail.desk.give_back(chat.id, ANA)
    before = await seq(chat)
    await sweeps(chat)
    assert await told(chat, before)


async def test_look_ups_that_fail_are_tried_again_and_then_a_person_is_asked(shop: Shop) -> None:
    chat = await shop.chat(proven="C1005")
    action = await claims(chat, effect=False)
    await breaks_lookup(chat)
    await sweeps(chat, 17)
    assert not await chat.all(HandoffRequested), "it may answer in a moment"
    await sweeps(chat, 15, times=2)
    assert [asked.reason for asked in await chat.all(HandoffRequested)] == ["action_unknown"]
    assert (action.action_id, "claimed") in [(row["ref"], row["stage"]) for row in await rows(chat)]


async def test_a_look_up_that_answers_late_settles_it_with_the_person(shop: Shop) -> None:
    chat = await shop.chat(proven="C1005")
    action = await claims(chat, effect=True)
    mends = await breaks_lookup(chat)
    await sweeps(chat, 30, times=2)
    assert await chat.all(HandoffRequested)
    mends()
    await sweeps(chat, 3600)
    assert [(end.action_id, end.reconciled) for end in await chat.all(ActionSucceeded)] == [(action.action_id, True)]


async def breaks_lookup(chat: Chat) -> Any:
    tools: Any = chat.handrail.workspace.by_name
    tool = tools["cancel_order"]

    async def broken(*_: Any, **__: Any) -> None:
        raise ConnectionError("no answer")

    tools["cancel_order"] = replace(tool, lookup=broken)
    return lambda: tools.update(cancel_order=tool)


async def test_an_action_that_ended_is_told_of(shop: Shop) -> None:
    chat = await shop.chat(proven="C1005")
    action = await claims(chat, effect=False)
    result = await cancels(chat, action)
    await ends_turn(chat)
    done = ActionSucceeded(action_id=action.action_id, result=result.model_dump(mode="json"))
    await chat.handrail.log.append(chat.id, "bot", done)
    before = await seq(chat)
    await sweeps(chat)
    assert "W10008" in await told(chat, before)
    await sweeps(chat)
    assert await rows(chat) == []


@pytest.mark.parametrize("began", [False, True])
async def test_a_call_that_waited_for_the_proof_is_made(shop: Shop, began: bool) -> None:
    chat = await shop.chat()
    await chat.says("Where is my order W10008?")
    ref = chat.handrail.vault.ref("C1005")
    proven = IdentityProven(level="verified", customer_id="C1005", customer_ref=ref, method="token")
    await chat.handrail.log.append(chat.id, "system", proven)
    if began:
        # The other process even made it, and was killed before it had told of it.
        upto = (await chat.handrail.log.head(chat.id)).heard
        started = TurnStarted(turn_id="cut", upto=upto, engine="test")
        ran = ToolRan(turn_id="cut", call_id="cut-1", tool="order_status", arguments={"order_id": "W10008"}, ok=True)
        await chat.handrail.log.append(chat.id, "bot", started, ran)
    before = await seq(chat)
    await sweeps(chat)
    assert "W10008" in await told(chat, before)
    await sweeps(chat)
    assert await rows(chat) == []
    assert not (await chat.handrail.situations.get(chat.id)).under_way


async def test_a_reply_that_was_cut_short_is_ended_and_the_next_is_a_new_one(shop: Shop) -> None:
    chat = await shop.chat(proven="C1005")
    action = await claims(chat, effect=False)
    await chat.handrail.log.append(chat.id, "bot", ActionFailed(action_id=action.action_id, code="not_done"))
    head = await chat.handrail.log.head(chat.id)
    started = TurnStarted(turn_id="cut", upto=head.heard, engine="test")
    said = BotSaid(turn_id="cut", reply_id="cut", part=1, text="I could not cancel it.", engine="test")
    await chat.handrail.log.append(chat.id, "bot", started, said)
    await sweeps(chat)
    assert (await chat.handrail.situations.get(chat.id)).open_reply is None
    await chat.says("How long do I have to return a jacket?")
    parts = [(said.reply_id, said.part) for said in await chat.all(BotSaid)]
    assert len(set(parts)) == len(parts)
    assert parts[-1][0] != "cut"


async def test_each_look_is_given_to_one_process(shop: Shop) -> None:
    chat = await shop.chat(proven="C1005")
    await claims(chat, effect=False)
    database, now = chat.handrail.database, chat.clock.at + timedelta(seconds=30)
    assert await loose_ends.take(database, now, 10) == [chat.id]
    assert await loose_ends.take(database, now, 10) == []
    assert await loose_ends.take(database, now + timedelta(seconds=6), 10) == [chat.id]
