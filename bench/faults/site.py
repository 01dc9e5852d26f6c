"""Everything that runs: the ledger, the model, Postgres and the servers, and how to strike them."""

import asyncio
import base64
import contextlib
import multiprocessing
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import psycopg

from bench.faults.serving import PRELOAD, serve
from handrail.conversation import embedded

WORKSPACE = Path(__file__).parent / "workspace"
SECRET = "the site's own secret, 32 bytes or more"
START_SECONDS = 90.0


@dataclass
class Server:
    """One server process and where it listens. `down` while it is being started again."""

    number: int
    port: int
    process: Any = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def name(self) -> str:
        """How its connections are called in the database."""
        return f"faults-server-{self.number}"


@dataclass
class Site:
    """The whole of it, in a folder of its own."""

    folder: Path
    seed: str
    broken: str
    servers: list[Server]
    ledger_port: int
    model_port: int
    master: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    others: list[subprocess.Popen[bytes]] = field(default_factory=list)
    restarting: set[asyncio.Task[None]] = field(default_factory=set)

    @property
    def dsn(self) -> str:
        """The database of the servers."""
        return self._dsn

    @property
    def ledger(self) -> Path:
        """The file of the ledger."""
        return self.folder / "ledger.sqlite"

    async def start(self) -> None:
        """Start everything and wait until it answers."""
        environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
        for module, *arguments in (
            ("bench.faults.business", str(self.ledger_port), str(self.ledger), self.seed),
            ("bench.faults.model", str(self.model_port), self.seed),
        ):
            command = [sys.executable, "-m", module, *arguments]
            self.others.append(subprocess.Popen(command, env=environment))  # noqa: ASYNC220 - it only starts it
        shutil.copytree(WORKSPACE, self.folder / "workspace")
        postgres = self.folder / "workspace" / ".handrail" / "postgres"
        server = await asyncio.to_thread(embedded.start, postgres)
        self._dsn = psycopg.conninfo.make_conninfo(server, dbname="handrail")
        # The first one alone makes the database and the index.
        for each in self.servers:
            self.fork(each)
            await self.answers(each)

    def fork(self, server: Server) -> None:
        """Start a server process."""
        context = multiprocessing.get_context("forkserver")
        engine = {"OPENAI_BASE_URL": f"http://127.0.0.1:{self.model_port}/v1"}
        if server.number % 2:
            engine = {"HANDRAIL_ENGINE__KIND": "offline"}
        environment = {
            **engine, "PGAPPNAME": server.name, "PORT": str(server.port), "HANDRAIL_IDENTITY__JWT_SECRET": SECRET,
            "LEDGER_URL": f"http://127.0.0.1:{self.ledger_port}",
            "HANDRAIL_DATABASE__MASTER_KEY": base64.urlsafe_b64encode(self.master).decode(),
        }  # fmt: skip
        log = str(self.folder / f"server-{server.number}.log")
        arguments = (str(self.folder / "workspace"), environment, log, self.broken)
        server.process = context.Process(target=serve, args=arguments, daemon=True)
        server.process.start()

    async def answers(self, server: Server) -> None:
        """Wait until a server answers. Raises `RuntimeError` where it does not."""
        async with httpx.AsyncClient() as client:
            for _ in range(int(START_SECONDS * 5)):
                with contextlib.suppress(httpx.HTTPError):
                    if (await client.get(f"{server.url}/healthz", timeout=2)).status_code == 200:
                        return
                if not server.process.is_alive():
                    break
                await asyncio.sleep(0.2)
        told = (self.folder / f"server-{server.number}.log").read_text(errors="replace")[-3000:]
        raise RuntimeError(f"server {server.number} did not start:\n{told}")

    def kill(self, server: Server) -> None:
        """Kill -9, and start it again beside."""
        os.kill(server.process.pid, signal.SIGKILL)
        task = asyncio.create_task(self._again(server))
        self.restarting.add(task)
        task.add_done_callback(self.restarting.discard)

    def freeze(self, server: Server) -> None:
        """SIGSTOP: it stands still."""
        os.kill(server.process.pid, signal.SIGSTOP)

    def thaw(self, server: Server) -> None:
        """SIGCONT: it goes on as if nothing had been."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(server.process.pid, signal.SIGCONT)

    async def cut(self, server: Server) -> None:
        """Cut all database connections of a server."""
        with contextlib.suppress(psycopg.OperationalError):
            async with await psycopg.AsyncConnection.connect(self.dsn, autocommit=True) as connection:
                query = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = %s"
                await connection.execute(query, [server.name])

    def kill_postgres(self) -> None:
        """Kill -9 the head of Postgres; whoever misses it starts it again."""
        file = self.folder / "workspace" / ".handrail" / "postgres" / "postmaster.pid"
        with contextlib.suppress(OSError, ValueError, IndexError):
            os.kill(int(file.read_text().splitlines()[0]), signal.SIGKILL)

    async def outage(self, seconds: float) -> None:
        """The model answers nothing good for so long."""
        async with httpx.AsyncClient() as client:
            await client.post(f"http://127.0.0.1:{self.model_port}/outage", params={"seconds": seconds})

    async def recovered(self) -> None:
        """Wait until every server that was killed is there again."""
        while self.restarting:
            await asyncio.gather(*self.restarting)

    async def _again(self, server: Server) -> None:
        await asyncio.to_thread(server.process.join)
        self.fork(server)
        await self.answers(server)

    def stop(self) -> None:
        """End everything that was started here."""
        for server in self.servers:
            if server.process is not None:
                self.thaw(server)
                server.process.kill()
                server.process.join(5)
        for other in self.others:
            other.kill()
            other.wait()
        embedded.stop(self.folder / "workspace" / ".handrail" / "postgres")


@asynccontextmanager
async def open_site(seed: str, processes: int, broken: str = "") -> AsyncIterator[Site]:
    """A site that runs, gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix=f"handrail-faults-{os.getpid()}-"))
    folder.chmod(0o755)
    multiprocessing.set_forkserver_preload(list(PRELOAD))
    ports = _ports(processes + 2)
    servers = [Server(number, ports[number]) for number in range(processes)]
    site = Site(folder, seed, broken, servers, ports[-2], ports[-1])
    try:
        await site.start()
        yield site
    finally:
        for task in site.restarting:
            task.cancel()
        await asyncio.to_thread(site.stop)
        shutil.rmtree(folder, ignore_errors=True)


def _ports(count: int) -> list[int]:
    with contextlib.ExitStack() as stack:
        found = []
        for _ in range(count):
            listener = stack.enter_context(socket.socket())
            listener.bind(("127.0.0.1", 0))
            found.append(int(listener.getsockname()[1]))
        return found
