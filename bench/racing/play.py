"""What happens to conversations in one process: everything that bot, customers and people do, in random order."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

from handrail.conversation import events as e
from handrail.conversation import statements
from handrail.conversation.bell import Bell
from handrail.conversation.clock import SystemClock
from handrail.conversation.database import Database
from handrail.conversation.errors import Conflict, Invalid
from handrail.conversation.ids import new_id
from handrail.conversation.log import Log
from handrail.conversation.settings import Settings
from handrail.conversation.situation import Situation
from handrail.conversation.situations import Situations
from handrail.conversation.vault import Vault
from handrail.desk.desk import Desk
from handrail.desk.handover import Handover
from handrail.desk.projections import DESK_PROJECTIONS
from handrail.desk.queue import Filter
from handrail.desk.staff import Presence, Staff
from handrail.desk.writer import Packets

PEOPLE = (
    Staff("ana", "Ana", capacity=1000), Staff("ben", "Ben", capacity=1000), Staff("cara", "Cara", capacity=1000),
    Staff("bo", "Bo", role="supervisor", capacity=1000),
)  # fmt: skip
ACTS = 6
"""What each process does to a conversation."""
ALWAYS = {day: {"opens": "00:00", "closes": "00:00"} for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}
FENCES = ("epoch = %(epoch)s", "holder = ANY(%(speakers)s)")


@dataclass
class Player:
    """The desk as one process has it, and what it does there."""

    name: str
    log: Log
    situations: Situations
    desk: Desk
    handover: Handover
    presence: Presence

    async def open(self) -> str:
        """A conversation with a first line."""
        opened = await self.log.open(e.Opened())
        await self.log.append(opened.conversation_id, "customer", e.CustomerSaid(text="My tent is torn"))
        return opened.conversation_id

    async def play(self, ids: Sequence[str], seed: int) -> Counter[str]:
        """Do things to all of these conversations at once; returns how often each was done, or refused."""
        done: Counter[str] = Counter()
        for person in PEOPLE:
            await self.presence.beat(person)
        slots = asyncio.Semaphore(8)

        async def one(conversation_id: str, random: Random) -> None:
            for _ in range(ACTS):
                act = random.choices(ACTS_OF, WEIGHTS)[0]
                async with slots:
                    await asyncio.sleep(random.random() * 0.004)
                    try:
                        await act(self, conversation_id, random)
                        done[act.__name__.strip("_")] += 1
                    except (Conflict, Invalid):
                        done["refused"] += 1

        await asyncio.gather(*(one(id_, Random(f"{seed} {id_}")) for id_ in ids))
        return done

    async def tidy(self) -> None:
        """Settle what people hold and what waits, so that the line is short again."""
        boss = PEOPLE[-1]
        for entry in await self.desk.queue(Filter(limit=1000)):
            await self.desk.claim(entry.conversation_id, boss, take_over=True)
            await self.desk.wrap_up(entry.conversation_id, boss, "resolved")


async def _draft(player: Player, conversation_id: str, random: Random) -> None:
    """The bot writes two sentences, and may hand over with them."""
    fence = await player.log.acquire(conversation_id, player.name, 5)
    if fence is None:
        return
    situation = await player.situations.get(conversation_id)
    if situation.holder == "bot":
        turn = f"{player.name}-{random.random()}"
        for part in (1, 2):
            await asyncio.sleep(random.random() * 0.003)
            said = e.BotSaid(turn_id=turn, reply_id=turn, part=part, text="One moment.", engine="offline")
            await player.log.append(conversation_id, "bot", said, fence=fence)
        if random.random() < 0.6:
            asked = await _asked(player, situation, random)
            await player.log.append(conversation_id, "bot", *asked, fence=fence, holder="queue")
    await player.log.release(conversation_id, fence.lease or "")


async def _asked(player: Player, situation: Situation, random: Random) -> tuple[e.Data, ...]:
    """A handoff, at times with all that belongs to it."""
    now = player.log.clock.now()
    if random.random() < 0.1:
        plan = await player.handover.plan(situation, reason="asked_for_person", now=now, quick=True)
        return plan.events
    return (e.HandoffRequested(handoff_id=new_id(now), reason="asked_for_person"),)


async def _write(player: Player, conversation_id: str, random: Random) -> None:
    await player.log.append(conversation_id, "customer", e.CustomerSaid(text="Hello?"))


async def _claim(player: Player, conversation_id: str, random: Random) -> None:
    who = random.choice(PEOPLE)
    await player.desk.claim(conversation_id, who, take_over=who.leads and random.random() < 0.5)


async def _next(player: Player, conversation_id: str, random: Random) -> None:
    await player.desk.picking.next(random.choice(PEOPLE))


async def _say(player: Player, conversation_id: str, random: Random) -> None:
    await player.desk.say(conversation_id, await _who(player, conversation_id, random), "I'm looking at it.")


async def _park(player: Player, conversation_id: str, random: Random) -> None:
    until = player.log.clock.now() + timedelta(milliseconds=random.choice((50, 500_000)))
    await player.desk.parking.park(conversation_id, await _who(player, conversation_id, random), until)


async def _hand_on(player: Player, conversation_id: str, random: Random) -> None:
    to = {"colleague": random.choice(PEOPLE).id} if random.random() < 0.5 else {"department": "general"}
    await player.desk.returns.hand_on(conversation_id, await _who(player, conversation_id, random), **to)


async def _give_back(player: Player, conversation_id: str, random: Random) -> None:
    await player.desk.give_back(conversation_id, await _who(player, conversation_id, random))


async def _wrap_up(player: Player, conversation_id: str, random: Random) -> None:
    await player.desk.wrap_up(conversation_id, await _who(player, conversation_id, random), "resolved")


async def _vanish(player: Player, conversation_id: str, random: Random) -> None:
    """Somebody goes, everybody looks after what they left, and they come back."""
    who = random.choice(PEOPLE)
    await player.presence.left(who.id)
    await player.desk.returns.sweep(limit=3)
    await player.desk.parking.sweep(limit=3)
    await player.presence.beat(who)


async def _who(player: Player, conversation_id: str, random: Random) -> Staff:
    """Mostly who holds it, as this process saw it a moment ago."""
    holder = (await player.situations.get(conversation_id)).holder
    await asyncio.sleep(random.random() * 0.003)
    found = [person for person in PEOPLE if person.actor == holder]
    return found[0] if found and random.random() < 0.9 else random.choice(PEOPLE)


Act = Callable[[Player, str, Random], Awaitable[None]]
ACTS_OF: tuple[Act, ...] = (_draft, _write, _claim, _next, _say, _park, _hand_on, _give_back, _wrap_up, _vanish)
WEIGHTS = (5, 2, 4, 1, 5, 1, 3, 2, 1, 1)


@asynccontextmanager
async def open_player(dsn: str, folder: Path, name: str, *, broken: bool = False) -> AsyncIterator[Player]:
    """The desk of one process, open around the clock. `broken` takes the fence away, to see that it is missed."""
    if broken:
        for fence in FENCES:
            statements.APPEND = statements.APPEND.replace(fence, f"({fence} OR true)")
    settings = Settings.model_validate(
        {
            "workspace": folder,
            "engine": {"kind": "offline"},
            "database": {"url": dsn, "pool": 10},
            "desk": {"departments": {"general": {"hours": ALWAYS}}},
        }
    )
    clock, database = SystemClock(), await Database.open(settings)
    bell = Bell(database)
    log = Log(database, await Vault.open(settings, database), clock, DESK_PROJECTIONS, bell)
    situations = Situations(log)
    presence = Presence(database, clock, settings.desk)
    handover = Handover(log, settings, presence, Packets(ZoneInfo("UTC")))
    desk = Desk(log, situations, settings=settings, handover=handover, presence=presence)
    try:
        yield Player(name, log, situations, desk, handover, presence)
    finally:
        await situations.close()
        await bell.close()
        await database.close()
