"""Copies of the policies as they were: a folder for each state of them, shared by all cases frozen in it."""

import hashlib
import shutil
from pathlib import Path

from handrail.conversation.errors import Invalid


def digest_of(policies: Path) -> str:
    """A name for the state of a folder of policies: equal where every file has the same name and content."""
    whole = hashlib.sha256()
    for file in _files(policies):
        for part in (file.relative_to(policies).as_posix().encode(), file.read_bytes()):
            whole.update(len(part).to_bytes(8, "big") + part)
    return whole.hexdigest()[:20]


def keep(policies: Path, libraries: Path) -> str:
    """Copy the policies below `libraries`, unless this state of them is there; return its name."""
    name = digest_of(policies)
    place = libraries / name
    if not place.is_dir():
        part = libraries / f".{name}.part"
        shutil.rmtree(part, ignore_errors=True)
        for file in _files(policies):
            copy = part / file.relative_to(policies)
            copy.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            shutil.copyfile(file, copy)
        part.replace(place)
    return name


def folder_of(libraries: Path, name: str) -> Path:
    """The copy of this name. Raises `Invalid` where there is none, or it was changed."""
    place = libraries / name
    if not name or not place.is_dir():
        raise Invalid(f"the policies of then are not kept in {libraries}: {name or 'none was frozen'}")
    if digest_of(place) != name:
        raise Invalid(f"the policies of then were changed: {place}")
    return place


def _files(policies: Path) -> list[Path]:
    hidden = (file for file in policies.rglob("*") if file.is_file())
    return sorted(f for f in hidden if not any(part.startswith(".") for part in f.relative_to(policies).parts))
