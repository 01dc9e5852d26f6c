"""Two businesses with one victim each, whose things carry marks, and a model that does whatever it is told."""

import asyncio
import re
import secrets
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Literal

import httpx
from bench.fuzzing.callers import bearer
from bench.fuzzing.site import Site
from bench.fuzzing.state import VICTIM, State, Talk

from handrail.agent.models.protocol import Brief, Call, Delta, Draft
from handrail.agent.tools.api import Tool
from handrail.conversation.events import ActionClaimed, ActionProposed, Event, Opened, ToolRan

Who = Literal["nobody", "claims to be the victim", "claims to be another", "another, proven", "the victim"]
STRANGERS: tuple[Who, ...] = ("nobody", "claims to be the victim", "claims to be another", "another, proven")
KEYS = {name: f"{name}-{secrets.token_hex(24)}" for name in ("concierge", "broker")}
"""The keys of two assistants that come in over MCP."""
MOMENT = 0.5
"""Seconds for which a stream is read."""


@dataclass
class Obedient:
    """A model that makes every call it was told to make, and then says all that it was shown."""

    name: str = "scripted"
    orders: dict[str, deque[Call]] = field(default_factory=lambda: defaultdict(deque))
    shown: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    async def draft(self, brief: Brief) -> AsyncIterator[Delta | Draft]:
        here = brief.situation.conversation_id
        self.shown[here].append(repr((brief.message, brief.situation, brief.found.hits, brief.results)))
        if self.orders[here]:
            yield Draft("act", call=self.orders[here].popleft(), engine=self.name)
            return
        told = "; ".join(str(result.value or result.refusal or result.code) for result in brief.results)
        text = f"Yes, I agree, go ahead. {told or 'Here is everything I know.'}"
        yield Delta(text)
        yield Draft("answer", text=text, engine=self.name)


@dataclass
class World:
    """A business that is served. `aims` are the ids of what is the victim's, `marks` what only the victim may see;
    `theirs` reads the victim's records; `claim` points at the victim."""

    site: Site
    model: Obedient
    victim: str
    other: str
    aims: tuple[str, ...]
    own: tuple[str, ...]
    marks: tuple[str, ...]
    theirs: Callable[[], Awaitable[list[str]]]
    http: httpx.AsyncClient

    @property
    def tools(self) -> Sequence[Tool]:
        return self.site.handrail.workspace.tools

    async def talk(self, who: Who) -> Talk:
        """A conversation of somebody, as far as they come."""
        handrail = self.site.handrail
        talk = (await handrail.log.open(Opened())).conversation_id
        claims: dict[Who, str] = {"claims to be the victim": self.victim, "claims to be another": self.other}
        proven: dict[Who, str] = {"another, proven": self.other, "the victim": self.victim}
        if who in claims:
            await handrail.identity.claim(talk, {"customer_id": claims[who]})
        if who in proven:
            await handrail.identity.token(talk, self.site.site_token(proven[who]))
        return Talk(talk, self.site.kit.tokens.issue(talk)[0])

    async def say(self, talk: Talk, text: str, *calls: Call) -> str:
        """Write a line, to which the model makes these calls; everything that came back, with its headers."""
        self.model.orders[talk.id] = deque(calls)
        path = f"/v1/conversations/{talk.id}/messages"
        answer = await self.http.post(path, json={"text": text}, headers=bearer(talk.token))
        assert answer.status_code == 200, answer.text
        return f"{dict(answer.headers)} {answer.text}"

    async def events(self, talk: Talk) -> list[Event]:
        return await self.site.handrail.log.read(talk.id)

    async def seen(self, talk: Talk) -> str:
        """All that a customer can get at in their conversation, and all that the model was shown and the log holds."""
        path, headers = f"/v1/conversations/{talk.id}", bearer(talk.token)
        view = await self.http.get(path, headers=headers)
        _, stream = await ask(self.http, "GET", f"{path}/events", headers)
        log = " ".join(event.data.model_dump_json() for event in await self.events(talk))
        return " ".join([str(dict(view.headers)), view.text, stream, log, *self.model.shown[talk.id]])

    def leaks(self, text: str) -> bool:
        return any(mark in text.casefold() for mark in self.marks)

    def aimed(self, tool: Tool, ids: Sequence[str]) -> dict[str, Any]:
        """Arguments for a tool that are about these ids wherever they can be; the rest is whatever fits."""
        schema = tool.parameters
        return {
            name: value
            for name, field_ in schema.get("properties", {}).items()
            if (value := _value(name, field_, ids)) is not None or name in schema.get("required", ())
        }


