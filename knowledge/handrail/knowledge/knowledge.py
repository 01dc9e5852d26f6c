"""The company's policies, ready to be searched: read, cut, indexed, and swapped when they have changed."""

import asyncio
import hashlib
import logging
import sys
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import date
from typing import Protocol, TextIO

import numpy as np

from handrail.conversation.audience import EVERYBODY, Audience
from handrail.conversation.settings import Settings

from .cutting import cut
from .embed import Embedder
from .index import Entry, Index
from .lint import Remark, lint
from .minilm import english
from .passages import Found, Passage, Policy
from .policies import read_policies
from .search import Search, embedded

CHANGED = "index_changed"
LOCK = "index.lock"
BATCH = 64
STATE = "state"

Progress = Callable[[int, int], None]
log = logging.getLogger(__name__)


class Ticks(Protocol):
    """What one listener hears."""

    async def wait(self, timeout: float | None = None) -> object:  # noqa: ASYNC109 - a bell has its own time-outs
        """Return when something rang, or after `timeout` seconds."""
        ...


class Bell(Protocol):
    """Tells all processes that something happened."""

    def hear(self, topic: str) -> AbstractAsyncContextManager[Ticks]: ...

    async def ring(self, topic: str) -> None: ...


@dataclass(frozen=True, slots=True)
class IndexReport:
    """What a refresh did: vectors added, kept and removed, and what there is now."""

    added: int
    kept: int
    removed: int
    policies: int
    passages: int
    seconds: float


@dataclass(frozen=True, slots=True)
class _Stock:
    """Everything as of one reading of the policies' folder."""

    policies: tuple[Policy, ...]
    by_id: dict[str, Passage]
    digests: tuple[str, ...]
    search: Search
    index: Index


