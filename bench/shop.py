"""The sample business on a Postgres of its own with its usual durability, and customers who talk to it."""

import asyncio
import os
import shutil
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from handrail.agent.bootstrap import Handrail, build
from handrail.agent.models.protocol import Model
from handrail.conversation import embedded
from handrail.conversation.events import BotSaid, IdentityProven, Opened, TurnEnded
from handrail.conversation.folder import sample_folder
from handrail.conversation.settings import Settings, load

PATIENCE = 60.0
"""Seconds after which a turn that did not end counts as lost."""


@contextmanager
def data_folder() -> Iterator[Path]:
    """A folder on the disk that all may enter (Postgres runs as a user of its own), gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix=f"handrail-bench-{os.getpid()}-"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def settings() -> Iterator[Settings]:
    """The sample's settings, with the built-in engine unless a model is passed, and its data in a folder of its own."""
    with data_folder() as folder:
        data = folder / "data"
        yield load(sample_folder(), {"HANDRAIL_ENGINE__KIND": "offline"}).model_copy(update={"data": data})
        embedded.stop(data / "postgres")


@asynccontextmanager
async def open_shop(model: Model | None = None, on: Settings | None = None) -> AsyncIterator[Handrail]:
    """The agent over the sample business, put together as `handrail serve` does it, with all checks on."""
    if on is not None:
        async with build(on, model=model) as handrail:
            yield handrail
        return
    with settings() as own:
        async with build(own, model=model) as handrail:
            yield handrail


@dataclass(frozen=True, slots=True)
class Heard:
    """What a customer got for a line. Times in seconds: `whole` from sending it to having seen the turn's end, `first`
    is the moment (performance counter) at which the first part of the reply was seen, `cpu` what this process spent."""

    whole: float
    first: float | None
    cpu: float
    text: str
    ended: TurnEnded


class Customer:
    """One conversation, followed as a client follows it: by the log."""

    def __init__(self, handrail: Handrail, conversation_id: str, patience: float = PATIENCE) -> None:
        self._handrail, self.id, self._patience = handrail, conversation_id, patience

    @classmethod
    async def come(cls, handrail: Handrail, customer_id: str | None = None) -> "Customer":
        """A new conversation; with a customer id, of somebody who has proven who they are."""
        opened = await handrail.log.open(Opened(channel="bench"))
        customer = cls(handrail, opened.conversation_id)
        if customer_id is not None:
            ref = handrail.vault.ref(customer_id)
            proven = IdentityProven(level="verified", customer_id=customer_id, customer_ref=ref, method="token")
            await handrail.log.append(customer.id, "system", proven)
        return customer

    async def say(self, text: str) -> Heard:
        """Write a line and follow the conversation until its turn has ended."""
        began, spent = time.perf_counter(), time.process_time()
        heard = await self._handrail.turns.hear(self.id, text)
        parts: list[str] = []
        first = None
        async with asyncio.timeout(self._patience):
            async for event in self._handrail.log.follow(self.id, after=heard.seq):
                match event.data:
                    case BotSaid() as said:
                        first = first or time.perf_counter()
                        parts.append(said.text)
                    case TurnEnded() as ended if ended.upto >= heard.seq:
                        whole = time.perf_counter() - began
                        return Heard(whole, first, time.process_time() - spent, "".join(parts), ended)
        raise AssertionError("a log is followed without end")


async def regular(handrail: Handrail) -> tuple[str, list[str]]:
    """The customer with the most orders that have left, and these orders."""
    async with handrail.database.connection() as connection:
        query = """
            SELECT customer_id, array_agg(id ORDER BY id) AS orders FROM shop.orders
            WHERE state IN ('dispatched', 'delivered') GROUP BY customer_id ORDER BY count(*) DESC, customer_id LIMIT 1
        """
        row = await (await connection.execute(query)).fetchone()
    assert row is not None, "the sample has orders"
    return row["customer_id"], row["orders"]


async def orders_of(handrail: Handrail, state: str, limit: int) -> list[tuple[str, str]]:
    """Orders in some state, each with its customer, no customer twice."""
    async with handrail.database.connection() as connection:
        query = """
            SELECT DISTINCT ON (customer_id) customer_id, id FROM shop.orders
            WHERE state = %s ORDER BY customer_id, placed_at DESC LIMIT %s
        """
        rows = await (await connection.execute(query, [state, limit])).fetchall()
    return [(row["customer_id"], row["id"]) for row in rows]
