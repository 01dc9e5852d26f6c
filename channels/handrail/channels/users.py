"""The people who work here: who they are, what they may do, and how they log in."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from handrail.channels.passwords import Passwords
from handrail.conversation.clock import Clock
from handrail.conversation.database import Connection, Database, Row, UniqueViolation
from handrail.conversation.errors import Conflict, Denied, NotFound
from handrail.conversation.login import Role

LinkKind = Literal["password", "enter"]
"""What a one-time link is for: to set a password (or to come in through the provider), or to be logged in at once."""

LINK_LIFE: dict[LinkKind, timedelta] = {"password": timedelta(hours=48), "enter": timedelta(minutes=15)}
COLUMNS = (
    "id, login, name, role, departments, skills, capacity, disabled_at, created_at,"
    " password IS NOT NULL OR openid_subject IS NOT NULL AS ready"
)


@dataclass(frozen=True, slots=True)
class User:
    """An account. `login` is what they type, `name` what customers see; `ready` once they can log in. `capacity` is
    how many live conversations they have at once, where it is not the desk's."""

    id: str
    login: str
    name: str
    role: Role
    departments: tuple[str, ...]
    skills: tuple[str, ...]
    capacity: int | None
    ready: bool
    disabled_at: datetime | None
    created_at: datetime


