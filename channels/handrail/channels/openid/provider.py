"""The OpenID Connect provider: where its parts are, and the keys that it signs with."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import httpx

from handrail.agent.key_set import KeySet
from handrail.agent.published import SECONDS, read_published
from handrail.conversation.clock import Clock
from handrail.conversation.errors import Unavailable
from handrail.conversation.sections import private_url

WELL_KNOWN = "/.well-known/openid-configuration"
FRESH = timedelta(hours=1)
STALE = timedelta(hours=1)
"""How long keys that got old still serve while the provider gives no newer ones."""


@dataclass(frozen=True, slots=True)
class Found:
    """What the provider says of itself (OpenID Connect Discovery 1.0, section 3)."""

    authorize: str
    token: str
    keys: str
    user_info: str | None
    end_session: str | None
    client_auth: str
    """How a client shows its secret to the token endpoint."""
    names_itself: bool
    """Whether it sends people back with its name (RFC 9207)."""


class Provider:
    """One issuer. What it publishes is fetched when it is first needed, and again as it gets old."""

    def __init__(self, issuer: str, clock: Clock) -> None:
        self.issuer, self._clock = issuer, clock
        self._found: Found | None = None
        self._fetched_at: datetime | None = None
        self._keys: KeySet | None = None
        self._one = asyncio.Lock()

    async def found(self) -> Found:
        """Where its parts are. Raises `Unavailable`, which says what is wrong."""
        async with self._one:
            now = self._clock.now()
            if self._found is None or self._fetched_at is None or now - self._fetched_at >= FRESH:
                self._found, self._fetched_at = await self._discover(), now
            return self._found

    async def keys(self) -> KeySet:
        """The keys that it signs with now."""
        url = (await self.found()).keys
        if self._keys is None or self._keys.url != url:
            self._keys = KeySet(url, self._clock, STALE)
        return self._keys

    async def _discover(self) -> Found:
        url = self.issuer.rstrip("/") + WELL_KNOWN
        try:
            async with asyncio.timeout(SECONDS):
                content, _ = await read_published(url)
            return _read(json.loads(content), self.issuer)
        except TimeoutError as error:
            raise Unavailable(f"{url} did not answer within {SECONDS:g} s", code="openid_down") from error
        except (httpx.HTTPError, httpx.InvalidURL, ValueError, RecursionError) as error:
            told = str(error) or type(error).__name__
            raise Unavailable(f"{url} can't be used: {told}", code="openid_down") from error


def _read(document: Any, issuer: str) -> Found:
    if not isinstance(document, dict):
        raise ValueError("it is no object")
    # A document that names another issuer is not its own: tokens of one would pass for those of the other.
    if document.get("issuer") != issuer:
        raise ValueError(f"it says that it is {document.get('issuer')!r}, not {issuer!r}")
    return Found(
        authorize=_url(document, "authorization_endpoint"),
        token=_url(document, "token_endpoint"),
        keys=_url(document, "jwks_uri"),
        user_info=_url(document, "userinfo_endpoint") if "userinfo_endpoint" in document else None,
        end_session=_url(document, "end_session_endpoint") if "end_session_endpoint" in document else None,
        client_auth=_client_auth(document),
        names_itself=document.get("authorization_response_iss_parameter_supported") is True,
    )


def _url(document: Mapping[str, Any], name: str) -> str:
    value = document.get(name)
    try:
        good = private_url(value) if isinstance(value, str) else None
    except ValueError as error:
        raise ValueError(f"{name} {error}") from error
    if good is None:
        raise ValueError(f"it has no {name}")
    return good


def _client_auth(document: Mapping[str, Any]) -> str:
    offered = document.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
    ways = ("client_secret_basic", "client_secret_post")
    return next((way for way in ways if way in offered), ways[0])
