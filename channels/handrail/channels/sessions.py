"""Logged-in people: a cookie for a browser, a bearer token for the command line."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from handrail.channels.users import User, Users, digest
from handrail.conversation.clock import Clock
from handrail.conversation.database import Database
from handrail.conversation.errors import Denied, NotFound
from handrail.conversation.login import LoginSection

PREFIX = "hrs_"
"""What every session's token begins with: told from a customer's at sight, and found by secret scanners."""

OPEN = (
    "(expires_at > %(now)s AND used_at > CASE kind WHEN 'cookie' THEN %(cookie_idle)s::timestamptz"
    " ELSE %(bearer_idle)s::timestamptz END)"
)

SessionKind = Literal["cookie", "bearer"]
Way = Literal["password", "openid", "link"]
MARKED = timedelta(minutes=1)
"""How exactly it is kept when a session was last used."""


@dataclass(frozen=True, slots=True)
class Origin:
    """How and from where somebody logs in. `id_token` is the provider's, which is shown to it as they log out."""

    way: Way = "password"
    device: str = ""
    address: str = ""
    id_token: str | None = None


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody who is logged in. `csrf` must come in a header with every change made by cookie."""

    id: str
    user: User
    kind: SessionKind
    csrf: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A session as its owner knows it again. It ends at `expires_at`, or unused at `idle_at`."""

    id: str
    kind: SessionKind
    way: Way
    device: str
    address: str
    created_at: datetime
    used_at: datetime
    expires_at: datetime
    idle_at: datetime


class Sessions:
    """Sessions in Postgres, by the digest of their token."""

    def __init__(self, database: Database, clock: Clock, users: Users, settings: LoginSection) -> None:
        self._database, self._clock, self._users = database, clock, users
        days = timedelta(days=settings.token_days), timedelta(days=settings.token_idle_days)
        hours = timedelta(hours=settings.session_hours), timedelta(hours=settings.idle_hours)
        self._lives: dict[SessionKind, tuple[timedelta, timedelta]] = {"cookie": hours, "bearer": days}

    async def begin(self, user: User, kind: SessionKind, origin: Origin = Origin()) -> tuple[str, Session]:
        """Log `user` in. The token is told once and not kept."""
        token, session_id, now = PREFIX + secrets.token_urlsafe(32), f"s_{secrets.token_hex(8)}", self._clock.now()
        expires = now + self._lives[kind][0]
        kept = (origin.way, origin.device, origin.address, origin.id_token)
        async with self._database.transaction() as connection:
            await connection.execute(f"DELETE FROM user_sessions WHERE NOT {OPEN}", self._now())
            await connection.execute(
                "INSERT INTO user_sessions (digest, id, user_id, kind, created_at, used_at, expires_at,"
                " way, device, address, id_token) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
                (digest(token), session_id, user.id, kind, now, now, expires, *kept),
            )
        return token, Session(session_id, user, kind, _csrf(token), expires)

    async def read(self, token: str, kind: SessionKind, *, used: bool = True) -> Session:
        """The session of `token`, which is `used` by that. Raises `Denied` (code `unauthenticated`) where there is
        none any more."""
        async with self._database.connection() as connection:
            cursor = await connection.execute(
                "SELECT s.id, s.user_id, s.used_at, s.expires_at FROM user_sessions s JOIN users u ON u.id = s.user_id"
                f" WHERE s.digest = %(digest)s AND s.kind = %(kind)s AND u.disabled_at IS NULL AND {OPEN}",
                {**self._now(), "digest": digest(token), "kind": kind},
            )
            row = await cursor.fetchone()
            if row is not None and used and row["used_at"] + MARKED <= self._clock.now():
                await connection.execute(
                    "UPDATE user_sessions SET used_at = %s WHERE id = %s", (self._clock.now(), row["id"])
                )
        if row is None:
            raise Denied("you are not logged in any more", code="unauthenticated")
        user = await self._users.get(row["user_id"])
        return Session(row["id"], user, kind, _csrf(token), row["expires_at"])

    async def stands(self, session: Session) -> bool:
        """Whether a session is still what it was: open, and its owner in the same role."""
        async with self._database.connection() as connection:
            cursor = await connection.execute(
                "SELECT 1 FROM user_sessions s JOIN users u ON u.id = s.user_id"
                f" WHERE s.id = %(id)s AND u.role = %(role)s AND u.disabled_at IS NULL AND {OPEN}",
                {**self._now(), "id": session.id, "role": session.user.role},
            )
            return await cursor.fetchone() is not None

    async def of(self, user_id: str) -> list[OpenSession]:
        """Where somebody is logged in, the one used last first."""
        async with self._database.connection() as connection:
            cursor = await connection.execute(
                "SELECT id, kind, way, device, address, created_at, used_at, expires_at FROM user_sessions s"
                f" WHERE user_id = %(user)s AND {OPEN} ORDER BY used_at DESC, id",
                {**self._now(), "user": user_id},
            )
            rows = await cursor.fetchall()
        return [OpenSession(**row, idle_at=row["used_at"] + self._lives[row["kind"]][1]) for row in rows]

    async def end(self, token: str) -> str | None:
        """Log out. The ID token that the session began with, where a provider let them in."""
        async with self._database.connection() as connection:
            cursor = await connection.execute(
                "DELETE FROM user_sessions WHERE digest = %s RETURNING id_token", (digest(token),)
            )
            row = await cursor.fetchone()
        return row["id_token"] if row else None

    async def end_one(self, user_id: str, session_id: str) -> None:
        """End a session of this user. Raises `NotFound`."""
        async with self._database.connection() as connection:
            cursor = await connection.execute(
                "DELETE FROM user_sessions WHERE user_id = %s AND id = %s", (user_id, session_id)
            )
        if not cursor.rowcount:
            raise NotFound("no such session")

    async def end_all(self, user_id: str, *, but: str = "") -> int:
        """End all sessions of this user, `but` that one; how many there were."""
        async with self._database.connection() as connection:
            cursor = await connection.execute(
                "DELETE FROM user_sessions WHERE user_id = %s AND id <> %s", (user_id, but)
            )
        return cursor.rowcount

    def _now(self) -> dict[str, datetime]:
        now = self._clock.now()
        return {"now": now, **{f"{kind}_idle": now - idle for kind, (_, idle) in self._lives.items()}}


def same(given: str, wanted: str) -> bool:
    """Whether two secrets are equal, in a time that tells nothing."""
    return hmac.compare_digest(given.encode("utf-8", "replace"), wanted.encode())


def _csrf(token: str) -> str:
    return hmac.new(token.encode(), b"csrf", hashlib.sha256).hexdigest()
