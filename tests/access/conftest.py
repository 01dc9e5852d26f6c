"""Two businesses served on loopback with an obedient model; the tests of access share them."""

import secrets
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from pydantic import SecretStr

from handrail.conversation.assistants import AssistantsTable
from handrail.conversation.copies import Copies
from handrail.conversation.folder import sample_folder
from handrail.conversation.settings import load

sys.path.insert(0, str(Path(__file__).parents[2]))

from access_world import KEYS, Obedient, World, library_world, shop_world
from bench.fuzzing.site import Site, open_site
from bench.fuzzing.state import State

ASSISTANTS = AssistantsTable(keys={name: SecretStr(key) for name, key in KEYS.items()})
LIBRARY = Path(__file__).parent / "library"


async def serve(postgres: str, folder: Path, data: Path) -> AsyncIterator[tuple[Site, Obedient]]:
    copies, name, model = Copies(postgres), f"access_{secrets.token_hex(8)}", Obedient()
    settings = load(folder, {"HANDRAIL_ENGINE__KIND": "offline"})
    database = settings.database.model_copy(update={"url": SecretStr(await copies.create(name))})
    settings = settings.model_copy(update={"data": data, "database": database, "mcp": ASSISTANTS})
    async with open_site(settings, model=model) as site:
        yield site, model
    await copies.drop(name)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def served_shop(postgres: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[tuple[World, State]]:
    async for site, model in serve(postgres, sample_folder(), tmp_path_factory.mktemp("shop")):
        async with shop_world(site, model) as both:
            yield both


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def library(postgres: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    async for site, model in serve(postgres, LIBRARY, tmp_path_factory.mktemp("library")):
        async with library_world(site, model) as world:
            yield world


@pytest.fixture
def shop(served_shop: tuple[World, State]) -> World:
    return served_shop[0]


@pytest.fixture
def state(served_shop: tuple[World, State]) -> State:
    return served_shop[1]


@pytest.fixture(params=["shop", "library"])
def world(request: pytest.FixtureRequest, shop: World, library: World) -> World:
    """Each business in turn."""
    return {"shop": shop, "library": library}[request.param]
