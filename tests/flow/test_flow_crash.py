"""A process dies in the middle: what was done is found out, and nothing is done twice."""

import asyncio
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flow_shop import Chat, open_shop

from handrail.conversation.events import (
    ActionClaimed,
    ActionFailed,
    ActionSucceeded,
    BotSaid,
    CustomerSaid,
    TurnEnded,
)
from handrail.evals.world import Worlds

pytestmark = pytest.mark.asyncio(loop_scope="session")
DYING = Path(__file__).with_name("dying.py")


async def killed_while_cancelling(chat: Chat, when: str) -> None:
    """The customer agrees to a cancellation; the process that runs it is killed between claim and result."""
    await chat.says("Please cancel my order W10008")
    await chat.handrail.log.append(chat.id, "customer", CustomerSaid(text="yes"), key="yes")
    url, data = chat.handrail.database.url, str(chat.handrail.settings.data_folder)
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(DYING), url, data, chat.id, when, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    assert await asyncio.wait_for(process.stdout.readline(), 60) == b"calling\n"
    process.kill()
    await process.wait()
    assert len(await chat.all(ActionClaimed)) == 1
    # The customer posts their line again: it is the same line.
    await chat.handrail.turns.hear(chat.id, "yes", "yes")
    await chat.handrail.turns.settled()
    # The dead process's lease runs out, and after it the time in which the effect could still come to light.
    chat.clock.at = datetime.now(UTC) + timedelta(minutes=1)
    await chat.handrail.turns.sweep()
    await chat.handrail.turns.settled()


async def test_an_effect_whose_result_was_lost_is_found_and_told(worlds: Worlds) -> None:
    async with open_shop(worlds, datetime.now(UTC)) as shop:
        chat = await shop.chat(proven="C1005")
        await killed_while_cancelling(chat, "after")
        assert [done.reconciled for done in await chat.all(ActionSucceeded)] == [True]
        assert len(await chat.all(ActionClaimed)) == 1
        assert (await chat.asks_shop("order_status", order_id="W10008")).status == "cancelled"
        assert (await chat.all(TurnEnded))[-1].outcome == "acted"
        assert "W10008" in "".join(said.text for said in (await chat.all(BotSaid))[1:])
        assert [said.text for said in await chat.all(CustomerSaid)] == ["Please cancel my order W10008", "yes"]


async def test_an_effect_that_never_happened_is_not_claimed_to_have(worlds: Worlds) -> None:
    async with open_shop(worlds, datetime.now(UTC)) as shop:
        chat = await shop.chat(proven="C1005")
        await killed_while_cancelling(chat, "before")
        assert [failed.code for failed in await chat.all(ActionFailed)] == ["not_done"]
        assert not await chat.all(ActionSucceeded)
        assert (await chat.asks_shop("order_status", order_id="W10008")).status != "cancelled"
        assert len(await chat.all(ActionClaimed)) == 1
