"""`handrail evals import` and `export`: conversations of other makers in, those of a run out."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from handrail.channels.cli.workspace import Workspace, run
from handrail.conversation.errors import Invalid

if TYPE_CHECKING:
    from handrail.conversation.settings import Settings


def import_file(
    source: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="The file; also packed with gzip.")],
    out: Annotated[Path, typer.Argument(dir_okay=False, help="The file of JSON lines to write.")],
    kind: Annotated[
        str,
        typer.Option("--format", help="openai, star, abcd, tau2, inspect, chatwoot, zendesk or csv.", metavar="FORMAT"),
    ],
    escalate: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="The field, label or tag that says that a person was needed."),
    ] = None,
    columns: Annotated[
        str, typer.Option("--map", metavar="OURS=THEIRS,…", help="Columns of a CSV: id, role, text, escalate, by …")
    ] = "",
    customers: Annotated[str, typer.Option(metavar="NAME,…", help="Under which names customers write, in a CSV.")] = "",
    skip_bad: Annotated[
        bool, typer.Option("--skip-bad", help="Name records that can't be read, and take the others.")
    ] = False,
) -> None:
    """Read conversations of another maker and write them as transcripts, ready to be run, calibrated and compared."""

    async def command(_: "Settings") -> None:
        from handrail.channels.cli.evaluating import write
        from handrail.conversation.clock import SystemClock
        from handrail.evals.formats import CUSTOMERS, FORMATS, Options, imported

        if kind not in FORMATS:
            raise Invalid(f"{kind!r} is no format: there are {', '.join(FORMATS)}")
        who = _names(customers) or CUSTOMERS
        options = Options(escalate=escalate, columns=_pairs(columns), customers=who, now=SystemClock().now())
        told = imported(source, kind, options, skip_bad=skip_bad)
        for bad in told.bad:
            typer.secho(f"skipped {bad}", fg=typer.colors.YELLOW, err=True)
        write(out, "".join(one.model_dump_json(exclude_defaults=True) + "\n" for one in told.made))
        tagged = sum(bool(one.tags) for one in told.made)
        typer.echo(f"{len(told.made)} conversations, {tagged} of them tagged, are in {out}")

    run(command, None)


def export_run(
    out: Annotated[Path, typer.Argument(dir_okay=False, help="The file to write.")],
    kind: Annotated[
        str,
        typer.Option(
            "--format", metavar="FORMAT", help="handrail (transcripts), openai, inspect (samples), or csv (scores)."
        ),
    ] = "handrail",
    name: Annotated[str, typer.Option("--run", help="A kept run.")] = "last",
    workspace: Workspace = None,
    runs: Annotated[
        Path | None, typer.Option(file_okay=False, help="Where runs are kept; else runs in the data folder.")
    ] = None,
) -> None:
    """Write the conversations of a kept run, or its scores as a table."""

    async def command(settings: "Settings") -> None:
        from handrail.channels.cli.evaluating import write
        from handrail.evals.formats import EXPORTS, exported
        from handrail.evals.keeping import find
        from handrail.evals.suite import report_of

        if kind not in EXPORTS:
            raise Invalid(f"{kind!r} is no format: there are {', '.join(EXPORTS)}")
        kept = find(runs or settings.data_folder / "runs", name)
        write(out, exported(report_of(kept).played, kind))

    run(command, workspace)


def _pairs(text: str) -> dict[str, str]:
    pairs = [pair.partition("=") for pair in text.split(",") if pair.strip()]
    if wrong := [ours for ours, sign, theirs in pairs if not sign or not theirs.strip()]:
        raise Invalid(f"--map {wrong[0]!r}: write ours=theirs, with commas between")
    return {ours.strip(): theirs.strip() for ours, _, theirs in pairs}


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())
