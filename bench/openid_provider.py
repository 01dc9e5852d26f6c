"""An OpenID Connect provider on loopback, as small as the specification lets one be: OpenID Connect Core 1.0,
Discovery 1.0 and RP-Initiated Logout 1.0, with PKCE (RFC 7636). `tamper` makes it one that lies."""

import asyncio
import base64
import hashlib
import secrets
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import parse_qsl, unquote, urlencode

import jwt
import uvicorn
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from jwt.algorithms import RSAAlgorithm
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

CLIENT, SECRET = "handrail", "the client's secret: 32 characters"
Claims = dict[str, Any]


@cache
def usual_key() -> RSAPrivateKey:
    """One for all providers: making a key takes longer than what is tried with it."""
    return generate_private_key(65537, 2048)


@dataclass
class Key:
    """A key that the provider signs with."""

    kid: str
    private: RSAPrivateKey = field(default_factory=lambda: generate_private_key(65537, 2048))

    @property
    def public(self) -> dict[str, Any]:
        return {**RSAAlgorithm.to_jwk(self.private.public_key(), as_dict=True), "kid": self.kid, "use": "sig"}


@dataclass
class Grant:
    """A code, and what it is good for."""

    claims: Claims
    nonce: str
    challenge: str
    redirect_uri: str


@dataclass
class Provider:
    """The provider. `person` is who sits at the browser; `token_claims` are those that stand in the token too."""

    url: str
    clock: Any
    person: Claims
    keys: list[Key] = field(default_factory=lambda: [Key("k1", usual_key())])
    grants: dict[str, Grant] = field(default_factory=dict)
    opened: dict[str, Claims] = field(default_factory=dict)
    used: list[str] = field(default_factory=list)
    asked: list[dict[str, str]] = field(default_factory=list)
    document: Claims = field(default_factory=dict)
    token_claims: tuple[str, ...] = ()
    refuses: str = ""
    client_auth: str = "client_secret_basic"
    tamper: Callable[[Claims], Claims] = lambda claims: claims
    sign: Callable[["Provider", Claims], str] | None = None
    userinfo: Callable[[Claims], Claims] = lambda claims: claims

    def signed(self, claims: Claims) -> str:
        key = self.keys[0]
        return jwt.encode(claims, key.private, "RS256", headers={"kid": key.kid})

    async def discovery(self, _: Request) -> Response:
        ends = {f"{name}_endpoint": f"{self.url}/{name}" for name in ("authorization", "token", "userinfo")}
        return JSONResponse({
            "issuer": self.url, **ends, "jwks_uri": f"{self.url}/jwks", "response_types_supported": ["code"],
            "subject_types_supported": ["public"], "id_token_signing_alg_values_supported": ["RS256"],
            "end_session_endpoint": f"{self.url}/end", **self.document,
        })  # fmt: skip

    async def jwks(self, _: Request) -> Response:
        return JSONResponse({"keys": [key.public for key in self.keys]}, headers={"Cache-Control": "max-age=60"})

    async def authorization(self, request: Request) -> Response:
        asked = dict(request.query_params)
        self.asked.append(asked)
        if asked["client_id"] != CLIENT or asked["response_type"] != "code" or "openid" not in asked["scope"].split():
            return Response("no such client", 400)
        back = {"state": asked["state"]}
        if self.refuses:
            return RedirectResponse(f"{asked['redirect_uri']}?{urlencode({**back, 'error': self.refuses})}", 302)
        assert asked["code_challenge_method"] == "S256"
        code = secrets.token_urlsafe(16)
        self.grants[code] = Grant(self.person, asked["nonce"], asked["code_challenge"], asked["redirect_uri"])
        return RedirectResponse(f"{asked['redirect_uri']}?{urlencode({**back, 'code': code})}", 302)

    async def token(self, request: Request) -> Response:
        form = dict(parse_qsl((await request.body()).decode()))
        if not self._is_client(request.headers.get("authorization", ""), form):
            return JSONResponse({"error": "invalid_client"}, 401)
        grant = self.grants.pop(form["code"], None)
        self.used.append(form["code"])
        challenge = base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest()).rstrip(b"=")
        if grant is None or grant.challenge != challenge.decode() or grant.redirect_uri != form["redirect_uri"]:
            return JSONResponse({"error": "invalid_grant"}, 400)
        now = int(self.clock.now().timestamp())
        claims = {
            "iss": self.url, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": grant.nonce,
            "sub": grant.claims["sub"], **{name: grant.claims[name] for name in self.token_claims},
        }  # fmt: skip
        token = (self.sign or Provider.signed)(self, self.tamper(claims))
        access = secrets.token_urlsafe(16)
        self.opened[access] = grant.claims
        return JSONResponse({"access_token": access, "token_type": "Bearer", "expires_in": 300, "id_token": token})

    def _is_client(self, header: str, form: dict[str, str]) -> bool:
        """Whether the client shows itself in the one way that is taken."""
        if self.client_auth == "client_secret_basic":
            kind, _, shown = header.partition(" ")
            client, _, secret = base64.b64decode(shown).decode().partition(":")
            return kind == "Basic" and (unquote(client), unquote(secret)) == (CLIENT, SECRET)
        wanted = SECRET if self.client_auth == "client_secret_post" else None
        return not header and (form.get("client_id"), form.get("client_secret")) == (CLIENT, wanted)

    async def user_info(self, request: Request) -> Response:
        access = request.headers.get("authorization", "").removeprefix("Bearer ")
        if access not in self.opened:
            return JSONResponse({"error": "invalid_token"}, 401)
        return JSONResponse(self.userinfo(self.opened[access]))

    async def end(self, request: Request) -> Response:
        self.asked.append(dict(request.query_params))
        return RedirectResponse(request.query_params["post_logout_redirect_uri"], 302)

    @property
    def app(self) -> Starlette:
        routes = {
            "/.well-known/openid-configuration": self.discovery, "/jwks": self.jwks, "/token": self.token,
            "/authorization": self.authorization, "/userinfo": self.user_info, "/end": self.end,
        }  # fmt: skip
        return Starlette(routes=[Route(path, end, methods=["GET", "POST"]) for path, end in routes.items()])


@asynccontextmanager
async def providing(clock: Any, **person: Any) -> AsyncIterator[Provider]:
    """A provider on a free port. It is called `localhost`: to a browser, another site than 127.0.0.1."""
    provider = Provider("", clock, person)
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(provider.app, log_level="critical"))
    task = asyncio.create_task(server.serve(sockets=[listener]))
    provider.url = f"http://localhost:{listener.getsockname()[1]}"
    yield provider
    server.should_exit = True
    await task
