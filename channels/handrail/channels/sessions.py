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
from handrail.conversation.errors import Denied

PREFIX = "hrs_"
"""What every session's token begins with: told from a customer's at sight, and found by secret scanners."""

LIFE: dict[str, timedelta] = {"cookie": timedelta(hours=12), "bearer": timedelta(days=30)}
SessionKind = Literal["cookie", "bearer"]


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody who is logged in. `csrf` must come in a header with every change made by cookie."""

    user: User
    kind: SessionKind
    csrf: str
    expires_at: datetime


class Sessions:
    """Sessions in Postgres, by the digest of their token."""

    def __init__(self, database: Database, clock: Clock, users: Users) -> None:
        self._database, self._clock, self._users = database, clock, users

    async def begin(self, user: User, kind: SessionKind, *, id_token: str | None = None) -> tuple[str, Session]:
        """Log `user` in. The token is told once and not kept; `id_token` is, for when they log out."""
        token, now = PREFIX + secrets.token_urlsafe(32), self._clock.now()
        expires = now + LIFE[kind]
        async with self._database.transaction() as connection:
            await connection.execute("DELETE FROM user_sessions WHERE expires_at < %s", (now,))
            await connection.execute(
                "INSERT INTO user_sessions (digest, user_id, kind, created_at, expires_at, id_token)"
                " VALUES (%s, %s, %s, %s, %s, %s)",
                (digest(token), user.id, kind, now, expires, id_token),
            )
        return token, Session(user, kind, _csrf(token), expires)

    async def read(self, token: str, kind: SessionKind) -> Session:
        """The session of `token`. Raises `Denied` (code `unauthenticated`) where there is none any more."""
        async with self._database.connection() as connection:
            cursor = await connection.execute(
                "SELECT s.user_id, s.expires_at FROM user_sessions s JOIN users u ON u.id = s.user_id"
                " WHERE s.digest = %s AND s.kind = %s AND s.expires_at > %s AND u.disabled_at IS NULL",
                (digest(token), kind, self._clock.now()),
            )
            row = await cursor.fetchone()
        if row is None:
            raise Denied("you are not logged in any more", code="unauthenticated")
        return Session(await self._users.get(row["user_id"]), kind, _csrf(token), row["expires_at"])

    async def end(self, token: str) -> str | None:
        """Log out. The ID token that the session began with, where a provider let them in."""
        async with self._database.connection() as connection:
            cursor = await connection.execute(
                "DELETE FROM user_sessions WHERE digest = %s RETURNING id_token", (digest(token),)
            )
            row = await cursor.fetchone()
        return row["id_token"] if row else None


def same(given: str, wanted: str) -> bool:
    """Whether two secrets are equal, in a time that tells nothing."""
    return hmac.compare_digest(given.encode("utf-8", "replace"), wanted.encode())


def _csrf(token: str) -> str:
    return hmac.new(token.encode(), b"csrf", hashlib.sha256).hexdigest()
