"""Reading cases and transcripts: JSON lines, each validated, each bad one named."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from handrail.conversation.errors import Invalid
from handrail.evals.case import Case, case_of
from handrail.evals.transcript import Transcript


@dataclass(frozen=True, slots=True)
class Suite:
    """Cases to run, and the lines that could not be read, as `file:line: what is wrong`."""

    cases: tuple[Case, ...]
    bad: tuple[str, ...] = ()


def read_suite(path: Path, *, skip_bad: bool = False) -> Suite:
    """Read a file, or all `*.jsonl` of a folder. A line with `turns` is a transcript, each other one a case.

    Raises `Invalid` naming every bad line, unless `skip_bad`; also where there is nothing to read.
    """
    files = sorted(path.glob("*.jsonl")) if path.is_dir() else [path]
    if not files or not files[0].is_file():
        raise Invalid(f"there are no cases in {path}: a file of JSON lines or a folder of *.jsonl is needed")
    cases: dict[str, Case] = {}
    bad: list[str] = []
    for file in files:
        for number, line in _lines(file):
            try:
                case = _case(line)
                if case.id in cases:
                    raise ValueError(f"there is a case {case.id!r} already")
                cases[case.id] = case
            except ValueError as error:
                bad.append(f"{file.name}:{number}: {_told(error)}")
    if bad and not skip_bad:
        raise Invalid("\n".join([*bad, f"{len(bad)} bad lines; --skip-bad runs the {len(cases)} others"]))
    return Suite(tuple(cases.values()), tuple(bad))


def _lines(file: Path) -> Iterator[tuple[int, str]]:
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise Invalid(f"{file.name} can't be read as text in UTF-8: {error}") from error
    # Only a line feed ends a line of JSON lines: U+2028 and the like may stand inside of a text.
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            yield number, line


def _case(line: str) -> Case:
    record = json.loads(line)
    if not isinstance(record, dict) or not record.keys() & {"steps", "customer", "turns"}:
        raise ValueError("neither a case (an object with `steps` or `customer`) nor a transcript (one with `turns`)")
    return case_of(Transcript.model_validate(record)) if "turns" in record else Case.model_validate(record)


def _told(error: ValueError) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"not JSON: {error}"
    if isinstance(error, ValidationError):
        return "; ".join(f"{'.'.join(map(str, p['loc'])) or 'line'}: {p['msg']}" for p in error.errors()[:3])
    return str(error)
