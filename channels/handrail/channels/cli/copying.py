"""`handrail new`: the sample business, copied as an adopter's own workspace."""

import shutil
from pathlib import Path

import typer

from handrail.conversation.folder import sample_folder

LEFT_OUT = shutil.ignore_patterns(".handrail", "__pycache__", "py.typed", "*.pyc")


def copy_sample(folder: Path) -> None:
    """Copy the sample to `folder` and say what to do next; an existing folder is left alone."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        typer.secho(f"error: {folder} exists already and is not empty; nothing was written", fg="red", err=True)
        raise typer.Exit(1)
    shutil.copytree(sample_folder(), folder, ignore=LEFT_OUT, dirs_exist_ok=True)
    typer.echo(f"A workspace stands in {folder}. Try it:\n")
    typer.echo(f"  cd {folder}\n  handrail serve          # the chat at / and the desk at /desk")
    typer.echo("  handrail chat           # the same in the terminal\n")
    typer.echo(
        "Then make it yours: handrail.toml (settings), policies/ (Markdown), shop/ (tools), cases/ (evaluation)."
    )
