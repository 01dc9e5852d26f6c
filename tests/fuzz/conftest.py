"""The server on loopback over the sample business, with everything that hostile requests are aimed at."""

import secrets
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from pydantic import SecretStr

from handrail.conversation.copies import Copies
from handrail.conversation.folder import sample_folder
from handrail.conversation.settings import load

sys.path.insert(0, str(Path(__file__).parents[2]))

from bench.fuzzing.site import open_site
from bench.fuzzing.state import State


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def state(postgres: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[State]:
    """What requests find: conversations in every state, people, and words that must not be told."""
    copies, name = Copies(postgres), f"fuzz_{secrets.token_hex(8)}"
    settings = load(sample_folder(), {"HANDRAIL_ENGINE__KIND": "offline"})
    database = settings.database.model_copy(update={"url": SecretStr(await copies.create(name))})
    changed = {"data": tmp_path_factory.mktemp("data"), "database": database}
    async with open_site(settings.model_copy(update=changed)) as site:
        yield await State.prepare(site)
    await copies.drop(name)
