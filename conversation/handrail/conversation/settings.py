"""The settings: one `handrail.toml` in the workspace, every value overridable by the environment.

`[engine] kind = "offline"` in the file is `HANDRAIL_ENGINE__KIND=offline` in the environment. `DATABASE_URL`,
`CHROMA_URL`, `OPENAI_API_KEY`, `OPENAI_BASE_URL`, `HOST` and `PORT` are taken under their own names. A key or a value
that is wrong is a `SettingsError` that names it.
"""

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from handrail.conversation.errors import SettingsError
from handrail.conversation.sections import (
    Business,
    Checks,
    DatabaseSection,
    Day,
    Department,
    DeskSection,
    Engine,
    Hours,
    IdentitySection,
    Index,
    Mail,
    Section,
    Server,
)

FILE = "handrail.toml"
PLAIN = {
    "DATABASE_URL": ("database", "url"),
    "CHROMA_URL": ("index", "chroma_url"),
    "OPENAI_API_KEY": ("engine", "api_key"),
    "OPENAI_BASE_URL": ("engine", "base_url"),
    "HOST": ("server", "host"),
    "PORT": ("server", "port"),
}
"""Environment names that other programs know too, and the setting each stands for."""


class Settings(Section):
    """Everything that can be set. `workspace` is the folder of the file; paths in it are relative to that."""

    workspace: Path = Path()
    data: Path = Path(".handrail")
    """Where the embedded Postgres, the index, keys and logs live; relative to the workspace."""
    business: Business = Business()
    engine: Engine = Engine()
    database: DatabaseSection = DatabaseSection()
    index: Index = Index()
    identity: IdentitySection = IdentitySection()
    desk: DeskSection = DeskSection()
    checks: Checks = Checks()
    mail: Mail = Mail()
    server: Server = Server()

    @property
    def data_folder(self) -> Path:
        return self.workspace / self.data

    @property
    def policies_folder(self) -> Path:
        return self.workspace / self.business.policies

    @property
    def cases_folder(self) -> Path:
        return self.workspace / self.business.cases


def load(workspace: Path, environment: Mapping[str, str] | None = None) -> Settings:
    """Read `workspace/handrail.toml` and lay the environment over it.

    Raises `SettingsError` naming every key or value that is wrong, and where it came from.
    """
    environment = os.environ if environment is None else environment
    file = workspace / FILE
    try:
        values: dict[str, Any] = tomllib.loads(file.read_text()) if file.exists() else {}
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{file} is not valid TOML: {error}") from error
    origin: dict[tuple[str, ...], str] = {}
    for name, path, value in _from_environment(environment):
        _put(values, path, value)
        origin[path] = name
    values.pop("workspace", None)
    try:
        return Settings.model_validate({**values, "workspace": workspace.resolve()})
    except ValidationError as error:
        raise SettingsError("\n".join(_told(problem, origin, file) for problem in error.errors())) from error


def _from_environment(environment: Mapping[str, str]) -> list[tuple[str, tuple[str, ...], str]]:
    found: list[tuple[str, tuple[str, ...], str]] = []
    found += [(name, path, environment[name]) for name, path in PLAIN.items() if environment.get(name)]
    prefix = "HANDRAIL_"
    for name, value in environment.items():
        # HANDRAIL_WORKSPACE and HANDRAIL_DATA name folders of the command line and of the evaluations, not settings.
        if name.startswith(prefix) and name not in ("HANDRAIL_WORKSPACE", "HANDRAIL_DATA"):
            found.append((name, tuple(name.removeprefix(prefix).lower().split("__")), value))
    return found


def _put(values: dict[str, Any], path: tuple[str, ...], value: str) -> None:
    *parents, last = path
    for parent in parents:
        values = values.setdefault(parent, {})
        if not isinstance(values, dict):
            raise SettingsError(f"{'.'.join(path)}: {parent} is a value, not a table")
    try:
        # Lists and tables are written in TOML (`["a", "b"]`); everything else is taken as it stands.
        values[last] = tomllib.loads(f"v = {value}")["v"] if value[:1] in "[{" else value
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{'.'.join(path)}: {value!r} is not a TOML list or table: {error}") from error


def _told(problem: Any, origin: Mapping[tuple[str, ...], str], file: Path) -> str:
    path = tuple(str(part) for part in problem["loc"])
    where = origin.get(path) or f"{file.name}"
    what = "there is no such setting" if problem["type"] == "extra_forbidden" else problem["msg"]
    return f"{'.'.join(path)} ({where}): {what}"


__all__ = [
    "FILE",
    "PLAIN",
    "Business",
    "Checks",
    "DatabaseSection",
    "Day",
    "Department",
    "DeskSection",
    "Engine",
    "Hours",
    "IdentitySection",
    "Index",
    "Mail",
    "Section",
    "Server",
    "Settings",
    "load",
]
