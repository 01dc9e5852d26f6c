"""What was promised, across conversations."""

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field

from handrail.channels.api.at_desk import looked, staff_of
from handrail.channels.api.callers import OnDesk, counted
from handrail.channels.api.kit import WithKit
from handrail.channels.api.problems import documented

router = APIRouter(prefix="/v1/desk/promises", tags=["desk"], dependencies=[Depends(counted)])
OWNER = r"^(bot|person:[A-Za-z0-9_-]{1,64}|[a-z][a-z0-9_-]{0,39})$"


class OwedView(BaseModel):
    """A promise. `owner` is `bot`, `person:<id>` or a department; `holder` is who has the conversation now."""

    conversation_id: str
    promise_id: str
    text: str
    owner: str
    due: datetime | None
    made_at: datetime
    reminded_at: datetime | None = Field(description="when the desk was reminded of it")
    standing: Literal["open", "overdue", "kept", "broken"]
    holder: str
    customer: str = Field(description="empty where they are not known")


class OwedList(BaseModel):
    """Promises: open ones with the earliest due first, settled ones with the last settled first."""

    items: list[OwedView]
    now: datetime


class KeptView(BaseModel):
    """How promises of one kind of owner ended; `overdue` are past their time and not settled."""

    owner: str
    made: int
    kept: int
    broken: int
    overdue: int


class KeptList(BaseModel):
    """How promises ended that were made since a moment."""

    items: list[KeptView]
    since: datetime


@router.get("", responses=documented(401, 403, 422))
async def owed(
    kit: WithKit,
    session: OnDesk,
    mine: Annotated[bool, Query(description="only what I have promised")] = False,
    owner: Annotated[str | None, Query(pattern=OWNER, examples=["general"])] = None,
    hours: Annotated[int | None, Query(ge=0, le=24 * 366, description="only what is due within so many hours")] = None,
    settled: Annotated[bool, Query(description="what was kept or broken, instead of what is open")] = False,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> OwedList:
    """What is owed to customers, by whom and by when."""
    await looked(kit, session, "queue")
    now = kit.handrail.clock.now()
    found = await kit.handrail.desk.ledger.owed(
        owner=staff_of(session).actor if mine else owner,
        before=None if hours is None else now + timedelta(hours=hours),
        settled=settled,
        limit=limit,
    )
    return OwedList(items=[OwedView(**asdict(each)) for each in found], now=now)


@router.get("/figures", responses=documented(401, 403, 422))
async def figures(kit: WithKit, _: OnDesk, days: Annotated[int, Query(ge=1, le=366)] = 30) -> KeptList:
    """How many promises of the last days were kept and broken, by kind of owner."""
    since = kit.handrail.clock.now() - timedelta(days=days)
    found = await kit.handrail.desk.ledger.figures(since)
    return KeptList(items=[KeptView(**asdict(each)) for each in found], since=since)
