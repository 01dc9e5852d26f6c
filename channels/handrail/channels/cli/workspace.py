"""Which workspace a command works on, and how its errors are told."""

import asyncio
import contextlib
import os
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from handrail.conversation.errors import HandrailError, SettingsError

if TYPE_CHECKING:
    from handrail.conversation.settings import Settings

Workspace = Annotated[
    Path | None,
    typer.Option(
        "--workspace",
        "-w",
        help="Folder with handrail.toml; else $HANDRAIL_WORKSPACE, else this folder, else the sample business.",
        envvar="HANDRAIL_WORKSPACE",
        file_okay=False,
    ),
]


def run(command: Callable[["Settings"], Awaitable[int | None]], workspace: Path | None) -> None:
    """Run an async command on its settings; a wrong setting or a refused request is told in a line, not a traceback."""
    from handrail.conversation.folder import settings_for

    try:
        settings = settings_for(workspace)
        code = asyncio.run(_awaited(command, settings))
    except SettingsError as error:
        _tell(error)
        raise typer.Exit(2) from error
    except HandrailError as error:
        _tell(error)
        raise typer.Exit(1) from error
    except KeyboardInterrupt as interrupt:
        raise typer.Exit(130) from interrupt
    except BrokenPipeError as error:
        # The reader of our output has gone (`| head`): nothing to tell it.
        with contextlib.suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit(0) from error
    if code:
        raise typer.Exit(code)


async def _awaited(command: Callable[["Settings"], Awaitable[int | None]], settings: "Settings") -> int | None:
    return await command(settings)


def _tell(error: HandrailError) -> None:
    for line in str(error).splitlines():
        typer.secho(f"error: {line}", fg=typer.colors.RED, err=True)
