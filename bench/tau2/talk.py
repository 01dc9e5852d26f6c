"""Conversations with the agent over a domain: who the customer is is proven by a signed token before the first line."""

import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import jwt

from bench.shop import PATIENCE, Customer, Heard, data_folder
from bench.tau2.domain import Domain, Task
from bench.tau2.workspace import Desk, make
from handrail.agent.bootstrap import Handrail, build
from handrail.agent.models.protocol import Model
from handrail.agent.nodes.act import CALLS
from handrail.conversation import embedded
from handrail.conversation.events import Opened
from handrail.conversation.settings import DatabaseSection, Engine, Settings
from handrail.conversation.situation import Situation

NOON = datetime(2024, 5, 15, 19, tzinfo=UTC)
"""Where the clock of the tasks stands: 15:00 in New York."""


class Day:
    """A clock that begins at the tasks' hour and goes on: what waits for a time must not wait for ever."""

    def __init__(self, at: datetime = NOON) -> None:
        self._at, self._began = at, time.monotonic()

    def now(self) -> datetime:
        return self._at + timedelta(seconds=time.monotonic() - self._began)


@dataclass(frozen=True, slots=True)
class Business:
    """A domain with its agent, running."""

    domain: Domain
    desk: Desk
    handrail: Handrail

    async def begin(self, task: Task) -> "Case":
        """The business as it is at the beginning of a task, and its customer, proven, in a new conversation."""
        self.desk.channel.begin(f"{task.id} {datetime.now(UTC).isoformat()}")
        opened = await self.handrail.log.open(Opened(channel="bench"))
        now = self.handrail.clock.now()
        claims = {"sub": self.domain.customer(task), "iat": now, "exp": now + timedelta(hours=1)}
        token = jwt.encode(claims, self.desk.secret, algorithm="HS256")
        await self.handrail.identity.token(opened.conversation_id, token)
        patience = PATIENCE + CALLS * self.handrail.settings.engine.timeout_seconds
        return Case(self, task, Customer(self.handrail, opened.conversation_id, patience))


@dataclass(slots=True)
class Case:
    """One task under way: what was said so far, and what it took."""

    business: Business
    task: Task
    customer: Customer
    lines: list[tuple[str, str]] = field(default_factory=list)
    """Pairs of speaker (`customer`, `agent`) and text."""
    heard: list[Heard] = field(default_factory=list)

    async def say(self, text: str) -> Heard:
        """The customer writes a line, and the agent's turn on it ends."""
        heard = await self.customer.say(text)
        self.lines += [("customer", text), ("agent", heard.text)]
        self.heard.append(heard)
        return heard

    async def situation(self) -> Situation:
        return await self.business.handrail.situations.get(self.customer.id)

    async def over(self) -> bool:
        """Whether a person holds the conversation now, or the queue for one."""
        return (await self.situation()).holder != "bot"

    @property
    def said(self) -> list[str]:
        """The agent's lines."""
        return [text for speaker, text in self.lines if speaker == "agent"]


@asynccontextmanager
async def open_business(
    domain: Domain,
    model: Model | None = None,
    engine: Engine | None = None,
    *,
    data: Path | None = None,
    database: DatabaseSection | None = None,
) -> AsyncIterator[Business]:
    """Serve a domain: the agent on `model`, else on what `engine` says, else on the built-in engine.

    `data` is the folder that holds the domains, where it is another than `HANDRAIL_DATA`'s; without `database` a
    Postgres of its own is started.
    """
    with data_folder() as folder, tempfile.TemporaryDirectory(prefix="handrail-tau2-") as workspace:
        desk = make(domain, Path(workspace), data)
        changes = {"data": folder / "data", "engine": engine or Engine(kind="offline")}
        settings: Settings = desk.settings.model_copy(update=changes | ({"database": database} if database else {}))
        try:
            async with build(settings, model=model, clock=Day(), keep_house=False) as handrail:
                yield Business(domain, desk, handrail)
        finally:
            if database is None:
                embedded.stop(folder / "data" / "postgres")
