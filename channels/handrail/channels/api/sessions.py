"""Where people are logged in, and ending that: their own sessions, and for admins those of others."""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Path
from pydantic import BaseModel, Field

from handrail.channels.api.callers import AsAdmin, OnDesk, counted
from handrail.channels.api.kit import Kit, WithKit
from handrail.channels.api.people import UserId
from handrail.channels.api.problems import documented
from handrail.channels.sessions import SessionKind, Way

router = APIRouter(prefix="/v1", tags=["people"], dependencies=[Depends(counted)])
SessionId = Annotated[str, Path(alias="id", pattern=r"^[A-Za-z0-9_-]{1,64}$", examples=["s_5f0c1a2b3c4d5e6f"])]


class SessionView(BaseModel):
    """A session. `kind` tells a browser (`cookie`) from a program; it ends at `expires_at`, or unused at `idle_at`."""

    id: str
    kind: SessionKind
    way: Way = Field(description="how they logged in: `link` is a one-time link of the command line")
    device: str = Field(examples=["Firefox on Windows"])
    address: str = Field(examples=["192.0.2.17"])
    created_at: datetime
    used_at: datetime = Field(description="to the minute")
    expires_at: datetime
    idle_at: datetime
    current: bool = Field(description="whether it is the one that asks")


class Ended(BaseModel):
    """How many sessions were ended."""

    ended: int


@router.get("/sessions", responses=documented(401))
async def mine(kit: WithKit, session: OnDesk) -> list[SessionView]:
    """Where I am logged in, the session used last first."""
    return await _sessions(kit, session.user.id, session.id)


@router.delete("/sessions", responses=documented(401, 403))
async def end_others(kit: WithKit, session: OnDesk) -> Ended:
    """Log me out everywhere but here. Open streams end at once."""
    return Ended(ended=await kit.sessions.end_all(session.user.id, but=session.id))


@router.delete("/sessions/{id}", status_code=204, responses=documented(401, 403, 404, 422))
async def end_mine(kit: WithKit, session: OnDesk, session_id: SessionId) -> None:
    """End one of my sessions."""
    await kit.sessions.end_one(session.user.id, session_id)


@router.get("/users/{id}/sessions", responses=documented(401, 403, 404, 422))
async def theirs(kit: WithKit, session: AsAdmin, user_id: UserId) -> list[SessionView]:
    """Where somebody is logged in."""
    return await _sessions(kit, (await kit.users.get(user_id)).id, session.id)


@router.delete("/users/{id}/sessions", responses=documented(401, 403, 404, 422))
async def end_theirs(kit: WithKit, _: AsAdmin, user_id: UserId) -> Ended:
    """Log somebody out everywhere."""
    return Ended(ended=await kit.sessions.end_all((await kit.users.get(user_id)).id))


async def _sessions(kit: Kit, user_id: str, current: str) -> list[SessionView]:
    return [SessionView(**asdict(each), current=each.id == current) for each in await kit.sessions.of(user_id)]
