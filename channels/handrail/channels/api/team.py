"""What whoever leads the desk sees and does: how it stands, listening in, whispering, moving conversations."""

from dataclasses import asdict
from datetime import datetime

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field

from handrail.channels.api.at_desk import ONE, WRITES, keyed, looked, staff_of, there, written
from handrail.channels.api.callers import DeskConversation, Leading, counted
from handrail.channels.api.desk_views import EntryView, Written, entry
from handrail.channels.api.inputs import HandOn, IdempotencyKey, NewNote
from handrail.channels.api.kit import WithKit
from handrail.channels.api.problems import documented
from handrail.channels.api.routing import ColleagueView, colleague
from handrail.channels.api.signals import Signalled, topic_of
from handrail.conversation.events import Whispered

router = APIRouter(prefix="/v1/desk", tags=["desk"], dependencies=[Depends(counted)])


class MemberView(ColleagueView):
    """Somebody who was seen at the desk, with the conversations in their hands, the longest held first."""

    holds: list[EntryView]


class LineView(BaseModel):
    """How a department stands now, and how soon somebody came today."""

    department: str
    name: str
    open: bool
    on: int = Field(description="how many people are on for it")
    waiting: int = Field(description="who waits live")
    oldest: datetime | None = Field(description="since when the first of them waits")
    tickets: int = Field(description="what waits in writing")
    earliest: int | None = Field(
        description="minutes after which somebody would come to who asked now; null while closed"
    )
    latest: int | None
    within: int = Field(description="live customers of today to whom somebody came within the target")
    later: int = Field(description="those to whom somebody came later, or who have waited longer")


class TeamView(BaseModel):
    """How the desk stands. `target_minutes` is how soon somebody should be there."""

    people: list[MemberView]
    departments: list[LineView]
    target_minutes: float
    now: datetime


@router.get("/team", responses=documented(401, 403))
async def team(kit: WithKit, session: Leading) -> TeamView:
    """Who is on and what they have in hand since when; who waits, for how long, and how soon somebody came today."""
    await looked(kit, session, "queue")
    members, lines = await kit.handrail.desk.team.stands()
    return TeamView(
        people=[
            MemberView(**colleague(each.colleague).model_dump(), holds=[entry(held) for held in each.holds])
            for each in members
        ],
        departments=[LineView(**asdict(each)) for each in lines],
        target_minutes=kit.handrail.settings.desk.wait_target_minutes,
        now=kit.handrail.clock.now(),
    )


@router.post(ONE + "/listen", responses=WRITES)
async def listen(kit: WithKit, session: Leading, conversation_id: DeskConversation) -> Signalled:
    """Say that you listen to a conversation; say it again every twenty seconds. It stands in the trail of looks.

    Whoever holds it sees it, unless the settings say otherwise (`desk.tell_listening`); `seen` tells whether.
    """
    kit.limits.signals.take(f"{conversation_id} {session.user.id} listens")
    holder = (await kit.handrail.log.head(conversation_id)).holder
    await looked(kit, session, "listen", conversation_id)
    others = holder.startswith("person:") and holder != staff_of(session).actor
    seen = others and kit.handrail.settings.desk.tell_listening
    if seen:
        kit.handrail.bell.signal(topic_of(holder), f"listening|{conversation_id}|{session.user.id}")
    return Signalled(seen=seen)


@router.post(ONE + "/whispers", responses=WRITES)
async def whisper(
    kit: WithKit, session: Leading, conversation_id: DeskConversation, body: NewNote, key: IdempotencyKey = None
) -> Written:
    """Say something to the colleague who holds the conversation. The customer and the bot never see it."""
    staff = await there(kit, session)
    event = await kit.handrail.desk.whisper(conversation_id, staff, body.text, key=keyed(session, "whisper", key))
    assert isinstance(event.data, Whispered)
    kit.handrail.bell.signal(topic_of(f"person:{event.data.to}"), f"whisper|{conversation_id}")
    return written(event)


@router.post(ONE + "/reassign", responses=WRITES)
async def reassign(
    kit: WithKit, session: Leading, conversation_id: DeskConversation, body: HandOn, key: IdempotencyKey = None
) -> Written:
    """Move a conversation that waits, or that a colleague holds, to a department or a colleague, who gets it first."""
    event = await kit.handrail.desk.returns.reassign(
        conversation_id,
        await there(kit, session),
        department=body.department,
        colleague=body.colleague,
        note=body.note,
        key=keyed(session, "reassign", key),
    )
    return written(event)
