"""Reading policies: a folder of Markdown files, each with YAML front matter.

    ---
    id: returns
    title: Returns
    version: "2"
    effective_from: 2026-03-01
    effective_until: 2027-01-01    # the first day it no longer holds; leave it out while it holds
    tags: [orders, returns]
    entities: [Harbour Street]     # what it is about, as customers name it; leave it out where it holds for everything
    audience: [tier=gold, staff]   # who may be told: public, staff, facts proven of a customer; else everybody
    ---

One file is one version of one policy. Versions of a policy must not hold on the same day. HTML, DOCX and PDF files may
stand among them (`documents.py`).
"""

import re
from collections.abc import Iterable, Iterator
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from handrail.conversation.audience import FACT, PUBLIC, STAFF
from handrail.conversation.errors import Invalid, SettingsError

from .documents import KINDS, MARKS, UnreadableError, id_of, title_of, to_markdown
from .passages import Policy

FENCE = "---"
NAME = r"^[A-Za-z0-9][A-Za-z0-9._-]*$"
"""What an id or a version may look like: they are joined to `id@version#n` and go into addresses."""
SKIPPED = "readme.md"


def _none(value: Any) -> Any:
    return None if value in ("", "null", "~") else value


def _audience(value: Any) -> Any:
    """One word or a list of them, in lower case. Raises `ValueError` for a word that nobody is of."""
    each = [value] if isinstance(value, str) else value
    if not isinstance(each, list) or not each or not all(isinstance(one, str) for one in each):
        raise ValueError(f"must be {PUBLIC}, {STAFF} or facts such as tier=gold")
    told = frozenset(re.sub(r"\s*=\s*", "=", one.strip()).casefold() for one in each)
    if wrong := sorted(one for one in told if one not in (PUBLIC, STAFF) and not re.fullmatch(FACT, one)):
        raise ValueError(f"{wrong[0]!r} is neither {PUBLIC} nor {STAFF} nor a fact such as tier=gold")
    return tuple(sorted(told))