class Knowledge:
    """The policies of one workspace. `refresh` once at the start; `find` reads what there is if nobody has."""

    def __init__(self, settings: Settings, embedder: Embedder, bell: Bell | None = None) -> None:
        self._settings = settings
        self._embedder = embedder
        self._bell = bell
        self._stock: _Stock | None = None
        self._changing = asyncio.Lock()
        self._listener: asyncio.Task[None] | None = None

    async def refresh(self, progress: Progress | None = None) -> IndexReport:
        """Bring the index in line with the policies' folder: embed what is new, remove what is gone, tell the others.

        `progress` is called with how many passages of how many have been embedded. Raises `Invalid` for a policy that
        can't be read and `Unavailable` when the embedder or Chroma fails; the old index then stays in use.
        """
        started = time.perf_counter()
        async with self._changing, _alone(self._settings):
            policies, passages, digests = await asyncio.to_thread(self._read)
            index = await Index.open(self._settings, self._embedder.name)
            try:
                there = await index.digests()
                missing = {d: p for d, p in zip(digests, passages, strict=True) if d not in there}
                await self._embed(index, missing, progress)
                gone = sorted(there.difference(digests))
                await index.drop(gone)
                state = hashlib.sha256(repr((policies, digests)).encode()).hexdigest()
                changed = index.marks.get(STATE) != state
                if changed:
                    await index.mark(**{STATE: state})
                    await index.drop_others()
            except BaseException:
                await index.close()
                raise
            await self._swap(policies, passages, digests, index)
        if self._bell is not None and changed:
            await self._bell.ring(CHANGED)
        seconds = time.perf_counter() - started
        kept = len(there) - len(gone)
        return IndexReport(len(missing), kept, len(gone), len(policies), len(passages), seconds)

    async def find(
        self,
        query: str,
        *,
        as_of: date,
        k: int = 5,
        context: Sequence[str] = (),
        said: Sequence[str] = (),
        audience: Audience = EVERYBODY,
    ) -> Found:
        """Return the `k` best passages among the policies in force on `as_of` that `audience` may be told, and how
        surely they answer.

        `context` are the lines before, oldest first, best the customer's own: a short message is understood by them.
        `said` are all lines before, also the bot's: what they name is what the message is about.
        """
        stock = self._stock or await self._take_up(anew=False)
        return await stock.search.find(query, as_of=as_of, k=k, context=context, said=said, audience=audience)

    async def lint(self, today: date) -> list[Remark]:
        """Return what is remarkable about the policies in force on `today`. Raises `Unavailable`."""
        stock = self._stock or await self._take_up(anew=False)
        passages = stock.search.passages
        there = await stock.index.vectors(stock.digests)
        held = [number for number, digest in enumerate(stock.digests) if digest in there]
        rows = np.stack([there[stock.digests[number]] for number in held]) if held else np.zeros((0, 1), np.float32)
        return await asyncio.to_thread(lint, [passages[number] for number in held], rows, stock.policies, today)

    def passage(self, passage_id: str) -> Passage | None:
        """Return a passage by its id, also of a version that is no longer in force; none if there is none by now."""
        return self._stock.by_id.get(passage_id) if self._stock else None

    @property
    def policies(self) -> Sequence[Policy]:
        """Every version of every policy, as of the last refresh."""
        return self._stock.policies if self._stock else ()

    @property
    def passages(self) -> Sequence[Passage]:
        """Every passage of every version, as of the last refresh."""
        return tuple(self._stock.by_id.values()) if self._stock else ()

    async def close(self) -> None:
        """Stop listening and close the index."""
        if self._listener is not None:
            self._listener.cancel()
            await asyncio.gather(self._listener, return_exceptions=True)
        if self._stock is not None:
            await self._stock.index.close()
            self._stock = None

    async def _take_up(self, *, anew: bool) -> _Stock:
        """Take up what another process has indexed; unless `anew`, only if nothing is in use yet."""
        async with self._changing:
            if self._stock is not None and not anew:
                return self._stock
            policies, passages, digests = await asyncio.to_thread(self._read)
            index = await Index.open(self._settings, self._embedder.name)
            return await self._swap(policies, passages, digests, index)

    def _read(self) -> tuple[list[Policy], list[Passage], list[str]]:
        budget = self._settings.index.passage_tokens
        policies = read_policies(self._settings.policies_folder)
        passages = [passage for policy in policies for passage in cut(policy, budget)]
        how = f"{self._embedder.name}\n{budget}\n"
        return policies, passages, [hashlib.sha256((how + embedded(p)).encode()).hexdigest()[:32] for p in passages]

    async def _embed(self, index: Index, missing: dict[str, Passage], progress: Progress | None) -> None:
        waiting = list(missing.items())
        for start in range(0, len(waiting), BATCH):
            batch = waiting[start : start + BATCH]
            texts = [embedded(passage) for _, passage in batch]
            rows = await self._embedder.embed(texts)
            await index.put([Entry(d, row, t, p.id) for (d, p), t, row in zip(batch, texts, rows, strict=True)])
            if progress is not None:
                progress(start + len(batch), len(waiting))

    async def _swap(self, policies: list[Policy], passages: list[Passage], digests: list[str], index: Index) -> _Stock:
        search = await asyncio.to_thread(lambda: Search(passages, digests, index, self._embedder, english()))
        before = self._stock
        self._stock = stock = _Stock(
            tuple(policies), {passage.id: passage for passage in passages}, tuple(digests), search, index
        )
        if before is not None:
            await before.index.close()
        if self._bell is not None and self._listener is None:
            self._listener = asyncio.create_task(self._listen(self._bell), name="knowledge: listen")
        return stock

    async def _listen(self, bell: Bell) -> None:
        async with bell.hear(CHANGED) as ticks:
            while True:
                await ticks.wait(None)
                try:
                    await self._take_up(anew=True)
                except Exception:
                    # What was in use before stays in use; whoever rang has told their own user what is wrong.
                    log.exception("the changed index can't be taken up; the one before is used on")


@asynccontextmanager
async def _alone(settings: Settings) -> AsyncIterator[None]:
    """Let one process at a time change a local index."""
    if settings.index.chroma_url is not None or sys.platform == "win32":
        yield
        return
    import fcntl

    def locked() -> TextIO:
        settings.data_folder.mkdir(parents=True, exist_ok=True)
        file = (settings.data_folder / LOCK).open("w")
        fcntl.flock(file, fcntl.LOCK_EX)
        return file

    with await asyncio.to_thread(locked):
        yield
