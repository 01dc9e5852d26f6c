"""`handrail export`, `handrail forget` and `handrail audit`: what is kept of customers, and who looked at it."""

import getpass
import os
from datetime import timedelta
from pathlib import Path

import typer
from rich import box
from rich.console import Console
from rich.table import Table

from handrail.agent.parts import open_customers, open_log
from handrail.channels.users import Users
from handrail.conversation import forgetting
from handrail.conversation.errors import Invalid
from handrail.conversation.log import Log
from handrail.conversation.settings import Settings
from handrail.conversation.situations import Situations
from handrail.desk.export import Export, Exports
from handrail.desk.looks import Looks, What
from handrail.evals.freezing.shelf import Shelf


async def export(settings: Settings, customer: str | None, conversation: str | None, out: Path) -> None:
    """Write everything that is kept of a customer, or of one conversation, to a file that is not there yet."""
    if out.suffix not in (".json", ".zip"):
        raise Invalid("name a file that ends in .json or .zip")
    async with open_log(settings) as log:
        situations = Situations(log)
        exports = Exports(log, situations, settings.business.name, settings.business.timezone)
        if conversation is not None:
            found = await exports.of_conversation(conversation)
        else:
            found = await exports.of_customer(await _customer_id(settings, log, customer))
        for one in found.conversations:
            await _looked(log, "export", one.id)
        await situations.close()
    _write(out, exports.zipped(found) if out.suffix == ".zip" else found.model_dump_json(indent=2).encode())
    typer.echo(_told(found, out))


async def forget(
    settings: Settings, customer: str | None, conversation: str | None, older_than: float | None, *, sure: bool
) -> None:
    """Destroy keys: of a customer's conversations, of one, or of those that rest since so many days."""
    async with open_log(settings) as log:
        if older_than is not None:
            ids = await log.resting(log.clock.now() - timedelta(days=older_than))
        elif conversation is not None:
            ids = [] if (await log.head(conversation)).forgotten else [conversation]
        else:
            ids = await forgetting.known(log, log.vault.ref(await _customer_id(settings, log, customer)))
        if not ids:
            typer.echo("there is nothing to forget")
            return
        if not sure:
            question = f"Forget {len(ids)} conversations for good? Nobody will be able to read them any more"
            typer.confirm(question, abort=True)
        for id_ in ids:
            await _looked(log, "forget", id_)
            await forgetting.forget(log, id_)
        Shelf.of(settings).drop(ids)
    typer.echo(f"forgotten: {len(ids)} conversations; that and when they happened stays")


async def audit(settings: Settings, conversation: str | None, login: str | None, limit: int) -> None:
    """Print who looked at what, the latest first."""
    table = Table("when", "who", "what", "conversation", "times", box=box.SIMPLE_HEAD)
    async with open_log(settings) as log:
        person = (await Users(log.database, log.clock).by_login(login)).id if login else None
        looks = await Looks(log.database, log.clock).list(conversation, person, limit=limit)
    for look in looks:
        until = f" – {look.last_at:%H:%M}" if look.times > 1 else ""
        table.add_row(
            f"{look.at:%Y-%m-%d %H:%M}{until}", look.name, look.what, look.conversation_id or "many", str(look.times)
        )
    Console().print(table if looks else "nobody has looked")


def operator() -> str:
    """Whoever gives commands on this machine, as the trail of looks names them."""
    try:
        return f"cli:{getpass.getuser()}"
    except (KeyError, OSError):
        return f"cli:{os.getuid()}"


async def _looked(log: Log, what: What, conversation_id: str) -> None:
    who = operator()
    await Looks(log.database, log.clock).note(who, who, what, conversation_id)


async def _customer_id(settings: Settings, log: Log, customer: str | None) -> str:
    """The id under which the business knows a customer; what has an @ is looked up there. Raises `Invalid`."""
    if not customer:
        raise Invalid("name a customer, or a --conversation")
    if "@" not in customer:
        return customer
    async with open_customers(settings, log) as find:
        found = await find({"email": customer})
    if found is None:
        raise Invalid(f"the business knows no customer {customer}; name the customer's id")
    return found.id


def _write(out: Path, content: bytes) -> None:
    try:
        descriptor = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise Invalid(f"{out} is there already") from error
    except OSError as error:
        raise Invalid(f"{out} can't be written: {error.strerror}") from error
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)


def _told(found: Export, out: Path) -> str:
    told = f"{len(found.conversations)} conversations in {out}"
    if gone := sum(one.forgotten for one in found.conversations):
        told += f", {gone} of them forgotten"
    if found.claimed:
        told += f"\nleft out, since nobody proved that they are this customer's: {', '.join(found.claimed)}"
    return told
