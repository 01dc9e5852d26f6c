"""Proving to a service who calls: keys and tokens of the settings, put into each request."""

import asyncio
from base64 import b64encode
from collections.abc import Callable, Sequence
from datetime import timedelta
from urllib.parse import quote, urlencode

import httpx
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from handrail.agent.sources.secrets import in_header, revealed
from handrail.agent.tools.offer import Undone
from handrail.conversation.clock import Clock
from handrail.conversation.credentials import ApiKey, Auth, Basic, Bearer, ClientCredentials

EARLY = timedelta(seconds=30)
"""A token is renewed so long before it ends."""
LIFE = 3600.0
"""Seconds of a token that does not say how long it lives."""


class Token(BaseModel):
    """A token endpoint's answer (RFC 6749, 5.1)."""

    model_config = ConfigDict(extra="ignore")
    access_token: str = Field(pattern=r"^[\x21-\x7e]+$")
    expires_in: float = Field(default=LIFE, ge=0)


class Proof:
    """The credentials of one source. `token_url` tells where tokens come from, where the settings don't say so.

    Raises `SettingsError` for a secret that the environment does not hold.
    """

    def __init__(
        self, auths: Sequence[Auth], where: str, client: httpx.AsyncClient, clock: Clock, token_url: Callable[[], str]
    ) -> None:
        self._client, self._clock, self._token_url = client, clock, token_url
        self._auths = [(auth, _revealed(auth, where)) for auth in auths]
        self._token, self._ends = "", clock.now()
        self._fetching = asyncio.Lock()

    @property
    def renewable(self) -> bool:
        """Whether a fresh token may mend a 401."""
        return any(isinstance(auth, ClientCredentials) for auth, _ in self._auths)

    def forget(self, request: httpx.Request) -> None:
        """The token of this request is not taken any more: fetch another one, unless another call has already."""
        if request.headers.get("Authorization") == f"Bearer {self._token}":
            self._token = ""

    async def put(self, request: httpx.Request) -> None:
        """Put the credentials into a request. Raises `Undone` where no token is to be had."""
        for auth, secrets in self._auths:
            if isinstance(auth, ApiKey):
                _put_key(request, auth, secrets["value"])
            elif isinstance(auth, Bearer):
                request.headers["Authorization"] = f"Bearer {secrets['token']}"
            elif isinstance(auth, Basic):
                request.headers["Authorization"] = _basic(secrets["user"], secrets["password"])
            else:
                request.headers["Authorization"] = f"Bearer {await self._fetched(auth, secrets)}"

    async def _fetched(self, auth: ClientCredentials, secrets: dict[str, str]) -> str:
        async with self._fetching:
            if self._token and self._clock.now() < self._ends - EARLY:
                return self._token
            token = await self._ask(auth, secrets["client_id"], secrets["client_secret"])
            self._token = token.access_token
            self._ends = self._clock.now() + timedelta(seconds=token.expires_in)
            return self._token

    async def _ask(self, auth: ClientCredentials, client_id: str, secret: str) -> Token:
        form = {"grant_type": "client_credentials", "scope": auth.scope, "audience": auth.audience}
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
        if auth.client == "basic":
            headers["Authorization"] = _basic(quote(client_id, safe=""), quote(secret, safe=""))
        else:
            form |= {"client_id": client_id, "client_secret": secret}
        content = urlencode({name: value for name, value in form.items() if value})
        try:
            answer = await self._client.post(auth.token_url or self._token_url(), content=content, headers=headers)
        except httpx.HTTPError as error:
            raise Undone("no_connection", f"no token is to be had: {type(error).__name__}") from error
        if answer.is_server_error or answer.status_code == httpx.codes.TOO_MANY_REQUESTS:
            raise Undone("unavailable", f"no token is to be had: {answer.status_code}")
        try:
            return Token.model_validate_json(answer.raise_for_status().content)
        except (httpx.HTTPStatusError, ValidationError) as error:
            raise Undone("not_allowed", f"no token is to be had ({answer.status_code})") from error


def _revealed(auth: Auth, where: str) -> dict[str, str]:
    secret = {"bearer": ("token",), "basic": ("user", "password"), "api_key": ("value",)}
    names = secret.get(auth.kind, ("client_id", "client_secret"))
    read = in_header if isinstance(auth, Bearer) or (isinstance(auth, ApiKey) and auth.place == "header") else revealed
    return {name: read(getattr(auth, name), f"{where}.{name}") for name in names}


def _put_key(request: httpx.Request, auth: ApiKey, value: str) -> None:
    """Put a key in its place; where the request is sent once more, it stands there already."""
    pair = f"{quote(auth.name, safe='')}={quote(value, safe='')}"
    if auth.place == "header":
        request.headers[auth.name] = value
    elif auth.place == "query":
        query = _added(request.url.query.decode(), "&", pair)
        request.url = request.url.copy_with(query=query.encode())
    else:
        request.headers["Cookie"] = _added(request.headers.get("Cookie", ""), "; ", pair)


def _added(before: str, between: str, pair: str) -> str:
    return between.join((*(part for part in before.split(between) if part not in ("", pair)), pair))


def _basic(user: str, word: str) -> str:
    return f"Basic {b64encode(f'{user}:{word}'.encode()).decode()}"
