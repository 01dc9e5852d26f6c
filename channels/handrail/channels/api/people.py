"""People who work here: log in and out, set a password, and, for admins, the accounts."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request, Response
from pydantic import BaseModel, Field

from handrail.channels.api.callers import COOKIE, AsAdmin, Bearer, Cookie, OnDesk, address, counted
from handrail.channels.api.cookies import base_url, origin, set_session
from handrail.channels.api.inputs import Entry, Login, NewPassword, NewUser, UserChange
from handrail.channels.api.kit import Kit, WithKit
from handrail.channels.api.problems import documented
from handrail.channels.sessions import Session
from handrail.channels.users import User
from handrail.conversation.errors import Denied
from handrail.conversation.login import Role

router = APIRouter(prefix="/v1", tags=["people"], dependencies=[Depends(counted)])
UserId = Annotated[str, Path(alias="id", pattern=r"^[A-Za-z0-9_-]{1,64}$", examples=["u_5f0c1a2b3c4d5e6f"])]
ADMIN = documented(401, 403, 404, 408, 409, 413, 415, 422)


class Me(BaseModel):
    """Who is logged in. `csrf` goes into the header `X-CSRF-Token` of every change made by cookie."""

    id: str
    login: str
    name: str
    role: Role
    departments: list[str]
    csrf: str
    token: str | None = Field(default=None, description="the bearer token, told once, where one was asked for")
    expires_at: datetime


class LoggedOut(BaseModel):
    """With `url` the browser goes on there, to be logged out of the company's own login too."""

    url: str | None = None


class Account(BaseModel):
    """An account. `link` is a one-time link to set a password with, told once."""

    id: str
    login: str
    name: str
    role: Role
    departments: list[str]
    skills: list[str]
    capacity: int | None
    ready: bool
    disabled: bool
    link: str | None = None


@router.post("/login", responses=documented(401, 403, 408, 413, 415, 422))
async def login(kit: WithKit, request: Request, response: Response, body: Login) -> Me:
    """Log in: sets a cookie for a browser, or with `bearer` tells a token for the command line."""
    _expect_passwords(kit)
    kit.limits.logins.take(f"address {address(request)}")
    kit.limits.logins.take(f"login {body.login.casefold()}")
    user = await kit.users.login(body.login, body.password)
    token, session = await kit.sessions.begin(user, "bearer" if body.bearer else "cookie", origin(request, "password"))
    if body.bearer:
        return _me(session, token)
    set_session(kit, request, response, token, session)
    return _me(session)


@router.post("/password", responses=documented(403, 408, 413, 415, 422))
async def set_password(kit: WithKit, request: Request, response: Response, body: NewPassword) -> Me:
    """Use a one-time link up: set the password, and be logged in."""
    _expect_passwords(kit)
    kit.limits.logins.take(f"address {address(request)}")
    user = await kit.users.set_password(body.token, body.password)
    token, session = await kit.sessions.begin(user, "cookie", origin(request, "password"))
    set_session(kit, request, response, token, session)
    return _me(session)


@router.post("/enter", responses=documented(403, 408, 413, 415, 422))
async def enter(kit: WithKit, request: Request, response: Response, body: Entry) -> Me:
    """Use a one-time link up that logs its owner in: the way back where no other is left (`handrail users enter`)."""
    kit.limits.logins.take(f"address {address(request)}")
    user = await kit.users.enter(body.token)
    token, session = await kit.sessions.begin(user, "cookie", origin(request, "link"))
    set_session(kit, request, response, token, session)
    return _me(session)


@router.post("/logout", responses=documented(401, 403))
async def logout(
    kit: WithKit, request: Request, response: Response, _: OnDesk, bearer: Bearer, cookie: Cookie
) -> LoggedOut:
    """Log out: the cookie or the token is worth nothing from here."""
    id_token = await kit.sessions.end(bearer.credentials if bearer else cookie or "")
    response.delete_cookie(COOKIE, path="/", httponly=True, samesite="strict")
    if id_token is None or kit.openid is None:
        return LoggedOut()
    return LoggedOut(url=await kit.openid.leaving(id_token, f"{base_url(kit, request)}/desk"))


@router.get("/me", responses=documented(401))
async def me(session: OnDesk) -> Me:
    """Who is logged in."""
    return _me(session)


@router.get("/users", responses=documented(401, 403))
async def users(kit: WithKit, _: AsAdmin) -> list[Account]:
    """Every account."""
    return [_account(user) for user in await kit.users.all()]


@router.post("/users", status_code=201, responses=ADMIN)
async def create(kit: WithKit, request: Request, _: AsAdmin, body: NewUser) -> Account:
    """Add somebody. Hand them the link; it works once and for two days."""
    user = await kit.users.create(body.login, body.name, body.role, body.departments)
    return _account(user, await _link(kit, request, user))


@router.patch("/users/{id}", responses=ADMIN)
async def change(kit: WithKit, user_id: UserId, _: AsAdmin, body: UserChange) -> Account:
    """Change an account. Whoever is disabled is logged out at once."""
    user = await kit.users.change(
        user_id,
        name=body.name,
        role=body.role,
        departments=body.departments,
        skills=body.skills,
        capacity=body.capacity,
        disabled=body.disabled,
    )
    return _account(user)


@router.post("/users/{id}/link", responses=ADMIN)
async def link(kit: WithKit, request: Request, user_id: UserId, _: AsAdmin) -> Account:
    """A new one-time link, for somebody who forgot their password."""
    user = await kit.users.get(user_id)
    return _account(user, await _link(kit, request, user))


def _expect_passwords(kit: Kit) -> None:
    if not kit.handrail.settings.login.passwords:
        raise Denied("passwords are not taken here; log in through the company's own login", code="passwords_off")


def enter_link(base: str, token: str) -> str:
    """Where a one-time token logs its owner in."""
    return f"{base.rstrip('/')}/desk#enter={token}"


def password_link(base: str, token: str) -> str:
    """Where a one-time token is used. It stands in the fragment, which no server and no log gets to see."""
    return f"{base.rstrip('/')}/desk#password={token}"


async def _link(kit: Kit, request: Request, user: User) -> str:
    return password_link(base_url(kit, request), await kit.users.link(user.id))


def _me(session: Session, token: str | None = None) -> Me:
    user = session.user
    return Me(
        id=user.id,
        login=user.login,
        name=user.name,
        role=user.role,
        departments=list(user.departments),
        csrf=session.csrf,
        token=token,
        expires_at=session.expires_at,
    )


def _account(user: User, link: str | None = None) -> Account:
    return Account(
        id=user.id,
        login=user.login,
        name=user.name,
        role=user.role,
        departments=list(user.departments),
        skills=list(user.skills),
        capacity=user.capacity,
        ready=user.ready,
        disabled=user.disabled_at is not None,
        link=link,
    )
