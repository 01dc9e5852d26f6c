"""Sends requests: as schemathesis made them, or bent, byte by byte."""

import time
from http.client import HTTPConnection, HTTPException
from http.cookiejar import DefaultCookiePolicy
from typing import Any
from urllib.parse import urlsplit

import requests
from schemathesis import Response

from bench.fuzzing.callers import Caller
from bench.fuzzing.hostile import Wire

SECONDS = 30.0


class Sender:
    """Keeps a connection, and no cookies: each request shows only what its caller has."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._session = requests.Session()
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self._connection: HTTPConnection | None = None

    def call(self, case: Any, caller: Caller) -> Response:
        """Send a case as it is, for this caller."""
        response: Response = case.call(
            base_url=self.url, headers=dict(caller.headers), session=self._session, timeout=SECONDS
        )
        return response

    def wire(self, case: Any, caller: Caller) -> Wire:
        """What a case would be on the wire."""
        found = case.as_transport_kwargs(base_url=self.url, headers=dict(caller.headers))
        known = {name: found[name] for name in ("method", "url", "params", "headers", "json", "data") if name in found}
        ready = requests.Request(**known, cookies=found.get("cookies")).prepare()
        body = ready.body.encode() if isinstance(ready.body, str) else ready.body
        headers = {_text(name): _text(value) for name, value in ready.headers.items()}
        headers = {name: value for name, value in headers.items() if name.lower() != "content-length"}
        return Wire(str(ready.method), str(ready.path_url), headers, body if isinstance(body, bytes) else None)

    def send(self, wire: Wire) -> Response:
        """Send a bent request."""
        began = time.monotonic()
        for fresh in (False, True):
            connection = self._open(fresh=fresh)
            try:
                _write(connection, wire)
                answer = connection.getresponse()
                content = answer.read()
                break
            except (HTTPException, OSError):
                # The server may have closed a connection that was kept; on a new one it is a failure.
                if fresh:
                    raise
        if answer.will_close:
            self.close()
        headers: dict[str, list[str]] = {}
        for name, value in answer.getheaders():
            headers.setdefault(name.lower(), []).append(value)
        request = requests.Request(wire.method, self.url).prepare()
        return Response(answer.status, headers, content, request, time.monotonic() - began, verify=False)

    def close(self) -> None:
        """Drop the connection of bent requests."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _open(self, *, fresh: bool) -> HTTPConnection:
        if fresh:
            self.close()
        if self._connection is None:
            self._connection = HTTPConnection(urlsplit(self.url).netloc, timeout=SECONDS)
        return self._connection


def _write(connection: HTTPConnection, wire: Wire) -> None:
    names = {name.lower() for name in wire.headers}
    connection.putrequest(wire.method, wire.target, skip_host="host" in names, skip_accept_encoding=True)
    for name, value in wire.headers.items():
        connection.putheader(name, value.encode("latin-1", "replace"))
    if wire.body is not None:
        connection.putheader("Content-Length", str(len(wire.body)))
    connection.endheaders(wire.body)


def _text(value: Any) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)
