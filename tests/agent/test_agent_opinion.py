"""A customer's word on a proposal, where a model is asked too; and silence, which is no word."""

import pytest
from agent_customers import Customer, Shop
from agent_misbehaviour import answers, hangs
from agent_server import ModelServer

from handrail.conversation.events import ActionConsented, ActionDropped, ActionProposed, ActionSucceeded, TurnEnded

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def asked(shop: Shop) -> Customer:
    customer = await shop.customer()
    assert "Shall I go ahead?" in await customer.says("Please cancel my order W10008")
    return customer


@pytest.mark.parametrize("text", ["pas encore", "hmm", "yeah right"])
async def test_a_model_that_lies_makes_no_yes(text: str, shop: Shop, server: ModelServer) -> None:
    customer = await asked(shop)
    server.opinion = {"reading": "yes", "words": text}
    assert "answer yes or no" in await customer.says(text)
    assert await customer.all(ActionConsented) == []
    (_, ended) = await customer.all(TurnEnded)
    assert ended.model_calls == 1
    assert ended.tokens_in > 0


async def test_a_model_clears_an_aside_beside_the_customers_own_yes(shop: Shop, server: ModelServer) -> None:
    customer = await asked(shop)
    server.opinion = {"reading": "yes", "words": "yes"}
    await customer.says("yes, milady")
    assert [consent.read_by for consent in await customer.all(ActionConsented)] == ["openai:tiny"]
    assert len(await customer.all(ActionSucceeded)) == 1


async def test_a_plain_yes_needs_no_model(shop: Shop, server: ModelServer) -> None:
    customer = await asked(shop)
    before = len(server.asked)
    server.breaks(answers(500, "oh no"), lambda request: "response_format" in request)
    await customer.says("yes please")
    assert [consent.read_by for consent in await customer.all(ActionConsented)] == [""]
    assert not any("response_format" in request for request in server.asked[before:])


@pytest.mark.parametrize(("reading", "why", "says"), [("no", "declined", "left everything"), ("wait", "", "take your")])
async def test_a_no_and_a_wait_of_the_models_are_taken(
    reading: str, why: str, says: str, shop: Shop, server: ModelServer
) -> None:
    customer = await asked(shop)
    server.opinion = {"reading": reading, "words": "lieber spaeter"}
    assert says in await customer.says("lieber spaeter")
    assert [dropped.why for dropped in await customer.all(ActionDropped)] == ([why] if why else [])
    assert await customer.all(ActionConsented) == []


async def test_a_model_that_does_not_answer_is_not_waited_for(shop: Shop, server: ModelServer) -> None:
    customer = await asked(shop)
    server.breaks(hangs)
    for _ in range(3):
        assert "answer yes or no" in await customer.says("hmm")
    assert shop.handrail.breaker is not None
    assert shop.handrail.breaker.state == "open"
    asked_so_far = len(server.asked)
    assert "answer yes or no" in await customer.says("hmm")
    assert len(server.asked) == asked_so_far


async def test_silence_is_no_yes_and_who_comes_back_is_told(shop: Shop) -> None:
    customer = await asked(shop)
    shop.clock.advance(20 * 60)
    await shop.handrail.turns.sweep()
    assert await customer.all(ActionConsented) == []
    reply = await customer.says("hmm, hello")
    assert "run out" in reply
    assert "W10008" in reply
    assert [dropped.why for dropped in await customer.all(ActionDropped)] == ["expired"]
    await customer.says("yes")
    assert await customer.all(ActionSucceeded) == []


async def test_who_comes_back_with_something_else_is_told_and_answered(shop: Shop) -> None:
    customer = await asked(shop)
    shop.clock.advance(20 * 60)
    reply = await customer.says("How many days do I have to return a jacket I bought?")
    assert reply.index("run out") < reply.index("30 days")
    assert "Shall I go ahead?" not in reply
    assert [dropped.why for dropped in await customer.all(ActionDropped)] == ["expired"]


async def test_a_late_yes_is_asked_for_again(shop: Shop) -> None:
    customer = await asked(shop)
    shop.clock.advance(20 * 60)
    assert "let me ask again" in await customer.says("yes")
    assert len(await customer.all(ActionProposed)) == 2
    assert await customer.all(ActionSucceeded) == []
    assert "cancelled" in await customer.says("yes") or len(await customer.all(ActionSucceeded)) == 1
