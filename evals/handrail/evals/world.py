"""Worlds: every case gets an agent and a business of its own, cloned from one that was prepared once."""

import secrets
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime

from pydantic import SecretStr

from handrail.agent.bootstrap import Handrail, build, open_knowledge, open_rails
from handrail.agent.workspace import load_workspace
from handrail.conversation.database import Database
from handrail.conversation.settings import Settings
from handrail.evals.replay import CaseClock


class Worlds:
    """Opens worlds. The index and the checks are shared: cases don't change them."""

    def __init__(self, settings: Settings, base: Database, template: str, shared: dict[str, object]) -> None:
        self._settings, self._base, self._template, self._shared = settings, base, template, shared

    @asynccontextmanager
    async def world(self, now: datetime) -> AsyncIterator[tuple[Handrail, CaseClock]]:
        """A fresh agent and business at the moment `now`; both are gone afterwards."""
        name = f"case_{secrets.token_hex(8)}"
        clock = CaseClock(now)
        await self._base.create(name, template=self._template)
        try:
            async with build(_on(self._settings, self._base.sibling(name)), clock=clock, **self._shared) as handrail:
                yield handrail, clock
        finally:
            await self._base.drop(name)


@asynccontextmanager
async def open_worlds(settings: Settings) -> AsyncIterator[Worlds]:
    """Prepare the business once: a migrated database in which the workspace's `lifespan` has run."""
    async with AsyncExitStack() as stack:
        base = await stack.enter_async_context(Database.opened(settings))
        template = f"world_{secrets.token_hex(8)}"
        await base.create(template)
        stack.push_async_callback(base.drop, template)
        prepared = _on(settings, base.sibling(template))
        async with Database.opened(prepared), load_workspace(prepared).open(base.sibling(template)):
            pass
        knowledge = await stack.enter_async_context(open_knowledge(settings))
        await knowledge.refresh()
        rails = await open_rails(settings, knowledge)
        yield Worlds(settings, base, template, {"knowledge": knowledge, "rails": rails})


def _on(settings: Settings, url: str) -> Settings:
    database = settings.database.model_copy(update={"url": SecretStr(url), "pool": 4})
    return settings.model_copy(update={"database": database})
