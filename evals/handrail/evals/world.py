"""Worlds: every case gets an agent and a business of its own, cloned from one that was prepared once."""

import secrets
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime
from typing import Any

from pydantic import SecretStr

from handrail.agent.bootstrap import Handrail, build, make_rails, open_database, open_knowledge
from handrail.agent.workspace import load_workspace
from handrail.conversation.copies import Copies
from handrail.conversation.settings import Settings
from handrail.evals.replay import CaseClock, Sent
from handrail.knowledge.embed import open_embedder


class Worlds:
    """Opens worlds. The index and the checks are shared: cases don't change them."""

    def __init__(self, settings: Settings, copies: Copies, template: str, shared: dict[str, Any]) -> None:
        self._settings, self._copies, self._template, self._shared = settings, copies, template, shared

    @asynccontextmanager
    async def world(self, now: datetime, **replacements: Any) -> AsyncIterator[tuple[Handrail, CaseClock, Sent]]:
        """A fresh agent and business at the moment `now`; both are gone afterwards."""
        name = f"case_{secrets.token_hex(8)}"
        clock, sent = CaseClock(now), Sent()
        url = await self._copies.create(name, self._template)
        parts = {**self._shared, "clock": clock, "mailer": sent, "keep_house": False, **replacements}
        try:
            async with build(_on(self._settings, url), **parts) as handrail:
                yield handrail, clock, sent
        finally:
            await self._copies.drop(name)


@asynccontextmanager
async def open_worlds(settings: Settings) -> AsyncIterator[Worlds]:
    """Prepare the business once: a migrated database in which the workspace's `lifespan` has run."""
    async with AsyncExitStack() as stack:
        base = await stack.enter_async_context(open_database(settings))
        copies = Copies(base.url)
        template = f"world_{secrets.token_hex(8)}"
        prepared = _on(settings, await copies.create(template))
        stack.push_async_callback(copies.drop, template)
        async with open_database(prepared) as database, load_workspace(prepared).open(database.url):
            pass
        embedder = open_embedder(settings)
        knowledge = await stack.enter_async_context(open_knowledge(settings, embedder))
        await knowledge.refresh()
        shared = {"embedder": embedder, "knowledge": knowledge, "rails": await make_rails(settings, embedder)}
        yield Worlds(settings, copies, template, shared)


def _on(settings: Settings, url: str) -> Settings:
    database = settings.database.model_copy(update={"url": SecretStr(url), "pool": 4})
    return settings.model_copy(update={"database": database})