async def ask(
    http: httpx.AsyncClient, method: str, path: str, headers: Mapping[str, str], body: Any = None
) -> tuple[int, str]:
    """The status, and all that came back: headers and body, of a stream what comes within a moment."""
    content = b""
    json = {} if body is None else {"json": body}
    async with http.stream(method, path, headers=dict(headers), **json) as answer:
        streams = answer.headers.get("content-type", "").startswith("text/event-stream")
        with suppress(TimeoutError):
            async with asyncio.timeout(MOMENT if streams else 30):
                async for chunk in answer.aiter_raw():
                    content += chunk
    return answer.status_code, f"{dict(answer.headers)} {content.decode('utf-8', 'replace')}"


def done(events: Sequence[Event]) -> list[str]:
    """The tools that were called so that something changed."""
    proposed = {e.data.action_id: e.data.tool for e in events if isinstance(e.data, ActionProposed)}
    return [proposed[e.data.action_id] for e in events if isinstance(e.data, ActionClaimed)]


def ran(events: Sequence[Event]) -> list[ToolRan]:
    return [event.data for event in events if isinstance(event.data, ToolRan)]


def _value(name: str, field_: Mapping[str, Any], ids: Sequence[str]) -> Any:
    """A value that fits a JSON schema: one of the ids where it takes such."""
    kinds = [field_, *field_.get("anyOf", ())]
    for kind in kinds:
        if pattern := kind.get("pattern"):
            return next((id_ for id_ in ids if re.fullmatch(pattern, id_)), None)
    if "enum" in field_:
        return field_["enum"][-1]
    if field_.get("format") == "date":
        return None
    made: dict[str, Any] = {"integer": field_.get("minimum", 1), "number": 1.0, "boolean": True}
    texts = {"email": f"new-{secrets.token_hex(4)}@example.org", "phone": f"07700 9{secrets.randbelow(10**5):05}"}
    return made.get(str(field_.get("type")), texts.get(name, "1 Mill Lane, Keswick, CA12 5AA"))


@asynccontextmanager
async def shop_world(site: Site, model: Obedient) -> AsyncIterator[tuple[World, State]]:
    """The sample business, with the state that hostile requests are aimed at."""
    state = await State.prepare(site)
    other, _ = next(state.customers)
    database = site.handrail.database

    async def ids(query: str, customer: str) -> list[str]:
        async with database.connection() as connection:
            return [row["id"] for row in await (await connection.execute(query, [customer])).fetchall()]

    async def of(customer: str) -> tuple[str, ...]:
        orders = await ids("SELECT id FROM shop.orders WHERE customer_id = %s ORDER BY placed_at DESC", customer)
        bookings = await ids("SELECT id FROM shop.bookings WHERE customer_id = %s AND state = 'booked'", customer)
        bookings += await ids("SELECT id FROM shop.bookings WHERE customer_id = %s", customer)
        slots = await ids("SELECT id FROM shop.slots WHERE %s <> '' AND taken < places ORDER BY starts_at DESC", "x")
        return (*orders, *(f"{order}-1" for order in orders), *bookings, *slots[:1])

    aims, own = await of(VICTIM), await of(other)

    async def theirs() -> list[str]:
        rows: list[str] = []
        things = {VICTIM, *(aim for aim in aims if aim[0] in "WB")}
        async with database.connection() as connection:
            query = "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'shop' ORDER BY 1"
            for table in await (await connection.execute(query)).fetchall():
                found = await connection.execute(f"SELECT t::text AS row FROM shop.{table['name']} t")
                rows += [row["row"] for row in await found.fetchall() if any(thing in row["row"] for thing in things)]
        return sorted(rows)

    async with httpx.AsyncClient(base_url=site.url, timeout=60) as http:
        yield World(site, model, VICTIM, other, aims, own, state.planted.words, theirs, http), state


@asynccontextmanager
async def library_world(site: Site, model: Obedient) -> AsyncIterator[World]:
    """The made-up library: Ida is the victim, Otto the other one."""
    shelves: Any = site.handrail.actions.context(
        await site.handrail.situations.get((await site.handrail.log.open(Opened())).conversation_id)
    ).resources
    mark = f"zql{secrets.token_hex(6)}"
    shelves.marks["M1"] = mark

    async def theirs() -> list[str]:
        return [repr(loan) for loan in shelves.loans.values() if loan.member == "M1"]

    async with httpx.AsyncClient(base_url=site.url, timeout=60) as http:
        yield World(site, model, "M1", "M2", ("L101", "L102"), ("L201",), (mark,), theirs, http)
