"""`handrail users`: accounts of the people who work here."""

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from handrail.channels.cli.workspace import Workspace, run

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from handrail.channels.sessions import Sessions
    from handrail.channels.users import LinkKind, Users
    from handrail.conversation.settings import Settings

app = typer.Typer(help="Accounts of the people at the desk.", no_args_is_help=True)

ROLES = ("agent", "supervisor", "engineer", "admin")


@app.command("list")
def list_users(workspace: Workspace = None) -> None:
    """List the accounts."""
    run(_list, workspace)


@app.command()
def add(
    login: Annotated[str, typer.Argument(help="What they type to log in.")],
    name: Annotated[str, typer.Option(help="The name that customers see.")],
    role: Annotated[str, typer.Option(help=f"One of {', '.join(ROLES)}.")] = "agent",
    department: Annotated[list[str] | None, typer.Option(help="Department; may be given more than once.")] = None,
    skill: Annotated[list[str] | None, typer.Option(help="A skill of `desk.skills`; may be given again.")] = None,
    capacity: Annotated[int | None, typer.Option(min=1, help="Live conversations at once.")] = None,
    workspace: Workspace = None,
) -> None:
    """Add an account and print the one-time link with which its owner sets a password."""
    if role not in ROLES:
        raise typer.BadParameter(f"must be one of {', '.join(ROLES)}", param_hint="--role")
    can = (tuple(skill or ()), capacity)
    run(lambda settings: _add(settings, login, name, role, tuple(department or ()), can), workspace)


@app.command()
def link(login: Annotated[str, typer.Argument()], workspace: Workspace = None) -> None:
    """Print a new one-time link for an account (a forgotten password)."""
    run(lambda settings: _link(settings, login), workspace)


@app.command()
def enter(login: Annotated[str, typer.Argument()], workspace: Workspace = None) -> None:
    """Print a one-time link that logs an account in: the way back where the provider or the password fails."""
    run(lambda settings: _link(settings, login, "enter"), workspace)


@app.command()
def token(login: Annotated[str, typer.Argument()], workspace: Workspace = None) -> None:
    """Print a bearer token for a program that acts as this account; it is told once."""
    run(lambda settings: _token(settings, login), workspace)


@app.command()
def sessions(login: Annotated[str, typer.Argument()], workspace: Workspace = None) -> None:
    """Tell where an account is logged in."""
    run(lambda settings: _sessions(settings, login), workspace)


@app.command()
def end(login: Annotated[str, typer.Argument()], workspace: Workspace = None) -> None:
    """Log an account out everywhere; what it has open ends within seconds."""
    run(lambda settings: _end(settings, login), workspace)


async def _list(settings: "Settings") -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table("login", "name", "role", "departments", "state")
    async with _opened(settings) as (users, _):
        for user in await users.all():
            state = "disabled" if user.disabled_at else "ready" if user.ready else "no password yet"
            table.add_row(user.login, user.name, user.role, ", ".join(user.departments), state)
    Console().print(table)


async def _add(
    settings: "Settings",
    login: str,
    name: str,
    role: str,
    departments: tuple[str, ...],
    can: tuple[tuple[str, ...], int | None],
) -> None:
    async with _opened(settings) as (users, _):
        user = await users.create(login, name, role, departments)  # type: ignore[arg-type]
        await users.change(user.id, skills=can[0], capacity=can[1])
        _print_link(settings, await users.link(user.id))


async def _link(settings: "Settings", login: str, kind: "LinkKind" = "password") -> None:
    async with _opened(settings) as (users, _):
        _print_link(settings, await users.link((await users.by_login(login)).id, kind), kind)


async def _token(settings: "Settings", login: str) -> None:
    from handrail.channels.sessions import Origin

    async with _opened(settings) as (users, sessions):
        told, session = await sessions.begin(await users.by_login(login), "bearer", Origin("link", "the command line"))
    typer.echo(f"{told}  (until {session.expires_at:%Y-%m-%d}; `handrail users sessions {login}` shows it)")


async def _sessions(settings: "Settings", login: str) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table("from", "address", "by", "since", "last used", "ends")
    async with _opened(settings) as (users, sessions):
        for each in await sessions.of((await users.by_login(login)).id):
            times = (each.created_at, each.used_at, min(each.expires_at, each.idle_at))
            table.add_row(each.device, each.address, each.way, *(f"{time:%Y-%m-%d %H:%M}" for time in times))
    Console().print(table)


async def _end(settings: "Settings", login: str) -> None:
    async with _opened(settings) as (users, sessions):
        user = await users.by_login(login)
        typer.echo(f"Sessions of {user.login} that were ended: {await sessions.end_all(user.id)}")


@asynccontextmanager
async def _opened(settings: "Settings") -> "AsyncIterator[tuple[Users, Sessions]]":
    from handrail.agent.parts import open_database
    from handrail.channels.sessions import Sessions
    from handrail.channels.users import Users
    from handrail.conversation.clock import SystemClock

    async with open_database(settings) as database:
        users = Users(database, SystemClock())
        yield users, Sessions(database, SystemClock(), users, settings.login)


def _print_link(settings: "Settings", token: str, kind: "LinkKind" = "password") -> None:
    from handrail.channels.api.people import enter_link, password_link

    server = settings.server
    base = server.public_url or f"http://{server.host}:{server.port}"
    if kind == "enter":
        typer.echo(f"Log in here (works once, for 15 minutes): {enter_link(base, token)}")
        return
    typer.echo(f"Set the password here (works once, for two days): {password_link(base, token)}")
