"""The records of a file, each with its place, so that a bad one can be named."""

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from handrail.conversation.errors import Invalid

LISTS = ("conversations", "tickets", "data", "payload", "tasks")
"""Keys under which exports put their list."""
Record = tuple[str, Any]
"""Where it stands, and the record; a `ValueError` where it could not be read."""


def text_of(path: Path) -> str:
    """A file in UTF-8, also packed with gzip. Raises `Invalid`."""
    try:
        data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        return data.decode("utf-8-sig")
    except (OSError, EOFError, UnicodeDecodeError) as error:
        raise Invalid(f"{path.name} can't be read as text in UTF-8: {error}") from error


def records(path: Path) -> Iterator[Record]:
    """The objects of a file: a JSON list, an object that holds one, or JSON lines. Raises `Invalid`."""
    text = text_of(path)
    try:
        whole = json.loads(text)
    except json.JSONDecodeError:
        yield from _lines(path.name, text)
        return
    held = (
        next((whole[key] for key in LISTS if isinstance(whole.get(key), list)), None)
        if isinstance(whole, dict)
        else whole
    )
    for number, one in enumerate(held if isinstance(held, list) else [whole], 1):
        yield f"{path.name}, record {number}", one


def _lines(name: str, text: str) -> Iterator[Record]:
    # Only a line feed ends a line of JSON lines: U+2028 and the like may stand inside of a text.
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            yield f"{name}:{number}", json.loads(line)
        except json.JSONDecodeError as error:
            yield f"{name}:{number}", ValueError(f"not JSON: {error}")
