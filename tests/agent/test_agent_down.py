"""The model's server misbehaves in every way: customers are answered, and nothing is done twice."""

from typing import Any

import pytest
from agent_customers import MONDAY, Customer, Shop
from agent_misbehaviour import AFTER, BEFORE, TOLERATED, answers, hangs, never_ends
from agent_server import Fault, ModelServer, after_a_tool, well

from handrail.agent.models.output import LONGEST
from handrail.conversation.events import (
    ActionClaimed,
    ActionProposed,
    ActionSucceeded,
    BotSaid,
    TurnEnded,
)
from handrail.conversation.settings import Settings

pytestmark = pytest.mark.asyncio(loop_scope="session")
MODEL = "openai:tiny"
POLICY = "How many days do I have to return a jacket I bought?"
AGAIN = "What does a return cost me?"


async def mended(customer: Customer, server: ModelServer, shop: Shop) -> None:
    """The server behaves again: the next turn is the model's, and the log says so."""
    server.mends()
    shop.time_passes()
    reply = await customer.says(AGAIN)
    assert "3.95" in reply or "£" in reply, reply
    assert (await customer.engines())[-1] == MODEL
    assert (await customer.switches())[-1] == (MODEL, "answers_again")
    assert shop.handrail.breaker is not None
    assert shop.handrail.breaker.outage is None


@pytest.mark.parametrize("fault", BEFORE)
async def test_nothing_of_a_reply_came(fault: str, shop: Shop, server: ModelServer) -> None:
    misbehave, why = BEFORE[fault]
    # At the first message.
    asking = await shop.customer()
    server.breaks(misbehave)
    reply = await asking.says(POLICY)
    assert "return" in reply
    assert await asking.switches() == [("offline", why)]
    assert await asking.engines() == ["offline"]
    await mended(asking, server, shop)
    # Between what a tool told and the answer.
    looking = await shop.customer()
    server.breaks(misbehave, after_a_tool)
    assert "W10008" in await looking.says("Where is my order W10008?")
    assert await looking.switches() == [("offline", why)]
    # While a proposal stands.
    await proposal_stands(misbehave, why, shop, server)


async def proposal_stands(misbehave: Fault, why: str, shop: Shop, server: ModelServer) -> None:
    """The model asked for a yes; it is gone when the customer gives it."""
    server.mends()
    shop.time_passes()
    agreeing = await shop.customer()
    assert "Shall I go ahead?" in await agreeing.says("Please cancel my order W10008")
    assert await agreeing.engines() == ["phrases"]
    server.breaks(misbehave)
    # Another question in between, then the yes.
    await agreeing.says(POLICY)
    assert "cancelled" in await agreeing.says("yes")
    assert await agreeing.switches() == [("offline", why)]
    assert [len(await agreeing.all(kind)) for kind in (ActionProposed, ActionClaimed, ActionSucceeded)] == [1, 1, 1]
    await mended(agreeing, server, shop)


@pytest.mark.parametrize("fault", AFTER)
async def test_a_reply_broke_off_after_its_first_sentence(fault: str, shop: Shop, server: ModelServer) -> None:
    misbehave, why = AFTER[fault]
    asking = await shop.customer()
    server.breaks(misbehave)
    reply = await asking.says(POLICY)
    (first, *_) = await asking.all(BotSaid)
    assert first.engine == MODEL
    assert reply.startswith(first.text)
    assert "And" not in reply
    assert await asking.switches() == [("offline", why)]
    await mended(asking, server, shop)


@pytest.mark.parametrize("oddity", TOLERATED)
async def test_what_is_odd_and_does_no_harm(oddity: str, shop: Shop, server: ModelServer) -> None:
    asking = await shop.customer()
    server.breaks(TOLERATED[oddity])
    await asking.says(POLICY)
    assert await asking.engines() == [MODEL]
    assert await asking.switches() == []


async def test_after_some_failures_nobody_waits_until_the_model_has_answered_again(
    shop: Shop, server: ModelServer
) -> None:
    breaker = shop.handrail.breaker
    assert breaker is not None
    server.breaks(answers(401, "wrong key"))
    for _ in range(3):
        await (await shop.customer()).says(POLICY)
    asked = len(server.asked)
    late = await shop.customer()
    await late.says(POLICY)
    assert (len(server.asked), breaker.state, shop.handrail.engine) == (asked, "open", "offline")
    assert breaker.outage is not None
    assert (breaker.outage.why, breaker.outage.since) == ("unauthorized", MONDAY)
    # It is tried again after a while, by one customer; who comes meanwhile does not wait.
    shop.time_passes()
    await late.says(POLICY)
    assert len(server.asked) == asked + 1
    await mended(late, server, shop)
    assert await late.switches() == [("offline", "unauthorized"), (MODEL, "answers_again")]
    assert (shop.handrail.engine, breaker.back_since) == (MODEL, shop.clock.now())


async def test_a_request_that_can_not_be_answered_takes_the_model_from_nobody(shop: Shop, server: ModelServer) -> None:
    server.breaks(BEFORE["400, filtered"][0])
    odd = await shop.customer()
    for _ in range(4):
        await odd.says(POLICY)
    server.mends()
    other = await shop.customer()
    await other.says(AGAIN)
    assert await other.engines() == [MODEL]


async def test_the_customer_who_writes_on_while_the_model_hangs_is_answered(shop: Shop, server: ModelServer) -> None:
    server.breaks(hangs)
    asking = await shop.customer()
    await shop.handrail.turns.hear(asking.conversation_id, POLICY)
    await asking.says(AGAIN)
    assert await asking.switches() == [("offline", "timeout")]
    assert (await asking.all(TurnEnded))[-1].upto == (await shop.handrail.situations.get(asking.conversation_id)).heard


async def test_a_reply_without_end_is_read_so_far_and_no_further(shop: Shop, server: ModelServer) -> None:
    server.breaks(never_ends)
    asked = len(server.asked)
    asking = await shop.customer()
    assert len(await asking.says(POLICY)) < LONGEST
    assert len(server.asked) <= asked + 2


def refuses(name: str) -> Fault:
    """A server that does not know a parameter and says so."""

    async def fault(line: Any, request: Any) -> None:
        if name in request:
            await line.status(400, {"error": {"message": f"Unknown parameter: '{name}'."}})
        else:
            await well(line, request)

    return fault


@pytest.mark.parametrize("name", ["parallel_tool_calls", "stream_options", "temperature"])
async def test_what_a_server_does_not_know_is_left_out(name: str, shop: Shop, server: ModelServer) -> None:
    server.breaks(refuses(name))
    asked = len(server.asked)
    asking = await shop.customer()
    await asking.says(POLICY)
    await asking.says(AGAIN)
    assert await asking.engines() == [MODEL, MODEL]
    assert [name in request for request in server.asked[asked:]] == [True, False, False]


def test_settings_name_their_engine() -> None:
    assert Settings.model_validate({"engine": {"base_url": "http://x", "model": "m"}}).engine.name == "openai:m"
    assert Settings().engine.name == "offline"
