"""What the desk's commands share: who acts, on which conversation."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from handrail.channels.cli.workspace import run
from handrail.conversation.errors import NotFound

if TYPE_CHECKING:
    from handrail.agent.parts import DeskSide
    from handrail.conversation.settings import Settings
    from handrail.desk.staff import Staff

Id = Annotated[str, typer.Argument(help="The conversation, or the beginning or end of its id where that is enough.")]
As = Annotated[str, typer.Option("--as", help="Your login (see `handrail users`).", envvar="HANDRAIL_LOGIN")]
Do = Callable[["DeskSide", "Staff", str], Awaitable[object]]


@asynccontextmanager
async def acting(settings: "Settings", login: str) -> "AsyncIterator[tuple[DeskSide, Staff]]":
    """The desk, and the person who acts there. Raises `NotFound` for a login that there is not."""
    from handrail.agent.parts import open_desk
    from handrail.channels.users import Users
    from handrail.desk.staff import Staff

    async with open_desk(settings) as handrail:
        user = await Users(handrail.log.database, handrail.clock).by_login(login)
        staff = Staff(user.id, user.name, user.role, user.departments, user.skills, user.capacity)
        await handrail.presence.seen(staff)
        yield handrail, staff


def act(login: str, conversation: str, workspace: object, do: Do, done: str) -> None:
    """Do something in one conversation as a person, and say that it is done."""

    async def command(settings: "Settings") -> None:
        async with acting(settings, login) as (handrail, staff):
            conversation_id = await find(handrail, conversation)
            await do(handrail, staff, conversation_id)
            # A letter may have been caused: send it now, since nothing runs after this command.
            await handrail.outbox.deliver()
        typer.echo(f"{conversation_id}: {done}")

    run(command, workspace)  # type: ignore[arg-type]


async def find(handrail: "DeskSide", part: str) -> str:
    """The one conversation whose id begins or ends with `part`."""
    found: list[str] = []
    after = ""
    while page := await handrail.log.ids(after):
        found += [id_ for id_ in page if id_ == part or id_.startswith(part) or id_.endswith(part)]
        after = page[-1]
    if part in found:
        return part
    if len(found) != 1:
        raise NotFound(f"{len(found) or 'no'} conversations have an id that begins or ends with {part!r}")
    return found[0]