class Users:
    """Accounts in Postgres. Passwords are kept as argon2id digests, one-time links as SHA-256 digests."""

    def __init__(self, database: Database, clock: Clock, passwords: Passwords | None = None) -> None:
        self._database, self._clock, self._passwords = database, clock, passwords or Passwords()

    async def create(
        self,
        login: str,
        name: str,
        role: Role,
        departments: tuple[str, ...] = (),
        *,
        openid: tuple[str | None, str | None] = (None, None),
    ) -> User:
        """Add somebody, without a password yet; `openid` is an issuer and its name for them. Raises `Conflict` where
        the login or that name is taken."""
        user_id = f"u_{secrets.token_hex(8)}"
        try:
            async with self._database.connection() as connection:
                await connection.execute(
                    "INSERT INTO users (id, login, name, role, departments, created_at, openid_issuer, openid_subject)"
                    " VALUES (%s, %s, %s, %s, %s, %s, %s, %s)",
                    (user_id, login.casefold(), name, role, list(departments), self._clock.now(), *openid),
                )
        except UniqueViolation as error:
            raise Conflict("somebody has this login already", code="login_taken") from error
        return await self.get(user_id)

    async def get(self, user_id: str) -> User:
        """One account. Raises `NotFound`."""
        return _required(await self._one("id = %s", user_id))

    async def by_login(self, login: str) -> User:
        """One account by what is typed to log in. Raises `NotFound`."""
        return _required(await self._one("login = %s", login.casefold()))

    async def all(self) -> list[User]:
        """Every account, by login."""
        async with self._database.connection() as connection:
            cursor = await connection.execute(f"SELECT {COLUMNS} FROM users ORDER BY login")
            return [_user(row) for row in await cursor.fetchall()]

    async def change(
        self,
        user_id: str,
        *,
        name: str | None = None,
        role: Role | None = None,
        departments: tuple[str, ...] | None = None,
        skills: tuple[str, ...] | None = None,
        capacity: int | None = None,
        disabled: bool | None = None,
    ) -> User:
        """Change what is given. Whoever is disabled is logged out. The last admin stays one (`Conflict`)."""
        async with self._database.transaction() as connection:
            # Of two who take the role from each other at once, one comes second and sees it.
            query = "SELECT id FROM users WHERE role = 'admin' AND disabled_at IS NULL"
            before = await (await connection.execute(f"{query} ORDER BY id FOR UPDATE")).fetchall()
            await connection.execute(
                "UPDATE users SET name = coalesce(%s::text, name), role = coalesce(%s::text, role),"
                " departments = coalesce(%s::text[], departments), skills = coalesce(%s::text[], skills),"
                " capacity = coalesce(%s::int, capacity),"
                " disabled_at = CASE %s::boolean WHEN true THEN coalesce(disabled_at, %s::timestamptz)"
                " WHEN false THEN NULL ELSE disabled_at END WHERE id = %s",
                (name, role, _array(departments), _array(skills), capacity, disabled, self._clock.now(), user_id),
            )
            if before and not await (await connection.execute(query)).fetchall():
                raise Conflict("there would be no admin left", code="last_admin")
            if disabled:
                await connection.execute("DELETE FROM user_sessions WHERE user_id = %s", (user_id,))
        return await self.get(user_id)

    async def link(self, user_id: str, kind: LinkKind = "password") -> str:
        """A new one-time token to set a password with (good for two days), or to be logged in by (15 minutes); older
        ones of this user end."""
        token = secrets.token_urlsafe(32)
        async with self._database.transaction() as connection:
            await connection.execute("DELETE FROM user_links WHERE user_id = %s", (user_id,))
            await connection.execute(
                "INSERT INTO user_links (digest, user_id, kind, expires_at) VALUES (%s, %s, %s, %s)",
                (digest(token), user_id, kind, self._clock.now() + LINK_LIFE[kind]),
            )
        return token

    async def first_link(self) -> str | None:
        """While no admin has a password: a one-time token for the account `admin`, made where it is missing."""
        if any(user.role == "admin" and user.ready for user in await self.all()):
            return None
        admin = await self._one("login = %s", "admin") or await self.create("admin", "Admin", "admin")
        return await self.link(admin.id)

    async def set_password(self, token: str, password: str) -> User:
        """Use a one-time link up: sets the password, and logs the user out everywhere. Raises `Denied`, `Invalid`."""
        sealed = await self._passwords.seal(password)
        async with self._database.transaction() as connection:
            user_id = await self._use_up(connection, token, "password")
            await connection.execute("UPDATE users SET password = %s WHERE id = %s", (sealed, user_id))
            await connection.execute("DELETE FROM user_sessions WHERE user_id = %s", (user_id,))
        return await self.get(user_id)

    async def enter(self, token: str) -> User:
        """Use a one-time link up that logs its owner in. Raises `Denied`."""
        async with self._database.transaction() as connection:
            user_id = await self._use_up(connection, token, "enter")
        user = await self.get(user_id)
        if user.disabled_at is not None:
            raise Denied("this account is disabled", code="link")
        return user

    async def login(self, login: str, password: str) -> User:
        """The user whose login and password these are. Raises `Denied`, the same way whatever was wrong."""
        async with self._database.connection() as connection:
            cursor = await connection.execute(
                "SELECT id, password FROM users WHERE login = %s AND disabled_at IS NULL", (login.casefold(),)
            )
            row = await cursor.fetchone()
        if not await self._passwords.check(row["password"] if row else None, password) or row is None:
            raise Denied("the name or the password is not right", code="login")
        return await self.get(row["id"])

    async def _use_up(self, connection: Connection, token: str, kind: LinkKind) -> str:
        cursor = await connection.execute(
            "DELETE FROM user_links WHERE digest = %s AND kind = %s AND expires_at > %s RETURNING user_id",
            (digest(token), kind, self._clock.now()),
        )
        row = await cursor.fetchone()
        if row is None:
            raise Denied("this link has been used, or has run out; ask for a new one", code="link")
        return str(row["user_id"])

    async def _one(self, where: str, value: str) -> User | None:
        async with self._database.connection() as connection:
            cursor = await connection.execute(f"SELECT {COLUMNS} FROM users WHERE {where}", (value,))
            row = await cursor.fetchone()
        return None if row is None else _user(row)


def digest(token: str) -> bytes:
    """What is kept of a token that only its bearer may know."""
    return hashlib.sha256(token.encode()).digest()


def _array(words: tuple[str, ...] | None) -> list[str] | None:
    return None if words is None else list(words)


def _user(row: Row) -> User:
    return User(**{**row, "departments": tuple(row["departments"]), "skills": tuple(row["skills"])})


def _required(user: User | None) -> User:
    if user is None:
        raise NotFound("no such user")
    return user
