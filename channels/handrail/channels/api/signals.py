"""What counts for a moment and is kept nowhere: that somebody types, that a supervisor listens.

A signal goes to whom it is for, over the bell: in this process at once, in others by NOTIFY. It carries ids alone, runs
out by itself, and is lost where nobody looks.
"""

from collections.abc import AsyncGenerator, Iterable

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field

from handrail.channels.api.at_desk import ONE, WRITES, staff_of
from handrail.channels.api.callers import AtDesk, DeskConversation, Typing, counted
from handrail.channels.api.kit import Kit, WithKit
from handrail.channels.api.problems import documented
from handrail.channels.api.streams import Sent

router = APIRouter(prefix="/v1", dependencies=[Depends(counted)])

TYPING_SECONDS = 6
"""So long somebody counts as typing; a client says it again every three seconds."""
LISTENING_SECONDS = 45
"""So long a supervisor counts as listening; a client says it again every twenty seconds."""


class Signalled(BaseModel):
    """Whether there is somebody for whom it counts: while there is nobody, a client need not signal."""

    seen: bool = Field(examples=[True])


@router.post(
    "/conversations/{id}/typing", responses=documented(401, 403, 404, 408, 413, 415, 422), tags=["conversations"]
)
async def customer_types(kit: WithKit, who: Typing) -> Signalled:
    """Tell the person who holds the conversation that you are typing. Nothing of the text is told, and nothing kept."""
    holder = (await kit.handrail.log.head(who.conversation_id)).holder
    held = holder.startswith("person:")
    if held:
        kit.handrail.bell.signal(topic_of(holder), f"typing|{who.conversation_id}")
    return Signalled(seen=held)


@router.post("/desk" + ONE + "/typing", responses=WRITES, tags=["desk"])
async def person_types(kit: WithKit, session: AtDesk, conversation_id: DeskConversation) -> Signalled:
    """Tell the customer that you are typing; of a conversation that you do not hold nothing is told."""
    kit.limits.signals.take(f"{conversation_id} {session.user.id}")
    mine = (await kit.handrail.log.head(conversation_id)).holder == staff_of(session).actor
    if mine:
        kit.handrail.bell.signal(topic_of(conversation_id), f"typing|{session.user.id}")
    return Signalled(seen=mine)


def topic_of(whom: str) -> str:
    """Where signals for somebody are heard: for a person by how they stand in the log, for a customer by the id of
    their conversation."""
    return f"to {whom}"


async def to_customer(kit: Kit, conversation_id: str) -> AsyncGenerator[Sent]:
    """That the person who holds a conversation types, as its stream tells it, without end."""
    async with kit.handrail.bell.hear(topic_of(conversation_id)) as ticks:
        while True:
            for each in await ticks.wait():
                # The bell itself rings the topic, without a word, when it may have missed something.
                match each.split("|")[1:]:
                    case ["typing", person]:
                        name = (await kit.users.get(person)).name
                        yield Sent("typing", {"name": name, "seconds": TYPING_SECONDS})


async def told(kit: Kit, rung: Iterable[str]) -> list[Sent]:
    """What came for a person at the desk, as the desk's stream tells it."""
    found = []
    for each in sorted(rung):
        match each.split("|")[1:]:
            case ["typing", conversation_id]:
                found.append(Sent("typing", {"conversation": conversation_id, "seconds": TYPING_SECONDS}))
            case ["listening", conversation_id, person]:
                data = {"conversation": conversation_id, "name": (await kit.users.get(person)).name}
                found.append(Sent("listening", {**data, "seconds": LISTENING_SECONDS}))
            case ["whisper", conversation_id]:
                found.append(Sent("whisper", {"conversation": conversation_id}))
    return found
