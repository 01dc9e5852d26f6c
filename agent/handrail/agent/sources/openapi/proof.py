"""Proving to a service who calls: keys and tokens of the settings, put into each request."""

import asyncio
from base64 import b64encode
from collections.abc import Sequence
from datetime import timedelta
from urllib.parse import quote, urlencode

import httpx
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from handrail.agent.sources.openapi.document import Document
from handrail.agent.sources.openapi.operations import Described
from handrail.agent.sources.secrets import revealed
from handrail.agent.tools.offer import Undone
from handrail.conversation.clock import Clock
from handrail.conversation.credentials import ApiKey, Auth, Basic, Bearer, ClientCredentials
from handrail.conversation.errors import SettingsError

EARLY = timedelta(seconds=30)
"""A token is renewed so long before it ends."""
LIFE = 3600.0
"""Seconds of a token that does not say how long it lives."""


class Token(BaseModel):
    """A token endpoint's answer (RFC 6749, 5.1)."""

    model_config = ConfigDict(extra="ignore")
    access_token: str = Field(min_length=1)
    expires_in: float = Field(default=LIFE, ge=0)


class Proof:
    """The credentials of one source. `token_url` is the document's own, where the settings name none."""

    def __init__(self, auths: Sequence[Auth], where: str, client: httpx.AsyncClient, clock: Clock) -> None:
        self._auths, self._where, self._client, self._clock = auths, where, client, clock
        self._token, self._ends = "", clock.now()
        self._fetching = asyncio.Lock()
        self.token_url = ""

    @property
    def renewable(self) -> bool:
        """Whether a fresh token may mend a 401."""
        return any(isinstance(auth, ClientCredentials) for auth in self._auths)

    def forget(self) -> None:
        """The token is not taken any more: fetch another one next time."""
        self._token = ""

    async def put(self, request: httpx.Request) -> None:
        """Put the credentials into a request. Raises `Undone` where no token is to be had."""
        for auth in self._auths:
            if isinstance(auth, ApiKey):
                self._put_key(request, auth)
            else:
                request.headers["Authorization"] = await self._authorization(auth)

    async def _authorization(self, auth: Bearer | Basic | ClientCredentials) -> str:
        if isinstance(auth, Bearer):
            return f"Bearer {revealed(auth.token, f'{self._where}.token')}"
        if isinstance(auth, Basic):
            user, word = revealed(auth.user, f"{self._where}.user"), revealed(auth.password, f"{self._where}.password")
            return _basic(user, word)
        return f"Bearer {await self._fetched(auth)}"

    def _put_key(self, request: httpx.Request, auth: ApiKey) -> None:
        value = revealed(auth.value, f"{self._where}.value")
        if auth.place == "header":
            request.headers[auth.name] = value
        elif auth.place == "query":
            request.url = request.url.copy_merge_params({auth.name: value})
        else:
            before = request.headers.get("Cookie")
            request.headers["Cookie"] = "; ".join(filter(None, (before, f"{auth.name}={quote(value, safe='')}")))

    async def _fetched(self, auth: ClientCredentials) -> str:
        async with self._fetching:
            if self._token and self._clock.now() < self._ends - EARLY:
                return self._token
            token = await self._ask(auth)
            self._token = token.access_token
            self._ends = self._clock.now() + timedelta(seconds=token.expires_in)
            return self._token

    async def _ask(self, auth: ClientCredentials) -> Token:
        url = auth.token_url or self.token_url
        if not url:
            raise SettingsError(f"{self._where}.token_url is needed: the document does not say where tokens come from")
        client_id = revealed(auth.client_id, f"{self._where}.client_id")
        secret = revealed(auth.client_secret, f"{self._where}.client_secret")
        form = {"grant_type": "client_credentials", "scope": auth.scope, "audience": auth.audience}
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
        if auth.client == "basic":
            headers["Authorization"] = _basic(quote(client_id, safe=""), quote(secret, safe=""))
        else:
            form |= {"client_id": client_id, "client_secret": secret}
        content = urlencode({name: value for name, value in form.items() if value})
        try:
            answer = await self._client.post(url, content=content, headers=headers)
            answer.raise_for_status()
            return Token.model_validate_json(answer.content)
        except (httpx.HTTPError, ValidationError) as error:
            raise Undone("credentials", f"no token is to be had: {type(error).__name__}") from error


def lacking(document: Document, described: Described, auths: Sequence[Auth]) -> str:
    """What the document wants for an operation that the settings don't give; empty where all is there."""
    security = described.operation.security
    ways = document.head.security if security is None else security
    if not ways or any(all(_given(document, name, auths) for name in way) for way in ways):
        return ""
    return " or ".join(" and ".join(way) for way in ways)


def _given(document: Document, name: str, auths: Sequence[Auth]) -> bool:
    scheme = document.scheme(name)
    if scheme.type == "apiKey":
        return any(isinstance(auth, ApiKey) and auth.name.lower() == scheme.name.lower() for auth in auths)
    if scheme.type == "http" and scheme.scheme.lower() == "basic":
        return any(isinstance(auth, Basic) for auth in auths)
    if scheme.type == "mutualTLS":
        return True
    return any(isinstance(auth, Bearer | ClientCredentials) for auth in auths)


def token_url(document: Document) -> str:
    """Where the document says that tokens for programs come from."""
    schemes = (document.raw.get("components") or {}).get("securitySchemes") or {}
    flows = (document.scheme(name).flows.client for name in schemes)
    return next((flow.token_url for flow in flows if flow is not None and flow.token_url), "")


def _basic(user: str, word: str) -> str:
    return f"Basic {b64encode(f'{user}:{word}'.encode()).decode()}"
