"""The desk's one stream: the queue and what waits for approval whenever they changed, and which conversations have
news."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass
from typing import Any

from handrail.channels.api.desk_views import ApprovalsView, approval, entry
from handrail.channels.api.kit import Kit
from handrail.channels.api.outputs import outage
from handrail.channels.api.signals import told, topic_of
from handrail.channels.api.streams import Sent
from handrail.conversation.bell import ALL
from handrail.desk.queue import Entry, Filter, State
from handrail.desk.staff import Staff

LONGEST = 500
"""How many entries of the queue are looked at; beyond that it is time to filter."""

PAUSE_SECONDS = 0.15
"""News within so short a time is told together."""

SEEN_SECONDS = 20.0
"""How often whoever watches is marked as being there: several times before they would count as gone."""

STATES: Mapping[str, tuple[State, ...]] = {
    "open": ("waiting", "claimed"),
    "waiting": ("waiting",),
    "mine": ("claimed",),
    "all": ("waiting", "claimed"),
    "done": ("given_back", "wrapped_up"),
}


@dataclass(frozen=True, slots=True)
class Choice:
    """A part of the queue; with `mine_or_waiting`, of those claimed only this person's."""

    filter: Filter
    mine_or_waiting: str | None = None


async def entries(kit: Kit, choice: Choice) -> list[Entry]:
    """The entries of this part of the queue."""
    found = await kit.handrail.desk.queue(choice.filter)
    if choice.mine_or_waiting is None:
        return found
    return [each for each in found if each.state == "waiting" or each.person == choice.mine_or_waiting]


async def approvals(kit: Kit, staff: Staff, limit: int = LONGEST) -> ApprovalsView:
    """What waits for approval, and whether this person may decide it."""
    found = kit.handrail.desk.approvals
    return ApprovalsView(
        items=[approval(each) for each in await found.waiting(limit)],
        may_decide=found.may_decide(staff),
        now=kit.handrail.clock.now(),
    )


async def desk(kit: Kit, staff: Staff, choice: Choice) -> AsyncGenerator[Sent]:
    """What a desk shows, now and as it changes, without end."""
    before: Any = None
    waited: Any = None
    signals = topic_of(staff.actor)
    async with kit.handrail.bell.hear(ALL, signals) as ticks:
        seen, rung, signalled = -SEEN_SECONDS, frozenset[str](), frozenset[str]()
        while True:
            now = asyncio.get_running_loop().time()
            if now - seen >= SEEN_SECONDS:
                await _seen(kit, staff)
                seen = now
            if not signalled or rung:
                shown, queue = await _queue(kit, choice)
                if shown != before:
                    before = shown
                    yield Sent("queue", queue)
                waiting = await approvals(kit, staff)
                if waiting.items != waited:
                    waited = waiting.items
                    yield Sent("approvals", waiting.model_dump(mode="json"))
            rung = await ticks.wait(SEEN_SECONDS)
            if rung:
                await asyncio.sleep(PAUSE_SECONDS)
                rung |= await ticks.wait(0)
            signalled = frozenset(each for each in rung if each.startswith(signals))
            for sent in await told(kit, signalled):
                yield sent
            if rung := rung - signalled:
                yield Sent("changed", {"conversations": sorted(rung - {ALL}), "all": ALL in rung})


async def _queue(kit: Kit, choice: Choice) -> tuple[Any, dict[str, Any]]:
    """The queue to compare, in which waiting time does not count, and to tell, with how the language model does."""
    down = outage(kit.handrail)
    engine = {"name": kit.handrail.engine, "outage": down.model_dump(mode="json") if down else None}
    items = [entry(each).model_dump(mode="json") for each in await entries(kit, choice)]
    return [engine, *({**item, "waiting_seconds": 0} for item in items)], {
        "items": items,
        "engine": engine,
        "total": len(items),
        "waiting": sum(item["state"] == "waiting" for item in items),
        "now": kit.handrail.clock.now().isoformat(),
    }


async def _seen(kit: Kit, staff: Staff) -> None:
    # An engineer reads along, and answers nobody.
    if staff.role != "engineer":
        await kit.handrail.presence.beat(staff)
