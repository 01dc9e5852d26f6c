"""Who is calling, and whether they may: customers by a conversation's token, staff by cookie or bearer token."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Path, Request
from fastapi.security import APIKeyCookie, HTTPAuthorizationCredentials, HTTPBearer

from handrail.channels.api.kit import Kit, WithKit
from handrail.channels.sessions import PREFIX, Session, same
from handrail.conversation.errors import Denied, NotFound
from handrail.conversation.login import Role

COOKIE = "handrail_session"
CSRF_HEADER = "X-CSRF-Token"
ENDED = "sessions"
"""What rings where a session ends or a role changes, in whatever process: the database rings it itself."""

RECHECK_SECONDS = 15.0
STREAM = "text/event-stream"
SAFE = ("GET", "HEAD", "OPTIONS")
ID = re.compile(r"[A-Za-z0-9_-]{1,64}")

ConversationId = Annotated[
    str, Path(alias="id", description="The conversation's id.", examples=["01JZ8Q6T3M4V7Y0C2A9E5R1D8K"])
]
_bearer = HTTPBearer(
    auto_error=False,
    scheme_name="token",
    description="The token of one conversation (`POST /v1/conversations`), or of a person (`POST /v1/login`).",
)
_cookie = APIKeyCookie(
    name=COOKIE,
    auto_error=False,
    scheme_name="session",
    description=f"The cookie of a person's browser. Changes also need the header `{CSRF_HEADER}` (see `GET /v1/me`).",
)
Bearer = Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
Cookie = Annotated[str | None, Depends(_cookie)]


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody who may read this conversation: its customer, or staff (who see more)."""

    conversation_id: str
    staff: Session | None


def address(request: Request) -> str:
    """Where a request comes from, as far as the server knows."""
    return request.client.host if request.client else "unknown"


async def counted(request: Request, kit: WithKit) -> None:
    """Every request of an address counts. Raises `TooMany`."""
    kit.limits.requests.take(address(request))


async def _session(
    request: Request, kit: Kit, bearer: HTTPAuthorizationCredentials | None, cookie: str | None
) -> Session | None:
    # A stream opens again by itself, with nobody there.
    used = STREAM not in request.headers.get("accept", "")
    if bearer is not None:
        if not bearer.credentials.startswith(PREFIX):
            return None
        return await kit.sessions.read(bearer.credentials, "bearer", used=used)
    if cookie is None:
        return None
    session = await kit.sessions.read(cookie, "cookie", used=used)
    if request.method not in SAFE and not same(request.headers.get(CSRF_HEADER, ""), session.csrf):
        raise Denied(f"the header {CSRF_HEADER} is missing or wrong; GET /v1/me tells it", code="csrf")
    return session


async def somebody(request: Request, kit: WithKit, bearer: Bearer, cookie: Cookie) -> Session | None:
    """The person who is logged in, if one is."""
    return await _session(request, kit, bearer, cookie)


async def caller(
    request: Request, conversation_id: ConversationId, kit: WithKit, bearer: Bearer, cookie: Cookie
) -> Caller:
    """Whoever may read this conversation. To all others it does not exist, whether it does or not."""
    staff = None
    if bearer is not None and not bearer.credentials.startswith(PREFIX):
        if kit.tokens.read(bearer.credentials).conversation_id != conversation_id:
            raise NotFound("a token for another conversation")
    else:
        staff = await _session(request, kit, bearer, cookie)
        if staff is None:
            raise Denied("send the token of this conversation", code="unauthenticated")
    _known_form(conversation_id)
    return Caller(conversation_id, staff)


def over(kit: Kit, session: Session) -> Callable[[], Awaitable[None]]:
    """Waits until a session has ended, or its owner may do something else than when it was read."""

    async def ended() -> None:
        async with kit.handrail.bell.hear(ENDED) as ticks:
            while await kit.sessions.stands(session):
                await ticks.wait(RECHECK_SECONDS)

    return ended


async def speaker(kit: WithKit, who: Annotated[Caller, Depends(caller)]) -> Caller:
    """Whoever may act as the customer: the customer, or staff in a conversation that staff opened to try things."""
    kit.limits.messages.take(who.conversation_id)
    return await _as_customer(kit, who)


async def typist(kit: WithKit, who: Annotated[Caller, Depends(caller)]) -> Caller:
    """Whoever may act as the customer, and signals something that takes no part of what they may say."""
    kit.limits.signals.take(f"{who.conversation_id} customer")
    return await _as_customer(kit, who)


async def _as_customer(kit: Kit, who: Caller) -> Caller:
    if who.staff is not None:
        first = await kit.handrail.log.read(who.conversation_id, limit=1)
        if not first:
            raise NotFound("no such conversation")
        if first[0].actor == "customer":
            raise Denied("only the customer speaks here; people answer through /v1/desk", code="not_the_customer")
    return who


def staff(*roles: Role) -> Callable[..., Awaitable[Session]]:
    """A dependency: somebody logged in with one of these roles (or any, where none is named)."""

    async def dependency(session: Annotated[Session | None, Depends(somebody)]) -> Session:
        if session is None:
            raise Denied("please log in", code="unauthenticated")
        if roles and session.user.role not in roles:
            raise Denied(f"this needs one of the roles {', '.join(roles)}", code="role")
        return session

    return dependency


async def desk_conversation(conversation_id: ConversationId) -> str:
    """A conversation's id in a form that one can have."""
    return _known_form(conversation_id)


def _known_form(conversation_id: str) -> str:
    if not ID.fullmatch(conversation_id):
        raise NotFound("not an id")
    return conversation_id


Reading = Annotated[Caller, Depends(caller)]
Speaking = Annotated[Caller, Depends(speaker)]
Typing = Annotated[Caller, Depends(typist)]
Somebody = Annotated[Session | None, Depends(somebody)]
OnDesk = Annotated[Session, Depends(staff())]
AtDesk = Annotated[Session, Depends(staff("agent", "supervisor", "admin"))]
Leading = Annotated[Session, Depends(staff("supervisor", "admin"))]
Measuring = Annotated[Session, Depends(staff("supervisor", "engineer", "admin"))]
AsAdmin = Annotated[Session, Depends(staff("admin"))]
DeskConversation = Annotated[str, Depends(desk_conversation)]
