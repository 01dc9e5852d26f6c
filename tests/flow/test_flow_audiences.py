"""Policies that are not for everybody: staff's own, and those for some customers."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
from flow_shop import MONDAY_MORNING, Shop, open_shop

from handrail.agent.models.protocol import Brief, Delta, Draft
from handrail.conversation.events import Consulted, IdentityProven
from handrail.conversation.settings import Business, Settings
from handrail.evals.world import Worlds
from handrail.knowledge.knowledge import Knowledge
from handrail.knowledge.minilm import MiniLM

pytestmark = pytest.mark.asyncio(loop_scope="session")

FOR = """\
---
id: delivery-{who}
title: Delivery
version: "1"
effective_from: 2025-01-01
audience: [{audience}]
---

{text}
"""
ASKED = "How long does delivery take, and what does it cost?"


class Blabs:
    """A model that knows by heart what is for staff only, and says so with a source."""

    name = "blabs"

    async def draft(self, brief: Brief) -> AsyncGenerator[Delta | Draft, None]:
        assert not any("£20" in hit.passage.text for hit in brief.found.hits)
        text = "We may offer a voucher of up to £20 once a year without asking. [1]"
        yield Delta(text)
        yield Draft(kind="answer", text=text, engine=self.name)


async def test_what_is_for_staff_is_not_told_to_customers(shop: Shop) -> None:
    chat = await shop.chat()
    reply = await chat.says("My parcel came late. May you offer me a goodwill voucher, and of how much?")
    assert "£20" not in reply.text
    assert not any(cite.startswith("goodwill@") for cite in reply.cites)
    assert not [p for seen in await chat.all(Consulted) for p in seen.passages if p.policy == "goodwill"]


async def test_what_is_for_staff_is_not_suggested_as_a_reply_either(shop: Shop) -> None:
    chat = await shop.chat()
    await chat.says("My parcel came late. May you offer me a goodwill voucher, and of how much?")
    found = await shop.handrail.suggestions.make(chat.id)
    assert "£20" not in found.text + "".join(quote.text for quote in found.quotes)
    assert "goodwill" not in {cited.policy for cited in (*found.citations, *(quote.citation for quote in found.quotes))}


async def test_a_model_that_says_it_all_the_same_is_held_back(worlds: Worlds) -> None:
    async with open_shop(worlds, model=Blabs()) as shop:
        chat = await shop.chat()
        reply = await chat.says("My parcel came late. What goodwill voucher may you offer me?")
        assert "£20" not in reply.text


@pytest.mark.parametrize(
    ("facts", "level", "told"),
    [({"tier": "Gold"}, "verified", "one day"), ({"tier": "silver"}, "verified", "five days"),
     ({}, "verified", "five days"), ({"tier": "gold"}, "known", "five days")],
)  # fmt: skip
async def test_what_is_for_some_customers_is_told_to_those_of_whom_it_is_proven(
    worlds: Worlds, tmp_path: Path, facts: dict[str, str], level: str, told: str
) -> None:
    (tmp_path / "policies").mkdir()
    for who, audience, text in (
        ("all", "public", "Delivery takes five days and costs £4."),
        ("gold", "tier=gold", "Delivery takes one day and costs nothing."),
    ):
        (tmp_path / "policies" / f"{who}.md").write_text(FOR.format(who=who, audience=audience, text=text), "utf-8")
    knowledge = Knowledge(Settings(workspace=tmp_path, business=Business(name="Tiers")), MiniLM())
    await knowledge.refresh()
    async with open_shop(worlds, MONDAY_MORNING, knowledge=knowledge) as shop:
        chat = await shop.chat()
        ref = shop.handrail.vault.ref("C1001")
        proven = IdentityProven(level=level, customer_id="C1001", customer_ref=ref, method="token", facts=facts)  # type: ignore[arg-type]
        await shop.handrail.log.append(chat.id, "system", proven)
        await chat.says(ASKED)
        seen = {p.policy for each in await chat.all(Consulted) for p in each.passages}
        assert seen == ({"delivery-all", "delivery-gold"} if told == "one day" else {"delivery-all"})
    await knowledge.close()
