"""`handrail evals`: scoring the agent against tagged cases and transcripts."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from handrail.channels.cli import data_sets, evaluating, exchanging
from handrail.channels.cli.evaluating import Mode, Options, Outputs
from handrail.channels.cli.workspace import Workspace, run

if TYPE_CHECKING:
    from handrail.conversation.settings import Settings
    from handrail.evals.case import Case
    from handrail.evals.gates import Gate

app = typer.Typer(
    help="Score the agent against cases and transcripts whose outcomes people tagged.", no_args_is_help=True
)


app.command("import")(exchanging.import_file)
app.command("export")(exchanging.export_run)
app.command("split")(data_sets.split)
app.command("leaks")(data_sets.leaks)


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
    frozen: Annotated[
        bool, typer.Option("--frozen", help="Run the cases that were frozen from tagged conversations.")
    ] = False,
    only: Annotated[str | None, typer.Option(help="Run cases whose id contains this.")] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Run so many cases at the most.")] = None,
    show: Annotated[bool, typer.Option("--show", help="Show the conversations of cases that are not right.")] = False,
    show_all: Annotated[bool, typer.Option("--show-all", help="Show every conversation.")] = False,
    out: Annotated[
        Path | None, typer.Option("--json", help="Write the report here, as JSON, with every conversation.")
    ] = None,
    junit: Annotated[Path | None, typer.Option(help="Write it here as JUnit XML, for build servers.")] = None,
    markdown: Annotated[Path | None, typer.Option(help="Write it here as Markdown, for a pull request.")] = None,
    html: Annotated[Path | None, typer.Option(help="Write it here as one page, with curves and conversations.")] = None,
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
    epochs: Annotated[int, typer.Option(min=1, max=100, help="Play every case so often, and tell pass^k.")] = 1,
    judge: Annotated[
        bool,
        typer.Option("--judge", help="Let a model judge what no rule can; that makes no case right or wrong."),
    ] = False,
    budget: Annotated[
        float | None,
        typer.Option(min=0, help="Spend no more than this on models, by the prices of \\[engine]."),
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with the last run of the same that was broken off.")
    ] = False,
    runs: Annotated[
        Path | None, typer.Option(file_okay=False, help="Where runs are kept; else runs in the data folder.")
    ] = None,
    gate: Annotated[
        list[str] | None,
        typer.Option(help="What the run must come to, as 'escalation.recall >= 0.95'; beside those of the settings."),
    ] = None,
    against: Annotated[str | None, typer.Option(metavar="RUN", help="A kept run that it is compared with.")] = None,
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

    Exits with 1 where a case could not be run, with 3 where a gate is missed, with 4 where the budget did not reach.
    """

    async def command(settings: "Settings") -> int:
        cases = _cases(data or _place(settings, frozen=frozen), only, limit, skip_bad=skip_bad)
        options = Options(
            mode, now, side_by_side, 1 if mode is Mode.RECORDED else epochs, budget, resume,
            runs or runs_of(settings), show, show_all, Outputs(out, junit, markdown, html), gates_of(settings, gate),
            against, judge,
        )  # fmt: skip
        return await evaluating.evaluate(_apart(settings, database), cases, options)

    run(command, workspace)


@app.command("compare")
def compare_runs(
    before: Annotated[str, typer.Argument(help="A kept run: its name, a part of it, its folder, `last` or `last~1`.")],
    after: Annotated[str, typer.Argument(help="The run that is held against it.")],
    workspace: Workspace = None,
    runs: Annotated[
        Path | None, typer.Option(file_okay=False, help="Where runs are kept; else runs in the data folder.")
    ] = None,
    show: Annotated[bool, typer.Option("--show", help="Show both conversations of cases that flipped.")] = False,
    out: Annotated[Path | None, typer.Option("--json", help="Write the comparison here, as JSON.")] = None,
    markdown: Annotated[Path | None, typer.Option(help="Write it here as Markdown, for a pull request.")] = None,
    html: Annotated[Path | None, typer.Option(help="Write it here as one page, with both conversations.")] = None,
    gate: Annotated[
        list[str] | None, typer.Option(help="What AFTER must come to; else the gates of the settings.")
    ] = None,
) -> None:
    """Compare two kept runs case by case: what changed, whether noise explains it, which cases flipped.

    Exits with 3 where a gate is missed; without any gates, where something got worse beyond noise.
    """

    async def command(settings: "Settings") -> int:
        from handrail.channels.cli import comparing
        from handrail.evals.keeping import find

        folder, gates = runs or runs_of(settings), gates_of(settings, gate)
        outputs = Outputs(out, markdown=markdown, html=html)
        code = comparing.tell(folder, before, after, gates, show=show, outputs=outputs)
        evaluating.warn_of_judge(settings, gates, find(folder, after).about.identity.judge)
        return code

    run(command, workspace)


