"""What came of a message, read from the log: the turn itself runs elsewhere, whether or not anybody waits for it."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

from handrail.channels.api.outputs import Answer, Reply
from handrail.channels.api.ports import Handrail
from handrail.channels.api.wire import handoff, sources
from handrail.conversation.errors import Unavailable
from handrail.conversation.events import (
    BotSaid,
    Citation,
    Event,
    GivenBack,
    HandoffClaimed,
    HandoffRequested,
    HandoffReturned,
    TurnEnded,
    WrappedUp,
)

SECONDS = 120.0
"""How long a request waits for its answer; the message is kept whatever happens."""

HAND_CHANGES = (HandoffRequested, HandoffClaimed, HandoffReturned, GivenBack, WrappedUp)


@dataclass(frozen=True, slots=True)
class Ended:
    """Nothing more comes for this message from the bot. `turn` is None while somebody else holds the conversation."""

    turn: TurnEnded | None
    seq: int


async def follow(handrail: Handrail, heard: Event, seconds: float = SECONDS) -> AsyncIterator[Event | Ended]:
    """The events after a customer's line, until what answers it is over. Raises `Unavailable` after so many seconds."""
    if await _held(handrail, heard):
        yield Ended(None, heard.seq)
        return
    deadline = asyncio.get_running_loop().time() + seconds
    events = handrail.log.follow(heard.conversation_id, after=heard.seq)
    try:
        while True:
            event = await _next(events, deadline)
            yield event
            if isinstance(event.data, TurnEnded) and event.data.upto >= heard.seq:
                yield Ended(event.data, event.seq)
                return
            if isinstance(event.data, HandoffClaimed) or _reopened(event):
                yield Ended(None, event.seq)
                return
    finally:
        await events.aclose()  # type: ignore[attr-defined]


async def wait(handrail: Handrail, heard: Event) -> Answer:
    """Wait for what answers a customer's line."""
    async for found in follow(handrail, heard):
        if isinstance(found, Ended):
            return await compose(handrail, heard, found)
    raise Unavailable("the log ended")


async def compose(handrail: Handrail, heard: Event, ended: Ended) -> Answer:
    """The answer as a whole: every part of the reply, put together from the log."""
    situation = await handrail.situations.get(heard.conversation_id)
    turn = ended.turn
    reply = await _reply(handrail, heard, turn) if turn and turn.reply_id else None
    return Answer(
        reply=reply,
        outcome=turn.outcome if turn else "held",
        handoff=handoff(situation),
        engine=turn.engine if turn else handrail.engine,
        seq=ended.seq,
    )


async def _reply(handrail: Handrail, heard: Event, turn: TurnEnded) -> Reply:
    parts = _parts(await handrail.log.read(heard.conversation_id, after=heard.seq), turn)
    if not parts or parts[0].part != 1:
        # Posts that were joined: the first parts may stand before this line of the customer's.
        parts = _parts(await handrail.log.read(heard.conversation_id), turn)
    cited: tuple[Citation, ...] = tuple(citation for part in parts for citation in part.citations)
    return Reply(text="".join(part.text for part in parts).strip(), citations=sources(cited))


def _parts(events: list[Event], turn: TurnEnded) -> list[BotSaid]:
    return [e.data for e in events if isinstance(e.data, BotSaid) and e.data.reply_id == turn.reply_id]


async def _held(handrail: Handrail, heard: Event) -> bool:
    """Whether somebody other than the bot held the conversation when this line was heard."""
    tail = await handrail.log.tail(heard.conversation_id, after=heard.seq)
    change = next((event.data for event in tail.events if isinstance(event.data, HAND_CHANGES)), None)
    return tail.holder != "bot" if change is None else isinstance(change, GivenBack | WrappedUp)


def _reopened(event: Event) -> bool:
    # A line on a settled ticket puts it back into the queue, without a turn.
    return isinstance(event.data, HandoffRequested) and event.actor != "bot"


async def _next(events: AsyncIterator[Event], deadline: float) -> Event:
    try:
        async with asyncio.timeout_at(deadline):
            return await anext(events)
    except TimeoutError as error:
        raise Unavailable("the answer takes longer than it should; the message is kept", code="slow") from error
