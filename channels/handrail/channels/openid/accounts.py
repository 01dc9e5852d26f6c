"""Whose account it is that a provider speaks of: known already, invited, or made."""

import re
from collections.abc import Mapping
from typing import Any

from handrail.channels.openid.claims import role as role_of
from handrail.channels.openid.claims import verified_email
from handrail.channels.users import User, Users
from handrail.conversation.clock import Clock
from handrail.conversation.database import Database, UniqueViolation
from handrail.conversation.errors import Conflict, Denied, NotFound
from handrail.conversation.login import OpenIdSection, Role

LOGIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@+-]{0,79}")
LONGEST_NAME = 200


class OpenIdAccounts:
    """Finds or makes the account of whoever a provider vouches for. What ties the two is the provider's own name for
    them (`sub`), never what they may have typed there."""

    def __init__(self, settings: OpenIdSection, users: Users, database: Database, clock: Clock) -> None:
        self._settings, self._users, self._database, self._clock = settings, users, database, clock

    async def of(self, claims: Mapping[str, Any], invitation: bytes | None) -> User:
        """The account of these claims, with the role that their groups give. Raises `Denied` and `Conflict`, whose
        codes say why there is none."""
        role = role_of(claims, self._settings)
        user = await self._find(claims, invitation, role)
        if user.disabled_at is not None:
            raise Denied(f"the account {user.login} is disabled", code="openid_disabled")
        if self._settings.roles and role is not None and user.role != role:
            user = await self._users.change(user.id, role=role)
        return user

    async def _find(self, claims: Mapping[str, Any], invitation: bytes | None, role: Role | None) -> User:
        subject = claims["sub"]
        if invitation is not None:
            return await self._invited(subject, invitation)
        if known := await self._known(subject):
            return known
        email = verified_email(claims)
        if email and (user := await self._by_email(subject, email)):
            return user
        return await self._make(claims, subject, email, role or self._settings.role)

    async def _known(self, subject: str) -> User | None:
        async with self._database.connection() as connection:
            cursor = await connection.execute(
                "SELECT id FROM users WHERE openid_issuer = %s AND openid_subject = %s",
                (self._settings.issuer, subject),
            )
            row = await cursor.fetchone()
        return None if row is None else await self._users.get(row["id"])

    async def _invited(self, subject: str, invitation: bytes) -> User:
        """The account that a one-time link is for; its sessions end, as with a new password."""
        try:
            async with self._database.transaction() as connection:
                cursor = await connection.execute(
                    "DELETE FROM user_links WHERE digest = %s AND kind = 'password' AND expires_at > %s"
                    " RETURNING user_id",
                    (invitation, self._clock.now()),
                )
                row = await cursor.fetchone()
                if row is None:
                    raise Denied("this link has been used, or has run out; ask for a new one", code="link")
                await connection.execute("DELETE FROM user_sessions WHERE user_id = %s", (row["user_id"],))
                await connection.execute(
                    "UPDATE users SET openid_issuer = %s, openid_subject = %s WHERE id = %s",
                    (self._settings.issuer, subject, row["user_id"]),
                )
        except UniqueViolation as error:
            raise Conflict("whoever has logged in there has another account here", code="openid_taken") from error
        return await self._users.get(row["user_id"])

    async def _by_email(self, subject: str, email: str) -> User | None:
        """The account called like a verified address. One that is somebody else's there stays theirs: addresses are
        given to new people."""
        try:
            user = await self._users.by_login(email)
        except NotFound:
            return None
        if user.disabled_at is not None:
            return user
        async with self._database.connection() as connection:
            cursor = await connection.execute(
                "UPDATE users SET openid_issuer = %s, openid_subject = %s"
                " WHERE id = %s AND openid_issuer IS DISTINCT FROM %s RETURNING id",
                (self._settings.issuer, subject, user.id, self._settings.issuer),
            )
            if await cursor.fetchone() is None:
                raise Conflict(f"the account {user.login} belongs to somebody else there", code="openid_taken")
        return await self._users.get(user.id)

    async def _make(self, claims: Mapping[str, Any], subject: str, email: str | None, role: Role) -> User:
        settings = self._settings
        told = claims.get(settings.login_claim)
        if settings.login_claim == "email" and told and email is None:
            raise Denied("the address is not verified there", code="openid_unverified")
        domain = (email or "").rpartition("@")[2]
        if not settings.create or (settings.domains and domain not in settings.domains):
            raise Denied("nobody has invited them", code="openid_uninvited")
        login = email if settings.login_claim == "email" else told
        if not isinstance(login, str) or not LOGIN.fullmatch(login):
            raise Denied(f"the claim {settings.login_claim} is no login", code="openid_claims")
        name = claims.get("name")
        shown = " ".join(name.split())[:LONGEST_NAME] if isinstance(name, str) and name.isprintable() else ""
        try:
            return await self._users.create(
                login, shown or login.partition("@")[0], role, openid=(settings.issuer, subject)
            )
        except Conflict as error:
            # A name that somebody may choose there opens no account that is here already.
            raise Conflict(f"the account {login} belongs to somebody else", code="openid_taken") from error
