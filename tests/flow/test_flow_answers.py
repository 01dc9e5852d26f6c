"""Customers ask; the policies in force answer."""

import pytest
from flow_shop import Shop

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_policy_question_is_answered_with_its_source(shop: Shop) -> None:
    chat = await shop.chat()
    reply = await chat.says("How many days do I have to return a jacket I bought?")
    assert reply.outcome == "answered"
    assert "returns@2" in reply.cites


async def test_the_version_in_force_at_the_orders_date_answers(shop: Shop) -> None:
    chat = await shop.chat(proven="C1002")
    await chat.says("Where is my order W10004?")
    reply = await chat.says("How long do I have to return that order?")
    assert reply.cites, reply.text
    assert {cite for cite in reply.cites if cite.startswith("returns@")} == {"returns@1"}


async def test_a_date_that_the_customer_names_chooses_the_version(shop: Shop) -> None:
    chat = await shop.chat()
    reply = await chat.says("I bought a rucksack on 12 February 2026. How long do I have to return it?")
    assert {cite for cite in reply.cites if cite.startswith("returns@")} == {"returns@1"}


async def test_what_no_policy_covers_is_said_so_and_a_person_offered(shop: Shop) -> None:
    chat = await shop.chat()
    reply = await chat.says("Can you recommend a good recipe for sourdough bread?")
    assert reply.outcome == "offered"
    assert not reply.citations
    assert "person" in reply.text
    accepted = await chat.says("yes please")
    assert accepted.outcome == "handed_over"


async def test_thanks_are_not_a_question(shop: Shop) -> None:
    chat = await shop.chat()
    await chat.says("What are your opening hours?")
    reply = await chat.says("great, thanks!")
    assert reply.outcome == "answered"
    assert not reply.citations
