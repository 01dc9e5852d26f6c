"""A service with an OpenAPI document as a source: its picked operations, called over HTTP."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from http.cookiejar import CookieJar, DefaultCookiePolicy
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import httpx

from handrail.agent.sources.openapi.answers import read_of, result_of
from handrail.agent.sources.openapi.document import Document, load_document
from handrail.agent.sources.openapi.operations import Described, pick
from handrail.agent.sources.openapi.parts import Server
from handrail.agent.sources.openapi.proof import Proof
from handrail.agent.sources.openapi.requests import request_of
from handrail.agent.sources.openapi.security import expect_trusted, lacking, ours, token_url
from handrail.agent.sources.secrets import in_header
from handrail.agent.tools.offer import Offer, Sending, Undone
from handrail.conversation.clock import Clock
from handrail.conversation.credentials import ClientCredentials
from handrail.conversation.errors import SettingsError
from handrail.conversation.sources import OpenApiTable

NEVER_SENT = (
    httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError, httpx.UnsupportedProtocol,
)  # fmt: skip
UNAUTHORIZED = 401
HOPS = 3
PROVING = 0.4
"""The share of a call's time that may go into fetching a token."""

log = logging.getLogger("handrail.sources")


class OpenApiConnection:
    """One service. The document is read when its operations are asked for."""

    def __init__(self, name: str, table: OpenApiTable, folder: Path, clock: Clock) -> None:
        self._where, self._table, self._folder, self._clock = f"tools.sources.{name}", table, folder, clock
        # What a service sets as a cookie in one customer's call must not go out in another's.
        jar = CookieJar(policy=DefaultCookiePolicy(allowed_domains=[]))
        headers = {n: in_header(value, f"{self._where}.headers.{n}") for n, value in table.headers.items()}
        # An answer is bounded as it comes in, so it must not be smaller there than it is.
        self._headers = {"Accept": "application/json, */*;q=0.1", "Accept-Encoding": "identity", **headers}
        self._client = httpx.AsyncClient(timeout=table.timeout_seconds, follow_redirects=False, cookies=jar)
        self._tokens = ""
        self._proof = Proof(table.auth, f"{self._where}.auth", self._client, clock, lambda: self._tokens)

    async def offers(self) -> Sequence[Offer]:
        """The operations that the settings pick. Raises `SettingsError` and `Unavailable`."""
        document = await load_document(self._table.document, self._folder, self._client)
        if any(isinstance(auth, ClientCredentials) and not auth.token_url for auth in self._table.auth):
            self._tokens = token_url(document, f"{self._where}.auth")
        return [self._offer(document, key) for key in self._table.tools]

    async def aclose(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    def _offer(self, document: Document, key: str) -> Offer:
        described = pick(document, key, ours(self._table), body=self._table.tools[key].body is None)
        base = self._base(document, described)
        if wanted := lacking(document, described, self._table):
            log.warning("%s: %s wants %s, which %s.auth does not give", document.origin, key, wanted, self._where)

        async def send(arguments: Mapping[str, Any], sending: Sending) -> Any:
            return await self._send(described, base, arguments, sending)

        return Offer(
            name=key,
            title=described.title,
            description=described.description,
            arguments=described.arguments,
            result=described.result,
            send=send,
            effect="read" if described.reads else "write",
            idempotent=described.idempotent,
            destructive=not described.reads,
        )

    def _base(self, document: Document, described: Described) -> str:
        if self._table.base_url:
            return self._table.base_url
        servers = described.operation.servers or described.item.servers or document.head.servers or (Server(url="/"),)
        url = servers[0].url
        for name, variable in servers[0].variables.items():
            url = url.replace(f"{{{name}}}", variable.default)
        url = urljoin(document.url or "", url)
        if not url.startswith(("http://", "https://")):
            raise SettingsError(
                f"{self._where}.base_url is needed: {document.origin} does not say where the service is"
            )
        if self._table.auth or self._table.headers:
            expect_trusted(document, url, f"{self._where}.base_url")
        return url

    async def _send(self, described: Described, base: str, arguments: Mapping[str, Any], sending: Sending) -> Any:
        headers = dict(self._headers)
        if sending.key and not described.reads:
            headers[self._table.idempotency_header] = sending.key
        try:
            request = request_of(self._client, base, described, arguments, headers, sending.seconds)
        except ValueError as error:
            raise Undone("rejected", str(error)) from error
        answer, content = await self._answer(request, sending.seconds)
        if answer.status_code == UNAUTHORIZED and self._proof.renewable:
            # It was turned away unread: with a fresh token it is sent for the first time.
            self._proof.forget(request)
            answer, content = await self._answer(request, sending.seconds)
        for _ in range(HOPS):
            if not (described.reads and answer.has_redirect_location and _at_home(answer)):
                break
            request.url = answer.url.join(answer.headers["Location"])
            answer, content = await self._answer(request, sending.seconds)
        return result_of(answer, content, self._clock.now())

    async def _answer(self, request: httpx.Request, seconds: float) -> tuple[httpx.Response, bytes]:
        try:
            async with asyncio.timeout(seconds * PROVING):
                await self._proof.put(request)
        except TimeoutError as error:
            raise Undone("no_connection", "no token came in time") from error
        try:
            answer = await self._client.send(request, stream=True)
            try:
                return answer, await read_of(answer, self._table.answer_bytes)
            finally:
                await answer.aclose()
        except NEVER_SENT as error:
            raise Undone("no_connection", f"the service can't be reached: {type(error).__name__}") from error
        except httpx.TimeoutException as error:
            raise TimeoutError("the service did not answer in time") from error
        except httpx.HTTPError as error:
            raise ConnectionError(f"the service broke off: {type(error).__name__}") from error


def _at_home(answer: httpx.Response) -> bool:
    """Whether a redirect stays with the service: elsewhere our credentials and the customer's data have no business."""
    there = answer.url.join(answer.headers["Location"])
    return (there.scheme, there.host, there.port) == (answer.url.scheme, answer.url.host, answer.url.port)
