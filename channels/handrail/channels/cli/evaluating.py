"""`handrail evals run`: play the cases, keep the run, print the figures and mind the gates."""

import json
import os
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from handrail.conversation.errors import Invalid

if TYPE_CHECKING:
    from handrail.conversation.settings import Settings
    from handrail.evals.budget import Budget
    from handrail.evals.case import Case
    from handrail.evals.gates import Gate, Judged
    from handrail.evals.identity import Identity
    from handrail.evals.keeping import Kept
    from handrail.evals.report import Report
    from handrail.evals.suite import Progress

BROKEN, FAILED, SPENT = 1, 3, 4
"""The exit codes of a run with cases that could not be run, of one that stays under a threshold, and of one whose
budget did not reach for all cases."""


class Mode(StrEnum):
    """What is scored: the agent, playing against the customers' lines, or the checks alone on the lines as recorded."""

    REPLAY = "replay"
    RECORDED = "recorded"


@dataclass(frozen=True, slots=True)
class Outputs:
    """Files to write beside what is printed."""

    json: Path | None = None
    junit: Path | None = None
    markdown: Path | None = None
    html: Path | None = None


@dataclass(frozen=True, slots=True)
class Options:
    """How a run goes. `runs` is the folder in which it is kept."""

    mode: Mode
    now: datetime | None
    side_by_side: int | None
    epochs: int
    budget: float | None
    resume: bool
    runs: Path
    show: bool
    show_all: bool
    outputs: Outputs
    gates: "tuple[Gate, ...]" = ()
    against: str | None = None
    """The run that it is compared with."""
    judge: bool = False


async def evaluate(settings: "Settings", cases: "Sequence[Case]", options: Options) -> int:
    """Run, tell, and give the exit code. Raises `Invalid` where a budget is asked for without prices, or a run to
    compare with is not there."""
    from rich.console import Console

    from handrail.channels.cli.comparing import tell_gates
    from handrail.evals.compare import compare
    from handrail.evals.gates import judge
    from handrail.evals.keeping import find
    from handrail.evals.printing import print_report

    before = find(options.runs, options.against) if options.against else None
    report, kept = await play(settings, cases, options)
    judged = judge(options.gates, report, compare(before, kept) if before is not None and kept is not None else None)
    shown = report.played if options.show_all else report.failed if options.show else ()
    _put(options.outputs, report, kept, judged)
    print_report(report, Console(), show=(played.case.id for played in shown))
    if kept is not None:
        typer.echo(f"kept as {kept.name}, data {kept.about.identity.data[:8]}")
    missed = tell_gates(judged)
    warn_of_judge(settings, options.gates, report.judge)
    return BROKEN if report.broken else SPENT if report.left else missed


def warn_of_judge(settings: "Settings", gates: "Sequence[Gate]", judge: str) -> None:
    """Say where a gate goes by the word of a judge that was not measured, or is not to be trusted."""
    from handrail.evals.judging.record import FILE, read_record, warnings

    measured = read_record(settings.workspace / FILE)
    for doubt in warnings(gates, judge, measured, settings.evals.judge_kappa):
        typer.secho(doubt, fg=typer.colors.YELLOW, err=True)


def _put(outputs: Outputs, report: "Report", kept: "Kept | None", judged: "Sequence[Judged]") -> None:
    from handrail.evals.junit import as_junit
    from handrail.evals.markdown import of_report
    from handrail.evals.page import report_page
    from handrail.evals.printing import as_json

    if outputs.json is not None:
        gates = [{"gate": one.gate.text, "passed": one.passed, "told": one.told} for one in judged]
        told = as_json(report) | {"gates": gates}
        write(outputs.json, json.dumps(told, indent=1, ensure_ascii=False) + "\n")
    if outputs.junit is not None:
        write(outputs.junit, as_junit(report, judged))
    if outputs.markdown is not None:
        write(outputs.markdown, of_report(report, judged))
    if outputs.html is not None:
        write(outputs.html, report_page(report, kept, judged))


def write(path: Path, text: str) -> None:
    """Write a file. Raises `Invalid` where that can't be done."""
    try:
        path.write_text(text, encoding="utf-8", errors="replace")
    except OSError as error:
        raise Invalid(f"{path} can't be written: {error.strerror}") from error


