"""A Postgres for worlds that are thrown away: in memory where there is room, and sure of nothing after a crash."""

import asyncio
import os
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import psutil

from handrail.conversation import embedded

PREFIX = "handrail-evals-"
MEMORY = Path("/dev/shm")
ROOM = 2 * 2**30
OPTIONS = {
    **embedded.OPTIONS, "fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "autovacuum": "off",
    "shared_buffers": "64MB", "wal_level": "minimal", "max_wal_senders": "0", "max_wal_size": "128MB",
}  # fmt: skip


@asynccontextmanager
async def scratch_postgres() -> AsyncIterator[str]:
    """The DSN of a Postgres of this process's own, gone afterwards. Raises `Unavailable`."""
    await asyncio.to_thread(_sweep)
    folder = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-", dir=_place()))
    folder.chmod(0o755)  # as root, Postgres runs as another user
    try:
        yield await asyncio.to_thread(embedded.start, folder / "postgres", options=OPTIONS, delete=True)
    finally:
        await asyncio.to_thread(embedded.stop, folder / "postgres")
        await asyncio.to_thread(shutil.rmtree, folder, True)


def _place() -> Path | None:
    roomy = MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ROOM
    return MEMORY if roomy else None


def _sweep() -> None:
    """Remove what runs left behind that were killed: their server first, then their folder."""
    for place in {MEMORY, Path(tempfile.gettempdir())}:
        for folder in place.glob(f"{PREFIX}*-*"):
            owner = folder.name.removeprefix(PREFIX).partition("-")[0]
            if owner.isdecimal() and not psutil.pid_exists(int(owner)):
                _end(folder)


def _end(folder: Path) -> None:
    # To join the server and to leave it again stops it, since nobody else uses it.
    if (folder / "postgres" / "postmaster.pid").exists():
        embedded.start(folder / "postgres")
        embedded.stop(folder / "postgres")
    shutil.rmtree(folder, ignore_errors=True)
