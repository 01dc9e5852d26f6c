"""The run: for every operation so many requests of each kind, counted and judged."""

import asyncio
import contextlib
import copy
import random
from collections import Counter, defaultdict
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass, field
from http.client import HTTPException
from itertools import cycle
from typing import Any, Literal

import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode

from bench.fuzzing.callers import NOBODY, Caller, audience, wrong
from bench.fuzzing.fitting import addressed, fit
from bench.fuzzing.hostile import Wire, bending
from bench.fuzzing.judge import EXCERPT, Fault, Judge, against_schema
from bench.fuzzing.sending import Sender
from bench.fuzzing.state import State

Kind = Literal["fitting", "trespassing", "broken", "bent"]
SHARES: dict[Kind, float] = {"fitting": 0.5, "trespassing": 0.2, "broken": 0.15, "bent": 0.15}
"""`fitting` could succeed; `trespassing` comes from somebody who may not; `broken` breaks the schema; `bent` is no
request that a client library would send."""

STREAMS = {("GET", "/v1/conversations/{id}/events"), ("GET", "/v1/desk/events")}
PATIENCE = 60.0
NO_ANSWER = 599
"""Counted as a status where a connection broke or nothing came."""

AUTHORITY = ("authorization", "cookie", "x-csrf-token")


@dataclass
class Report:
    """What came of it, by operation."""

    statuses: dict[str, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))
    kinds: Counter[str] = field(default_factory=Counter)
    faults: list[Fault] = field(default_factory=list)

    @property
    def total(self) -> int:
        return sum(found.total() for found in self.statuses.values())

    def share(self, operation: str) -> float:
        """How many of its requests an operation answered 2xx."""
        found = self.statuses[operation]
        return sum(count for status, count in found.items() if status < 300) / max(1, found.total())


