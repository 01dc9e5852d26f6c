"""The trail of looks, for those who lead."""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field

from handrail.channels.api.callers import Leading, counted
from handrail.channels.api.kit import WithKit
from handrail.channels.api.problems import documented
from handrail.desk.looks import What

router = APIRouter(prefix="/v1/desk", tags=["desk"], dependencies=[Depends(counted)])
Id = Annotated[str | None, Query(pattern=r"^[A-Za-z0-9_-]{1,64}$")]


class LookView(BaseModel):
    """Somebody of the staff looked, `times` times from `at` to `last_at`."""

    id: int
    person: str
    name: str
    what: What
    conversation_id: str = Field(description="empty where something of many was shown at once")
    at: datetime
    last_at: datetime
    times: int


class AuditView(BaseModel):
    """Looks, the latest first. Ask again with `before` set to `next` for those before them."""

    items: list[LookView]
    next: int | None


@router.get("/audit", responses=documented(401, 403, 422))
async def audit(
    kit: WithKit,
    _: Leading,
    conversation: Id = None,
    person: Id = None,
    before: Annotated[int | None, Query(ge=1, le=2**62)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> AuditView:
    """Who looked at conversations, or at one, and when. What people did there stands in the conversation itself."""
    looks = await kit.looks.list(conversation, person, before=before, limit=limit)
    items = [LookView(**asdict(look)) for look in looks]
    return AuditView(items=items, next=items[-1].id if len(items) == limit else None)