@app.command("report")
def report_run(
    html: Annotated[Path, typer.Argument(dir_okay=False, help="The page to write.")],
    name: Annotated[str, typer.Option("--run", help="A kept run.")] = "last",
    workspace: Workspace = None,
    runs: Annotated[
        Path | None, typer.Option(file_okay=False, help="Where runs are kept; else runs in the data folder.")
    ] = None,
) -> None:
    """Write the page of a kept run: figures, curves, slices, the worst conversations with what was found in them."""

    async def command(settings: "Settings") -> None:
        from handrail.channels.cli import kept_runs

        kept_runs.page_of(runs or runs_of(settings), name, html, gates_of(settings, None))

    run(command, workspace)


@app.command("judge")
def measure_judge(
    data: Annotated[
        Path | None,
        typer.Option("--data", "-d", exists=True, help="Tagged transcripts; else the workspace's cases."),
    ] = None,
    workspace: Workspace = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Read so many conversations at the most.")] = None,
    budget: Annotated[float | None, typer.Option(min=0, help="Spend no more than this on the judge.")] = None,
    out: Annotated[
        Path | None, typer.Option("--json", dir_okay=False, help="The file to write; else judge.json of the workspace.")
    ] = None,
    skip_bad: Annotated[
        bool, typer.Option("--skip-bad", help="Name lines that can't be read, and use the others.")
    ] = False,
) -> None:
    """Hold the judge by model against what people said: agreement, kappa, AUROC, and whether length or order sway it.

    Gates on a judge's scores look at the file. Exits with 4 where the budget did not reach.
    """

    async def command(settings: "Settings") -> int:
        from handrail.channels.cli import judging
        from handrail.evals.judging.record import FILE

        cases = _cases(data or settings.cases_folder, None, limit, skip_bad=skip_bad)
        return await judging.judge(settings, cases, out or settings.workspace / FILE, budget)

    run(command, workspace)


@app.command("sweep")
def sweep_variants(
    variants: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A TOML file with [[variant]] tables.")],
    data: Annotated[
        Path | None,
        typer.Option("--data", "-d", exists=True, help="JSON lines, or a folder of them; else the workspace's cases."),
    ] = None,
    workspace: Workspace = None,
    mode: Annotated[Mode, typer.Option(help="As in `run`.")] = Mode.REPLAY,
    only: Annotated[str | None, typer.Option(help="Run cases whose id contains this.")] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Run so many cases at the most.")] = None,
    epochs: Annotated[int, typer.Option(min=1, max=100, help="Play every case so often.")] = 1,
    budget: Annotated[float | None, typer.Option(min=0, help="Spend no more than this on all variants.")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with runs of the same that were broken off.")] = False,
    now: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%dT%H:%M%z", "%Y-%m-%dT%H:%M:%S%z"], metavar="MOMENT", help="As in `run`; else now."
        ),
    ] = None,
    side_by_side: Annotated[int | None, typer.Option(min=1, max=32, help="Cases at once.")] = None,
    out: Annotated[Path | None, typer.Option("--json", help="Write the table here, as JSON.")] = None,
    runs: Annotated[
        Path | None, typer.Option(file_okay=False, help="Where runs are kept; else runs in the data folder.")
    ] = None,
    database: Annotated[str | None, typer.Option(metavar="URL", help="As in `run`.")] = None,
) -> None:
    """Run the same cases under several variants of the settings and tell them side by side, under one budget.

    Each variant is a kept run of its own, which `compare` takes. Exits as `run`.
    """

    async def command(settings: "Settings") -> int:
        from handrail.channels.cli import sweeping
        from handrail.evals.sweep import read_variants

        cases = _cases(data or settings.cases_folder, only, limit, skip_bad=False)
        # One moment for all, so that nothing but the settings differs.
        options = Options(
            mode, now or datetime.now(UTC), side_by_side, 1 if mode is Mode.RECORDED else epochs, budget, resume,
            runs or runs_of(settings), False, False, Outputs(),
        )  # fmt: skip
        return await sweeping.sweep(_apart(settings, database), cases, read_variants(variants), options, out)

    run(command, workspace)


