"""ID tokens: what a provider signs to say who has logged in (OpenID Connect Core 1.0, 3.1.3.7)."""

from collections.abc import Mapping
from typing import Any

import jwt
from authlib.oidc.core import CodeIDToken
from joserfc.errors import JoseError

from handrail.agent.key_set import KeySet
from handrail.agent.site_token import CARRIED, LEEWAY_SECONDS
from handrail.conversation.clock import Clock
from handrail.conversation.errors import Denied

UNREAD: Any = {f"verify_{name}": False for name in ("exp", "nbf", "iat", "aud", "iss", "sub", "jti")}
LONGEST_SUBJECT = 255


class IdTokens:
    """Reads the tokens of one issuer for one client, under the provider's keys and each key's one algorithm."""

    def __init__(self, issuer: str, client_id: str, clock: Clock) -> None:
        self._issuer, self._client_id, self._clock = issuer, client_id, clock

    async def read(self, token: str, keys: KeySet, nonce: str, access_token: str | None) -> Mapping[str, Any]:
        """The claims of a token. Raises `Denied` (code `openid_token`), whose message says what is wrong, and
        `Unavailable` while the keys can't be fetched."""
        header, payload = await self._signed(token, keys)
        options: dict[str, Any] = {
            "iss": {"essential": True, "value": self._issuer},
            "aud": {"essential": True, "value": self._client_id},
        }
        known = {"client_id": self._client_id, "nonce": nonce, "access_token": access_token}
        claims = CodeIDToken(payload, header, options, known)
        try:
            claims.validate(now=int(self._clock.now().timestamp()), leeway=int(LEEWAY_SECONDS))
        except (JoseError, ValueError, TypeError, ArithmeticError) as error:
            raise _denied(str(error)) from error
        subject = claims["sub"]
        if not isinstance(subject, str) or not 0 < len(subject) <= LONGEST_SUBJECT:
            raise _denied("sub must be a text")
        return dict(claims)

    async def _signed(self, token: str, keys: KeySet) -> tuple[Mapping[str, Any], dict[str, Any]]:
        try:
            header = jwt.get_unverified_header(token)
        except (jwt.PyJWTError, RecursionError) as error:
            raise _denied(str(error)) from error
        if carried := [name for name in CARRIED if name in header]:
            raise _denied(f"the header {carried[0]} is not taken")
        key = await keys.key(header["kid"]) if header.get("kid") else None
        if key is None:
            raise _denied("the provider publishes no key of its name (kid)")
        try:
            return header, jwt.decode(token, key.material, algorithms=[key.algorithm], options=UNREAD)
        except (jwt.PyJWTError, RecursionError) as error:
            raise _denied(str(error)) from error


def _denied(why: str) -> Denied:
    return Denied(f"the token of the provider is not accepted: {why}", code="openid_token")
