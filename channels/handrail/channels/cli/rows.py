"""Files of JSON lines in and out: each row validated, each bad one named, the work done in batches with a bar."""

import json
from collections.abc import Awaitable, Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, TextIO, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from handrail.conversation.errors import Invalid

BATCH = 256
"""Rows that are worked on together: enough for one pass of the embedder, few enough for the bar to move."""
SHOWN = 20
"""Bad rows that are named; of the others the number is told."""


class Line(BaseModel):
    """A row that goes by no id; fields that a command does not know are left alone."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class Row(Line):
    """A row that is told apart from the others of its file by its id."""

    id: str | int = Field(union_mode="left_to_right")


L = TypeVar("L", bound=Line)
R = TypeVar("R", bound=Row)


def read(path: Path, form: type[L]) -> list[L]:
    """The rows of a file in UTF-8. Raises `Invalid` naming every bad row with its line."""
    rows: list[L] = []
    bad: list[str] = []
    lines: dict[str | int, int] = {}
    for number, line in _lines(path):
        try:
            row = form.model_validate_json(line)
            if isinstance(row, Row) and (first := lines.setdefault(row.id, number)) != number:
                raise ValueError(f"the id {row.id!r} is on line {first} already")
        except ValueError as error:
            bad.append(f"{path.name}:{number}: {_told(error)}")
            continue
        rows.append(row)
    if bad:
        more = [f"… and {len(bad) - SHOWN} more"] if len(bad) > SHOWN else []
        raise Invalid(
            "\n".join(
                [*bad[:SHOWN], *more, f"nothing was written: {len(bad)} bad {'row' if len(bad) == 1 else 'rows'}"]
            )
        )
    if not rows:
        Console(stderr=True).print(f"{path.name} has no rows", highlight=False)
    return rows


async def convert(
    rows: Sequence[R], out: Path, work: Callable[[Sequence[R]], Awaitable[Sequence[dict[str, Any]]]]
) -> None:
    """Write what `work` makes of the rows, in their order; `out` is there only when all of it is done."""
    part = out.with_name(f".{out.name}.part")
    try:
        with _opened(part) as file, progress() as bar:
            task = bar.add_task("rows", total=len(rows))
            left = iter(rows)
            while batch := list(islice(left, BATCH)):
                for told in await work(batch):
                    file.write(json.dumps(told, ensure_ascii=False) + "\n")
                bar.advance(task, len(batch))
        part.replace(out)
    finally:
        part.unlink(missing_ok=True)


def progress() -> Progress:
    """A bar on standard error that is gone when the work is done."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=Console(stderr=True), transient=True)


def _opened(path: Path) -> TextIO:
    try:
        return path.open("w", encoding="utf-8")
    except OSError as error:
        raise Invalid(f"{path.parent} can't be written to: {error.strerror}") from error


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise Invalid(f"{path.name} can't be read as text in UTF-8: {error}") from error
    # Only a line feed ends a line of JSON lines: U+2028 and the like may stand inside of a text.
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            yield number, line


def _told(error: ValueError) -> str:
    if isinstance(error, ValidationError):
        return "; ".join(f"{'.'.join(map(str, p['loc'])) or 'row'}: {p['msg']}" for p in error.errors()[:3])
    return str(error)
