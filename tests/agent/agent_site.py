"""The company's own site, for tests: it signs tokens, and publishes its keys on loopback."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from handrail.conversation.clock import Clock
from handrail.conversation.settings import IdentitySection

ISSUER, AUDIENCE = "https://shop.example", "handrail"
RSA = rsa.generate_private_key(65537, 2048)
P256 = ec.generate_private_key(ec.SECP256R1())
P384 = ec.generate_private_key(ec.SECP384R1())
ED = ed25519.Ed25519PrivateKey.generate()
WRITERS = {"RS": jwt.algorithms.RSAAlgorithm, "PS": jwt.algorithms.RSAAlgorithm, "ES": jwt.algorithms.ECAlgorithm}


def jwk(key: Any, kid: str, alg: str = "", **more: Any) -> dict[str, Any]:
    """A public key as the site publishes it."""
    writer = {"RSA": WRITERS["RS"], "EC": WRITERS["ES"], "Ed": jwt.algorithms.OKPAlgorithm}
    kind = next(name for name in writer if name in type(key).__name__)
    public: dict[str, Any] = writer[kind].to_jwk(key.public_key(), as_dict=True)
    public.pop("key_ops", None)
    return {**public, "kid": kid, "use": "sig", **({"alg": alg} if alg else {}), **more}


def pem(key: Any) -> str:
    """A public key in PEM."""
    encoded: bytes = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return encoded.decode()


@dataclass
class Site:
    """What the site publishes, and how it behaves; `fetched` counts the requests."""

    clock: Clock
    keys: list[dict[str, Any]] = field(default_factory=list)
    url: str = ""
    status: int = 200
    headers: str = "Cache-Control: public, max-age=300\r\n"
    body: bytes | None = None
    silent: bool = False
    fetched: int = 0

    def settings(self, **changed: Any) -> IdentitySection:
        return IdentitySection.model_validate(
            {"jwks_url": self.url, "jwt_issuer": ISSUER, "jwt_audience": AUDIENCE, **changed}
        )

    def token(
        self, key: Any, kid: str | None, alg: str = "RS256", headers: dict[str, Any] | None = None, **claims: Any
    ) -> str:
        """A token as the site would sign it for customer c1, valid for five minutes."""
        now = int(self.clock.now().timestamp())
        whole = {"sub": "c1", "iat": now, "exp": now + 300, "iss": ISSUER, "aud": AUDIENCE, **claims}
        named = {**(headers or {}), **({"kid": kid} if kid is not None else {})}
        return jwt.encode(whole, key, algorithm=alg, headers=named)

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        self.fetched += 1
        if self.silent:
            await reader.read()
        else:
            body = json.dumps({"keys": self.keys}).encode() if self.body is None else self.body
            head = f"HTTP/1.1 {self.status} x\r\n{self.headers}Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
            writer.write(head.encode() + body)
        writer.close()


@asynccontextmanager
async def open_site(clock: Clock) -> AsyncIterator[Site]:
    """A site that answers on loopback."""
    site = Site(clock)
    server = await asyncio.start_server(site.answer, "127.0.0.1", 0)
    site.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/.well-known/jwks.json"
    async with server:
        yield site