async def play(settings: "Settings", cases: "Sequence[Case]", options: Options) -> "tuple[Report, Kept | None]":
    """Run the cases, or what is left of them, behind a bar; keep what comes of each."""
    from handrail.evals.identity import identity
    from handrail.evals.judging.judge import judge_name, open_judge
    from handrail.evals.suite import recorded, replay

    judging = options.judge or settings.evals.judge == "model"
    who = judge_name(settings) if judging else ""
    mark = identity(cases, settings, options.mode.value, epochs=options.epochs, now=options.now, judge=who)
    budget = _budget(settings, cases, options, mark)
    async with AsyncExitStack() as stack:
        judge = await stack.enter_async_context(open_judge(settings)) if judging else None
        kept = _kept(options, mark, cases)
        told = stack.enter_context(Bar(len(cases) * options.epochs))
        if options.mode is Mode.RECORDED:
            report = await recorded(cases, settings, kept=kept, budget=budget, judge=judge, progress=told)
        else:
            at_once = options.side_by_side or (8 if settings.engine.chosen == "openai" else os.cpu_count() or 1)
            report = await replay(
                cases, settings, now=options.now, side_by_side=at_once, epochs=options.epochs, kept=kept,
                budget=budget, judge=judge, progress=told,
            )  # fmt: skip
    return report, kept


def _kept(options: Options, mark: "Identity", cases: "Sequence[Case]") -> "Kept":
    from handrail.evals.keeping import begin, unfinished

    kept = unfinished(options.runs, mark) if options.resume else None
    if kept is not None:
        typer.echo(f"going on with {kept.name}: {len(kept.traces)} of {len(cases) * options.epochs} are done", err=True)
        return kept
    if options.resume:
        typer.echo("no run of the same was broken off: a new one begins", err=True)
    return begin(options.runs, mark, cases)


def _budget(settings: "Settings", cases: "Sequence[Case]", options: Options, mark: "Identity") -> "Budget":
    from handrail.evals.budget import Budget, estimate, estimate_judge

    engine = settings.engine
    asked = engine.chosen == "openai" or bool(mark.judge)
    priced = asked and bool(engine.price_in or engine.price_out)
    if options.budget is not None and asked and not priced:
        raise Invalid("--budget needs prices: set price_in and price_out under [engine]")
    judging = estimate_judge(len(cases) * options.epochs, engine) if mark.judge else 0.0
    if priced and options.mode is Mode.RECORDED and judging:
        typer.echo(f"likely to cost {judging:.2f} at the most, for the judge", err=True)
    if priced and options.mode is Mode.REPLAY:
        before = _before(options.runs, mark)
        seen = [] if before is None else list(before.traces.values())
        drafts = estimate(cases, options.epochs, engine, seen) if engine.chosen == "openai" else 0.0
        likely = judging + drafts
        source = f"by {before.name}" if before else "at the most, by full prompts: no run with this engine is kept"
        typer.echo(f"likely to cost {likely:.2f} ({source})", err=True)
    return Budget(options.budget)


def _before(runs: Path, mark: "Identity") -> "Kept | None":
    """The last run with this engine."""
    from handrail.evals.keeping import names, read

    kept = (read(runs / name) for name in reversed(names(runs)))
    return next((k for k in kept if k.traces and k.about.identity.engine == mark.engine), None)


class Bar:
    """A progress bar on standard error, told of each case."""

    def __init__(self, total: int) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        self._bar = Progress(*columns, console=Console(stderr=True), transient=True)
        self._task = self._bar.add_task("getting ready", total=total)
        self._wrong = 0

    def __enter__(self) -> "Progress":
        from handrail.evals.trace import Played
        from handrail.evals.verdicts import is_right

        self._bar.__enter__()

        def told(played: Played | None) -> None:
            self._wrong += played is None or not is_right(played)
            what = f"{self._wrong} not right" if self._wrong else "all right so far"
            self._bar.update(self._task, advance=1, description=what)

        return told

    def __exit__(self, *_: object) -> None:
        self._bar.__exit__(None, None, None)
