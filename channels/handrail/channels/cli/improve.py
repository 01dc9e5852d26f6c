"""`handrail improve`: what is missing, what would mend it, and mending it."""

from typing import Annotated

import typer

from handrail.channels.cli.workspace import Workspace, run

app = typer.Typer(
    help="Turn what people tagged into policies that answer: gaps, proposals, and accepting them.",
    no_args_is_help=True,
)
Number = Annotated[int, typer.Argument(metavar="GAP", help="The number of a gap, as the list has it.", min=1)]
Days = Annotated[float, typer.Option(min=1, help="Look at what came up in the last so many days.")]


@app.callback()
def improve() -> None:
    """Turn what people tagged into policies that answer: gaps, proposals, and accepting them."""


@app.command("list")
def list_gaps(workspace: Workspace = None, days: Days = 90) -> None:
    """List the gaps, the most costly first: what customers wanted and did not get, by tags and for want of an answer.

    Cost is in minutes of people; who got no person, or came back, counts like a usual one.
    """
    from handrail.channels.cli import improving

    run(lambda settings: improving.list_gaps(settings, days), workspace)


@app.command()
def show(gap: Number, workspace: Workspace = None, days: Days = 90) -> None:
    """Show one gap: how customers asked, its cases, what is proposed, and who did what about it."""
    from handrail.channels.cli import improving

    run(lambda settings: improving.show(settings, gap, days), workspace)


@app.command()
def propose(
    gap: Number,
    workspace: Workspace = None,
    days: Days = 90,
    anew: Annotated[bool, typer.Option("--anew", help="Draft anew, also over what somebody has edited.")] = False,
) -> None:
    """Draft what would mend a gap: a passage from what people answered, or what is known of a tool or a threshold."""
    from handrail.channels.cli import improving

    run(lambda settings: improving.propose(settings, gap, days, anew=anew), workspace)


@app.command()
def accept(
    gap: Number,
    by: Annotated[str, typer.Option(metavar="LOGIN", help="Whose decision it is: a supervisor, engineer or admin.")],
    workspace: Workspace = None,
    days: Days = 90,
    edit: Annotated[bool, typer.Option("--edit", help="Edit the draft first, in $EDITOR.")] = False,
    times: Annotated[int, typer.Option("--times", "-k", min=1, max=20, help="Play the gap's cases so often.")] = 3,
    despite: Annotated[bool, typer.Option("--despite", help="Keep it even where other cases break.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Write what is proposed into the policies, index it, and play the gap's cases and all others before and after.

    It is taken back where other cases break, and refused where the file was changed since. Exits with 3 where the gap
    is not closed by it.
    """
    from handrail.channels.cli import improving
    from handrail.channels.cli.improving import How

    how = How(by=by, edit=edit, times=times, despite=despite, sure=yes)
    run(lambda settings: improving.accept(settings, gap, days, how), workspace)
