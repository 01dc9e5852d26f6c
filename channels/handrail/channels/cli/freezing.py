"""`handrail evals freeze`."""

import asyncio
import logging
from collections.abc import Sequence

import typer

from handrail.agent.parts import open_log
from handrail.conversation.errors import HandrailError
from handrail.conversation.settings import Settings
from handrail.evals.freezing.freezer import Done, Freezer

SECONDS = 10.0
"""The pause between two rounds: what was forgotten leaves the cases within it."""

log = logging.getLogger("handrail.freezing")


async def freeze(settings: Settings, conversation: str | None, *, anew: bool) -> None:
    """Freeze one conversation, or all that are tagged, and say what was done."""
    async with open_log(settings) as opened:
        freezer = Freezer(opened, settings)
        done = await (freezer.run(anew=anew) if conversation is None else freezer.conversation(conversation))
    for line in _told(done):
        typer.echo(line)
    typer.echo(f"{freezer.shelf.folder}: {len(done.frozen)} frozen, {done.known} were there")


async def keep_freezing(freezer: Freezer, *, at_wrap_up: bool) -> None:
    """Beside a server: freeze what is tagged soon after it is wrapped up, where that is wanted, and throw away what was
    forgotten, until cancelled."""
    while True:
        try:
            done = await (freezer.run() if at_wrap_up else freezer.tidy())
            _note(done.frozen)
        except HandrailError as error:
            log.warning("freezing waits: %s", error)
        await asyncio.sleep(SECONDS)


def _note(frozen: Sequence[str]) -> None:
    if frozen:
        log.info("frozen as cases: %s", ", ".join(frozen))


def _told(done: Done) -> list[str]:
    told = [f"frozen {name}" for name in done.frozen]
    told += [f"nothing to replay: {name} (nothing the customer wrote to the bot can be read)" for name in done.empty]
    return told + ([f"thrown away, since they were forgotten: {done.dropped}"] if done.dropped else [])
