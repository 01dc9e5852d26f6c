"""The server under test on loopback: the whole agent over the sample business, and the people who work there."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import uvicorn
from pydantic import SecretStr

from bench.openid_provider import CLIENT, SECRET, providing
from handrail.agent.bootstrap import Handrail, build
from handrail.channels.api.app import create_app
from handrail.channels.api.kit import Kit
from handrail.channels.api.server import Server
from handrail.channels.sessions import SessionKind
from handrail.channels.users import User
from handrail.conversation.login import LoginSection, OpenIdSection, Role
from handrail.conversation.settings import Settings
from handrail.desk.mail import Mail
from handrail.desk.staff import Staff

JWT_SECRET = "the company's own site signs its tokens with this"
PASSWORD = "correct horse battery staple"
ROLES: tuple[Role, ...] = ("agent", "supervisor", "engineer", "admin")
WITHOUT_LIMIT = 10**9


class OpenHours:
    """A clock that runs from a Monday morning, so that somebody is always at the desk."""

    def __init__(self) -> None:
        self._began = time.monotonic()

    def now(self) -> datetime:
        return datetime(2026, 6, 15, 10, tzinfo=UTC) + timedelta(seconds=time.monotonic() - self._began)


@dataclass
class Letters:
    """A mailer that keeps the newest letter to each address."""

    newest: dict[str, str] = field(default_factory=dict)

    async def send(self, mail: Mail) -> None:
        self.newest[mail.to] = mail.text


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who works here, logged in by token and by cookie."""

    user: User
    bearer: str
    cookie: str
    csrf: str

    @property
    def staff(self) -> Staff:
        """As the desk knows them."""
        return Staff(self.user.id, self.user.name, self.user.role, self.user.departments)


@dataclass(frozen=True, slots=True)
class Site:
    """A running server. `people` are by role; `gone` is disabled, `left` has logged out, and `keeper`, who
    never calls, stays with the victim: whoever leaves the desk gives back what they hold."""

    url: str
    handrail: Handrail
    kit: Kit
    letters: Letters
    people: dict[str, Person]

    @property
    def secrets(self) -> list[str]:
        """What nobody may ever be told: keys, and the tokens of people who are logged in."""
        folder = self.handrail.settings.data_folder / "keys"
        keys = [file.read_text("utf-8").strip() for file in folder.iterdir() if file.is_file()]
        tokens = [token for person in self.people.values() for token in (person.bearer, person.cookie)]
        return [JWT_SECRET, PASSWORD, "$argon2", *(key for key in keys if key), *tokens]

    def site_token(self, customer_id: str) -> str:
        """What the company's own site would sign for this customer."""
        now = self.handrail.clock.now()
        return jwt.encode({"sub": customer_id, "exp": int(now.timestamp()) + 3600}, JWT_SECRET, "HS256")


def raised(settings: Settings, issuer: str) -> Settings:
    """The settings with limits that no run reaches, a secret that the company's own site would sign with, and a
    provider that says who people are."""
    limits = ("messages", "conversations", "requests", "logins")
    server = settings.server.model_copy(update={f"{name}_per_minute": WITHOUT_LIMIT for name in limits})
    unbounded = dict.fromkeys(("tries_per_address", "codes_per_day"), WITHOUT_LIMIT)
    identity = settings.identity.model_copy(update={"jwt_secret": SecretStr(JWT_SECRET), **unbounded})
    calls = {"callback_minutes": 15, "callback_seats": WITHOUT_LIMIT}
    departments = {code: found.model_copy(update=calls) for code, found in settings.desk.departments.items()}
    desk = settings.desk.model_copy(update={"capacity": WITHOUT_LIMIT, "departments": departments})
    login = LoginSection(openid=OpenIdSection(issuer=issuer, client_id=CLIENT, client_secret=SecretStr(SECRET)))
    return settings.model_copy(update={"server": server, "identity": identity, "desk": desk, "login": login})


@asynccontextmanager
async def open_site(settings: Settings, **replacements: Any) -> AsyncIterator[Site]:
    """Serve the agent on a free port of loopback, put together as `handrail serve` does it, but for `replacements`."""
    letters = Letters()
    parts = {"clock": OpenHours(), "mailer": letters, **replacements}
    async with (
        providing(parts["clock"], sub="nobody who works here") as provider,
        build(raised(settings, provider.url), **parts) as handrail,
    ):
        app = create_app(handrail)
        kit: Kit = app.state.kit
        listener = socket.create_server(("127.0.0.1", 0))
        port = listener.getsockname()[1]
        config = uvicorn.Config(
            app,
            log_level="critical",
            lifespan="on",
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=1,
        )
        server = Server(config, kit)
        task = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            people: dict[str, Person] = {role: await _person(kit, role, role) for role in ROLES}
            people["keeper"] = await _person(kit, "keeper", "agent")
            people["gone"] = await _person(kit, "gone", "supervisor")
            await kit.users.change(people["gone"].user.id, disabled=True)
            people["left"] = left = await _person(kit, "left", "supervisor")
            for token in (left.bearer, left.cookie):
                await kit.sessions.end(token)
            yield Site(f"http://127.0.0.1:{port}", handrail, kit, letters, people)
        finally:
            kit.closing.set()
            server.should_exit = True
            await task


async def log_in(kit: Kit, user: User, kind: SessionKind) -> tuple[str, str]:
    """A session for this user: its token, and what its changes by cookie need."""
    token, session = await kit.sessions.begin(user, kind)
    return token, session.csrf


async def _person(kit: Kit, login: str, role: Role) -> Person:
    user = await kit.users.create(login, login.capitalize(), role)
    await kit.users.set_password(await kit.users.link(user.id), PASSWORD)
    bearer, _ = await log_in(kit, user, "bearer")
    cookie, csrf = await log_in(kit, user, "cookie")
    return Person(await kit.users.get(user.id), bearer, cookie, csrf)
