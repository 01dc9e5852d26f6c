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
    """Read a file, or all `*.jsonl` of a folder. A line with `steps` is a case, one with `turns` a transcript.

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
            except ValueError as error:
                bad.append(f"{file.name}:{number}: {_told(error)}")
                continue
            if case.id in cases:
                bad.append(f"{file.name}:{number}: there is a case {case.id!r} already")
            else:
                cases[case.id] = case
    if bad and not skip_bad:
        raise Invalid("\n".join([*bad, f"{len(bad)} bad lines; --skip-bad runs the {len(cases)} others"]))
    return Suite(tuple(cases.values()), tuple(bad))


def _lines(file: Path) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
        if line.strip():
            yield number, line


def _case(line: str) -> Case:
    record = json.loads(line)
    if isinstance(record, dict) and "steps" in record:
        return Case.model_validate(record)
    return case_of(Transcript.model_validate(record))


def _told(error: ValueError) -> str:
    if not isinstance(error, ValidationError):
        return f"not JSON: {error}"
    return "; ".join(f"{'.'.join(map(str, p['loc'])) or 'line'}: {p['msg']}" for p in error.errors()[:3])
