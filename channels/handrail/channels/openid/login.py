"""The way to an OpenID Connect provider and back: the authorization code flow with PKCE."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import httpx2
from authlib.integrations.base_client import OAuthError
from authlib.integrations.httpx_client import AsyncOAuth2Client

from handrail.channels.openid.accounts import OpenIdAccounts
from handrail.channels.openid.claims import joined
from handrail.channels.openid.id_tokens import IdTokens
from handrail.channels.openid.provider import Found, Provider
from handrail.channels.openid.visits import Return, Visit, Visits
from handrail.channels.users import User, Users
from handrail.conversation.clock import Clock
from handrail.conversation.database import Database
from handrail.conversation.errors import Denied, Unavailable
from handrail.conversation.login import OpenIdSection

SECONDS = 10.0
log = logging.getLogger("handrail.login")


@dataclass(frozen=True, slots=True)
class Arrival:
    """Somebody whom the provider vouched for. `id_token` is shown to it again when they log out."""

    user: User
    id_token: str
    conversation_id: str | None


class OpenId:
    """Sends people to the provider and lets in those who come back with its word."""

    def __init__(self, settings: OpenIdSection, users: Users, database: Database, clock: Clock) -> None:
        self._settings = settings
        self.provider = Provider(settings.issuer, clock)
        self._tokens = IdTokens(settings.issuer, settings.client_id, clock)
        self._visits = Visits(database, clock)
        self._accounts = OpenIdAccounts(settings, users, database, clock)

    async def leave(
        self, redirect_uri: str, *, invitation: str | None = None, conversation_id: str | None = None
    ) -> tuple[str, Visit]:
        """Where to send a browser, and what it must bring back. Raises `Unavailable`."""
        found = await self.provider.found()
        visit = await self._visits.leave(redirect_uri, invitation, conversation_id)
        async with self._client(found, redirect_uri) as client:
            url, _ = client.create_authorization_url(
                found.authorize, state=visit.state, code_verifier=visit.verifier, nonce=visit.nonce
            )
        return str(url), visit

    async def come_back(self, answer: Mapping[str, str], browser: str) -> Arrival:
        """Who has come back with this answer of the provider's. Raises `Denied` and `Conflict`, whose codes say why
        nobody is let in, and `Unavailable`."""
        back = await self._visits.come_back(answer.get("state", ""), browser)
        found = await self.provider.found()
        # An answer of another provider that was sent here must not be taken for this one's (RFC 9207).
        if answer.get("iss", "" if found.names_itself else self._settings.issuer) != self._settings.issuer:
            raise Denied("the answer is not this provider's", code="openid_token")
        if "error" in answer or not answer.get("code"):
            log.warning("the provider let nobody in: %r", answer.get("error", "")[:80])
            raise Denied("the provider did not let them in", code="openid_refused")
        id_token, claims = await self._exchange(found, back, answer["code"])
        return Arrival(await self._accounts.of(claims, back.invitation), id_token, back.conversation_id)

    async def leaving(self, id_token: str, back_to: str) -> str | None:
        """Where to send a browser to be logged out of the provider too; None where it offers that not
        (OpenID Connect RP-Initiated Logout 1.0)."""
        try:
            found = await self.provider.found()
        except Unavailable as error:
            log.warning("logged out here alone: %s", error)
            return None
        if found.end_session is None:
            return None
        told = {"id_token_hint": id_token, "client_id": self._settings.client_id, "post_logout_redirect_uri": back_to}
        return f"{found.end_session}{'&' if '?' in found.end_session else '?'}{urlencode(told)}"

    def _client(self, found: Found, redirect_uri: str) -> AsyncOAuth2Client:
        secret = self._settings.client_secret
        return AsyncOAuth2Client(
            client_id=self._settings.client_id,
            client_secret=secret.get_secret_value() if secret else None,
            token_endpoint_auth_method=found.client_auth if secret else "none",
            scope=" ".join(self._settings.scopes),
            redirect_uri=redirect_uri,
            code_challenge_method="S256",
            timeout=SECONDS,
        )

    async def _exchange(self, found: Found, back: Return, code: str) -> tuple[str, Mapping[str, Any]]:
        """The ID token that a code is good for, and all that the provider says of its owner."""
        async with self._client(found, back.redirect_uri) as client:
            try:
                given = await client.fetch_token(
                    found.token, grant_type="authorization_code", code=code, code_verifier=back.verifier
                )
            except OAuthError as error:
                raise Denied(f"the provider does not take the code: {error.error}", code="openid_code") from error
            except (httpx2.HTTPError, ValueError) as error:
                raise _down(error) from error
            id_token, access_token = given.get("id_token"), given.get("access_token")
            if not isinstance(id_token, str):
                raise Denied("the provider gave no ID token", code="openid_token")
            claims = await self._tokens.read(id_token, await self.provider.keys(), back.nonce, access_token)
            return id_token, joined(claims, await self._user_info(client, found, claims["sub"]))

    async def _user_info(self, client: AsyncOAuth2Client, found: Found, subject: str) -> Mapping[str, Any]:
        """What the provider keeps out of the token (OpenID Connect Core 1.0, 5.3)."""
        if found.user_info is None or not client.token.get("access_token"):
            return {}
        try:
            answer = await client.get(found.user_info)
            told = answer.raise_for_status().json()
        except (httpx2.HTTPError, ValueError) as error:
            raise _down(error) from error
        if not isinstance(told, dict) or told.get("sub") != subject:
            raise Denied("the provider speaks of somebody else", code="openid_token")
        return told


def _down(error: Exception) -> Unavailable:
    return Unavailable(f"the provider does not answer: {error or type(error).__name__}", code="openid_down")
