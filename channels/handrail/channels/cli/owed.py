"""`handrail desk promises`, `keep`, `callbacks`: what is owed to customers, and that it was kept."""

from collections.abc import Awaitable
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from handrail.channels.cli.at_desk import As, Id, act
from handrail.channels.cli.workspace import Workspace, run

if TYPE_CHECKING:
    from handrail.agent.parts import DeskSide
    from handrail.conversation.settings import Settings
    from handrail.desk.staff import Staff


def add(app: typer.Typer) -> None:
    """Add these commands to those of the desk."""
    app.command()(promises)
    app.command()(keep)
    app.command()(callbacks)


def promises(
    workspace: Workspace = None,
    hours: Annotated[int | None, typer.Option(min=0, help="Only what is due within so many hours.")] = None,
    settled: Annotated[bool, typer.Option("--settled", help="What was kept or broken, instead of open ones.")] = False,
) -> None:
    """List what was promised to customers, the earliest due first."""
    run(lambda settings: _promises(settings, hours, settled), workspace)


def keep(
    conversation: Id,
    promise: Annotated[str, typer.Argument(help="The promise, as `promises` lists it.")],
    login: As,
    broken: Annotated[bool, typer.Option("--broken", help="It was not kept.")] = False,
    workspace: Workspace = None,
) -> None:
    """Say that a promise was kept, or broken."""

    def do(handrail: "DeskSide", staff: "Staff", conversation_id: str) -> Awaitable[object]:
        return handrail.desk.settle(conversation_id, staff, promise, kept=not broken)

    act(login, conversation, workspace, do, "broken" if broken else "kept")


def callbacks(workspace: Workspace = None) -> None:
    """List the calls that customers have booked, the next one first."""
    run(_callbacks, workspace)


async def _callbacks(settings: "Settings") -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Column, Table

    from handrail.agent.parts import open_desk

    first = Column("conversation", no_wrap=True)
    table = Table(first, "at", "department", "number", "customer", "held by", box=box.SIMPLE_HEAD)
    zone = ZoneInfo(settings.business.timezone)
    async with open_desk(settings) as handrail:
        booked = await handrail.desk.callbacks.booked()
    for call in booked:
        at = f"{call.at.astimezone(zone):%a %d %b %H:%M}"
        table.add_row(call.conversation_id[-10:], at, call.department, call.phone, call.customer, call.holder)
    Console().print(table if booked else "no calls are booked")


async def _promises(settings: "Settings", hours: int | None, settled: bool) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Column, Table

    from handrail.agent.parts import open_desk

    first = Column("conversation", no_wrap=True)
    table = Table(first, "due", "state", "owner", "promise", "id", box=box.SIMPLE_HEAD)
    zone = ZoneInfo(settings.business.timezone)
    async with open_desk(settings) as handrail:
        before = None if hours is None else handrail.clock.now() + timedelta(hours=hours)
        owed = await handrail.desk.ledger.owed(before=before, settled=settled)
    for found in owed:
        due = f"{found.due.astimezone(zone):%a %d %b %H:%M}" if found.due else "-"
        row = (found.conversation_id[-10:], due, found.standing, found.owner, found.text, found.promise_id)
        table.add_row(*row)
    Console().print(table if owed else "nothing is owed")
