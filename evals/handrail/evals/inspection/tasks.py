"""Tasks of Inspect: `handrail/outcomes` plays cases, `handrail/recorded` lets the checks read transcripts."""

from datetime import datetime
from pathlib import Path

from inspect_ai import Task, task
from inspect_ai.dataset import MemoryDataset

from handrail.conversation.folder import settings_for
from handrail.conversation.settings import Settings
from handrail.evals.files import read_suite
from handrail.evals.inspection.samples import sample_of
from handrail.evals.inspection.scorers import scores
from handrail.evals.inspection.sharing import Closing
from handrail.evals.inspection.solvers import listened, replayed

__all__ = ["Closing", "outcomes", "recorded"]

NO_MODEL = "none/none"
"""The agent brings its own model, by its settings: Inspect is told that it has none."""


@task
def outcomes(workspace: str | None = None, data: str | None = None, now: str | None = None) -> Task:
    """The cases of a workspace, or of `data` (JSON lines, or a folder of them), played against its agent.

    `workspace` is a folder with `handrail.toml`; else the folder one stands in, else the sample business. `now` is when
    cases play that name no moment, in ISO 8601 with a zone. Settings come from the environment as ever: another model
    is `HANDRAIL_ENGINE__MODEL`.
    """
    settings = settings_for(Path(workspace) if workspace else None)
    solver = replayed(settings, datetime.fromisoformat(now) if now else None)
    return Task(dataset=_cases(settings, data), solver=solver, scorer=scores("replay"), model=NO_MODEL)


@task
def recorded(workspace: str | None = None, data: str | None = None) -> Task:
    """Transcripts or cases whose customers' lines the inbound checks judge as they were recorded; no agent runs."""
    settings = settings_for(Path(workspace) if workspace else None)
    return Task(dataset=_cases(settings, data), solver=listened(settings), scorer=scores("recorded"), model=NO_MODEL)


def _cases(settings: Settings, data: str | None) -> MemoryDataset:
    suite = read_suite(Path(data) if data else settings.cases_folder)
    return MemoryDataset([sample_of(case) for case in suite.cases], name=Path(data).name if data else "cases")
