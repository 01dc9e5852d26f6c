"""A person takes over while the bot is at work: one hand at a time writes to the customer."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from flow_shop import ANA, BEN, open_shop

from handrail.agent.models.protocol import Brief, Delta, Draft
from handrail.conversation.errors import Conflict
from handrail.conversation.events import BotSaid, CustomerSaid, HandoffClaimed, TurnEnded
from handrail.evals.world import Worlds

pytestmark = pytest.mark.asyncio(loop_scope="session")


class SlowModel:
    """Drafts only once it is let."""

    name = "slow"

    def __init__(self) -> None:
        self.asked = asyncio.Event()
        self.go_on = asyncio.Event()
        self.briefs: list[Brief] = []

    async def draft(self, brief: Brief) -> AsyncIterator[Delta | Draft]:
        self.briefs.append(brief)
        self.asked.set()
        await self.go_on.wait()
        text = f"You wrote: {brief.message}"
        yield Delta(text)
        yield Draft(kind="answer", text=text, engine=self.name)


async def test_a_draft_never_arrives_after_a_person_took_over(worlds: Worlds) -> None:
    model = SlowModel()
    async with open_shop(worlds, model=model) as shop:
        chat = await shop.chat()
        await shop.handrail.turns.hear(chat.id, "How long do I have to return a tent?")
        await model.asked.wait()
        await shop.handrail.desk.claim(chat.id, ANA)
        model.go_on.set()
        await shop.handrail.turns.settled()
        assert not await chat.all(BotSaid)
        await shop.handrail.desk.say(chat.id, ANA, "Hello, I am looking at this for you.")
        await shop.handrail.desk.give_back(chat.id, ANA, "They may return it within 60 days, as agreed.")
        await chat.says("thanks, and what about a rucksack?")
        assert "60 days" in model.briefs[-1].situation.instruction
        assert any("looking at this" in line.text for line in model.briefs[-1].situation.lines)


async def test_a_line_that_comes_before_the_first_part_is_answered_with_it(worlds: Worlds) -> None:
    model = SlowModel()
    async with open_shop(worlds, model=model) as shop:
        chat = await shop.chat()
        await shop.handrail.turns.hear(chat.id, "How long do I have to return a tent?")
        await model.asked.wait()
        await shop.handrail.turns.hear(chat.id, "And a rucksack?")
        model.go_on.set()
        await shop.handrail.turns.settled()
        (ended,) = await chat.all(TurnEnded)
        last = [event.seq for event in await chat.log() if isinstance(event.data, CustomerSaid)][-1]
        assert ended.upto == last
        assert "tent" in model.briefs[-1].message
        assert "rucksack" in model.briefs[-1].message


async def test_of_two_who_claim_one_gets_it(worlds: Worlds) -> None:
    async with open_shop(worlds) as shop:
        chat = await shop.chat()
        await chat.says("I want a human")
        claims = (shop.handrail.desk.claim(chat.id, person) for person in (ANA, BEN))
        got = await asyncio.gather(*claims, return_exceptions=True)
        assert sum(isinstance(result, Conflict) for result in got) == 1
        assert len(await chat.all(HandoffClaimed)) == 1