class Trial:
    """Sends the requests from a thread of its own while `loop` serves them."""

    def __init__(self, state: State, loop: asyncio.AbstractEventLoop, first_seed: int) -> None:
        self.state, self.report, self._loop, self._seed = state, Report(), loop, first_seed
        self._random = random.Random(first_seed)
        self._judge = Judge(state.planted.words, state.site.secrets)
        self._sender = Sender(state.site.url)

    def run(self, count: int, only: str = "") -> Report:
        """Send so many, spread evenly over the operations, or over those whose name holds `only`. Blocks."""
        document = schemathesis.openapi.from_url(f"{self.state.site.url}/openapi.json", timeout=60)
        operations: list[Any] = [found.ok() for found in document.get_all_operations()]  # type: ignore[union-attr]
        operations = [each for each in operations if (each.method.upper(), each.path) not in STREAMS]
        operations = [each for each in operations if only in f"{each.method.upper()} {each.path}"]
        for number, operation in enumerate(operations):
            # What is left over goes to the last ones.
            goal = round(count * (number + 1) / len(operations))
            self._operation(operation, goal - self.report.total)
        self._sender.close()
        return self.report

    def _operation(self, operation: Any, count: int) -> None:
        method, path = operation.method.upper(), operation.path
        callers = cycle(wrong(method, path, self.state) or [NOBODY])
        planned = {kind: round(count * share) for kind, share in SHARES.items()}
        if audience(method, path) == "anyone":
            planned["trespassing"] = 0
        sent = sum(self._send(operation, kind, n, callers) for kind, n in planned.items() if kind != "fitting" and n)
        self._send(operation, "fitting", count - sent, callers)

    def _send(self, operation: Any, kind: Kind, count: int, callers: Iterator[Caller]) -> int:
        """Send so many of one kind; return how many went out. Nothing can be broken where nothing is taken."""
        mode = GenerationMode.NEGATIVE if kind == "broken" else GenerationMode.POSITIVE
        act: Callable[..., None] = getattr(self, f"_{kind}")
        before = self.report.total

        # The number keeps examples apart where an operation takes nothing.
        @seed(self._seed)
        @settings(
            max_examples=count,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy(generation_mode=mode), number=st.integers(), data=st.data())
        def example(case: Any, number: int, data: st.DataObject) -> None:
            if self.report.total - before < count:
                act(case, self._random.getrandbits(32), data, callers)

        with contextlib.suppress(Unsatisfiable):
            example()
        return self.report.total - before

    def _fitting(self, case: Any, dice: int, _: Any, __: Any) -> None:
        _strip(case)
        caller = self._await(fit(case, dice, self.state))
        self._judged("fitting", case, caller)

    def _trespassing(self, case: Any, dice: int, _: Any, callers: Iterator[Caller]) -> None:
        _strip(case)
        self._await(fit(case, dice, self.state))
        self._aim(case, dice)
        self._judged("trespassing", case, next(callers), allowed=False)

    def _broken(self, case: Any, dice: int, _: Any, callers: Iterator[Caller]) -> None:
        broken = {location.name for location, made in case.meta.components.items() if made.mode.is_negative}
        body, query, parameters = copy.deepcopy((case.body, case.query, case.path_parameters))
        caller = self._await(fit(case, dice, self.state))
        case.body, case.query = body, query
        if "PATH" in broken:
            case.path_parameters = parameters
        intruder = dice % 5 == 0 and audience(case.method, case.path) != "anyone"
        if intruder:
            caller = next(callers)
        self._judged("broken", case, caller, allowed=not intruder)

    def _bent(self, case: Any, dice: int, data: st.DataObject, callers: Iterator[Caller]) -> None:
        _strip(case)
        caller = self._await(fit(case, dice, self.state))
        intruder = dice % 3 == 0 and audience(case.method, case.path) != "anyone"
        if intruder:
            self._aim(case, dice)
            caller = next(callers)
        # People of the desk may act on the victim's conversation, and nothing is to change there.
        aims = (self.state.stranger.id,) if caller.insider else (*self.state.victims, self.state.stranger.id)
        wire = data.draw(bending(self._sender.wire(case, caller), aims))
        allowed = not intruder or not wire.same_operation
        self._judged("bent", case, caller, allowed=allowed, wire=wire)

    def _aim(self, case: Any, dice: int) -> None:
        """Let a case ask for what is the victim's."""
        if case.path.startswith(("/v1/conversations/{id}", "/v1/desk/conversations/{id}")):
            case.path_parameters = addressed(case.path, self.state.victims[dice % len(self.state.victims)])
        elif case.path.startswith("/v1/users/{id}"):
            case.path_parameters = {"id": self.state.site.people["agent"].user.id}

    def _judged(self, kind: Kind, case: Any, caller: Caller, *, allowed: bool = True, wire: Wire | None = None) -> None:
        """Send a case, or what became of it on the wire, and note what came back."""
        operation = f"{case.method} {case.path}"
        self.report.kinds[kind] += 1
        try:
            response = self._sender.send(wire) if wire else self._sender.call(case, caller)
        except (requests.RequestException, HTTPException, OSError) as error:
            self.report.statuses[operation][NO_ANSWER] += 1
            found, got = ["no answer"], repr(error)
        else:
            self.report.statuses[operation][response.status_code] += 1
            found = self._judge.faults(response, caller, allowed=allowed)
            if wire is None or wire.same_operation:
                found += against_schema(case, response)
            got = f"{response.status_code} {response.content[:EXCERPT]!r}"
        sent = repr(wire or case)[:EXCERPT] if found else ""
        self.report.faults += [Fault(operation, what, f"{kind} by {caller.name}", sent, got) for what in found]

    def _await(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(PATIENCE)


def _strip(case: Any) -> None:
    """Take off what was generated in the place of a caller's own."""
    for name in [name for name in case.headers if name.lower() in AUTHORITY]:
        del case.headers[name]
    case.cookies = {}
