"""The one place where Handrail is put together. Tests and evaluations pass replacements; nobody else does."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from handrail.agent.actions import Actions
from handrail.agent.card import Cards
from handrail.agent.claims import ids_of
from handrail.agent.clean import without_instructions
from handrail.agent.contacts import Contacts
from handrail.agent.graph import Graph
from handrail.agent.housekeeping import Housekeeping
from handrail.agent.identity import IdentityService
from handrail.agent.lookups import Lookups
from handrail.agent.models.breaker import Breaker, Form, Guarded
from handrail.agent.models.fallback import Fallback
from handrail.agent.models.offline.engine import OfflineModel
from handrail.agent.models.openai import OpenAIModel
from handrail.agent.models.protocol import Model
from handrail.agent.packet_writer import PacketWriter
from handrail.agent.parts import make_rails, open_log, open_outbox
from handrail.agent.phrases import load_phrases
from handrail.agent.ready import ReadyTools
from handrail.agent.router import Router
from handrail.agent.second_reading import judge_of
from handrail.agent.services import Services
from handrail.agent.sources.sources import Sources, open_sources
from handrail.agent.suggestions import Suggestions
from handrail.agent.turns import Turns
from handrail.agent.vouching import Vouching
from handrail.agent.workspace import Workspace, load_workspace
from handrail.agent.writes import Writes
from handrail.conversation.audience import EVERYBODY
from handrail.conversation.bell import Bell
from handrail.conversation.clock import Clock, SystemClock
from handrail.conversation.database import Database
from handrail.conversation.errors import Unavailable
from handrail.conversation.events import Citation
from handrail.conversation.log import Log
from handrail.conversation.settings import Settings
from handrail.conversation.situations import Situations
from handrail.conversation.vault import Vault
from handrail.desk.desk import Desk
from handrail.desk.handover import Handover
from handrail.desk.mail import Mailer, build_mailer
from handrail.desk.outbox import Outbox
from handrail.desk.outside.inbox import Inbox
from handrail.desk.outside.staff import StaffEverywhere
from handrail.desk.refresher import Refresher
from handrail.desk.staff import Presence
from handrail.desk.writer import Packets
from handrail.guardrails.rails import Rails
from handrail.knowledge.embed import Embedder, open_embedder
from handrail.knowledge.knowledge import Knowledge

logger = logging.getLogger("handrail.bootstrap")


@dataclass(frozen=True, slots=True)
class Handrail:
    """The agent, put together and running."""

    settings: Settings
    clock: Clock
    database: Database
    vault: Vault
    bell: Bell
    log: Log
    situations: Situations
    knowledge: Knowledge
    embedder: Embedder
    rails: Rails
    workspace: Workspace
    sources: Sources
    actions: Actions
    identity: IdentityService
    vouching: Vouching
    handover: Handover
    desk: Desk
    presence: Presence
    mailer: Mailer
    outbox: Outbox
    outside: Mapping[str, Inbox]
    turns: Turns
    suggestions: Suggestions
    lookups: Lookups
    writes: Writes
    cards: Cards
    housekeeping: Housekeeping
    model: Model
    breaker: Breaker | None
    """How the language model does; None where there is none."""

    @property
    def engine(self) -> str:
        """The engine that drafts replies, as staff and every event are told it."""
        return self.model.name


@asynccontextmanager
async def open_knowledge(
    settings: Settings, embedder: Embedder | None = None, bell: Bell | None = None
) -> AsyncIterator[Knowledge]:
    """The policies alone. They are searched as they were indexed last: `refresh` brings them up to date."""
    knowledge = Knowledge(settings, embedder or open_embedder(settings), bell)
    try:
        yield knowledge
    finally:
        await knowledge.close()


@asynccontextmanager
async def build(
    settings: Settings,
    *,
    clock: Clock | None = None,
    model: Model | None = None,
    mailer: Mailer | None = None,
    embedder: Embedder | None = None,
    knowledge: Knowledge | None = None,
    rails: Rails | None = None,
    workspace: Workspace | None = None,
    link: Callable[[str], str] | None = None,
    keep_house: bool = True,
    rehearsal: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> AsyncIterator[Handrail]:
    """Put the agent together on these settings, and take it apart at the end.

    `link` makes the address under which a customer finds a conversation again, for letters. Without `keep_house`
    nothing runs beside the conversations until `housekeeping` is asked. In a `rehearsal` the workspace is told that a
    case is played. Raises `SettingsError` and `Unavailable`.
    """
    clock = clock or SystemClock()
    workspace = workspace or load_workspace(settings)
    phrases = load_phrases(settings.workspace)
    async with AsyncExitStack() as stack:
        log = await stack.enter_async_context(open_log(settings, clock))
        database = log.database
        embedder = embedder or open_embedder(settings)
        if knowledge is None:
            knowledge = await stack.enter_async_context(open_knowledge(settings, embedder, log.bell))
            await knowledge.refresh(progress)
        situations = Situations(log)
        stack.push_async_callback(situations.close)
        sources = await stack.enter_async_context(open_sources(settings, clock, rehearsal=rehearsal))
        workspace.adopt(sources.tools)
        resources = await stack.enter_async_context(workspace.open(database.url, clock.now(), rehearsal=rehearsal))
        mailer = mailer or build_mailer(settings, clock)
        offline = OfflineModel(embedder, workspace.tools)
        chosen, form, breaker = _engine(settings, offline, clock, stack) if model is None else (model, None, None)
        rails = rails or await make_rails(settings, embedder, judge_of(settings, form))
        actions = Actions(
            log,
            clock,
            settings,
            tools=workspace.by_name,
            resources=resources,
            cite=lambda rule: _cite(knowledge, rule, clock),
            clean=lambda called, turn_id, source: without_instructions(called, turn_id, source, rails),
        )
        identity = IdentityService(
            log, situations, clock, settings, mailer=mailer, workspace=workspace, resources=resources
        )
        stack.push_async_callback(identity.close)
        presence = Presence(database, clock, settings.desk)
        router = Router(workspace.tools, embedder)
        packets = _packets(settings, form, knowledge, router)
        staff = StaffEverywhere(database, clock, settings)
        handover = Handover(log, settings, staff, packets, Contacts(workspace.find_customer, resources))
        desk = Desk(log, situations, settings=settings, handover=handover, presence=presence)
        opened = open_outbox(settings, log, situations, mailer, link)
        outbox, outside = await stack.enter_async_context(opened)
        refresher = Refresher(log, situations, packets, clock)
        stack.push_async_callback(refresher.close)

        def offer() -> None:
            workspace.adopt(sources.tools)
            router.offer(workspace.tools)
            offline.offer(workspace.tools)

        sources.on_change(offer)
        services = Services(
            settings=settings,
            clock=clock,
            log=log,
            situations=situations,
            rails=rails,
            knowledge=knowledge,
            router=router,
            model=chosen,
            workspace=workspace,
            actions=actions,
            identity=identity,
            handover=handover,
            tickets=desk.tickets,
            refresher=refresher,
            approvals=desk.approvals,
            phrases=phrases,
            form=form,
        )
        turns = Turns(services, Graph())
        housekeeping = Housekeeping(turns, desk, log, clock, settings, phrases, sources)
        stack.push_async_callback(turns.stop)
        if keep_house:
            stack.push_async_callback(_cancel, asyncio.create_task(housekeeping.run(), name="housekeeping"))
            stack.push_async_callback(_cancel, asyncio.create_task(outbox.run(log.bell), name="outbox"))
            if chosen is offline:
                warming = asyncio.create_task(_warm(offline, knowledge, clock), name="built-in engine: warm up")
                stack.push_async_callback(_cancel, warming)
        yield Handrail(
            settings=settings,
            clock=clock,
            database=database,
            vault=log.vault,
            bell=log.bell,
            log=log,
            situations=situations,
            knowledge=knowledge,
            embedder=embedder,
            rails=rails,
            workspace=workspace,
            sources=sources,
            actions=actions,
            identity=identity,
            vouching=Vouching(log, situations, workspace.find_customer, resources, ids_of(workspace.tools)),
            handover=handover,
            desk=desk,
            presence=presence,
            mailer=mailer,
            outbox=outbox,
            outside=outside,
            turns=turns,
            suggestions=Suggestions(services),
            lookups=Lookups(services),
            writes=Writes(services),
            cards=Cards(services),
            housekeeping=housekeeping,
            model=chosen,
            breaker=breaker,
        )


def _engine(
    settings: Settings, offline: OfflineModel, clock: Clock, stack: AsyncExitStack
) -> tuple[Model, Form | None, Breaker | None]:
    """The engine that the settings choose; a model always has the built-in engine behind it."""
    engine = settings.engine
    if engine.chosen == "offline":
        return offline, None, None
    model = OpenAIModel(engine)
    stack.push_async_callback(model.aclose)
    breaker = Breaker(clock, failures=engine.breaker_failures, seconds=engine.breaker_seconds)
    return Fallback(model, offline, breaker), Guarded(model, breaker), breaker


async def _warm(offline: OfflineModel, knowledge: Knowledge, clock: Clock) -> None:
    today = clock.now().date()
    try:
        await offline.warm(passage for passage in knowledge.passages if passage.policy.in_force(today))
    except Unavailable as error:
        logger.warning("the first answers take longer: %s", error)


def _cite(knowledge: Knowledge, rule: str, clock: Clock) -> Citation | None:
    """The version in force today of the policy that a rule names, if everybody may read it."""
    today = clock.now().date()
    found = next((p for p in knowledge.policies if p.id == rule and p.in_force(today) and p.is_for(EVERYBODY)), None)
    return Citation(policy=found.id, version=found.version, title=found.title) if found else None


def _packets(settings: Settings, form: Form | None, knowledge: Knowledge, router: Router) -> Packets:
    writer = PacketWriter(form, settings.engine.name) if form else None
    zone, regions = ZoneInfo(settings.business.timezone), settings.checks.phone_regions
    return Packets(zone, writer, _texts_of(knowledge), regions, ReadyTools(router))


def _texts_of(knowledge: Knowledge) -> Callable[[Sequence[str]], Any]:
    async def texts(ids: Sequence[str]) -> Mapping[str, str]:
        return {id_: passage.told for id_ in ids if (passage := knowledge.passage(id_)) is not None}

    return texts


async def _cancel(task: "asyncio.Task[None]") -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
