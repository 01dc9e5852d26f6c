"""Tokens that the company's own site signs (JWT) to say who is logged in there."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from handrail.conversation.errors import Denied, SettingsError
from handrail.conversation.settings import IdentitySection

LEEWAY_SECONDS = 30.0
"""How far the clocks of the site and of Handrail may be apart."""

SECRET_BYTES = 32
"""HS256 is as strong as its secret; RFC 7518, 3.2 asks for as many bytes as the hash has."""

RSA_BITS = 2048


@dataclass(frozen=True, slots=True)
class Claims:
    """Who a token speaks of."""

    customer_id: str
    name: str


class SiteTokens:
    """Reads tokens under the secret or the public key of the settings. One algorithm alone is taken: the key's own."""

    def __init__(self, settings: IdentitySection) -> None:
        self._settings = settings
        self._key, self._algorithm = _key(settings)

    def read(self, token: str, now: datetime) -> Claims:
        """Check signature, issuer, audience and times. Raises `Denied`, whose message says what is wrong."""
        if self._key is None:
            raise Denied("tokens are not set up here: set identity.jwt_secret or jwt_public_key", code="token_unset")
        issuer, audience = self._settings.jwt_issuer, self._settings.jwt_audience
        required = ["exp", "sub", *(["iss"] if issuer else []), *(["aud"] if audience else [])]
        try:
            claims: dict[str, Any] = jwt.decode(
                token,
                self._key,
                algorithms=[self._algorithm],
                issuer=issuer,
                audience=audience,
                # Times are checked by our own clock below.
                options={"require": required, "verify_exp": False, "verify_nbf": False, "verify_iat": False},
            )
        except jwt.PyJWTError as error:
            raise Denied(f"the token is not accepted: {error}", code="token_invalid") from error
        _expect_timely(claims, now.timestamp())
        if not claims["sub"]:
            raise Denied("the token is not accepted: sub is empty", code="token_invalid")
        name = claims.get("name")
        return Claims(claims["sub"], name if isinstance(name, str) else "")


def _expect_timely(claims: dict[str, Any], now: float) -> None:
    times = {name: claims[name] for name in ("exp", "nbf", "iat") if name in claims}
    for name, value in times.items():
        if not isinstance(value, int | float) or isinstance(value, bool):
            raise Denied(f"the token is not accepted: {name} must be a number", code="token_invalid")
    if now >= times["exp"] + LEEWAY_SECONDS:
        raise Denied("the token has expired", code="token_expired")
    if now < max(times.get("nbf", 0), times.get("iat", 0)) - LEEWAY_SECONDS:
        raise Denied("the token is not valid yet", code="token_early")


def _key(settings: IdentitySection) -> tuple[Any, str]:
    if settings.jwt_secret and settings.jwt_public_key:
        raise SettingsError("identity.jwt_secret, identity.jwt_public_key: set one of the two")
    if settings.jwt_secret:
        secret = settings.jwt_secret.get_secret_value()
        if len(secret.encode()) < SECRET_BYTES:
            raise SettingsError(f"identity.jwt_secret must have {SECRET_BYTES} bytes or more")
        return secret, "HS256"
    return _public_key(settings.jwt_public_key) if settings.jwt_public_key else (None, "")


def _public_key(pem: str) -> tuple[Any, str]:
    try:
        key = load_pem_public_key(pem.encode())
    except ValueError as error:
        raise SettingsError("identity.jwt_public_key must be a public key in PEM") from error
    if isinstance(key, RSAPublicKey) and key.key_size >= RSA_BITS:
        return key, "RS256"
    if isinstance(key, EllipticCurvePublicKey) and isinstance(key.curve, SECP256R1):
        return key, "ES256"
    raise SettingsError(f"identity.jwt_public_key must be RSA with {RSA_BITS} bits or more (RS256) or P-256 (ES256)")
