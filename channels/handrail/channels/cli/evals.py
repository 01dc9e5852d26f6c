"""`handrail evals`: scoring the agent against tagged cases and transcripts."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from handrail.channels.cli.workspace import Workspace, run

if TYPE_CHECKING:
    from handrail.conversation.settings import Settings

app = typer.Typer(
    help="Score the agent against cases and transcripts whose outcomes people tagged.", no_args_is_help=True
)

FAILED = 3
"""The exit code of a run that stays under a threshold."""


@app.callback()
def evals() -> None:
    """Score the agent against cases and transcripts whose outcomes people tagged."""


@app.command("run")
def run_suite(
    data: Annotated[
        Path | None,
        typer.Option("--data", "-d", exists=True, help="JSON lines, or a folder of them; else the workspace's cases."),
    ] = None,
    workspace: Workspace = None,
    out: Annotated[Path | None, typer.Option("--json", help="Write the report here, as JSON.")] = None,
    only: Annotated[str | None, typer.Option(help="Run cases whose id contains this.")] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Run so many cases at the most.")] = None,
    side_by_side: Annotated[int, typer.Option(min=1, max=32, help="Cases at once.")] = 4,
    min_recall: Annotated[float, typer.Option(min=0, max=1, help="Exit with 3 under this escalation recall.")] = 0,
    min_precision: Annotated[
        float, typer.Option(min=0, max=1, help="Exit with 3 under this escalation precision.")
    ] = 0,
    min_right: Annotated[
        float, typer.Option(min=0, max=1, help="Exit with 3 under this share of wholly right cases.")
    ] = 0,
    skip_bad: Annotated[
        bool, typer.Option("--skip-bad", help="Name lines that can't be read, and run the others.")
    ] = False,
) -> None:
    """Play every case against the agent and print the figures with their intervals."""
    gates = (min_recall, min_precision, min_right)
    run(lambda settings: _run(settings, data, out, only, limit, side_by_side, gates, skip_bad), workspace)


async def _run(
    settings: "Settings",
    data: Path | None,
    out: Path | None,
    only: str | None,
    limit: int | None,
    side_by_side: int,
    gates: tuple[float, float, float],
    skip_bad: bool,
) -> int:
    from rich.console import Console
    from rich.progress import Progress

    from handrail.conversation.errors import Invalid
    from handrail.evals.files import read_suite
    from handrail.evals.printing import as_json, print_report
    from handrail.evals.suite import run as play

    suite = read_suite(data or settings.cases_folder, skip_bad=skip_bad)
    cases = [case for case in suite.cases if only is None or only in case.id][:limit]
    if not cases:
        raise Invalid(f"no case has {only!r} in its id" if only else "there are no cases to run")
    for bad in suite.bad:
        typer.secho(f"skipped {bad}", fg=typer.colors.YELLOW, err=True)
    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("cases", total=len(cases))
        report = await play(
            cases, settings, side_by_side=side_by_side, progress=lambda played, total: progress.advance(task)
        )
    print_report(report, Console())
    if out is not None:
        out.write_text(json.dumps(as_json(report), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    total = len(report.played) + len(report.broken)
    right = (len(report.played) - len(report.failed)) / total
    values = (report.escalation.recall.value, report.escalation.precision.value, right)
    missed = [
        f"{name} is {value:.3f}, under {gate}"
        for name, value, gate in zip(
            ("escalation recall", "escalation precision", "cases right"), values, gates, strict=True
        )
        if value is not None and value < gate
    ]
    for line in missed:
        typer.secho(line, fg=typer.colors.RED, err=True)
    return FAILED if missed or report.broken else 0
