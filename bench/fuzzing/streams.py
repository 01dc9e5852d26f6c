"""Streams never end: each is opened, read for a moment while others write, and left."""

import asyncio
import contextlib
import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import cycle, islice
from typing import Any

import httpx
import requests
from schemathesis import Response

from bench.fuzzing.callers import Caller, bearer, by_cookie, by_token, wrong
from bench.fuzzing.judge import EXCERPT, Fault, Judge
from bench.fuzzing.state import State
from handrail.conversation.events import Announced, CustomerSaid, Noted

MOMENT = 1.0
"""Seconds of silence after which a stream is left, once it has begun to tell."""

PATIENCE = 20.0
"""Seconds that a stream is read at most, and that it gets to begin."""

AT_ONCE = 8
EVENTS = "/v1/conversations/{id}/events"
MESSAGES = "/v1/conversations/{id}/messages"
DESK = "/v1/desk/events"
LASTS = ("0", "1", "999999999", "-1", "9" * 30, "x", "")
PLACES: tuple[dict[str, str], ...] = ({}, *({"Last-Event-ID": last} for last in LASTS))
QUERIES = (
    "",
    "?after=1",
    "?after=2",
    "?state=mine",
    "?department=a",
    "?after=-1",
    "?after=99999999999",
    "?after=%00",
    "?state=x",
)


@dataclass
class Streamed:
    """What came of the streams: answers by status, events by name."""

    statuses: dict[str, Counter[int]] = field(default_factory=dict)
    events: Counter[str] = field(default_factory=Counter)
    faults: list[Fault] = field(default_factory=list)


class Streams:
    """Opens streams for those who may and for those who may not."""

    def __init__(self, state: State) -> None:
        self._state, self.report = state, Streamed()
        self._judge = Judge(state.planted.words, state.site.secrets)

    async def run(self, each: int) -> Streamed:
        """Open each stream so many times for those who may, and once for each of those who may not."""
        gate = asyncio.Semaphore(AT_ONCE)
        limits = httpx.Limits(max_connections=None)
        async with httpx.AsyncClient(base_url=self._state.site.url, timeout=30, limits=limits) as http:

            async def one(work: Any) -> None:
                async with gate:
                    await work

            await asyncio.gather(*[one(work) for work in self._works(http, each)])
        return self.report

    def _works(self, http: httpx.AsyncClient, each: int) -> Iterable[Any]:
        bends = cycle([*((place, "") for place in PLACES), *(({}, query) for query in QUERIES)])
        for place, query in islice(bends, each):
            yield self._own(http, place, query)
            yield self._desk(http, place, query)
            yield self._answer(http, place)
        for method, path in (("GET", EVENTS), ("GET", DESK), ("POST", MESSAGES)):
            for number, caller in enumerate(wrong(method, path, self._state)):
                victim = self._state.victims[number % len(self._state.victims)]
                yield self._refused(http, method, path, path.format(id=victim), caller)

    async def _own(self, http: httpx.AsyncClient, place: dict[str, str], query: str) -> None:
        talk = await self._state.talk("queue")
        caller = Caller("its customer", bearer(talk.token))
        await self._read(http, "GET", EVENTS, f"/v1/conversations/{talk.id}/events{query}", caller, place, talk.id)

    async def _desk(self, http: httpx.AsyncClient, place: dict[str, str], query: str) -> None:
        person = self._state.site.people["engineer"]
        caller = by_cookie(person) if query else by_token(person)
        await self._read(http, "GET", DESK, DESK + query, caller, place)

    async def _answer(self, http: httpx.AsyncClient, place: dict[str, str]) -> None:
        talk = await self._state.talk("bot")
        headers = {**place, "Accept": "text/event-stream", "Content-Type": "application/json"}
        path = f"/v1/conversations/{talk.id}/messages"
        await self._read(http, "POST", MESSAGES, path, Caller("its customer", bearer(talk.token)), headers)

    async def _refused(self, http: httpx.AsyncClient, method: str, path: str, target: str, caller: Caller) -> None:
        headers = {"Accept": "text/event-stream", "Content-Type": "application/json"}
        await self._read(http, method, path, target, caller, headers, allowed=False)

    async def _read(
        self, http: httpx.AsyncClient, method: str, path: str, target: str, caller: Caller,
        headers: dict[str, str], talk: str = "", *, allowed: bool = True,
    ) -> None:  # fmt: skip
        operation = f"{method} {path}"
        body = b'{"text":"How long do I have to return a jacket?"}' if method == "POST" else None
        content = b""
        async with http.stream(method, target, headers={**caller.headers, **headers}, content=body) as answer:
            noise = asyncio.create_task(self._noise(talk))
            with contextlib.suppress(TimeoutError):
                clock = asyncio.get_running_loop().time
                end = clock() + PATIENCE
                async with asyncio.timeout_at(end) as limit:
                    async for chunk in answer.aiter_raw():
                        content += chunk
                        limit.reschedule(min(clock() + MOMENT, end))
            await noise
        self.report.statuses.setdefault(operation, Counter())[answer.status_code] += 1
        request = requests.Request(method, str(answer.request.url)).prepare()
        told = {name: [value] for name, value in answer.headers.items()}
        response = Response(answer.status_code, told, content, request, 0.0, verify=False)
        found = self._judge.faults(response, caller, allowed=allowed)
        if answer.status_code == 200:
            last = headers.get("Last-Event-ID", "") if method == "GET" else ""
            found += self._broken(answer.headers["content-type"], content, last)
        for what in found:
            self.report.faults.append(
                Fault(operation, what, f"stream by {caller.name}", f"{target} {headers}", repr(content[-EXCERPT:]))
            )

    async def _noise(self, talk: str) -> None:
        """What happens meanwhile: in this conversation, and in one that is nobody's business."""
        log, planted = self._state.site.handrail.log, self._state.planted
        other = await self._state.talk("queue")
        await log.append(other.id, "customer", CustomerSaid(text=planted.theirs))
        if talk:
            await log.append(talk, "person:x", Noted(by="x", text=planted.desk), Announced(code="note", text="news"))

    def _broken(self, content_type: str, content: bytes, last: str) -> list[str]:
        """Whether every event that came whole is one, after the place that was asked for."""
        if not content_type.startswith("text/event-stream"):
            return ["a stream of another type"]
        found, floor = [], int(last) if last.isdecimal() else 0
        for block in content.decode("utf-8", "replace").split("\n\n")[:-1]:
            lines = dict(line.partition(": ")[::2] for line in block.splitlines() if ": " in line and line[0] != ":")
            if "event" not in lines:
                continue
            self.report.events[lines["event"]] += 1
            try:
                json.loads(lines["data"])
            except (KeyError, ValueError):
                found.append("an event without JSON")
            if lines["event"] == "error":
                found.append("a stream that ended with an error")
            if lines["event"] != "state" and int(lines.get("id", floor + 1)) <= floor:
                found.append("an event from before Last-Event-ID")
        return found
