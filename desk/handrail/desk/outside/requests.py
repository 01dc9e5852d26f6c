"""Requests to the API of another desk, and what its answers mean."""

import json
from collections.abc import Mapping
from typing import Any

from handrail.conversation.errors import Invalid, NotFound, Unavailable
from handrail.conversation.outside import OutsideDesk

from ..wire import Wire

LONGEST = 2_000_000
"""Bytes of an answer."""


class Requests:
    """Sends JSON to one desk."""

    def __init__(self, wire: Wire, desk: OutsideDesk, headers: Mapping[str, str]) -> None:
        self._wire = wire
        self._desk = desk
        self._headers = headers

    async def send(
        self, method: str, path: str, body: object = None, headers: Mapping[str, str] | None = None
    ) -> dict[str, Any]:
        """Send and return the answer's object; empty where there is none.

        Raises `NotFound` on 404, `Invalid` on 400 and 422, and `Unavailable` on everything else that is no success.
        """
        desk = self._desk
        answer = await self._wire.send(
            method,
            desk.url.rstrip("/") + path,
            None if body is None else json.dumps(body).encode(),
            {**self._headers, **(headers or {})},
            desk.timeout_seconds,
            internal=desk.internal,
            longest=LONGEST,
        )
        told = f"{method} {path.partition('?')[0]} answers {answer.status}"
        if answer.status == 404:
            raise NotFound(told)
        if answer.status in (400, 422):
            raise Invalid(told)
        if not 200 <= answer.status < 300:
            raise Unavailable(told)
        try:
            found = json.loads(answer.text or "{}")
        except ValueError as error:
            raise Unavailable(f"{told} with what is no JSON") from error
        return found if isinstance(found, dict) else {"payload": found}
