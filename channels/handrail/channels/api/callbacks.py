"""Calls instead of waiting: the customer books, moves and cancels them; the desk sees what it owes."""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field

from handrail.channels.api.at_desk import looked
from handrail.channels.api.callers import OnDesk, Reading, Speaking, counted
from handrail.channels.api.inputs import NewCall
from handrail.channels.api.kit import WithKit
from handrail.channels.api.problems import documented

router = APIRouter(prefix="/v1", dependencies=[Depends(counted)])
CALL = "/conversations/{id}/callback"


class CallView(BaseModel):
    """The call that is booked, and the slots that are free."""

    booked: datetime | None = Field(description="when the customer is called; null where no call is booked")
    slots: list[datetime] = Field(description="free times, the next first; empty where no calls are made")


class OwedCallView(BaseModel):
    """A call that is owed. `holder` is who has the conversation now."""

    conversation_id: str
    department: str
    at: datetime
    holder: str
    phone: str
    customer: str


class OwedCallsView(BaseModel):
    """The calls that are owed, the next one first."""

    items: list[OwedCallView]
    now: datetime


@router.get(CALL, responses=documented(401, 403, 404, 422), tags=["conversations"])
async def slots(kit: WithKit, who: Reading, limit: Annotated[int, Query(ge=1, le=200)] = 20) -> CallView:
    """When the customer could be called, and when they will be."""
    return await _view(kit, who.conversation_id, limit)


@router.post(CALL, responses=documented(401, 403, 404, 408, 409, 413, 415, 422), tags=["conversations"])
async def book(kit: WithKit, who: Speaking, body: NewCall) -> CallView:
    """Book a call at one of the free times, or move the one that is booked. Of two who want one, one gets it (409)."""
    await kit.handrail.desk.callbacks.book(who.conversation_id, body.at, body.phone)
    return await _view(kit, who.conversation_id, 20)


@router.delete(CALL, responses=documented(401, 403, 404, 409, 422), tags=["conversations"])
async def cancel(kit: WithKit, who: Speaking) -> CallView:
    """Call it off: the question stays with the desk, and is answered in writing."""
    await kit.handrail.desk.callbacks.cancel(who.conversation_id)
    return await _view(kit, who.conversation_id, 20)


@router.get("/desk/callbacks", responses=documented(401, 403, 422), tags=["desk"])
async def owed(kit: WithKit, session: OnDesk, limit: Annotated[int, Query(ge=1, le=500)] = 200) -> OwedCallsView:
    """The calls that are owed to customers."""
    await looked(kit, session, "queue")
    found = await kit.handrail.desk.callbacks.booked(limit)
    return OwedCallsView(items=[OwedCallView(**asdict(each)) for each in found], now=kit.handrail.clock.now())


async def _view(kit: WithKit, conversation_id: str, limit: int) -> CallView:
    situation = await kit.handrail.situations.get(conversation_id)
    booked = situation.callback.at if situation.callback else None
    return CallView(booked=booked, slots=await kit.handrail.desk.callbacks.slots(conversation_id, limit))
