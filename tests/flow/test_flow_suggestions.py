"""A person asks what they might answer: it rests on the policies, and is theirs to send."""

from collections.abc import AsyncIterator

import pytest
from flow_shop import ANA, Shop, open_shop

from handrail.agent.models.protocol import Brief, Delta, Draft
from handrail.conversation.errors import NotFound, Unavailable
from handrail.conversation.events import ModelUsed, PersonSaid
from handrail.conversation.spending import Usage
from handrail.evals.world import Worlds

pytestmark = pytest.mark.asyncio(loop_scope="session")


class Scripted:
    """Says what it was told to say, or breaks."""

    name = "scripted"

    def __init__(self, text: str) -> None:
        self.text, self.briefs = text, list[Brief]()

    async def draft(self, brief: Brief) -> AsyncIterator[Delta | Draft]:
        self.briefs.append(brief)
        if not self.text:
            raise Unavailable("down", code="timeout")
        yield Delta(self.text)
        usage = Usage(calls=1, tokens_in=900, tokens_out=20, cost=0.002)
        yield Draft(kind="answer", text=self.text, engine=self.name, usage=usage)


async def test_a_person_is_given_the_rule_with_its_source_and_sends_it_as_their_own(shop: Shop) -> None:
    await shop.on(ANA)
    chat = await shop.chat()
    await chat.says("I'd like to talk to a person, please")
    await shop.handrail.desk.claim(chat.id, ANA)
    await chat.says("How long do I have to return something I bought?")
    before = (await shop.handrail.log.head(chat.id)).last_seq

    found = await shop.handrail.suggestions.make(chat.id)

    assert "30 days" in found.text
    assert "returns" in {citation.policy for citation in found.citations}
    assert any("30 days" in quote.text for quote in found.quotes)
    assert (await shop.handrail.log.head(chat.id)).last_seq == before
    await shop.handrail.desk.say(chat.id, ANA, found.text)
    assert [said.text for said in await chat.all(PersonSaid)] == [found.text]


async def test_what_a_person_has_answered_is_not_answered_again(shop: Shop) -> None:
    chat = await shop.chat()
    await chat.says("How much is standard delivery?")
    await shop.handrail.desk.claim(chat.id, ANA)
    await shop.handrail.desk.say(chat.id, ANA, "It is free from £50.")
    await chat.says("And how long do I have to return something I bought?")
    found = await shop.handrail.suggestions.make(chat.id)
    assert "returns" in {citation.policy for citation in found.citations}
    assert "delivery" not in {citation.policy for citation in found.citations}


async def test_a_code_that_was_typed_is_not_searched_for(shop: Shop) -> None:
    await shop.on(ANA)
    chat = await shop.chat()
    await chat.says("Please cancel my order W10001, I'm priya.raman@example.org")
    await chat.types_code()
    await chat.says("I'd rather talk to a person, please")
    await shop.handrail.desk.claim(chat.id, ANA)
    await shop.handrail.desk.say(chat.id, ANA, "Hello, this is Ana.")
    found = await shop.handrail.suggestions.make(chat.id)
    assert found.quotes
    assert found.quotes[0].citation.policy == "order-cancellation"


async def test_what_no_source_bears_is_left_out_and_no_tool_is_offered(worlds: Worlds) -> None:
    model = Scripted("You can return an item within 30 days of the day it was delivered [1]. We also pay you £500.")
    async with open_shop(worlds, model=model) as shop:
        chat = await shop.chat()
        await shop.handrail.desk.claim(chat.id, ANA)
        await shop.handrail.turns.hear(chat.id, "How long do I have to return something?")
        found = await shop.handrail.suggestions.make(chat.id)
        (used,) = await chat.all(ModelUsed)
    assert "30 days" in found.text
    assert "£500" not in found.text
    assert found.held_back == 1
    assert model.briefs[-1].tools == ()
    # No word of it is on the log, but what it cost is.
    assert (used.purpose, used.model_calls, used.tokens_in, used.tokens_out) == ("suggestion", 1, 900, 20)
    assert used.cost == 0.002


async def test_the_passages_come_alone_where_the_model_is_down(worlds: Worlds) -> None:
    async with open_shop(worlds, model=Scripted("")) as shop:
        chat = await shop.chat()
        await shop.handrail.desk.claim(chat.id, ANA)
        await shop.handrail.turns.hear(chat.id, "How long do I have to return something?")
        found = await shop.handrail.suggestions.make(chat.id)
    assert (found.text, found.citations) == ("", ())
    assert found.quotes


async def test_before_anything_is_said_there_is_nothing_to_suggest(shop: Shop) -> None:
    chat = await shop.chat()
    found = await shop.handrail.suggestions.make(chat.id)
    assert (found.text, found.quotes) == ("", ())
    with pytest.raises(NotFound):
        await shop.handrail.suggestions.make("c_there_is_none")
