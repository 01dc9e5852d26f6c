"""`handrail desk audits`: say whether the matters were settled that the bot closed alone."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from handrail.channels.cli.at_desk import As
from handrail.channels.cli.workspace import Workspace, run
from handrail.conversation.errors import Denied

if TYPE_CHECKING:
    from handrail.channels.users import User
    from handrail.conversation.log import Log
    from handrail.conversation.settings import Settings
    from handrail.desk.audits.tagging import Audit, Tagging

app = typer.Typer(help="Tag conversations that the bot closed alone: was the matter settled?", no_args_is_help=True)
AuditId = Annotated[str, typer.Argument(help="The audit, as `next` shows it.")]


class Said(StrEnum):
    """What somebody says of a conversation."""

    yes = "yes"
    no = "no"
    cant_tell = "cant_tell"


class Reason(StrEnum):
    """Why somebody leaves one to others."""

    know_them = "know_them"
    language = "language"
    unreadable = "unreadable"
    other = "other"


@app.command()
def draw(
    workspace: Workspace = None,
    days: Annotated[int, typer.Option(min=1, max=731, help="Look so many days back, today not among them.")] = 7,
) -> None:
    """Draw from the days that nothing was drawn from yet, as a running server does every night."""
    run(lambda settings: _draw(settings, days), workspace)


@app.command("list")
def list_audits(
    workspace: Workspace = None, limit: Annotated[int, typer.Option(min=1, max=10_000, help="At most so many.")] = 100
) -> None:
    """List what was drawn, and who said what of it. Not for who has yet to tag it."""
    run(lambda settings: _list(settings, limit), workspace)


@app.command("next")
def following(login: As, workspace: Workspace = None) -> None:
    """Show one to tag: what was said and done, and nothing of what the bot or others think of it."""
    run(lambda settings: _next(settings, login), workspace)


@app.command()
def tag(
    audit: AuditId,
    settled: Annotated[Said, typer.Argument(help="Was the customer's matter settled?")],
    login: As,
    person: Annotated[
        bool | None, typer.Option("--person/--no-person", help="A person should, or need not, have been called.")
    ] = None,
    tags: Annotated[
        list[str] | None, typer.Option("--tag", help="What went wrong, as at the wrap-up; may be given more than once.")
    ] = None,
    note: Annotated[str, typer.Option(help="Free words.")] = "",
    workspace: Workspace = None,
) -> None:
    """Say whether the matter was settled. Said again, it takes the place of what you said before."""

    async def command(settings: "Settings") -> None:
        async with _tagging(settings, login) as (_, tagging, user):
            await tagging.tag(
                audit, user.id, user.name, settled.value, person_needed=person, tags=tags or (), note=note
            )
        typer.echo(f"{audit}: {settled.value}")

    run(command, workspace)


@app.command()
def skip(
    audit: AuditId,
    reason: Annotated[Reason, typer.Argument(help="Why you leave it to others.")],
    login: As,
    note: Annotated[str, typer.Option(help="Free words.")] = "",
    workspace: Workspace = None,
) -> None:
    """Leave one to others."""

    async def command(settings: "Settings") -> None:
        async with _tagging(settings, login) as (_, tagging, user):
            await tagging.skip(audit, user.id, user.name, reason.value, note)
        typer.echo(f"{audit}: left to others")

    run(command, workspace)


@app.command()
def figures(
    workspace: Workspace = None,
    days: Annotated[int, typer.Option(min=1, max=731, help="The last so many days, today among them.")] = 28,
) -> None:
    """Show containment by the bot's word and as people tag it, how far they agree, and how many more tags it takes."""
    run(lambda settings: _figures(settings, days), workspace)


@asynccontextmanager
async def _tagging(settings: "Settings", login: str) -> "AsyncIterator[tuple[Log, Tagging, User]]":
    """The log, and the tagging for somebody who may. Raises `NotFound` for a login that there is not, and `Denied`."""
    from handrail.agent.parts import open_log
    from handrail.channels.users import Users
    from handrail.desk.audits.tagging import Tagging

    async with open_log(settings) as log:
        user = await Users(log.database, log.clock).by_login(login)
        roles = settings.desk.audits.roles
        if user.role not in roles:
            raise Denied(f"this needs one of the roles {', '.join(roles)}", code="role")
        yield log, Tagging(log, settings), user


async def _draw(settings: "Settings", days: int) -> None:
    from handrail.agent.parts import open_log
    from handrail.desk.audits.drawing import Drawing

    async with open_log(settings) as log:
        count = await Drawing(log.database, log.clock, settings).draw(days)
    typer.echo(f"{count} drawn")


async def _figures(settings: "Settings", days: int) -> None:
    from handrail.agent.parts import open_log
    from handrail.channels.cli.figures import NOTHING, corrected, share
    from handrail.desk.figures.insights import Figures
    from handrail.evals.containment import audits

    async with open_log(settings) as log:
        figures = Figures(log.database, log.clock, settings)
        found = await audits(log.database, figures, figures.lately(days), None, settings.desk.audits.within)
    alpha = found.agreement
    agreed = NOTHING if alpha.value is None else f"{alpha.value:.2f}"
    if alpha.low is not None and alpha.high is not None:
        agreed += f" ({alpha.low:.2f} to {alpha.high:.2f})"
    for name, value in (
        ("contained, by the bot's word", share(found.total.told)),
        ("contained, as people tag it", corrected(found.total)),
        ("a person was missing", share(found.total.person_needed)),
        ("drawn", str(found.drawn)),
        ("can't tell", str(found.total.cant_tell)),
        ("agreement of two (Krippendorff's alpha)", f"{agreed}, on {found.twice}"),
    ):
        typer.echo(f"{name:41}{value}")


async def _list(settings: "Settings", limit: int) -> None:
    from rich import box
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Column, Table

    from handrail.agent.parts import open_log
    from handrail.desk.audits.tagging import Tagging

    async with open_log(settings) as log:
        found = await Tagging(log, settings).list(limit)
    first = Column("audit", no_wrap=True)
    table = Table(first, "conversation", "drawn", "who", "settled", "what went wrong", "words", box=box.SIMPLE_HEAD)
    for one in found:
        wrong = [*(["a person was needed"] if one.person_needed else []), *one.tags, *([one.reason] * bool(one.reason))]
        row = (one.id, one.conversation_id[-10:], f"{one.drawn_at:%d %b}", one.name or "-", one.settled or "open")
        table.add_row(*(escape(cell) for cell in (*row, ", ".join(wrong), one.note)))
    Console().print(table if found else "nothing was drawn yet")


async def _next(settings: "Settings", login: str) -> None:
    from handrail.desk.looks import Looks

    async with _tagging(settings, login) as (log, tagging, user):
        found = await tagging.next(user.id)
        if found is not None:
            await Looks(log.database, log.clock).note(user.id, user.name, "audit", found.conversation_id)
    if found is None:
        typer.echo("nothing is open for you")
    else:
        _show(found)


def _show(found: "Audit") -> None:
    for step in found.steps:
        typer.echo(f"{step.who.replace('_', ' ')}: {step.text}")
        for extra in (step.detail, *(f"from {source}" for source in step.sources)):
            if extra:
                typer.echo("  " + extra.replace("\n", "\n  "))
    typer.echo(f"\nWas the matter settled? handrail desk audits tag {found.id} yes|no|cant_tell --as …")
