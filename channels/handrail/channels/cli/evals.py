"""`handrail evals`: scoring the agent against tagged cases and transcripts."""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from handrail.channels.cli.workspace import Workspace, run

if TYPE_CHECKING:
    from handrail.conversation.settings import Settings
    from handrail.evals.case import Case
    from handrail.evals.report import Report

app = typer.Typer(
    help="Score the agent against cases and transcripts whose outcomes people tagged.", no_args_is_help=True
)

BROKEN, FAILED = 1, 3
"""The exit codes of a run with cases that could not be run, and of one that stays under a threshold."""


class Mode(StrEnum):
    """What is scored: the agent, playing against the customers' lines, or the checks alone on the lines as recorded."""

    REPLAY = "replay"
    RECORDED = "recorded"


@dataclass(frozen=True, slots=True)
class Gates:
    """The least that a run must come to; 0 asks for nothing."""

    recall: float
    precision: float
    right: float

    def missed(self, report: "Report") -> Iterator[str]:
        """What a run stays under, in words. A figure that can't be told passes no gate."""
        found = report.escalation
        figures = (
            ("escalation recall", found.recall.value, self.recall),
            ("escalation precision", found.precision.value, self.precision),
            ("cases wholly right", report.right.value, self.right),
        )
        for name, value, gate in figures:
            if gate and value is None:
                yield f"{name} can't be told from these cases, so it is not at least {gate:g}"
            elif value is not None and value < gate:
                yield f"{name} is {value:.3f}, under {gate:g}"


@dataclass(frozen=True, slots=True)
class Options:
    """How a run goes."""

    mode: Mode
    now: datetime | None
    side_by_side: int | None
    show: bool
    show_all: bool
    out: Path | None
    gates: Gates


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
    mode: Annotated[
        Mode, typer.Option(help="replay: the agent answers the customers; recorded: the checks alone read their lines.")
    ] = Mode.REPLAY,
    only: Annotated[str | None, typer.Option(help="Run cases whose id contains this.")] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Run so many cases at the most.")] = None,
    show: Annotated[bool, typer.Option("--show", help="Show the conversations of cases that are not right.")] = False,
    show_all: Annotated[bool, typer.Option("--show-all", help="Show every conversation.")] = False,
    out: Annotated[
        Path | None, typer.Option("--json", help="Write the report here, as JSON, with every conversation.")
    ] = None,
    now: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%dT%H:%M%z", "%Y-%m-%dT%H:%M:%S%z"],
            metavar="MOMENT",
            help="When cases play that name no moment, as 2026-06-15T10:00+00:00; else now.",
        ),
    ] = None,
    side_by_side: Annotated[
        int | None,
        typer.Option(min=1, max=32, help="Cases at once; else one for each core, or eight where a model answers."),
    ] = None,
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
    database: Annotated[
        str | None,
        typer.Option(
            metavar="URL",
            help="A Postgres in which cases may make databases and drop them; else one of the run's own, thrown away.",
        ),
    ] = None,
) -> None:
    """Play cases and tagged transcripts against the agent and print the figures with their intervals.

    Exits with 1 where a case could not be run, with 3 under a threshold.
    """
    gates = Gates(min_recall, min_precision, min_right)
    options = Options(mode, now, side_by_side, show, show_all, out, gates)

    async def command(settings: "Settings") -> int:
        cases = _cases(data or settings.cases_folder, only, limit, skip_bad=skip_bad)
        return await _run(_apart(settings, database), cases, options)

    run(command, workspace)


@app.command()
def calibrate(
    data: Annotated[
        Path | None,
        typer.Option("--data", "-d", exists=True, help="JSON lines, or a folder of them; else the workspace's cases."),
    ] = None,
    out: Annotated[Path, typer.Option("--out", "-o", dir_okay=False, help="The file to write.")] = Path(
        "confidence.json"
    ),
    workspace: Workspace = None,
    missed: Annotated[float, typer.Option(min=0.01, help="What a missed handoff costs.")] = 5,
    needless: Annotated[float, typer.Option(min=0.01, help="What a needless handoff costs.")] = 1,
    offer: Annotated[float, typer.Option(min=0, help="What offering a person costs.")] = 0.2,
    declined: Annotated[
        float, typer.Option(min=0, max=0.99, help="The share of needed offers that are declined.")
    ] = 0.3,
    risk: Annotated[
        float, typer.Option(min=0.001, max=1, help="The most of the needed handoffs that may be missed.")
    ] = 0.1,
    skip_bad: Annotated[
        bool, typer.Option("--skip-bad", help="Name lines that can't be read, and use the others.")
    ] = False,
) -> None:
    """Fit confidence and its thresholds to tagged conversations, by costs and a bound on what may be missed."""
    from handrail.guardrails.calibration import Costs

    costs = Costs(missed=missed, needless=needless, offer=offer, declined=declined)

    async def command(settings: "Settings") -> None:
        from handrail.channels.cli import calibrating

        cases = _cases(data or settings.cases_folder, None, None, skip_bad=skip_bad)
        await calibrating.calibrate(settings, cases, out, costs, risk)

    run(command, workspace)


def _apart(settings: "Settings", database: str | None) -> "Settings":
    """The settings on a database of the run's own: cases never touch the one that customers use."""
    from pydantic import SecretStr

    own = settings.database.model_copy(update={"url": SecretStr(database) if database else None})
    return settings.model_copy(update={"database": own})


def _cases(path: Path, only: str | None, limit: int | None, *, skip_bad: bool) -> "list[Case]":
    from handrail.conversation.errors import Invalid
    from handrail.evals.files import read_suite

    suite = read_suite(path, skip_bad=skip_bad)
    for bad in suite.bad:
        typer.secho(f"skipped {bad}", fg=typer.colors.YELLOW, err=True)
    cases = [case for case in suite.cases if only is None or only in case.id][:limit]
    if not cases:
        raise Invalid(f"no case has {only!r} in its id" if only else "there are no cases to run")
    return cases


async def _run(settings: "Settings", cases: "list[Case]", options: Options) -> int:
    from rich.console import Console

    from handrail.evals.printing import as_json, print_report

    report = await _play(settings, cases, options)
    shown = report.played if options.show_all else report.failed if options.show else ()
    if options.out is not None:
        options.out.write_text(json.dumps(as_json(report), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print_report(report, Console(), show=(played.case.id for played in shown))
    missed = list(options.gates.missed(report))
    for line in missed:
        typer.secho(line, fg=typer.colors.RED, err=True)
    if report.broken:
        return BROKEN
    return FAILED if missed else 0


async def _play(settings: "Settings", cases: "list[Case]", options: Options) -> "Report":
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    from handrail.evals.replay import Played
    from handrail.evals.report import is_right
    from handrail.evals.suite import recorded, replay

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("getting ready", total=len(cases))
        wrong = 0

        def told(played: Played | None) -> None:
            nonlocal wrong
            wrong += played is None or not is_right(played)
            bar.update(task, advance=1, description=f"{wrong} not right" if wrong else "all right so far")

        if options.mode is Mode.RECORDED:
            return await recorded(cases, settings, progress=told)
        at_once = options.side_by_side or (8 if settings.engine.chosen == "openai" else os.cpu_count() or 1)
        return await replay(cases, settings, now=options.now, side_by_side=at_once, progress=told)
