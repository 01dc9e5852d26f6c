"""The sample business on a model's server that the test commands; asked for by the tests that want it."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from agent_customers import MONDAY, Shop
from agent_server import ModelServer, model_server
from pydantic import SecretStr

from handrail.conversation.folder import sample_folder
from handrail.conversation.settings import load
from handrail.evals.world import Worlds, open_worlds


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def server() -> AsyncIterator[ModelServer]:
    async with model_server() as server:
        yield server


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def worlds(server: ModelServer, postgres: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Worlds]:
    """The sample business, on a model whose server is ours; its times are short."""
    settings = load(sample_folder(), {})
    engine = {
        "kind": "openai", "model": "tiny", "base_url": server.url, "breaker_failures": 3,
        "connect_seconds": 0.5, "first_token_seconds": 1.0, "stall_seconds": 0.8, "timeout_seconds": 6.0,
        "reading_seconds": 0.5,
    }  # fmt: skip
    changed = {
        "engine": settings.engine.model_validate(engine),
        "database": settings.database.model_copy(update={"url": SecretStr(postgres)}),
        "data": tmp_path_factory.mktemp("data"),
    }
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SHOP_NOW", MONDAY.isoformat())
        async with open_worlds(settings.model_copy(update=changed)) as worlds:
            yield worlds


@pytest_asyncio.fixture(loop_scope="session")
async def shop(worlds: Worlds, server: ModelServer) -> AsyncIterator[Shop]:
    server.mends()
    async with worlds.world(MONDAY) as (handrail, clock, _):
        yield Shop(handrail, clock)
    server.mends()
