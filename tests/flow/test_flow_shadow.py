"""Live conversations in the shadow of other settings."""

from datetime import timedelta

import pytest
from flow_shop import ANA, Shop

from handrail.conversation.forgetting import forget
from handrail.conversation.settings import Checks
from handrail.evals.live import live, shadow

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_who_would_have_been_called_sooner_is_told_and_nobody_notices(shop: Shop) -> None:
    calm, cross, called = [await shop.chat() for _ in range(3)]
    await calm.says("How long do I have to return a tent?")
    await cross.says("I am really annoyed, this is a bad answer and I am still waiting!")
    await called.says("I want to speak to a human!")
    await shop.handrail.desk.claim(called.id, ANA)
    await shop.handrail.desk.say(called.id, ANA, "Hello, how can I help?")
    await called.says("My card was charged twice, this is terrible!")
    await shop.handrail.desk.wrap_up(called.id, ANA, "resolved", tags=["customer_wanted_person"])
    before = {chat.id: (await shop.handrail.log.head(chat.id)).last_seq for chat in (calm, cross, called)}

    log, settings = shop.handrail.log, shop.handrail.settings
    cases, there = await live(log, shop.handrail.clock.now() - timedelta(days=1))
    assert {case.id for case in cases} == set(before)
    assert there == {called.id}
    tagged = next(case for case in cases if case.id == called.id)
    assert tagged.expected.escalate is True
    # What was said once a person had taken it was said to them.
    assert [turn.text for turn in tagged.recorded if turn.role == "customer"] == ["I want to speak to a human!"]

    as_it_is = await shadow(cases, there, settings)
    assert (as_it_is.called, as_it_is.sooner, as_it_is.never) == (1, (), ())
    low = settings.model_copy(update={"checks": Checks(offer_at=0.05, handover_at=0.1)})
    sooner = await shadow(cases, there, low)
    assert cross.id in sooner.sooner
    assert calm.id not in sooner.sooner
    assert sooner.report.escalation.recall.value == 1
    assert {chat.id: (await log.head(chat.id)).last_seq for chat in (calm, cross, called)} == before


async def test_what_is_forgotten_or_older_is_not_read(shop: Shop) -> None:
    old, gone, new = [await shop.chat() for _ in range(3)]
    await old.says("How long do I have to return a tent?")
    shop.clock.advance(3 * 86_400)
    for chat in (gone, new):
        await chat.says("How long do I have to return a tent?")
    await forget(shop.handrail.log, gone.id)
    cases, _ = await live(shop.handrail.log, shop.handrail.clock.now() - timedelta(days=1))
    assert [case.id for case in cases] == [new.id]
