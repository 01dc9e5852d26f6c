"""The sample business, prepared once; every conversation gets an agent and a business of its own."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from flow_shop import MONDAY_MORNING, Shop, open_shop
from pydantic import SecretStr

from handrail.conversation.folder import sample_folder
from handrail.conversation.settings import load
from handrail.evals.world import Worlds, open_worlds


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def worlds(postgres: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Worlds]:
    """The sample business, seeded for Monday 15 June 2026, on the built-in engine."""
    settings = load(sample_folder(), {"HANDRAIL_ENGINE__KIND": "offline"})
    database = settings.database.model_copy(update={"url": SecretStr(postgres)})
    data = tmp_path_factory.mktemp("data")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SHOP_NOW", MONDAY_MORNING.isoformat())
        async with open_worlds(settings.model_copy(update={"data": data, "database": database})) as worlds:
            yield worlds


@pytest_asyncio.fixture(loop_scope="session")
async def shop(worlds: Worlds) -> AsyncIterator[Shop]:
    """The shop on a Monday morning."""
    async with open_shop(worlds) as shop:
        yield shop
