"""The streams of one conversation: what has happened, then what happens, for its customer or for staff."""

from collections.abc import AsyncGenerator

from handrail.channels.api import answers
from handrail.channels.api.answers import Ended
from handrail.channels.api.kit import Kit
from handrail.channels.api.outputs import State
from handrail.channels.api.signals import to_customer
from handrail.channels.api.streams import Sent, merged
from handrail.channels.api.wire import MOVES, findings, said, whole
from handrail.channels.api.wire import state as view
from handrail.conversation.events import CustomerSaid, Event, TurnEnded, TurnStarted
from handrail.conversation.situation import Situation
from handrail.desk.queue import Filter

PLACES = 20
"""Up to which place in the queue customers are told theirs; further back it says little."""


async def conversation(kit: Kit, conversation_id: str, after: int, *, staff: bool) -> AsyncGenerator[Sent]:
    """Everything after `after`, without end."""
    seen = after
    for event in await kit.handrail.log.read(conversation_id, after=after):
        for sent in _shown(event, staff=staff):
            yield sent
        seen = event.seq
    yield await _state(kit, conversation_id, seen)
    async for event in merged(kit.handrail.log.follow(conversation_id, after=seen), to_customer(kit, conversation_id)):
        if isinstance(event, Sent):
            yield event
            continue
        for sent in _shown(event, staff=staff):
            yield sent
        if isinstance(event.data, MOVES):
            yield await _state(kit, conversation_id, event.seq, starting=isinstance(event.data, TurnStarted))


async def answer(kit: Kit, heard: Event, *, staff: bool) -> AsyncGenerator[Sent]:
    """What comes of one message, until it is answered or somebody else has it."""
    yield await _state(kit, heard.conversation_id, heard.seq)
    async for found in answers.follow(kit.handrail, heard):
        if isinstance(found, Ended):
            done = await answers.compose(kit.handrail, heard, found)
            yield Sent("done", done.model_dump(mode="json"), found.seq)
            return
        for sent in _shown(found, staff=staff, log=False):
            yield sent
        if isinstance(found.data, MOVES) and not isinstance(found.data, TurnEnded | CustomerSaid):
            yield await _state(kit, heard.conversation_id, found.seq, starting=isinstance(found.data, TurnStarted))


async def state(kit: Kit, situation: Situation) -> State:
    """Where a conversation stands, with its place in the queue while it waits."""
    return view(situation, kit.handrail.engine, await _position(kit, situation))


async def _position(kit: Kit, situation: Situation) -> int | None:
    handoff = situation.handoff
    if handoff is None or handoff.state != "waiting" or handoff.mode != "live":
        return None
    before_me = Filter(states=("waiting",), departments=(handoff.department,), modes=("live",), limit=PLACES)
    ids = [entry.conversation_id for entry in await kit.handrail.desk.queue(before_me)]
    return ids.index(situation.conversation_id) + 1 if situation.conversation_id in ids else None


async def _state(kit: Kit, conversation_id: str, seq: int, *, starting: bool = False) -> Sent:
    now = await state(kit, await kit.handrail.situations.get(conversation_id))
    if starting:
        now = now.model_copy(update={"working": True})
    return Sent("state", now.model_dump(mode="json"), seq)


def _shown(event: Event, *, staff: bool, log: bool = True) -> list[Sent]:
    shown = said(event)
    if staff:
        shown += findings(event)
        shown += [Sent("event", whole(event), event.seq)] if log else []
    return shown
