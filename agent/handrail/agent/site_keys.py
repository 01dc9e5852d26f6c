"""The keys that the company's own site signs with: which are taken, and under which one algorithm each."""

import logging
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, SECP384R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

RSA_BITS = range(2048, 8192 + 1)
"""Fewer are weak; with more, whoever sends a token makes us work."""

RSA_ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512")
CURVES = ((SECP256R1, "ES256"), (SECP384R1, "ES384"))
log = logging.getLogger("handrail.identity")


@dataclass(frozen=True, slots=True)
class SiteKey:
    """A key, and the only algorithm that it verifies."""

    material: Any
    algorithm: str


def key_of_pem(pem: str) -> SiteKey:
    """A public key in PEM. Raises `ValueError`, whose message says what would be right."""
    try:
        key = load_pem_public_key(pem.encode())
    except ValueError as error:
        raise ValueError("must be a public key in PEM") from error
    algorithms = _algorithms(key)
    if algorithms[:1] not in (("RS256",), ("ES256",)):
        raise ValueError(f"must be RSA with {RSA_BITS.start} bits or more (RS256) or P-256 (ES256)")
    return SiteKey(key, algorithms[0])


def keys_of(document: Any) -> dict[str, SiteKey]:
    """The keys of a JWK set (RFC 7517) by their names (`kid`). Raises `ValueError` where it is none.

    What does not verify signatures safely is left out and logged: private and symmetric keys, weak ones, those for
    encryption, and names that two keys have.
    """
    entries = document.get("keys") if isinstance(document, dict) else None
    if not isinstance(entries, list):
        raise ValueError("it is no JWK set: an object with a list of keys is needed")
    named = [entry for entry in entries if isinstance(entry, dict) and isinstance(entry.get("kid"), str)]
    counts = Counter(entry["kid"] for entry in named)
    keys: dict[str, SiteKey] = {}
    for entry in named:
        kid = entry["kid"]
        try:
            if counts[kid] > 1:
                raise ValueError("two keys have this name")
            keys[kid] = key_of_jwk(entry)
        except ValueError as error:
            log.warning("the key %r that the site publishes is not taken: %s", kid[:80], error)
    return keys


def key_of_jwk(jwk: Mapping[str, Any]) -> SiteKey:
    """One key of a set. Raises `ValueError` where it can't be trusted to verify signatures; the message has no key."""
    if jwk.get("use", "sig") != "sig":
        raise ValueError("it is not for signatures (use)")
    uses = jwk.get("key_ops", ["verify"])
    if not isinstance(uses, list) or "verify" not in uses:
        raise ValueError("it is not for verifying (key_ops)")
    try:
        key = jwt.PyJWK(dict(jwk)).key
    except (jwt.PyJWTError, ValueError, TypeError, LookupError, AttributeError, NotImplementedError, ArithmeticError):
        raise ValueError("it is malformed, or of a kind that is not taken") from None
    fitting = _algorithms(key)
    algorithm = jwk.get("alg", fitting[0] if fitting else "")
    if algorithm not in fitting:
        raise ValueError("it is weak, private, symmetric, or its algorithm (alg) is not taken")
    return SiteKey(key, algorithm)


def _algorithms(key: object) -> tuple[str, ...]:
    """The algorithms that a public key may verify, the usual one first; none for all other keys."""
    if isinstance(key, RSAPublicKey):
        return RSA_ALGORITHMS if key.key_size in RSA_BITS else ()
    if isinstance(key, EllipticCurvePublicKey):
        return tuple(name for curve, name in CURVES if isinstance(key.curve, curve))
    return ("EdDSA",) if isinstance(key, Ed25519PublicKey) else ()
