"""People who are at the provider: what was agreed when they left, for when they come back."""

import secrets
from dataclasses import dataclass
from datetime import timedelta

from handrail.channels.users import digest
from handrail.conversation.clock import Clock
from handrail.conversation.database import Database
from handrail.conversation.errors import Denied

LIFE = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Visit:
    """One login that was begun. `state` and `browser` are told once and kept as digests: who shows both comes back."""

    state: str
    browser: str
    nonce: str
    verifier: str


@dataclass(frozen=True, slots=True)
class Return:
    """Somebody who has come back, and with what they left. `invitation` is the digest of a one-time link."""

    nonce: str
    verifier: str
    redirect_uri: str
    invitation: bytes | None
    conversation_id: str | None


class Visits:
    """Visits in Postgres. Each is used up by the first who comes back with it."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock

    async def leave(self, redirect_uri: str, invitation: str | None, conversation_id: str | None) -> Visit:
        """Somebody sets out for the provider."""
        visit, now = Visit(*(secrets.token_urlsafe(32) for _ in range(4))), self._clock.now()
        kept = (digest(visit.state), digest(visit.browser), visit.nonce, visit.verifier, redirect_uri)
        invited = digest(invitation) if invitation else None
        async with self._database.transaction() as connection:
            await connection.execute("DELETE FROM user_visits WHERE expires_at < %s", (now,))
            await connection.execute(
                "INSERT INTO user_visits (state, browser, nonce, verifier, redirect_uri, invitation, conversation_id,"
                " expires_at) VALUES (%s, %s, %s, %s, %s, %s, %s, %s)",
                (*kept, invited, conversation_id, now + LIFE),
            )
        return visit

    async def come_back(self, state: str, browser: str) -> Return:
        """Use a visit up. Raises `Denied` where there is none of this browser, or not any more."""
        async with self._database.connection() as connection:
            cursor = await connection.execute(
                "DELETE FROM user_visits WHERE state = %s AND browser = %s AND expires_at > %s"
                " RETURNING nonce, verifier, redirect_uri, invitation, conversation_id",
                (digest(state), digest(browser), self._clock.now()),
            )
            row = await cursor.fetchone()
        if row is None:
            raise Denied("this login was begun elsewhere, took too long, or is over", code="openid_visit")
        invitation = row["invitation"]
        return Return(**{**row, "invitation": None if invitation is None else bytes(invitation)})
