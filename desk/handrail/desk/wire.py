"""The wire to other systems: bounded in time and size, and led to no address that was not meant."""

import asyncio
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

import httpx

from handrail.conversation.errors import Unavailable

READ = 64_000
"""So many bytes of an answer are read at most."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. `text` is the beginning of the body."""

    status: int
    text: str


class Wire:
    """One for a process; `close` it. No proxy of the environment is used, and no redirect is followed."""

    def __init__(self) -> None:
        self._client = httpx.AsyncClient(
            trust_env=False,
            follow_redirects=False,
            limits=httpx.Limits(max_connections=50, max_keepalive_connections=10),
            headers={"User-Agent": "Handrail"},
        )

    async def close(self) -> None:
        """Disconnect."""
        await self._client.aclose()

    async def post(
        self, url: str, body: bytes, headers: Mapping[str, str], seconds: float, *, internal: bool = False
    ) -> Answer:
        """Post JSON. Raises `Unavailable` as `send` does."""
        return await self.send("POST", url, body, headers, seconds, internal=internal)

    async def send(
        self,
        method: str,
        url: str,
        body: bytes | None,
        headers: Mapping[str, str],
        seconds: float,
        *,
        internal: bool = False,
        longest: int = READ,
    ) -> Answer:
        """Send JSON and read up to `longest` bytes of the answer. Without `internal` a name that leads into a network
        of one's own is not followed.

        Raises `Unavailable` where there is no answer in time, or no address that may be used.
        """
        try:
            async with asyncio.timeout(seconds):
                request = await self._request(method, url, body, headers, internal=internal)
                response = await self._client.send(request, stream=True)
                try:
                    return Answer(response.status_code, await _beginning(response, longest))
                finally:
                    await response.aclose()
        except TimeoutError as error:
            raise Unavailable(f"no answer within {seconds:g} s") from error
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            raise Unavailable(f"no answer: {type(error).__name__}") from error

    async def _request(
        self, method: str, url: str, body: bytes | None, headers: Mapping[str, str], *, internal: bool
    ) -> httpx.Request:
        parts = urlsplit(url)
        host = parts.hostname or ""
        all_headers = {"Content-Type": "application/json", **headers}
        if internal or _is_here(host):
            return self._client.build_request(method, url, content=body, headers=all_headers)
        # The address that was looked at is the one that is connected to: a name may lead elsewhere a moment later.
        address = await _public(host, parts.port or 443)
        pinned = httpx.URL(url).copy_with(host=address)
        all_headers["Host"] = parts.netloc
        extensions = {"sni_hostname": host}
        return self._client.build_request(method, pinned, content=body, headers=all_headers, extensions=extensions)


async def _beginning(response: httpx.Response, longest: int) -> str:
    raw = b""
    async for chunk in response.aiter_bytes():
        raw += chunk
        if len(raw) >= longest:
            break
    return raw[:longest].decode(errors="replace")


def _is_here(host: str) -> bool:
    """Whether an address says itself that it is on this machine: settings must have meant it."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


async def _public(host: str, port: int) -> str:
    """An address of a host, all of whose addresses are public. Raises `Unavailable`."""
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Unavailable(f"there is no address for {host}") from error
    addresses = [str(entry[4][0]) for entry in found]
    if not addresses or not all(ip_address(address).is_global for address in addresses):
        raise Unavailable(f"{host} leads into a network of one's own; set `internal = true` where that is meant")
    return addresses[0]
