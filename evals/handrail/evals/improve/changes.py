"""Changes to the policies' files: shown as a diff, made only where nobody else changed them, and taken back whole."""

import difflib
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from handrail.conversation.errors import Conflict, Invalid


@dataclass(frozen=True, slots=True)
class Change:
    """A file below the policies' folder and what it shall hold. `base` is the digest of what it held when the change
    was worked out; None where it must not be there yet."""

    file: str
    base: str | None
    text: str


def digest_of(text: str) -> str:
    """The digest of a file's text."""
    return hashlib.sha256(text.encode()).hexdigest()[:20]


def text_of(folder: Path, file: str) -> str | None:
    """What a file holds; None where there is none. Raises `Invalid` for one outside of the folder."""
    place = folder / file
    if not place.resolve().is_relative_to(folder.resolve()):
        raise Invalid(f"{file} is not below {folder}")
    return place.read_text(encoding="utf-8") if place.is_file() else None


def diff(folder: Path, changes: Sequence[Change]) -> str:
    """What the changes would do, as a unified diff."""
    told: list[str] = []
    for change in changes:
        before = text_of(folder, change.file) or ""
        lines = difflib.unified_diff(
            before.splitlines(keepends=True), change.text.splitlines(keepends=True),
            change.file if before else "/dev/null", change.file,
        )  # fmt: skip
        told += [line if line.endswith("\n") else f"{line}\n" for line in lines]
    return "".join(told)


def expect_untouched(folder: Path, changes: Sequence[Change]) -> None:
    """Raises `Conflict` where a file is not what it was when the change was worked out."""
    for change in changes:
        now = text_of(folder, change.file)
        if (None if now is None else digest_of(now)) != change.base:
            what = "is there already" if change.base is None else "has been changed or removed since"
            raise Conflict(f"{change.file} {what}: propose again, and look at both", code="policy_changed")


def make(folder: Path, changes: Sequence[Change], backup: Path) -> None:
    """Write the files; what they held is kept in `backup` first. Raises `Conflict` as above, and `Invalid`."""
    expect_untouched(folder, changes)
    try:
        backup.mkdir(parents=True, mode=0o700)
        for change in changes:
            held = text_of(folder, change.file)
            if held is not None:
                _write(backup / change.file, held)
        for change in changes:
            _write(folder / change.file, change.text)
    except OSError as error:
        raise Invalid(f"the policies can't be written: {error}") from error


def take_back(folder: Path, changes: Sequence[Change], backup: Path) -> None:
    """Put back what was there. A file that somebody has changed meanwhile stays, and is told by `Conflict`."""
    changed = [change.file for change in changes if text_of(folder, change.file) != change.text]
    for change in changes:
        if change.file in changed:
            continue
        if change.base is None:
            (folder / change.file).unlink(missing_ok=True)
        else:
            _write(folder / change.file, (backup / change.file).read_text(encoding="utf-8"))
    if changed:
        raise Conflict(f"changed meanwhile, so not taken back: {', '.join(changed)}", code="policy_changed")


def _write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_name(f".{file.name}.part")
    part.write_text(text, encoding="utf-8")
    if file.exists():
        part.chmod(file.stat().st_mode & 0o777)
    part.replace(file)
