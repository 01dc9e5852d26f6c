"""Leaves a model alone that does not answer, and notices when it does again."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Protocol, TypeVar

from pydantic import BaseModel

from handrail.conversation.clock import Clock
from handrail.conversation.errors import Unavailable
from handrail.conversation.spending import Usage

State = Literal["closed", "open", "half_open"]

OF_THE_REQUEST = frozenset({"filtered", "too_long"})
"""Failures that tell of one request, not of the model: no customer's words may take it away from the others."""

Filled = TypeVar("Filled", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Outage:
    """The model has not answered since its first failure at `since`; `why` is the code of its last one."""

    why: str
    since: datetime


class Breaker:
    """Counts how a model does. After `failures` in a row it is left alone for `seconds`; then one use at a time tries
    it, and the first that succeeds brings it back. One for one model in one process."""

    def __init__(self, clock: Clock, *, failures: int = 3, seconds: float = 30.0) -> None:
        self._clock, self._limit, self._seconds = clock, failures, seconds
        self._failures = 0
        self._opened: datetime | None = None
        self._probing = False
        self.outage: Outage | None = None
        self.back_since: datetime | None = None
        """When the model last answered again after an outage."""

    @property
    def state(self) -> State:
        if self._opened is None:
            return "closed"
        waited = (self._clock.now() - self._opened).total_seconds()
        return "half_open" if waited >= self._seconds and not self._probing else "open"

    @property
    def why(self) -> str:
        """The code of the model's last failure; empty once it has answered again."""
        return self.outage.why if self.outage else ""

    @contextmanager
    def trial(self) -> Iterator[None]:
        """Around one use of the model: an `Unavailable` that leaves it counts as a failure; tell `succeeded`."""
        probe = self.state == "half_open"
        self._probing = self._probing or probe
        try:
            yield
        except Unavailable as error:
            self._failed(error.code)
            raise
        finally:
            # A use that is broken off (the customer wrote again) tells nothing: the next may probe.
            if probe:
                self._probing = False

    def succeeded(self) -> None:
        """The model has answered."""
        if self.outage:
            self.back_since = self._clock.now()
        self._failures, self._opened, self.outage = 0, None, None

    def _failed(self, code: str) -> None:
        if code in OF_THE_REQUEST:
            return
        now = self._clock.now()
        self._failures += 1
        self.outage = Outage(code, self.outage.since if self.outage else now)
        if self._opened is not None or self._failures >= self._limit:
            self._opened = now


class Form(Protocol):
    """A model that fills in forms."""

    async def write(
        self, schema: type[Filled], messages: Sequence[dict[str, Any]], *, seconds: float | None = None
    ) -> tuple[Filled, Usage]:
        """Fill in `schema` within `seconds`. Raises `Unavailable` when no valid one came in time."""
        ...


class Guarded:
    """A model that fills in forms, behind the breaker of its drafts: while it is left alone, nobody waits for it."""

    def __init__(self, form: Form, breaker: Breaker) -> None:
        self._form, self._breaker = form, breaker

    async def write(
        self, schema: type[Filled], messages: Sequence[dict[str, Any]], *, seconds: float | None = None
    ) -> tuple[Filled, Usage]:
        """As `Form.write`; `Unavailable` at once while the breaker is open."""
        if self._breaker.state == "open":
            raise Unavailable("the model is left alone for a while", code=self._breaker.why)
        with self._breaker.trial():
            filled = await self._form.write(schema, messages, seconds=seconds)
        self._breaker.succeeded()
        return filled
