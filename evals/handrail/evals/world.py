"""Worlds: every case gets an agent and a business of its own, cloned from one that was prepared once."""

import asyncio
import secrets
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from handrail.agent.bootstrap import Handrail, build, open_knowledge
from handrail.agent.parts import make_rails, open_database
from handrail.agent.workspace import Workspace, load_workspace
from handrail.conversation.copies import Copies
from handrail.conversation.settings import Settings
from handrail.evals.freezing import library
from handrail.evals.freezing.shelf import Shelf
from handrail.evals.replay import CaseClock, Sent
from handrail.evals.scratch import PREFIX, scratch_postgres
from handrail.guardrails.rails import Rails
from handrail.knowledge.embed import open_embedder
from handrail.knowledge.knowledge import Knowledge


class Worlds:
    """Opens worlds. The index and the checks are shared: cases don't change them."""

    def __init__(self, settings: Settings, copies: Copies, empty: str, shared: dict[str, Any]) -> None:
        self._settings, self._copies, self._empty, self._shared = settings, copies, empty, shared
        self._prepared: dict[datetime, str] = {}
        self._preparing = asyncio.Lock()
        self._libraries: dict[str, Knowledge] = {}
        self._opened = AsyncExitStack()

    @property
    def rails(self) -> Rails:
        """The checks that all worlds share."""
        rails: Rails = self._shared["rails"]
        return rails

    @property
    def knowledge(self) -> Knowledge:
        """The policies of today."""
        knowledge: Knowledge = self._shared["knowledge"]
        return knowledge

    def workspace(self) -> Workspace:
        """The workspace's tools, not opened."""
        return load_workspace(self._settings)

    async def library(self, name: str) -> Knowledge:
        """The policies as a kept copy has them, with an index of its own. Raises `Invalid` where there is none."""
        async with self._preparing:
            if name not in self._libraries:
                self._libraries[name] = await self._opened.enter_async_context(self._open_library(name))
            return self._libraries[name]

    @asynccontextmanager
    async def world(
        self, now: datetime, *, empty: bool = False, **replacements: Any
    ) -> AsyncIterator[tuple[Handrail, CaseClock, Sent]]:
        """A fresh agent and business at the moment `now`; both are gone afterwards. An `empty` world has no business:
        the workspace that is passed must do without."""
        template = self._empty if empty else await self._business(now)
        name = f"case_{secrets.token_hex(8)}"
        clock, sent = CaseClock(now), Sent()
        url = await self._copies.create(name, template)
        parts = {**self._shared, "clock": clock, "mailer": sent, "keep_house": False, "rehearsal": True, **replacements}
        try:
            async with build(_on(self._settings, url), **parts) as handrail:
                yield handrail, clock, sent
        finally:
            await self._copies.drop(name)

    async def forget(self, now: datetime) -> None:
        """Throw away the business that was prepared for this moment; nobody may be copying it."""
        template = self._prepared.pop(now, None)
        if template is not None:
            await self._copies.drop(template)

    async def close(self) -> None:
        """Throw away every business that was prepared."""
        for now in tuple(self._prepared):
            await self.forget(now)
        self._libraries.clear()
        await self._opened.aclose()

    @asynccontextmanager
    async def _open_library(self, name: str) -> AsyncIterator[Knowledge]:
        policies = library.folder_of(Shelf.of(self._settings).libraries, name)
        if library.digest_of(self._settings.policies_folder) == name:
            yield self.knowledge
            return
        with tempfile.TemporaryDirectory(prefix=PREFIX) as folder:
            business = self._settings.business.model_copy(update={"policies": policies.resolve()})
            index = self._settings.index.model_copy(update={"chroma_url": None})
            apart = {"data": Path(folder), "business": business, "index": index}
            settings = self._settings.model_copy(update=apart)
            async with open_knowledge(settings, self._shared["embedder"]) as knowledge:
                await knowledge.refresh()
                yield knowledge

    async def _business(self, now: datetime) -> str:
        """The database in which the workspace's `lifespan` has run at this moment: prepared once, then copied."""
        async with self._preparing:
            if now not in self._prepared:
                name = f"world_{secrets.token_hex(8)}"
                prepared = _on(self._settings, await self._copies.create(name, self._empty))
                workspace = load_workspace(prepared)
                async with open_database(prepared) as database, workspace.open(database.url, now, rehearsal=True):
                    pass
                self._prepared[now] = name
            return self._prepared[now]


@asynccontextmanager
async def open_worlds(settings: Settings) -> AsyncIterator[Worlds]:
    """Make ready what all worlds share. They are databases of the Postgres that `settings.database.url` names, else of
    one that is thrown away afterwards. Raises `Unavailable`."""
    async with AsyncExitStack() as stack:
        url = settings.database.url
        server = url.get_secret_value() if url else await stack.enter_async_context(scratch_postgres())
        copies = Copies(server)
        empty = f"empty_{secrets.token_hex(8)}"
        stack.push_async_callback(copies.drop, empty)
        async with open_database(_on(settings, await copies.create(empty))):
            pass
        embedder = open_embedder(settings)
        knowledge = await stack.enter_async_context(open_knowledge(settings, embedder))
        await knowledge.refresh()
        shared = {"embedder": embedder, "knowledge": knowledge, "rails": await make_rails(settings, embedder)}
        worlds = Worlds(settings, copies, empty, shared)
        stack.push_async_callback(worlds.close)
        yield worlds


def _on(settings: Settings, url: str) -> Settings:
    database = settings.database.model_copy(update={"url": SecretStr(url), "pool": 4})
    return settings.model_copy(update={"database": database})
