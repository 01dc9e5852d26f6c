"""Logging in through the company's OpenID Connect provider."""

import logging
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import RedirectResponse
from fastapi.security import APIKeyCookie
from pydantic import BaseModel, Field

from handrail.channels.api.callers import address, counted
from handrail.channels.api.cookies import VISIT, VISIT_PATH, base_url, origin, set_session, set_visit
from handrail.channels.api.inputs import Departure
from handrail.channels.api.kit import Kit, WithKit
from handrail.channels.api.problems import documented
from handrail.channels.openid.port import OpenId
from handrail.channels.openid.visits import LIFE
from handrail.conversation.errors import HandrailError, NotFound

router = APIRouter(prefix=VISIT_PATH, tags=["people"], dependencies=[Depends(counted)])
CALLBACK = "/callback"
LONGEST = 4096
Told = Annotated[str, Query(max_length=LONGEST)]
VisitCookie = Annotated[str | None, Depends(APIKeyCookie(name=VISIT, auto_error=False))]
log = logging.getLogger("handrail.login")


class Way(BaseModel):
    """Where the browser goes now. It must be the one that asked: it got a cookie to come back with."""

    url: str = Field(examples=["https://login.example.com/authorize?client_id=handrail"])


@router.post("", responses=documented(404, 408, 413, 415, 422))
async def leave(kit: WithKit, request: Request, response: Response, body: Departure) -> Way:
    """Begin to log in through the provider."""
    openid = _openid(kit)
    kit.limits.logins.take(f"address {address(request)}")
    callback = f"{base_url(kit, request)}{VISIT_PATH}{CALLBACK}"
    url, visit = await openid.leave(callback, invitation=body.invitation, conversation_id=body.conversation)
    set_visit(kit, request, response, visit.browser, LIFE)
    return Way(url=url)


@router.get(CALLBACK, include_in_schema=False)
async def come_back(
    kit: WithKit,
    request: Request,
    browser: VisitCookie = None,
    code: Told = "",
    state: Told = "",
    iss: Told | None = None,
    error: Told | None = None,
) -> RedirectResponse:
    """The provider sends people back here. Where they go on is never taken from the request: to the desk, which
    tells them by the code in the fragment if they were not let in."""
    openid = _openid(kit)
    told = {"code": code, "state": state, "iss": iss, "error": error}
    try:
        kit.limits.logins.take(f"address {address(request)}")
        arrival = await openid.come_back({k: v for k, v in told.items() if v is not None}, browser or "")
    except HandrailError as problem:
        log.warning("nobody was let in through the provider: %s", problem)
        response = RedirectResponse(f"/desk#{urlencode({'refused': problem.code})}", 303)
    else:
        asked = f"?{urlencode({'conversation': arrival.conversation_id})}" if arrival.conversation_id else ""
        response = RedirectResponse(f"/desk{asked}", 303)
        token, session = await kit.sessions.begin(arrival.user, "cookie", origin(request, "openid", arrival.id_token))
        set_session(kit, request, response, token, session)
    response.delete_cookie(VISIT, path=VISIT_PATH, httponly=True, samesite="lax")
    return response


def _openid(kit: Kit) -> OpenId:
    if kit.openid is None:
        raise NotFound("no provider is set up")
    return kit.openid
