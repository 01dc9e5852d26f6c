"""`handrail` as people run it: index in a process of its own, killed and begun again, and a server beside it."""

import asyncio
import os
import re
import signal
import socket
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil

from handrail.conversation.settings import load
from handrail.knowledge.index import Index
from handrail.knowledge.minilm import MiniLM

REPORT = re.compile(r"(\d+) policies in (\d+) passages: (\d+) added, (\d+) kept, (\d+) removed, in ([\d.]+) s")
PATIENCE = 3 * 3600.0


@dataclass(frozen=True, slots=True)
class Indexed:
    """What `handrail index` told at its end; what its process took: seconds, of processor, and megabytes at most."""

    passages: int
    added: int
    kept: int
    seconds: float
    processor: float
    megabytes: float


async def index(workspace: Path) -> Indexed:
    """Run `handrail index` to its end."""
    process = await _start("index", workspace, stdout=asyncio.subprocess.PIPE)
    watched, most, spent = psutil.Process(process.pid), 0.0, 0.0
    told = asyncio.create_task(process.communicate())
    while not told.done():
        try:
            with watched.oneshot():
                most, times = max(most, watched.memory_info().rss / 1e6), watched.cpu_times()
            spent = times.user + times.system
        except psutil.NoSuchProcess:
            break
        await asyncio.wait([told], timeout=0.2)
    out, _ = await told
    found = REPORT.search(" ".join(out.decode().split()))
    if found is None:
        raise RuntimeError(f"handrail index ended with {process.returncode}: {out.decode()}")
    _, passages, added, kept, _, seconds = found.groups()
    return Indexed(int(passages), int(added), int(kept), float(seconds), spent, most)


async def index_killed(workspace: Path, at: int) -> int:
    """Run `handrail index`, kill it when `at` vectors are kept, and return how many are."""
    process = await _start("index", workspace)
    ended = asyncio.create_task(process.wait())
    try:
        while await kept(workspace) < at and process.returncode is None:
            await asyncio.wait([ended], timeout=1)
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGKILL)
        await ended
    return await kept(workspace)


async def kept(workspace: Path) -> int:
    """How many vectors the index of a workspace holds."""
    opened = await Index.open(load(workspace), MiniLM.name)
    try:
        return len(await opened.digests())
    finally:
        await opened.close()


@dataclass(frozen=True, slots=True)
class Serving:
    """A running server: where it is, and how long it took until it was ready, in seconds and of processor."""

    address: str
    process: psutil.Process
    seconds: float
    processor: float

    @property
    def megabytes(self) -> float:
        """What it holds resident (the database is other processes)."""
        return float(self.process.memory_info().rss / 1e6)


@asynccontextmanager
async def serve(workspace: Path) -> AsyncIterator[Serving]:
    """Run `handrail serve` until it is no longer needed."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    started = time.perf_counter()
    process = await _start("serve", workspace, "--port", str(port))
    try:
        address = f"http://127.0.0.1:{port}"
        await _ready(address, process)
        watched = psutil.Process(process.pid)
        times = watched.cpu_times()
        yield Serving(address, watched, time.perf_counter() - started, times.user + times.system)
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


async def until_served(address: str, policy: str, version: str) -> float:
    """Wait until a server shows this version of a policy; returns the seconds that took."""
    started = time.perf_counter()
    async with httpx.AsyncClient(timeout=60) as client:
        while time.perf_counter() - started < PATIENCE:
            answer = await client.get(f"{address}/v1/policies/{policy}")
            if answer.status_code == 200 and answer.json()["version"] == version:
                return time.perf_counter() - started
            await asyncio.sleep(0.2)
    raise RuntimeError(f"{policy} {version} was never served")


async def _ready(address: str, process: asyncio.subprocess.Process) -> None:
    async with httpx.AsyncClient(timeout=30) as client:
        while process.returncode is None:
            try:
                if (await client.get(f"{address}/readyz")).status_code == 200:
                    return
            except httpx.TransportError:
                pass
            await asyncio.sleep(0.2)
    raise RuntimeError(f"the server ended with {process.returncode}")


async def _start(command: str, workspace: Path, *options: str, stdout: int | None = None) -> asyncio.subprocess.Process:
    environment = {**os.environ, "HANDRAIL_ENGINE__KIND": "offline"}
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "handrail.channels.cli.main", command, "-w", str(workspace), *options,
        stdout=stdout, env=environment,
    )  # fmt: skip
