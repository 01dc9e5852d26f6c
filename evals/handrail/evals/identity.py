"""What a run is a run of: the hashes of all that its figures depend on."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict

import handrail
from handrail.conversation.settings import Settings
from handrail.evals.case import Case

ELSEWHERE = {"workspace", "data", "database", "server", "webhooks", "evals"}
"""Settings of where it runs, which no figure depends on."""
CODE = {".py", ".toml", ".md", ".json", ".txt"}
Mode = Literal["replay", "recorded"]


class Identity(BaseModel):
    """Hashes are SHA-256. Two runs of the same identity differ by chance and by their times alone.

    `data` is of the cases as they were read, `settings` without secrets and places, `policies` of the policies' files,
    `tools` of the workspace's Python files, `code` of Handrail's own; `now` the moment asked for, `judge` who was asked
    beside, if anybody.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    mode: Mode
    engine: str
    version: str
    cases: int
    epochs: int = 1
    seed: int = 7
    now: AwareDatetime | None = None
    judge: str = ""
    data: str
    settings: str
    policies: str
    tools: str
    code: str

    @property
    def key(self) -> str:
        """One hash for all of it."""
        return _sha(self.model_dump_json().encode())

    def differences(self, other: "Identity") -> tuple[str, ...]:
        """The names of what differs."""
        return tuple(name for name in type(self).model_fields if getattr(self, name) != getattr(other, name))


def identity(
    cases: Sequence[Case],
    settings: Settings,
    mode: Mode,
    *,
    epochs: int = 1,
    seed: int = 7,
    now: AwareDatetime | None = None,
    judge: str = "",
) -> Identity:
    """The identity of a run that would be made now. Raises `OSError` where a policy can't be read."""
    return Identity(
        mode=mode,
        engine=settings.engine.name if mode == "replay" else "recorded",
        version=version("handrail"),
        cases=len(cases),
        epochs=epochs,
        seed=seed,
        now=now,
        judge=judge,
        data=data_hash(cases),
        settings=_of_settings(settings),
        policies=_of_files([settings.policies_folder]),
        tools=_of_files(settings.workspace / path for path in settings.business.tools),
        code=_of_files(map(Path, handrail.__path__), CODE),
    )


def data_hash(cases: Sequence[Case]) -> str:
    """SHA-256 of cases as they were read."""
    return _sha(*(case.model_dump_json().encode() for case in cases))


def _of_settings(settings: Settings) -> str:
    told = json.dumps(settings.model_dump(mode="json", exclude=ELSEWHERE), sort_keys=True)
    fitted = settings.checks.confidence
    return _sha(told.encode(), fitted.read_bytes() if fitted and fitted.is_file() else b"")


def _of_files(places: Iterable[Path], kinds: set[str] | None = None) -> str:
    """Of all files in these places, by their names below them."""
    parts: list[bytes] = []
    for place in places:
        files = sorted(place.rglob("*")) if place.is_dir() else [place]
        for file in files:
            if file.is_file() and "__pycache__" not in file.parts and (kinds is None or file.suffix in kinds):
                parts += [file.relative_to(place.parent).as_posix().encode(), file.read_bytes()]
    return _sha(*parts)


def _sha(*parts: bytes) -> str:
    whole = hashlib.sha256()
    for part in parts:
        whole.update(len(part).to_bytes(8, "big") + part)
    return whole.hexdigest()
