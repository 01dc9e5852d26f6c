"""Who takes what: the next conversation, handing on, parking, and who is there."""

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Body, Depends, Query
from pydantic import BaseModel, Field

from handrail.channels.api.at_desk import ONE, WRITES, keyed, looked, staff_of, there, written
from handrail.channels.api.callers import AtDesk, DeskConversation, OnDesk, counted
from handrail.channels.api.desk_views import CaseView, Written, case
from handrail.channels.api.inputs import HandOn, IdempotencyKey, Next, Park, Whereabouts
from handrail.channels.api.kit import WithKit
from handrail.channels.api.problems import documented
from handrail.desk.staff import Colleague

router = APIRouter(prefix="/v1/desk", tags=["desk"], dependencies=[Depends(counted)])


class NextView(BaseModel):
    """The conversation that is yours now; null where nothing waits that is yours to take."""

    case: CaseView | None


class ColleagueView(BaseModel):
    """Somebody who was seen at the desk. `load` counts the live conversations in hand, `parked` those put aside."""

    id: str
    name: str
    departments: list[str] = Field(description="empty is all")
    skills: list[str]
    status: Literal["online", "away", "offline"]
    seen_at: datetime
    load: int
    parked: int
    capacity: int


class ColleaguesView(BaseModel):
    """Everybody who was ever seen at the desk, by name."""

    items: list[ColleagueView]
    now: datetime


class WaitsToldView(BaseModel):
    """How right the waits were that a department's customers were told: of `came`, `held` within the range, `later`
    after it."""

    department: str
    told: int
    came: int
    held: int
    later: int
    minutes: float | None = Field(description="the median of the true waits")
    width: float = Field(description="the median width of the ranges, in minutes")


class WaitsView(BaseModel):
    """How right was what customers were told, by department."""

    items: list[WaitsToldView]
    since: datetime


@router.post("/next", responses=WRITES)
async def take_next(kit: WithKit, session: AtDesk, body: Annotated[Next | None, Body()] = None) -> NextView:
    """Take the most pressing conversation that is yours to take: of your departments, and by what you can.

    409 (`full`) while you have as many live conversations as you can.
    """
    staff = await there(kit, session)
    taken = await kit.handrail.desk.picking.next(staff, body.departments if body else ())
    if taken is None:
        return NextView(case=None)
    await looked(kit, session, "case", taken.conversation_id)
    return NextView(case=case(await kit.handrail.desk.show(taken.conversation_id), kit.handrail.engine))


@router.post(ONE + "/hand-on", responses=WRITES)
async def hand_on(
    kit: WithKit, session: AtDesk, conversation_id: DeskConversation, body: HandOn, key: IdempotencyKey = None
) -> Written:
    """Hand a conversation that you hold on to a department or to a colleague, who gets it first; its clock runs on."""
    event = await kit.handrail.desk.returns.hand_on(
        conversation_id,
        await there(kit, session),
        department=body.department,
        colleague=body.colleague,
        note=body.note,
        key=keyed(session, "hand_on", key),
    )
    return written(event)


@router.post(ONE + "/park", responses=WRITES)
async def park(
    kit: WithKit, session: AtDesk, conversation_id: DeskConversation, body: Park, key: IdempotencyKey = None
) -> Written:
    """Put a conversation that you hold aside. It comes up at that time, or when the customer writes."""
    staff = await there(kit, session)
    parking = kit.handrail.desk.parking
    return written(await parking.park(conversation_id, staff, body.until, body.note, key=keyed(session, "park", key)))


@router.post(ONE + "/take-up", responses=WRITES)
async def take_up(
    kit: WithKit, session: AtDesk, conversation_id: DeskConversation, key: IdempotencyKey = None
) -> Written:
    """Go on with a conversation that you parked."""
    staff = await there(kit, session)
    return written(await kit.handrail.desk.parking.take_up(conversation_id, staff, key=keyed(session, "take_up", key)))


@router.get("/people", responses=documented(401, 403))
async def colleagues(kit: WithKit, _: OnDesk) -> ColleaguesView:
    """Who is at the desk, away or gone, and how much they have in hand."""
    found = await kit.handrail.presence.colleagues()
    return ColleaguesView(items=[colleague(each) for each in found], now=kit.handrail.clock.now())


@router.post("/presence", status_code=204, responses=documented(401, 403, 408, 413, 415, 422))
async def say_where(kit: WithKit, session: AtDesk, body: Whereabouts) -> None:
    """Say whether conversations are to come to you. `away` holds until you say otherwise."""
    await kit.handrail.presence.become(staff_of(session), body.status)


@router.get("/waits", responses=documented(401, 403, 422))
async def waits(kit: WithKit, _: OnDesk, days: Annotated[int, Query(ge=1, le=366)] = 7) -> WaitsView:
    """How right the waits were that customers were told in the last days."""
    since = kit.handrail.clock.now() - timedelta(days=days)
    found = await kit.handrail.desk.telling.figures(since)
    return WaitsView(items=[WaitsToldView(**asdict(each)) for each in found], since=since)


def colleague(found: Colleague) -> ColleagueView:
    """Somebody at the desk."""
    return ColleagueView(**{name: getattr(found, name) for name in ColleagueView.model_fields})
