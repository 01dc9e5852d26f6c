"""What a system of others offers to do: the common form of MCP tools and OpenAPI operations."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from handrail.agent.tools.api import Effect


@dataclass(frozen=True, slots=True)
class Sending:
    """One call as it goes out. `key` is the idempotency key of a write, `deadline` the moment after which no effect may
    happen (None for reads), `seconds` how long the answer is waited for."""

    seconds: float
    key: str | None = None
    deadline: datetime | None = None


class Undone(Exception):  # noqa: N818 - it says what is certain, not what is wrong
    """The call failed, and nothing happened for certain: it never reached the system, or was turned away unread
    (no connection, 401, 404, 429, 503). `code` is stable; `retry_after` is in seconds where the system told it.

    Whatever else a write raises leaves it unknown whether it had its effect.
    """

    def __init__(self, code: str, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.code, self.retry_after = code, retry_after


class Misfit(ValueError):  # noqa: N818 - it is about the answer, not about the call
    """The answer is not what the system says that it returns. Of a write nothing is known then."""


Send = Callable[[Mapping[str, Any], Sending], Awaitable[Any]]
"""Makes the call with validated arguments and returns its JSON. Raises `Refusal` where a rule of the system says no
(nothing happened), `Undone`, or any other error."""


@dataclass(frozen=True, slots=True)
class Offer:
    """One operation of a system of others. `arguments` and `result` are JSON schemas (`result` None where nothing is
    said); the marks are what the system says of itself, which the settings may tighten and never loosen."""

    name: str
    description: str
    arguments: Mapping[str, Any]
    send: Send
    effect: Effect
    title: str = ""
    result: Mapping[str, Any] | None = None
    idempotent: bool = False
    """A repetition with the same arguments changes nothing more."""
    destructive: bool = True
