"""Putting a turn's events on the log, in as few appends as what others must see in time allows."""

from dataclasses import dataclass

from handrail.agent.services import Services
from handrail.agent.turn import Turn
from handrail.conversation.events import BotSaid, Data, Event
from handrail.conversation.log import Fence
from handrail.conversation.situation import Situation


@dataclass(frozen=True, slots=True)
class Stored:
    """What one append has stored, and the situation right after it."""

    events: tuple[Event, ...]
    situation: Situation


async def put(
    turn: Turn,
    services: Services,
    *data: Data,
    fence: Fence | None = None,
    holder: str | None = None,
    last: bool = False,
) -> Stored:
    """Append what is pending, then `data`, at once; at least one event there must be.

    `turn` is changed: nothing is pending any more. With `last` the lease of the turn is given back in the same breath.
    Raises `Fenced`.
    """
    events = (*turn.get("pending", ()), *data)
    stored = await services.log.append(
        turn["conversation_id"], "bot", *events, fence=fence or _fence(turn, events), holder=holder, release=last
    )
    turn["pending"] = ()
    turn["released"] = last
    return Stored(stored, await services.situations.after(stored))


def _fence(turn: Turn, events: tuple[Data, ...]) -> Fence:
    fence = turn["fence"]
    if any(isinstance(event, BotSaid) and event.part == 1 for event in events):
        # Before the first part is out, a new line of the customer's sends the draft back: it must be answered too.
        return Fence(epoch=fence.epoch, lease=fence.lease, heard=turn["upto"])
    return fence
