"""Nobody sees an order before they have proven that it is theirs."""

import pytest
from flow_shop import Shop

from handrail.conversation.events import CodeSent, IdentityAsked, IdentityProven, ToolRan

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_an_order_is_looked_up_only_after_identity_is_proven(shop: Shop) -> None:
    chat = await shop.chat()
    asked = await chat.says("Where is my order W10002?")
    assert asked.outcome == "asked"
    assert not await chat.all(ToolRan)
    if not await chat.all(CodeSent):
        await chat.says("my email is priya.raman@example.org")
    told = await chat.types_code()
    assert (await chat.all(IdentityProven))[-1].level == "verified"
    assert [ran.tool for ran in await chat.all(ToolRan)] == ["order_status"]
    assert "W10002" in told.text


async def test_a_wrong_code_opens_nothing(shop: Shop) -> None:
    chat = await shop.chat()
    await chat.says("Show me my orders, I am priya.raman@example.org")
    reply = await chat.says("000000")
    assert reply.outcome == "asked"
    assert all(proven.level != "verified" for proven in await chat.all(IdentityProven))
    assert not await chat.all(ToolRan)


async def test_the_code_is_nowhere_on_the_log(shop: Shop) -> None:
    chat = await shop.chat()
    await chat.says("Show me my orders, I am priya.raman@example.org")
    await chat.types_code()
    code = chat.sent.code
    assert code != "000000"
    assert all(code not in event.data.model_dump_json() for event in await chat.log())


async def test_a_proof_outside_of_the_chat_goes_on_with_what_was_asked(shop: Shop) -> None:
    chat = await shop.chat()
    await chat.says("Where is my order W10002? I am priya.raman@example.org")
    assert await chat.all(IdentityAsked)
    await shop.handrail.identity.close()
    before = (await chat.log())[-1].seq
    await shop.handrail.identity.prove(chat.id, chat.sent.code)
    shop.handrail.turns.wake(chat.id)
    await shop.handrail.turns.settled()
    assert "W10002" in (await chat.since(before)).text


async def test_another_customers_order_is_as_good_as_none(shop: Shop) -> None:
    chat = await shop.chat(proven="C1001")
    theirs = await chat.says("Where is my order W10008?")
    none = await chat.says("Where is my order W19999?")
    assert "Bothy" not in theirs.text
    assert theirs.text.replace("W10008", "…") == none.text.replace("W19999", "…")
