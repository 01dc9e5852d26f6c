"""Parts of Handrail opened alone, for commands that need no agent. They import nothing heavy."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from handrail.conversation.bell import Bell
from handrail.conversation.citings import Citings
from handrail.conversation.clock import Clock, SystemClock
from handrail.conversation.database import Database
from handrail.conversation.errors import Invalid
from handrail.conversation.log import Log
from handrail.conversation.loose_ends import LooseEnds
from handrail.conversation.projection import Projection
from handrail.conversation.settings import Settings
from handrail.conversation.situations import Situations
from handrail.conversation.vault import Vault
from handrail.desk.announcements import Announcements, target_of
from handrail.desk.desk import Desk
from handrail.desk.handover import Handover
from handrail.desk.letters import TARGET, Letters, LinkBack
from handrail.desk.mail import Mailer, build_mailer
from handrail.desk.outbox import Courier, Outbox
from handrail.desk.outside.desks import put_together
from handrail.desk.outside.inbox import Inbox
from handrail.desk.outside.staff import StaffEverywhere
from handrail.desk.outside.threads import Forwarding
from handrail.desk.projections import DESK_PROJECTIONS
from handrail.desk.staff import Presence
from handrail.desk.webhooks import Webhooks
from handrail.desk.wire import Wire
from handrail.desk.writer import Packets

if TYPE_CHECKING:
    from handrail.agent.tools.api import Person
    from handrail.agent.vouching import Vouching
    from handrail.guardrails.judge import Judge
    from handrail.guardrails.rails import Rails
    from handrail.knowledge.embed import Embedder

PROJECTIONS: tuple[Projection, ...] = (LooseEnds(), Citings(), *DESK_PROJECTIONS)
"""Everything that is kept in step with the log and can be made anew from it."""


async def make_rails(settings: Settings, embedder: "Embedder", judge: "Judge | None" = None) -> "Rails":
    """The checks, ready for the first message."""
    from handrail.agent.models.texts import text
    from handrail.guardrails.rails import Rails

    names = [settings.business.name, *(d.name for d in settings.desk.departments.values())]
    rails = Rails(
        settings.checks,
        embedder,
        zones=[settings.business.timezone],
        names=names,
        prompts=[text("system.md")],
        judge=judge,
    )
    await rails.prepare()
    return rails


@asynccontextmanager
async def open_database(settings: Settings) -> AsyncIterator[Database]:
    """The database alone, migrated. Raises `Unavailable`."""
    database = await Database.open(settings)
    try:
        yield database
    finally:
        await database.close()


@asynccontextmanager
async def open_log(settings: Settings, clock: Clock | None = None) -> AsyncIterator[Log]:
    """The log alone, with its projections."""
    async with open_database(settings) as database:
        vault = await Vault.open(settings, database)
        bell = Bell(database)
        try:
            kept = (*PROJECTIONS, Announcements(settings.webhooks), Forwarding(settings.outside))
            yield Log(database, vault, clock or SystemClock(), kept, bell=bell)
        finally:
            await bell.close()


@asynccontextmanager
async def open_outbox(
    settings: Settings, log: Log, situations: Situations, mailer: Mailer, link: LinkBack | None = None
) -> AsyncIterator[tuple[Outbox, Mapping[str, Inbox]]]:
    """The outbox with a courier for letters and one for each endpoint and desk of the settings; and the inboxes of
    those desks."""
    wire = Wire()
    desks = put_together(settings, log, situations, wire)
    couriers: dict[str, Courier] = {TARGET: Letters(log, situations, mailer, settings, link)}
    for name, endpoint in settings.webhooks.items():
        couriers[target_of(name)] = Webhooks(endpoint, log, log.clock, wire)
    couriers.update(desks.couriers)
    try:
        yield Outbox(log.database, log.clock, couriers), desks.inboxes
    finally:
        await wire.close()


@dataclass(frozen=True, slots=True)
class DeskSide:
    """What people at the desk need, without an agent: for commands that run beside a server."""

    settings: Settings
    clock: Clock
    log: Log
    desk: Desk
    presence: Presence
    outbox: Outbox


@asynccontextmanager
async def open_vouching(settings: Settings, log: Log) -> AsyncIterator["Vouching"]:
    """What finds the customer whom a person vouches for: the workspace with its connections. Raises `SettingsError`."""
    from handrail.agent.vouching import Vouching
    from handrail.agent.workspace import load_workspace

    workspace = load_workspace(settings)
    situations = Situations(log)
    async with workspace.open(log.database.url, log.clock.now()) as resources:
        yield Vouching(log, situations, workspace.find_customer, resources)
    await situations.close()


@asynccontextmanager
async def open_customers(
    settings: Settings, log: Log
) -> AsyncIterator[Callable[[Mapping[str, str]], Awaitable["Person | None"]]]:
    """What finds a customer in the business's own directory. Raises `SettingsError`, `Invalid` where there is none."""
    from handrail.agent.workspace import load_workspace

    workspace = load_workspace(settings)
    find = workspace.find_customer
    if find is None:
        raise Invalid("no file of business.tools defines find_customer: name the customer's id")
    async with workspace.open(log.database.url, log.clock.now()) as resources:
        yield partial(find, resources)


@asynccontextmanager
async def open_desk(settings: Settings) -> AsyncIterator[DeskSide]:
    """The desk alone. What the bot owes after a conversation was given back is taken up by the server that runs."""
    clock = SystemClock()
    async with open_log(settings, clock) as log:
        situations = Situations(log)
        presence = Presence(log.database, clock, settings.desk)
        staff = StaffEverywhere(log.database, clock, settings)
        handover = Handover(log, settings, staff, Packets(ZoneInfo(settings.business.timezone)))
        desk = Desk(log, situations, settings=settings, handover=handover, presence=presence)
        async with open_outbox(settings, log, situations, build_mailer(settings, clock)) as (outbox, _):
            yield DeskSide(settings=settings, clock=clock, log=log, desk=desk, presence=presence, outbox=outbox)
        await situations.close()
