"""What never reached an MCP server over HTTP, told apart from what may have."""

import json
from typing import Any

import httpx2

from handrail.agent.tools.offer import Undone

TURNED_AWAY = -31001
"""Our own JSON-RPC error, for a call that the server has certainly not carried out."""
CODES = {401: "not_allowed", 403: "not_allowed", 429: "busy", 503: "unavailable"}


class TurningAway(httpx2.AsyncHTTPTransport):
    """Answers for a server that can't be reached, or that turned a request away unread, with an error that says so.

    The SDK would break the session off for the first and call the second an internal error: either leaves open whether
    a write was done.
    """

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send the request."""
        try:
            response = await super().handle_async_request(request)
        except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout) as error:
            if request.method != "POST":
                raise
            return _answer(503, "no_connection", str(error) or type(error).__name__, None)
        code = CODES.get(response.status_code)
        if request.method != "POST" or code is None:
            return response
        await response.aclose()
        return _answer(response.status_code, code, f"HTTP {response.status_code}", response.headers.get("retry-after"))


def undone(data: Any, message: str) -> Undone:
    """The error as the rest of Handrail knows it."""
    code, retry_after = data if isinstance(data, list) and len(data) == 2 else ("unavailable", None)
    return Undone(str(code), message, retry_after=retry_after)


def _answer(status: int, code: str, message: str, retry_after: str | None) -> httpx2.Response:
    seconds = float(retry_after) if retry_after and retry_after.isdigit() else None
    error = {"code": TURNED_AWAY, "message": message, "data": [code, seconds]}
    body = json.dumps({"jsonrpc": "2.0", "id": 0, "error": error})
    return httpx2.Response(status, headers={"content-type": "application/json"}, content=body)
