"""Runs on disk: a folder with what a run is of and one line for every case that has ended.

A line is written whole as soon as its case has ended, so a run outlives the kill of its process and is gone on with
from there. What customers wrote stands in it as it stands in the cases: the folder is readable by its owner alone.
"""

import fcntl
import json
import os
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TextIO

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from handrail.conversation.errors import Conflict, Invalid
from handrail.evals.case import Case
from handrail.evals.identity import Identity
from handrail.evals.trace import Trace, row_of, trace_of

ABOUT, CASES, TRACES = "run.json", "cases.jsonl", "traces.jsonl"
SHORT = 6
"""So much of the identity stands in the name of a run."""
Key = tuple[str, int]
"""A case's id and the epoch."""


class About(BaseModel):
    """`run.json`: when it began, what it is of, and which engines answered once it has ended."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    began: AwareDatetime
    identity: Identity
    ended: AwareDatetime | None = None


class Kept:
    """A run in its folder. `traces` are the cases that have ended, `broken` those that could not be run, with why."""

    def __init__(self, folder: Path, about: About, cases: Sequence[Case]) -> None:
        self.folder, self.about, self.cases = folder, about, tuple(cases)
        self.traces: dict[Key, Trace] = {}
        self.broken: dict[Key, str] = {}
        self._file: TextIO | None = None

    @property
    def name(self) -> str:
        return self.folder.name

    def add(self, key: Key, trace: Trace | None, error: str = "") -> None:
        """Keep what came of a case, at once; without a trace, why there is none."""
        self._put(key, trace, error)
        if self._file is not None:
            self._file.write(json.dumps(_row(key, trace, error), ensure_ascii=False) + "\n")
            self._file.flush()

    def end(self, *, whole: bool) -> None:
        """Close the file. A run that is not whole may be gone on with."""
        if self._file is not None:
            self._file.close()
            self._file = None
        if whole:
            self.about = self.about.model_copy(update={"ended": datetime.now(UTC)})
            _write(self.folder / ABOUT, self.about.model_dump_json(indent=1) + "\n")

    def writing(self) -> "Kept":
        """Open for adding. Raises `Conflict` while another process adds to it."""
        path = self.folder / TRACES
        file = os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600), "a", encoding="utf-8")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            file.close()
            raise Conflict(f"another process is running {self.name}") from error
        if path.stat().st_size and not path.read_bytes().endswith(b"\n"):
            file.write("\n")  # the line that a kill cut off stays a line of its own, which is not read
        self._file = file
        return self

    def _put(self, key: Key, trace: Trace | None, error: str) -> None:
        self.broken.pop(key, None)
        if trace is None:
            self.broken[key] = error
        else:
            self.traces[key] = trace


def begin(folder: Path, identity: Identity, cases: Sequence[Case]) -> Kept:
    """A new run below `folder`, named by the time and its identity. Raises `Invalid` where nothing can be written."""
    began = datetime.now(UTC)
    while (place := folder / f"{began:%y%m%d-%H%M%S}{began.microsecond // 1000:03d}-{identity.key[:SHORT]}").exists():
        began += timedelta(milliseconds=1)
    about = About(began=began, identity=identity)
    try:
        place.mkdir(parents=True, mode=0o700)
        _write(place / CASES, "".join(case.model_dump_json(exclude_defaults=True) + "\n" for case in cases))
        _write(place / ABOUT, about.model_dump_json(indent=1) + "\n")
    except OSError as error:
        raise Invalid(f"runs can't be kept in {folder}: {error.strerror}") from error
    return Kept(place, about, cases).writing()


def unfinished(folder: Path, identity: Identity) -> Kept | None:
    """The last run of this identity that did not end, open for adding; None where there is none."""
    for name in reversed(names(folder)):
        if name.endswith(identity.key[:SHORT]):
            kept = read(folder / name)
            if kept.about.identity == identity and kept.about.ended is None:
                return kept.writing()
    return None


def names(folder: Path) -> list[str]:
    """The runs below `folder`, the oldest first."""
    return sorted(place.parent.name for place in folder.glob(f"*/{ABOUT}"))


def find(folder: Path, name: str) -> Kept:
    """A run by its folder, its name or a part of it; `last` and `last~1` are the last one and the one before.

    Raises `Invalid` where there is none, or several.
    """
    if (Path(name) / ABOUT).is_file():
        return read(Path(name))
    known = names(folder)
    if name == "last" or (name.startswith("last~") and name[5:].isdecimal()):
        back = int(name[5:] or 0)
        found = known[-1 - back : len(known) - back or None] if back < len(known) else []
    else:
        found = [one for one in known if name in one]
    if len(found) != 1:
        raise Invalid(f"{'several runs are' if found else 'there is no run'} named {name!r} in {folder}")
    return read(folder / found[0])


def read(folder: Path) -> Kept:
    """The run in a folder. Raises `Invalid` where it can't be read; a last line that was cut off is left out."""
    try:
        about = About.model_validate_json((folder / ABOUT).read_text(encoding="utf-8"))
        cases = [Case.model_validate_json(line) for line in _lines(folder / CASES)]
        kept = Kept(folder, about, cases)
        for line in _lines(folder / TRACES) if (folder / TRACES).exists() else ():
            try:
                row = json.loads(line)
            except json.JSONDecodeError:
                continue
            kept._put(
                (row["case"], row["epoch"]), trace_of(row["case"], row) if "log" in row else None, row.get("error", "")
            )
    except (OSError, ValidationError, KeyError, UnicodeDecodeError) as error:
        raise Invalid(f"{folder} holds no run that can be read: {error}") from error
    return kept


def _lines(path: Path) -> Iterator[str]:
    with path.open(encoding="utf-8", newline="\n") as file:
        yield from (line for line in file if line.strip())


def _write(path: Path, text: str) -> None:
    part = path.with_name(f".{path.name}.part")
    part.write_text(text, encoding="utf-8")
    part.chmod(0o600)
    part.replace(path)


def _row(key: Key, trace: Trace | None, error: str) -> dict[str, Any]:
    return {"case": key[0], "epoch": key[1], **({"error": error} if trace is None else row_of(trace))}
