"""`handrail desk next`, `hand-on`, `park`, `take-up`, `people`, `waits`: who takes what, and when."""

from collections.abc import Awaitable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from handrail.channels.cli.at_desk import As, Id, act, acting
from handrail.channels.cli.workspace import Workspace, run

if TYPE_CHECKING:
    from handrail.agent.parts import DeskSide
    from handrail.conversation.settings import Settings
    from handrail.desk.staff import Staff

Departments = Annotated[list[str] | None, typer.Option("--department", help="Only of these; may be given again.")]


def add(app: typer.Typer) -> None:
    """Add these commands to those of the desk."""
    app.command("next")(take_next)
    app.command("hand-on")(hand_on)
    app.command()(park)
    app.command("take-up")(take_up)
    app.command()(people)
    app.command()(waits)


def take_next(login: As, department: Departments = None, workspace: Workspace = None) -> None:
    """Take the most pressing conversation that is yours to take."""
    run(lambda settings: _next(settings, login, tuple(department or ())), workspace)


def hand_on(
    conversation: Id,
    login: As,
    department: Annotated[str | None, typer.Option(help="The department that goes on.")] = None,
    colleague: Annotated[str | None, typer.Option(help="Or the login of the colleague who does.")] = None,
    note: Annotated[str, typer.Option(help="What they should know; only the desk sees it.")] = "",
    workspace: Workspace = None,
) -> None:
    """Hand a conversation that you hold on; its clock runs on."""

    async def do(handrail: "DeskSide", staff: "Staff", conversation_id: str) -> None:
        from handrail.channels.users import Users

        users = Users(handrail.log.database, handrail.clock)
        to = (await users.by_login(colleague)).id if colleague else None
        await handrail.desk.returns.hand_on(conversation_id, staff, department=department, colleague=to, note=note)

    act(login, conversation, workspace, do, "handed on")


def park(
    conversation: Id,
    until: Annotated[datetime, typer.Argument(help="When to be reminded, by the business's clock.")],
    login: As,
    note: Annotated[str, typer.Option(help="What to be reminded of.")] = "",
    workspace: Workspace = None,
) -> None:
    """Put a conversation that you hold aside; it comes up then, or when the customer writes."""

    def do(handrail: "DeskSide", staff: "Staff", conversation_id: str) -> Awaitable[object]:
        at = until.replace(tzinfo=ZoneInfo(handrail.settings.business.timezone))
        return handrail.desk.parking.park(conversation_id, staff, at, note)

    act(login, conversation, workspace, do, "parked")


def take_up(conversation: Id, login: As, workspace: Workspace = None) -> None:
    """Go on with a conversation that you parked."""
    act(login, conversation, workspace, lambda h, who, id_: h.desk.parking.take_up(id_, who), "taken up")


def people(workspace: Workspace = None) -> None:
    """List who is at the desk, away or gone, and what they have in hand."""
    run(_people, workspace)


def waits(
    workspace: Workspace = None,
    days: Annotated[int, typer.Option(min=1, max=366, help="Of the last so many days.")] = 7,
) -> None:
    """Show how right the waits were that customers were told."""
    run(lambda settings: _waits(settings, days), workspace)


async def _waits(settings: "Settings", days: int) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table

    from handrail.agent.parts import open_desk

    table = Table("department", "told", "came", "within", "later", "true wait", "range", box=box.SIMPLE_HEAD)
    async with open_desk(settings) as handrail:
        figures = await handrail.desk.telling.figures(handrail.clock.now() - timedelta(days=days))
    for found in figures:
        share = f"{found.held / found.came:.0%}" if found.came else "-"
        minutes = "-" if found.minutes is None else f"{found.minutes:.0f} min"
        counted = (str(found.told), str(found.came), share, str(found.later))
        table.add_row(found.department, *counted, minutes, f"{found.width:.0f} min")
    Console().print(table if figures else "nobody was told a wait")


async def _next(settings: "Settings", login: str, departments: tuple[str, ...]) -> None:
    async with acting(settings, login) as (handrail, staff):
        taken = await handrail.desk.picking.next(staff, departments)
    typer.echo(f"{taken.conversation_id}: taken" if taken else "nothing waits that is yours to take")


async def _people(settings: "Settings") -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table

    from handrail.agent.parts import open_desk

    table = Table("name", "status", "in hand", "parked", "departments", "skills", "seen", box=box.SIMPLE_HEAD)
    async with open_desk(settings) as handrail:
        colleagues = await handrail.presence.colleagues()
    for found in colleagues:
        table.add_row(
            found.name, found.status, f"{found.load} of {found.capacity}", str(found.parked),
            ", ".join(found.departments) or "all", ", ".join(found.skills),
            f"{found.seen_at.astimezone(ZoneInfo(settings.business.timezone)):%d %b %H:%M}",
        )  # fmt: skip
    Console().print(table)
