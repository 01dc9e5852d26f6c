"""Tokens that the company's own site signs (JWT) to say who is logged in there."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx
import jwt

from handrail.agent.key_set import KeySet
from handrail.agent.site_keys import SiteKey, key_of_pem
from handrail.conversation.clock import Clock
from handrail.conversation.errors import Denied, SettingsError, Unavailable
from handrail.conversation.settings import IdentitySection

LEEWAY_SECONDS = 30.0
"""How far the clocks of the site and of Handrail may be apart."""

SECRET_BYTES = 32
"""HS256 is as strong as its secret; RFC 7518, 3.2 asks for as many bytes as the hash has."""

CARRIED = ("jwk", "jku", "x5u", "x5c", "crit")
"""Headers by which a token would bring its own key, or ask for what is not understood here."""

WAYS = ("jwt_secret", "jwt_public_key", "jwks_url")


@dataclass(frozen=True, slots=True)
class Claims:
    """Who a token speaks of."""

    customer_id: str
    name: str


class SiteTokens:
    """Reads tokens under the secret, the public key or the key set of the settings.

    One algorithm alone is taken: the key's own, and the key is never the token's choice beyond its name in the set.
    """

    def __init__(
        self, settings: IdentitySection, clock: Clock, transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        self._settings, self._clock = settings, clock
        if sum(getattr(settings, way) is not None for way in WAYS) > 1:
            raise SettingsError(f"{', '.join(f'identity.{way}' for way in WAYS)}: set one of the three")
        self._key = _key(settings)
        self._set = _key_set(settings, clock, transport)

    async def read(self, token: str) -> Claims:
        """Check signature, issuer, audience and times. Raises `Denied`, whose message says what is wrong, and
        `Unavailable` while the key set can't be fetched."""
        issuer, audience = self._settings.jwt_issuer, self._settings.jwt_audience
        required = ["exp", "sub", *(["iss"] if issuer else []), *(["aud"] if audience else [])]
        key = await self._key_for(token)
        try:
            claims: dict[str, Any] = jwt.decode(
                token,
                key.material,
                algorithms=[key.algorithm],
                issuer=issuer,
                audience=audience,
                # Times are checked by our own clock below.
                options={"require": required, "verify_exp": False, "verify_nbf": False, "verify_iat": False},
            )
        except (jwt.PyJWTError, RecursionError) as error:
            raise _denied(str(error)) from error
        _expect_timely(claims, self._clock.now().timestamp())
        if not claims["sub"]:
            raise _denied("sub is empty")
        name = claims.get("name")
        return Claims(claims["sub"], name if isinstance(name, str) else "")

    async def check(self) -> str:
        """What is set up, tried: the key set is fetched. Raises `Unavailable` where it can't be, or has no key."""
        if self._set is None:
            return f"site tokens accepted ({self._key.algorithm})" if self._key else "no site tokens"
        keys = await self._set.fetch()
        if not keys:
            raise Unavailable(f"{self._set.url} publishes no key that can be taken", code="site_keys")
        told = ", ".join(f"{kid} ({key.algorithm})" for kid, key in sorted(keys.items()))
        return f"site tokens accepted under the keys of {self._set.url}: {told}"

    async def close(self) -> None:
        """Wait for the fetch that is under way."""
        if self._set is not None:
            await self._set.close()

    async def _key_for(self, token: str) -> SiteKey:
        if self._key is None and self._set is None:
            raise Denied("tokens are not set up here: set one of identity." + ", ".join(WAYS), code="token_unset")
        try:
            header = jwt.get_unverified_header(token)
        except (jwt.PyJWTError, RecursionError) as error:
            raise _denied(str(error)) from error
        if carried := [name for name in CARRIED if name in header]:
            raise _denied(f"the header {carried[0]} is not taken")
        if self._key is not None:
            return self._key
        assert self._set is not None
        kid = header.get("kid")
        if not kid:
            raise _denied("it does not name its key (kid)")
        key = await self._set.key(kid)
        if key is None:
            raise _denied("the site has no such key (kid)")
        return key


def _denied(why: str) -> Denied:
    return Denied(f"the token is not accepted: {why}", code="token_invalid")


def _expect_timely(claims: dict[str, Any], now: float) -> None:
    times = {name: claims[name] for name in ("exp", "nbf", "iat") if name in claims}
    for name, value in times.items():
        if not isinstance(value, int | float) or isinstance(value, bool):
            raise _denied(f"{name} must be a number")
    if now >= times["exp"] + LEEWAY_SECONDS:
        raise Denied("the token has expired", code="token_expired")
    if now < max(times.get("nbf", 0), times.get("iat", 0)) - LEEWAY_SECONDS:
        raise Denied("the token is not valid yet", code="token_early")


def _key(settings: IdentitySection) -> SiteKey | None:
    if settings.jwt_secret is not None:
        secret = settings.jwt_secret.get_secret_value()
        if len(secret.encode()) < SECRET_BYTES:
            raise SettingsError(f"identity.jwt_secret must have {SECRET_BYTES} bytes or more")
        return SiteKey(secret, "HS256")
    if settings.jwt_public_key is not None:
        try:
            return key_of_pem(settings.jwt_public_key)
        except ValueError as error:
            raise SettingsError(f"identity.jwt_public_key {error}") from error
    return None


def _key_set(settings: IdentitySection, clock: Clock, transport: httpx.AsyncBaseTransport | None) -> KeySet | None:
    if settings.jwks_url is None:
        return None
    if not settings.jwt_issuer or not settings.jwt_audience:
        # An identity provider signs for many with the same keys.
        raise SettingsError("identity.jwks_url needs identity.jwt_issuer and identity.jwt_audience: set both")
    return KeySet(settings.jwks_url, clock, timedelta(minutes=settings.jwks_stale_minutes), transport)
