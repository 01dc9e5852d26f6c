"""The settings: one `handrail.toml` in the workspace, every value overridable by the environment.

`[engine] kind = "offline"` in the file is `HANDRAIL_ENGINE__KIND=offline` in the environment. `DATABASE_URL`,
`CHROMA_URL`, `OPENAI_API_KEY`, `OPENAI_BASE_URL`, `HOST` and `PORT` are taken under their own names. A key or a value
that is wrong is a `SettingsError` that names it.
"""

import os
import re
import tomllib
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Self

from pydantic import ValidationError, model_validator

from handrail.conversation.assistants import AssistantsTable
from handrail.conversation.errors import SettingsError
from handrail.conversation.login import LoginSection
from handrail.conversation.outside import OutsideDesk
from handrail.conversation.sections import (
    Business,
    Checks,
    DatabaseSection,
    Day,
    Department,
    DeskSection,
    Engine,
    EvalsSection,
    FiguresSection,
    Hours,
    IdentitySection,
    Index,
    Mail,
    Retention,
    Section,
    Server,
)
from handrail.conversation.sources import ToolsTable
from handrail.conversation.tracing import TracingSection
from handrail.conversation.webhooks import Name, Webhook

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

PREFIX = "HANDRAIL_"
NOT_SETTINGS = ("HANDRAIL_WORKSPACE", "HANDRAIL_DATA", "HANDRAIL_LOGIN")
"""Names for the command line and the evaluations."""

KUBERNETES = re.compile(r"HANDRAIL_(SERVICE_(HOST|PORT\w*)|PORT(_\d+_\w+)?)")
"""Names that a cluster sets by itself where a service is called `handrail`."""


LOOPBACK = ("127.0.0.1", "::1", "localhost")


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
    retention: Retention = Retention()
    evals: EvalsSection = EvalsSection()
    figures: FiguresSection = FiguresSection()
    server: Server = Server()
    tracing: TracingSection = TracingSection()
    login: LoginSection = LoginSection()
    tools: ToolsTable = ToolsTable()
    mcp: AssistantsTable = AssistantsTable()
    webhooks: dict[Name, Webhook] = {}
    outside: dict[Name, OutsideDesk] = {}

    @model_validator(mode="after")
    def _reachable(self) -> Self:
        if self.login.openid and not self.server.public_url and self.server.host not in LOOPBACK:
            raise ValueError("login.openid needs server.public_url, where the provider sends people back to")
        return self

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
    """Read `workspace/handrail.toml`, if there is one, and lay the environment over it; empty variables count as unset.

    Raises `SettingsError` naming every key or value that is wrong, and where it came from.
    """
    values = _from_file(workspace / FILE)
    origin: dict[tuple[str, ...], str] = {}
    for name, path, value in _from_environment(os.environ if environment is None else environment):
        _put(values, path, value, name)
        origin[path] = name
    try:
        settings = Settings.model_validate({**values, "workspace": workspace.resolve()})
    except ValidationError as error:
        raise SettingsError("\n".join(_told(problem, origin) for problem in error.errors())) from error
    if settings.checks.confidence is None:
        return settings
    fitted = settings.workspace / settings.checks.confidence
    return settings.model_copy(update={"checks": settings.checks.model_copy(update={"confidence": fitted})})


def _from_file(file: Path) -> dict[str, Any]:
    if not file.exists():
        return {}
    try:
        values = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"{file} can't be read as TOML: {error}") from error
    if "workspace" in values:
        raise SettingsError(f"workspace ({FILE}): there is no such setting; it is the folder of the file")
    return values


def _from_environment(environment: Mapping[str, str]) -> list[tuple[str, tuple[str, ...], str]]:
    found: list[tuple[str, tuple[str, ...], str]] = []
    found += [(name, path, environment[name]) for name, path in PLAIN.items() if environment.get(name)]
    for name, value in sorted(environment.items()):
        if value and name.startswith(PREFIX) and name not in NOT_SETTINGS and not KUBERNETES.fullmatch(name):
            found.append((name, tuple(name.removeprefix(PREFIX).lower().split("__")), value))
    return found


def _put(values: dict[str, Any], path: tuple[str, ...], value: str, name: str) -> None:
    *parents, last = path
    for parent in parents:
        values = values.setdefault(parent, {})
        if not isinstance(values, dict):
            raise SettingsError(f"{'.'.join(path)} ({name}): {parent} is a value, not a table")
    values[last] = value
    if value[0] in "[{":
        # Lists and tables are written in TOML (`["a", "b"]`); what is none is taken as it stands: a password, say.
        with suppress(tomllib.TOMLDecodeError):
            values[last] = tomllib.loads(f"v = {value}")["v"]


def _told(problem: Any, origin: Mapping[tuple[str, ...], str]) -> str:
    path = tuple(str(part) for part in problem["loc"] if part != "[key]")
    above = (path[:length] for length in range(len(path), 0, -1))
    where = next((origin[part] for part in above if part in origin), FILE)
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
    "EvalsSection",
    "FiguresSection",
    "Hours",
    "IdentitySection",
    "Index",
    "Mail",
    "Retention",
    "Section",
    "Server",
    "Settings",
    "load",
]
