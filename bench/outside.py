"""What goes out: `python -m bench outside`.

What an append costs more where an endpoint is told of it; how fast signed webhooks leave over loopback; and whether
two workers bring everything, in order, to a receiver that fails every fifth time or takes it without an answer.
"""

import asyncio
import json
import random
import tempfile
import time
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from pydantic import SecretStr

from bench.figures import Figure, spread
from handrail.conversation.bell import Bell
from handrail.conversation.clock import FixedClock
from handrail.conversation.database import Database
from handrail.conversation.events import CustomerSaid, Opened
from handrail.conversation.log import Log
from handrail.conversation.settings import Settings
from handrail.conversation.vault import Vault
from handrail.conversation.webhooks import Webhook
from handrail.desk.announcements import Announcements, target_of
from handrail.desk.outbox import Outbox
from handrail.desk.projections import DESK_PROJECTIONS
from handrail.desk.standard import verify
from handrail.desk.webhooks import Webhooks
from handrail.desk.wire import Wire
from handrail.evals.scratch import scratch_postgres

PART = "outside"
CONVERSATIONS, LINES = 40, 25
KEY = b"a key of the bench, of 32 bytes."
SECRET = "whsec_YSBrZXkgb2YgdGhlIGJlbmNoLCBvZiAzMiBieXRlcy4="


class Receiver:
    """Takes webhooks and keeps their ids and places; with `faults` it fails by lot, half of the times after taking."""

    def __init__(self, faults: float) -> None:
        self._faults, self._dice = faults, random.Random(5)
        self.got: defaultdict[str, list[int]] = defaultdict(list)
        self.posts = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, with as many requests as come."""
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")[1:-2]
                headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head)}
                body = await reader.readexactly(int(headers["content-length"]))
                self.posts += 1
                verify([KEY], headers, body, int(headers["webhook-timestamp"]))
                fails = self._dice.random() < self._faults
                if not fails or self._dice.random() < 0.5:
                    data = json.loads(body)["data"]
                    self.got[data["conversation_id"]].append(data["seq"])
                status = "503 no" if fails else "200 ok"
                writer.write(f"HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n".encode())
        except asyncio.IncompleteReadError:
            writer.close()


async def measure() -> list[Figure]:
    """All of it, on a Postgres of its own."""
    async with scratch_postgres() as url:
        figures = [*await _appends(url, told=False), *await _appends(url, told=True)]
        figures += await _throughput(url)
        return figures + await _faults(url)


async def _appends(url: str, *, told: bool) -> list[Figure]:
    async with _opened(url, "https://crm.example") as (log, endpoints):
        kept = (*DESK_PROJECTIONS, *((Announcements(endpoints),) if told else ()))
        kept_log = Log(log.database, log.vault, log.clock, kept, log.bell)
        opened = await kept_log.open(Opened())
        times = []
        for number in range(300):
            started = time.perf_counter()
            await kept_log.append(opened.conversation_id, "customer", CustomerSaid(text=f"line {number}"))
            times.append(1000 * (time.perf_counter() - started))
    return spread(PART, f"append, {'one endpoint told of it' if told else 'nobody told'}", times[20:], "ms")


async def _throughput(url: str) -> list[Figure]:
    async with _receiving(0.0) as (receiver, address), _opened(url, address) as (log, endpoints):
        await _talk(log, endpoints)
        async with _outboxes(log, endpoints, 1) as (outbox,):
            started = time.perf_counter()
            while await outbox.deliver(50):
                pass
            seconds = time.perf_counter() - started
    return [Figure(PART, "webhooks signed and taken", receiver.posts / seconds, "1/s", samples=receiver.posts)]


async def _faults(url: str) -> list[Figure]:
    clock = FixedClock()
    async with _receiving(0.2) as (receiver, address), _opened(url, address, clock) as (log, endpoints):
        await _talk(log, endpoints)
        async with _outboxes(log, endpoints, 2) as workers:
            for _ in range(400):
                if not any(await asyncio.gather(*(worker.deliver(50) for worker in workers))):
                    clock.advance(600)
                if sum(len(set(seqs)) for seqs in receiver.got.values()) == CONVERSATIONS * (LINES + 1):
                    break
    wanted = list(range(1, LINES + 2))
    first = [list(dict.fromkeys(seqs)) for seqs in receiver.got.values()]
    lost = CONVERSATIONS * (LINES + 1) - sum(map(len, first))
    crossed = sum(seqs != wanted for seqs in first)
    again = sum(len(seqs) for seqs in receiver.got.values()) - sum(map(len, first))
    return [
        Figure(PART, "events lost at a receiver that fails every fifth time", lost, "", most=0, samples=receiver.posts),
        Figure(PART, "conversations told out of order", crossed, "", most=0, samples=len(first)),
        Figure(PART, "events told more than once, under the same id", again, "", samples=receiver.posts),
    ]


async def _talk(log: Log, endpoints: dict[str, Webhook]) -> None:
    log = Log(log.database, log.vault, log.clock, (*DESK_PROJECTIONS, Announcements(endpoints)), log.bell)
    for _ in range(CONVERSATIONS):
        opened = await log.open(Opened())
        for number in range(LINES):
            await log.append(opened.conversation_id, "customer", CustomerSaid(text=f"line {number}"))


@asynccontextmanager
async def _receiving(faults: float) -> AsyncIterator[tuple[Receiver, str]]:
    receiver = Receiver(faults)
    server = await asyncio.start_server(receiver.serve, "127.0.0.1", 0)
    yield receiver, f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
    server.close()


@asynccontextmanager
async def _opened(
    url: str, address: str, clock: FixedClock | None = None
) -> AsyncIterator[tuple[Log, dict[str, Webhook]]]:
    events = ("conversation.opened", "message.created")
    endpoints = {"bench": Webhook.model_validate({"url": address, "secret": SECRET, "events": events})}
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(workspace=Path(folder), data=Path(folder))
        settings = settings.model_copy(
            update={"database": settings.database.model_copy(update={"url": SecretStr(url), "master_key": MASTER})}
        )
        database = await Database.open(settings)
        bell = Bell(database)
        async with database.connection() as connection:
            await connection.execute("DELETE FROM outbox")
            await connection.execute("DELETE FROM lanes")
        yield Log(database, await Vault.open(settings, database), clock or FixedClock(), (), bell), endpoints
        await bell.close()
        await database.close()


MASTER = SecretStr("YSBtYXN0ZXIga2V5IG9mIHRoZSBiZW5jaCwgMzIgYnk=")


@asynccontextmanager
async def _outboxes(log: Log, endpoints: dict[str, Webhook], count: int) -> AsyncIterator[tuple[Outbox, ...]]:
    wires = [Wire() for _ in range(count)]
    yield tuple(
        Outbox(
            log.database,
            log.clock,
            {target_of(name): Webhooks(endpoint, log, log.clock, wire) for name, endpoint in endpoints.items()},
        )
        for wire in wires
    )
    for wire in wires:
        await wire.close()