class FrontMatter(BaseModel):
    """The head of a policy file; an unknown key is an error, so that a misspelt date can't go unnoticed."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    id: str = Field(pattern=NAME)
    version: str = Field(pattern=NAME)
    title: str = Field(min_length=1)
    effective_from: date
    effective_until: Annotated[date | None, BeforeValidator(_none)] = None
    tags: tuple[str, ...] = ()
    entities: tuple[str, ...] = ()
    audience: Annotated[tuple[str, ...], BeforeValidator(_audience)] = (PUBLIC,)

    @model_validator(mode="after")
    def _ordered(self) -> "FrontMatter":
        if self.effective_until is not None and self.effective_until <= self.effective_from:
            raise ValueError(f"effective_until ({self.effective_until}) must lie after effective_from")
        return self


def read_policies(folder: Path) -> list[Policy]:
    """Read every policy below `folder` (`*.md` but README.md, and documents), ordered by id and date.

    Raises `SettingsError` if there is no such folder, and `Invalid` with one line for each thing that is wrong, naming
    the file and the key.
    """
    if not folder.is_dir():
        raise SettingsError(f"business.policies: there is no folder {folder}")
    policies: list[Policy] = []
    problems: list[str] = []
    for file in sorted(folder.rglob("*")):
        suffix = file.suffix.lower()
        if (
            not (suffix == ".md" or suffix in KINDS)
            or file.name.lower() == SKIPPED
            or file.name.startswith(("~$", "."))
        ):
            continue
        source = file.relative_to(folder).as_posix()
        try:
            policies.append(_document(source, file) if suffix in KINDS else _policy(source, file.read_bytes()))
        except _WrongError as wrong:
            problems.extend(f"{source}: {line}" for line in wrong.lines)
    policies.sort(key=lambda policy: (policy.id, policy.effective_from, policy.version))
    problems.extend(_clashes(policies))
    if problems:
        raise Invalid("\n".join(problems), code="policies")
    return policies


class _WrongError(Exception):
    """What is wrong with one file, a line each."""

    def __init__(self, lines: Iterable[str]) -> None:
        super().__init__("\n".join(lines := list(lines)))
        self.lines = lines


def _document(source: str, file: Path) -> Policy:
    try:
        text = to_markdown(file.suffix.lower(), file.read_bytes())
    except UnreadableError as error:
        raise _WrongError([str(error)]) from error
    beside = file.with_name(f"{file.name}{MARKS}")
    head = _mapping(beside.read_text("utf-8-sig")) if beside.is_file() else {}
    told = {"id": id_of(file), "version": "1", "title": title_of(text, file), "effective_from": date.min.isoformat()}
    return Policy(**_front({**told, **head}).model_dump(), text=text, source=source)


def _front(head: dict[str, Any]) -> FrontMatter:
    try:
        return FrontMatter.model_validate(head)
    except ValidationError as error:
        raise _WrongError(_told(problem) for problem in error.errors()) from error


def _policy(source: str, content: bytes) -> Policy:
    try:
        text = content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise _WrongError([f"the file is not UTF-8: {error}"]) from error
    head, body = _divided(text)
    front = _front(head)
    if not body.strip():
        raise _WrongError(["there is no text under the front matter"])
    return Policy(**front.model_dump(), text=body.strip(), source=source)


def _divided(text: str) -> tuple[dict[str, Any], str]:
    """The front matter as it is written and the text below it."""
    lines = text.split("\n")
    fences = [number for number, line in enumerate(lines) if line.rstrip() == FENCE][:2]
    if len(fences) < 2 or fences[0] != 0:
        raise _WrongError([f"the file must open with front matter between two lines of {FENCE!r}"])
    return _mapping("\n".join(lines[1 : fences[1]])), "\n".join(lines[fences[1] + 1 :])


def _mapping(written: str) -> dict[str, Any]:
    """Front matter as it is written."""
    try:
        # BaseLoader leaves every value as it is written: with types, version 1.10 would be read as 1.1.
        head = yaml.load(written, Loader=yaml.BaseLoader)
    except yaml.YAMLError as error:
        told = " ".join(str(error).split())
        raise _WrongError([f"the front matter is not valid YAML: {told}"]) from error
    if not isinstance(head, dict):
        raise _WrongError(["the front matter must be lines of `key: value`"])
    return head


def _told(problem: Any) -> str:
    key = ".".join(str(part) for part in problem["loc"]) or "effective_until"
    match problem["type"]:
        case "missing":
            return f"{key}: is missing"
        case "extra_forbidden":
            return f"{key}: there is no such key (known: {', '.join(FrontMatter.model_fields)})"
        case "date_from_datetime_parsing" | "date_parsing" | "date_type":
            return f"{key}: {problem['input']!r} is no day such as 2026-03-01"
        case "string_pattern_mismatch":
            return f"{key}: {problem['input']!r} may hold letters, digits, '.', '_' and '-' only"
        case _:
            return (
                f"{key}: {problem['msg']}, not {problem['input']!r}" if problem["loc"] else f"{key}: {problem['msg']}"
            )


def _clashes(policies: list[Policy]) -> Iterator[str]:
    """Tell of versions that are there twice or hold on the same day; `policies` are ordered by id and date."""
    seen: dict[tuple[str, str], str] = {}
    for policy in policies:
        first = seen.setdefault((policy.id, policy.version), policy.source)
        if first != policy.source:
            yield f"{policy.source}: version: {policy.id} {policy.version} stands in {first} too"
    for earlier, later in pairwise(policies):
        until = earlier.effective_until
        if earlier.id == later.id and (until is None or later.effective_from < until):
            ends = f"until {until}" if until else "with no effective_until"
            yield (
                f"{later.source}: effective_from: {later.id} {later.version} begins on {later.effective_from}, while "
                f"version {earlier.version} in {earlier.source} holds {ends}"
            )
