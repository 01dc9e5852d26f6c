"""The cookies of people's browsers, from where they come, and under which address they reach this server."""

from datetime import timedelta

from fastapi import Request, Response

from handrail.channels.api.callers import COOKIE, address
from handrail.channels.api.kit import Kit
from handrail.channels.devices import device
from handrail.channels.sessions import Origin, Session, Way

VISIT = "handrail_openid"
"""Binds a login that was begun to the browser that began it."""

VISIT_PATH = "/v1/openid"


def base_url(kit: Kit, request: Request) -> str:
    """Where people reach this server, without a slash at its end."""
    return (kit.handrail.settings.server.public_url or str(request.base_url)).rstrip("/")


def set_session(kit: Kit, request: Request, response: Response, token: str, session: Session) -> None:
    """Log the browser in."""
    response.set_cookie(
        COOKIE,
        token,
        max_age=int((session.expires_at - kit.handrail.clock.now()).total_seconds()),
        path="/",
        httponly=True,
        samesite="strict",
        secure=_secure(kit, request),
    )


def set_visit(kit: Kit, request: Request, response: Response, browser: str, life: timedelta) -> None:
    """Remember that this browser went to the provider. It comes back from another site, so the cookie is not strict."""
    response.set_cookie(
        VISIT,
        browser,
        max_age=int(life.total_seconds()),
        path=VISIT_PATH,
        httponly=True,
        samesite="lax",
        secure=_secure(kit, request),
    )


def origin(request: Request, way: Way, id_token: str | None = None) -> Origin:
    """How and from where somebody logs in by this request."""
    return Origin(way, device(request.headers.get("user-agent")), address(request), id_token)


def _secure(kit: Kit, request: Request) -> bool:
    return request.url.scheme == "https" or (kit.handrail.settings.server.public_url or "").startswith("https:")