@app.command()
def freeze(
    conversation: Annotated[str | None, typer.Argument(help="Only this conversation, by its last tags.")] = None,
    workspace: Workspace = None,
    anew: Annotated[bool, typer.Option("--anew", help="Freeze those again that are frozen already.")] = False,
) -> None:
    """Freeze conversations that people wrapped up with a tag as cases, which replay against what was recorded.

    What identifies a customer is replaced by stand-ins. They are kept in cases below the data folder; --frozen runs
    them.
    """
    from handrail.channels.cli import freezing

    run(lambda settings: freezing.freeze(settings, conversation, anew=anew), workspace)


@app.command("shadow")
def shadow_live(
    variants: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A TOML file with [[variant]] tables.")],
    workspace: Workspace = None,
    days: Annotated[float, typer.Option(min=0.01, help="Conversations that began within so many days.")] = 7,
    show: Annotated[
        bool, typer.Option("--show", help="Name the conversations that would have gone otherwise.")
    ] = False,
) -> None:
    """Read live conversations under other settings of the checks, with no effect: who would have called a person?

    Nothing is sent, answered or written down; conversations are named by their ids alone.
    """

    async def command(settings: "Settings") -> None:
        from handrail.channels.cli import shadowing
        from handrail.evals.sweep import read_variants

        await shadowing.tell(settings, read_variants(variants), days, show=show)

    run(command, workspace)


@app.command("runs")
def list_runs(
    workspace: Workspace = None,
    runs: Annotated[
        Path | None, typer.Option(file_okay=False, help="Where runs are kept; else runs in the data folder.")
    ] = None,
) -> None:
    """List the runs that are kept, the last one last."""

    async def command(settings: "Settings") -> None:
        from handrail.channels.cli import kept_runs

        kept_runs.tell_runs(runs or runs_of(settings))

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
    test: Annotated[
        Path | None,
        typer.Option(exists=True, help="Tagged conversations to see what comes of it; not fitted on."),
    ] = None,
    leaks: Annotated[
        float, typer.Option(min=0, max=1, help="The share of the test that may be known to the fit.")
    ] = 0.01,
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
        unseen = _cases(test, None, None, skip_bad=skip_bad) if test else []
        await calibrating.calibrate(settings, cases, out, costs, risk, test=unseen, limit=leaks)

    run(command, workspace)


def runs_of(settings: "Settings") -> Path:
    """Where runs are kept where no folder is named."""
    return settings.data_folder / "runs"


def gates_of(settings: "Settings", asked: Sequence[str] | None) -> "tuple[Gate, ...]":
    """The gates of the settings, and those asked for. Raises `SettingsError` for what is no gate."""
    from handrail.evals import gates

    return tuple(gates.gate(text) for text in dict.fromkeys((*settings.evals.gates, *(asked or ()))))


def _apart(settings: "Settings", database: str | None) -> "Settings":
    """The settings on a database of the run's own: cases never touch the one that customers use."""
    from pydantic import SecretStr

    own = settings.database.model_copy(update={"url": SecretStr(database) if database else None})
    return settings.model_copy(update={"database": own})


def _place(settings: "Settings", *, frozen: bool) -> Path:
    """Where the cases are that a run is of where no file is named."""
    from handrail.evals.freezing.shelf import Shelf

    return Shelf.of(settings).folder if frozen else settings.cases_folder


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
