"""Whole tasks through identity, ownership, consent, claim and the call over MCP."""

import os
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest
from bench.tau2 import gold
from bench.tau2.domain import data_folder, load
from bench.tau2.offered import Desk
from bench.tau2.play import PlainPlayer, play
from bench.tau2.talk import Business, open_business
from pydantic import SecretStr
from tau2_made_up import CANCEL, write

from handrail.agent.models.protocol import Call
from handrail.conversation.settings import DatabaseSection

Open = Callable[..., AbstractAsyncContextManager[tuple[Business, gold.Scripted]]]
EACH = 3
"""Tasks of each domain of the benchmark: the first that change something."""


@pytest.fixture
def opened(database_url: str) -> Open:
    """Opens a domain on the test's own database, with a scripted model."""

    @asynccontextmanager
    async def opened(name: str, root: Path | None = None) -> AsyncIterator[tuple[Business, gold.Scripted]]:
        model = gold.Scripted()
        database = DatabaseSection(url=SecretStr(database_url))
        async with open_business(load(name, root), model, data=root, database=database) as business:
            yield business, model

    return opened


async def test_made_up_solutions_end_as_calls_made_directly(opened: Open, tmp_path: Path) -> None:
    async with opened("retail", write(tmp_path)) as (business, model):
        played = {task.id: await gold.play(business, model, task) for task in business.domain.tasks[:3]}
    for one in (played["cancel"], played["exchange"], played["nothing"]):
        assert one.judged.passed and not one.refused and not one.more and not one.untold, one
    assert any("no longer needed" in text and text.endswith("?") for _, text in played["cancel"].lines)
    assert any("balance is too low" in text for _, text in played["exchange"].lines), "what gold lets fail, fails"


async def test_somebody_elses_order_can_neither_be_read_nor_changed(opened: Open, tmp_path: Path) -> None:
    async with opened("retail", write(tmp_path)) as (business, model):
        theirs = await gold.play(business, model, business.domain.tasks[3])
        bob = await business.begin(business.domain.tasks[2])
        model.calls.append(Call("cancel_pending_order", CANCEL["arguments"]))
        await bob.say("Please cancel order #A1, I no longer need it.")
        assert (await bob.situation()).proposal is None
        assert business.desk.channel.state is None
    assert theirs.refused == ("get_order_details(order_id='#B1')",)
    assert not theirs.more and not any(
        "pending" in text for text in [text for speaker, text in theirs.lines if speaker == "agent"]
    )


async def test_the_tools_of_a_solution_stand_in_the_first_prompt(opened: Open, tmp_path: Path) -> None:
    async with opened("retail", write(tmp_path)) as (business, _):
        one = await Desk(business, 2000).offered(business.domain.tasks[0])
    assert one.wanted == {"get_user_details", "cancel_pending_order"}
    assert one.shown <= one.picked | {"find_tool", "hand_over"}
    assert "get_order_details" in one.shown, "it looks up what is to be cancelled"


async def test_a_customer_without_a_model_is_served_by_the_built_in_engine(database_url: str, tmp_path: Path) -> None:
    root, database = write(tmp_path), DatabaseSection(url=SecretStr(database_url))
    async with open_business(load("retail", root), data=root, database=database) as business:
        one = await play(business, PlainPlayer(), business.domain.tasks[2], 1)
    assert one.turns >= 1 and one.database and one.ended in ("customer", "handover")


@pytest.mark.parametrize("name", ["retail", "airline"])
async def test_solutions_of_the_benchmark_end_as_calls_made_directly(opened: Open, name: str) -> None:
    if not (data_folder() / name).is_dir():
        pytest.skip(f"tau2/{name} is not below HANDRAIL_DATA ({os.environ.get('HANDRAIL_DATA', 'not set')})")
    async with opened(name) as (business, model):
        changing = [
            task for task in business.domain.tasks if business.domain.replay(task.evaluation_criteria.actions).state
        ]
        for task in changing[:EACH]:
            one = await gold.play(business, model, task)
            assert one.judged.database and not one.refused and not one.more, one
