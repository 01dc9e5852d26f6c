"""The workspace: an integrator's own Python files, loaded by path, and what is found in them."""

import hashlib
import importlib
import inspect
import logging
import sys
import traceback
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any

from handrail.agent.tools.api import Directory, Lifespan, Tool, WorkspaceInfo
from handrail.conversation.errors import SettingsError
from handrail.conversation.settings import Settings

PREFIX = "handrail_workspace_"
log = logging.getLogger("handrail.workspace")


@dataclass(frozen=True, slots=True)
class Workspace:
    """The tools of a workspace, in the order of its files, and how it opens its systems and finds customers."""

    folder: Path
    data_folder: Path
    lifespan: Lifespan | None = None
    find_customer: Directory | None = None
    by_name: dict[str, Tool] = field(default_factory=dict)

    @property
    def tools(self) -> tuple[Tool, ...]:
        """Every tool there is now: the workspace's own first, then those of sources."""
        return tuple(self.by_name.values())

    def adopt(self, tools: Iterable[Tool]) -> None:
        """Put these in the place of the tools of sources so far. Raises `SettingsError` for a name that is taken."""
        own = {name: tool for name, tool in self.by_name.items() if not tool.source}
        taken = {tool.name: tool for tool in tools}
        if twice := next((name for name in taken if name in own), None):
            raise SettingsError(f"a Python file has a tool {twice!r} already; give the source a `prefix`")
        self.by_name.clear()
        self.by_name.update({**own, **taken})

    @asynccontextmanager
    async def open(
        self, database_url: str, now: datetime | None = None, *, rehearsal: bool = False
    ) -> AsyncIterator[Any]:
        """Run the workspace's `lifespan`; the value is `Context.resources` (None where it defines none).

        `now` is what the clock of the agent says, the present where it is left out; in a `rehearsal` a case is played.
        """
        if self.lifespan is None:
            yield None
            return
        info = WorkspaceInfo(self.folder, self.data_folder, database_url, now or datetime.now(UTC), rehearsal)
        async with self.lifespan(info) as resources:
            yield resources


def load_workspace(settings: Settings) -> Workspace:
    """Load the files of `business.tools`; collect every `Tool` at their top level, `lifespan` and `find_customer`.

    The folder becomes a package under a name of its own, so that files import their neighbours (`from .rules import …`)
    and two workspaces in one process don't meet. Raises `SettingsError` naming file and line.
    """
    folder = settings.workspace.resolve()
    package = _package(folder)
    modules = [_load(folder, path, package) for path in settings.business.tools]
    by_name: dict[str, Tool] = {}
    for module in modules:
        for found in vars(module).values():
            if isinstance(found, Tool) and by_name.setdefault(found.name, found) is not found:
                raise SettingsError(f"{module.__file__}: another tool is called {found.name} already")
    workspace = Workspace(
        folder=folder,
        data_folder=settings.data_folder,
        lifespan=_one(modules, "lifespan"),
        find_customer=_one(modules, "find_customer"),
        by_name=by_name,
    )
    _expect_sound(workspace, settings)
    return workspace


def _package(folder: Path) -> str:
    name = PREFIX + hashlib.sha256(str(folder).encode()).hexdigest()[:12]
    if name not in sys.modules:
        package = ModuleType(name, f"The workspace {folder}.")
        package.__path__ = [str(folder)]
        sys.modules[name] = package
    return name


def _load(folder: Path, path: Path, package: str) -> ModuleType:
    file = (folder / path).resolve()
    key = f"business.tools: {path}"
    if not file.is_file():
        raise SettingsError(f"{key}: there is no such file in {folder}")
    if not file.is_relative_to(folder) or file.suffix != ".py":
        raise SettingsError(f"{key} must be a Python file inside the workspace {folder}")
    parts = file.relative_to(folder).with_suffix("").parts
    if not all(part.isidentifier() for part in parts):
        raise SettingsError(f"{key}: folders and files of tools need names that Python can import (letters, digits, _)")
    importlib.invalidate_caches()
    try:
        return importlib.import_module(".".join((package, *parts)))
    except SettingsError:
        raise
    except ModuleNotFoundError as error:
        raise SettingsError(f"{_line(error, folder, file)}: {error}{_mend(error, file)}") from error
    except Exception as error:
        raise SettingsError(f"{_line(error, folder, file)}: {type(error).__name__}: {error}") from error


def _line(error: BaseException, folder: Path, file: Path) -> str:
    """Where in the workspace's own files it went wrong."""
    if isinstance(error, SyntaxError) and error.filename:
        return f"{error.filename}:{error.lineno}"
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if _is_own(Path(frame.filename), folder)]
    return f"{own[-1].filename}:{own[-1].lineno}" if own else str(file)


def _is_own(file: Path, folder: Path) -> bool:
    # A virtual environment may stand inside the workspace.
    return file.is_relative_to(folder) and "site-packages" not in file.relative_to(folder).parts


def _mend(error: ModuleNotFoundError, file: Path) -> str:
    name = (error.name or "").split(".")[0]
    if name and ((file.parent / f"{name}.py").exists() or (file.parent / name).is_dir()):
        return f"; it stands beside {file.name}, so write: from .{error.name} import …"
    return ""


def _one(modules: Sequence[ModuleType], name: str) -> Any:
    found = {id(value): (value, module) for module in modules if (value := getattr(module, name, None)) is not None}
    if len(found) > 1:
        files = ", ".join(str(module.__file__) for _, module in found.values())
        raise SettingsError(f"only one file may define {name}, and these do: {files}")
    return next(iter(found.values()))[0] if found else None


def _expect_sound(workspace: Workspace, settings: Settings) -> None:
    find = workspace.find_customer
    if find is not None and not inspect.iscoroutinefunction(find):
        raise SettingsError("find_customer must be an async function: async def find_customer(resources, claim)")
    opens = workspace.lifespan
    if opens is not None and (not callable(opens) or inspect.isasyncgenfunction(opens)):
        raise SettingsError("lifespan must be made by @asynccontextmanager: async def lifespan(workspace)")
    closed = [tool.name for tool in workspace.tools if tool.identity != "none"]
    for source, table in settings.tools.sources.items():
        closed += [f"{name} of {source}" for name, t in table.tools.items() if t.bind or t.owner or t.identity]
    if closed and find is None and not settings.identity.takes_tokens:
        log.warning("no file defines find_customer, so nobody can prove who they are for: %s", ", ".join(closed))
