"""Calls instead of waiting: the customer books, moves and cancels them; the desk sees what it owes."""

from dataclasses import asdict, replace
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field

from handrail.channels.api.at_desk import ONE, WRITES, keyed, looked, there, written
from handrail.channels.api.callers import AtDesk, DeskConversation, OnDesk, Reading, Speaking, counted
from handrail.channels.api.desk_views import Written
from handrail.channels.api.inputs import CallEnd, IdempotencyKey, NewCall
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
    until: datetime = Field(description="when the slot ends")
    holder: str
    phone: str = Field(description="masked for whoever does not answer customers")
    customer: str
    timezone: str | None = Field(description="the customer's, where it is known")


class OwedCallsView(BaseModel):
    """The calls that are owed, the next one first."""

    items: list[OwedCallView]
    timezone: str = Field(description="the business's")
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
    if session.user.role == "engineer":
        found = [replace(each, phone=_masked(each.phone)) for each in found]
    return OwedCallsView(
        items=[OwedCallView(**asdict(each)) for each in found],
        timezone=kit.handrail.settings.business.timezone,
        now=kit.handrail.clock.now(),
    )


@router.post("/desk" + ONE + "/callback", responses=WRITES, tags=["desk"])
async def end(
    kit: WithKit, session: AtDesk, conversation_id: DeskConversation, body: CallEnd, key: IdempotencyKey = None
) -> Written:
    """Say how the call ended to the customer whose conversation you hold.

    Where nobody answered the customer reads that in the thread. Moved to another time, it goes back to the queue.
    """
    staff, callbacks = await there(kit, session), kit.handrail.desk.callbacks
    key = keyed(session, "callback", key)
    if body.how != "moved":
        return written(await callbacks.end(conversation_id, staff, body.how, body.note, key=key))
    assert body.at is not None
    return written(await callbacks.move(conversation_id, staff, body.at, body.phone, body.note, key=key))


def _masked(phone: str) -> str:
    return f"…{phone[-3:]}" if phone else ""


async def _view(kit: WithKit, conversation_id: str, limit: int) -> CallView:
    situation = await kit.handrail.situations.get(conversation_id)
    booked = situation.callback.at if situation.callback else None
    return CallView(booked=booked, slots=await kit.handrail.desk.callbacks.slots(conversation_id, limit))
