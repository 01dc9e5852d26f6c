"""A server on loopback over the real log, with turns that follow a script."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import channels_pages
import httpx
import numpy as np
import pytest
import uvicorn
from argon2 import PasswordHasher
from channels_writes import FakeCards, FakeWrites

from handrail.agent.lookups import Offer
from handrail.agent.parts import PROJECTIONS
from handrail.agent.suggestions import Quote, Suggestion
from handrail.agent.tools import Person as Customer
from handrail.agent.vouching import Vouching
from handrail.channels.api.app import create_app
from handrail.channels.api.server import Server
from handrail.channels.passwords import Passwords
from handrail.channels.users import User
from handrail.conversation.bell import Bell
from handrail.conversation.database import Database
from handrail.conversation.errors import Denied, TooMany
from handrail.conversation.events import (
    BotSaid,
    Citation,
    CodeSent,
    CustomerSaid,
    Data,
    Event,
    IdentityProven,
    ToolRan,
    TurnEnded,
    TurnStarted,
)
from handrail.conversation.log import Fence, Log
from handrail.conversation.login import Role
from handrail.conversation.settings import Settings
from handrail.conversation.situations import Situations
from handrail.conversation.vault import Vault
from handrail.desk.desk import Desk
from handrail.desk.handover import Handover
from handrail.desk.staff import Presence
from handrail.desk.writer import Packets
from handrail.knowledge.passages import Policy

sys.path.insert(0, str(Path(__file__).parents[2]))

ENGINE = "offline"
RETURNS = Citation(policy="returns", version="2", title="Returns and exchanges", passage="returns@2#1")
POLICIES = (
    Policy(
        id="returns",
        version="1",
        title="Returns",
        text="# Returns\n\nYou have **14 days**.",
        effective_from=date(2024, 1, 1),
        effective_until=date(2026, 1, 1),
    ),
    Policy(
        id="returns",
        version="2",
        title="Returns and exchanges",
        text=(
            "# Returns\n\nYou have **30 days**.\n\n- unworn\n- with the label\n\n"
            "| Item | Days |\n|---|---|\n| Boots | 30 |\n"
        ),
        effective_from=date(2026, 1, 1),
    ),
    Policy(
        id="hostile",
        version="1",
        title="<img src=x onerror=window.hit=1>",
        text=(
            "<script>window.hit=1</script>\n\n[click](javascript:window.hit=1) "
            "<img src=x onerror=window.hit=1>\n\n[fine](https://example.org/)"
        ),
        effective_from=date(2026, 1, 1),
    ),
)

chromium, windows = channels_pages.chromium, channels_pages.windows
Script = Callable[[str], tuple[Data, ...]]


def spoken(
    turn: str, upto: int, *sentences: str, outcome: Any = "answered", citations: tuple[Citation, ...] = ()
) -> tuple[Data, ...]:
    """The events of a turn that says these sentences."""
    said = [
        BotSaid(turn_id=turn, reply_id=turn, part=n, text=text, citations=citations if n == 1 else (), engine=ENGINE)
        for n, text in enumerate(sentences, 1)
    ]
    return (
        *said,
        TurnEnded(
            turn_id=turn, reply_id=turn if said else None, upto=upto, outcome=outcome, engine=ENGINE, milliseconds=1.0
        ),
    )


@dataclass
class ScriptedTurns:
    """Answers each line at once, or when `gate` opens. `script` maps a line to what the bot says."""

    log: Log
    script: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    citations: tuple[Citation, ...] = (RETURNS,)
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    last: Callable[[str, int], tuple[Data, ...]] | None = None
    tasks: set[asyncio.Task[None]] = field(default_factory=set)
    woken: list[str] = field(default_factory=list)
    cancelled: int = 0
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def hear(
        self,
        conversation_id: str,
        text: str,
        key: str | None = None,
        *,
        address: str | None = None,
        wants_person: bool = False,
    ) -> Event:
        before = (await self.log.head(conversation_id)).last_seq
        said = CustomerSaid(text=text, wants_person=wants_person)
        event, *_ = await self.log.append(conversation_id, "customer", said, key=key)
        if event.seq > before:
            task = asyncio.create_task(self._turn(conversation_id))
            self.tasks.add(task)
            task.add_done_callback(self.tasks.discard)
        return event

    def wake(self, conversation_id: str) -> None:
        self.woken.append(conversation_id)

    async def through(self, conversation_id: str, seconds: float) -> None:
        """Nothing runs here."""

    async def _turn(self, conversation_id: str) -> None:
        try:
            await self.gate.wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        async with self.lock:
            await self._answer(conversation_id)

    async def _answer(self, conversation_id: str) -> None:
        head = await self.log.head(conversation_id)
        if head.holder != "bot" or head.heard <= head.answered:
            return
        said = [e for e in await self.log.read(conversation_id) if isinstance(e.data, CustomerSaid)]
        text = said[-1].data.text
        turn = f"turn{head.heard}"
        started = TurnStarted(turn_id=turn, upto=head.heard, engine=ENGINE)
        if self.last is not None:
            events, holder = self.last(turn, head.heard), "queue"
        else:
            sentences = self.script.get(text, ("You have 30 days.", " Keep the label on."))
            events, holder = spoken(turn, head.heard, *sentences, citations=self.citations), None
        await self.log.append(conversation_id, "bot", started, fence=Fence(head.epoch))
        if holder:
            await self.log.append(conversation_id, "bot", *events, fence=Fence(head.epoch), holder=holder)
            return
        for event in events:
            await self.log.append(conversation_id, "bot", event, fence=Fence(head.epoch))

    async def close(self) -> None:
        for task in list(self.tasks):
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)


@dataclass
class ScriptedIdentity:
    """One customer, whose code is 482913."""

    log: Log
    tries: dict[str, int] = field(default_factory=dict)

    async def claim(self, conversation_id: str, claim: Mapping[str, str]) -> None:
        if claim.get("email") != "sam@example.org":
            return
        head = await self.log.head(conversation_id)
        expires = head.updated_at + timedelta(minutes=10)
        sent = CodeSent(challenge_id="c1", customer_id="17", to="s…@example.org", digest="x", expires_at=expires)
        await self.log.append(conversation_id, "system", sent)

    async def prove(self, conversation_id: str, code: str, *, address: str | None = None) -> IdentityProven:
        self.tries[conversation_id] = self.tries.get(conversation_id, 0) + 1
        if self.tries[conversation_id] > 5:
            raise TooMany("no tries are left; ask for a new code", code="code_tries", retry_after=60)
        if code != "482913":
            raise Denied("that is not the code", code="code")
        return await self._proven(conversation_id, "code")

    async def token(self, conversation_id: str, token: str) -> IdentityProven:
        if token != "signed":
            raise Denied("the token is not signed by the site", code="customer_token")
        return await self._proven(conversation_id, "token")

    async def _proven(self, conversation_id: str, method: Any) -> IdentityProven:
        proven = IdentityProven(level="verified", customer_id="17", name="Sam", customer_ref="r17", method=method)
        await self.log.append(conversation_id, "system", proven)
        return proven


async def find_customer(_: Any, claim: Mapping[str, str]) -> Customer | None:
    """The directory of a business with two customers."""
    known = {"sam@example.org": Customer("17", "Sam Ode"), "lou@example.org": Customer("18", "Lou Ash")}
    return known.get(claim.get("email", ""))


@dataclass
class FakeLibrary:
    policies: tuple[Policy, ...] = POLICIES


class FakeEmbedder:
    """Texts with the same first word mean the same."""

    name, dimensions = "first words", 64

    async def embed(self, texts: Sequence[str]) -> np.ndarray:
        rows = np.zeros((len(texts), self.dimensions), np.float32)
        for number, text in enumerate(texts):
            rows[number, sum(map(ord, text.split()[0])) % self.dimensions] = 1
        return rows


@dataclass
class FakeSuggestions:
    """Drafts the same for everybody; `text` is the draft."""

    text: str = "You have 30 days."
    quote: str = "Returns are free within 30 days. Keep the label on."

    async def make(self, conversation_id: str) -> Suggestion:
        source = Citation(policy="returns", version="2", title="Returns and exchanges", passage="returns@2#1")
        quotes = (Quote(source, "How long you have", self.quote, 0.9),)
        return Suggestion(self.text, (source,) if self.text else (), quotes, 1, ENGINE)


@dataclass
class FakeLookups:
    """One tool, which finds what it is told to find."""

    log: Log
    found: Any = "sent"
    needs: Any = None

    async def offers(self, conversation_id: str) -> tuple[Offer, ...]:
        properties = {
            "order_id": {"type": "string"},
            "year": {"anyOf": [{"type": "integer"}, {"type": "null"}], "default": None},
            "state": {"enum": ["open", "closed"]},
        }
        parameters = {"type": "object", "properties": properties, "required": ["order_id"]}
        known = {"order_id": ("W10021",), "year": (), "state": ()}
        return (
            Offer("order_status", "read", "Tell where an order stands.", parameters, known, self.needs),
            Offer("cancel_order", "write", "Cancel an order.", parameters, known, self.needs),
        )

    async def run(
        self, conversation_id: str, staff: Any, name: str, arguments: Mapping[str, Any], *, key: str | None = None
    ) -> Event:
        ran = ToolRan(turn_id="", call_id="x", tool=name, arguments=dict(arguments), ok=True, result=self.found)
        return (await self.log.append(conversation_id, staff.actor, ran, key=key))[0]


@dataclass
class FakeHandrail:
    """What `bootstrap.build` yields, with scripted turns."""

    settings: Settings
    clock: Any
    database: Database
    log: Log
    bell: Bell
    situations: Situations
    turns: ScriptedTurns
    identity: ScriptedIdentity
    vouching: Vouching
    desk: Desk
    presence: Presence
    lookups: FakeLookups
    writes: FakeWrites
    cards: FakeCards
    knowledge: FakeLibrary = field(default_factory=FakeLibrary)
    embedder: FakeEmbedder = field(default_factory=FakeEmbedder)
    suggestions: FakeSuggestions = field(default_factory=FakeSuggestions)
    outside: Mapping[str, Any] = field(default_factory=dict)
    engine: str = ENGINE
    breaker: Any = None


@pytest.fixture
async def handrail(
    settings: Settings, clock: Any, database: Database, log: Log, bell: Bell, situations: Situations
) -> AsyncIterator[FakeHandrail]:
    turns = ScriptedTurns(log)
    turns.gate.set()
    packets = Packets(ZoneInfo(settings.business.timezone))
    presence = Presence(database, clock)
    handover = Handover(log, settings, presence, packets)
    desk = Desk(log, situations, settings=settings, handover=handover, presence=presence)
    identity = ScriptedIdentity(log)
    vouching = Vouching(log, situations, find_customer)
    yield FakeHandrail(
        settings,
        clock,
        database,
        log,
        bell,
        situations,
        turns,
        identity,
        vouching,
        desk,
        presence,
        FakeLookups(log),
        FakeWrites(log),
        FakeCards(situations),
    )
    await turns.close()


@pytest.fixture
async def log(database: Database, vault: Vault, clock: Any, bell: Bell) -> Log:
    """The log with the desk's tables kept in step."""
    return Log(database, vault, clock, PROJECTIONS, bell=bell)


@dataclass
class Site:
    """A running server, and clients of it."""

    url: str
    handrail: FakeHandrail
    app: Any
    http: httpx.AsyncClient

    async def begin(self, **body: Any) -> "Talk":
        answer = await self.http.post("/v1/conversations", json=body)
        assert answer.status_code == 201, answer.text
        return Talk(self, answer.json()["id"], answer.json()["token"])

    async def person(self, login: str = "kim", role: Role = "agent", name: str = "Kim") -> "Person":
        users = self.app.state.kit.users
        user = await users.create(login, name, role, ("general",))
        await users.set_password(await users.link(user.id), "correct horse battery")
        return await self.log_in(login, user)

    async def log_in(self, login: str, user: User | None = None) -> "Person":
        http = httpx.AsyncClient(base_url=self.url, timeout=30)
        answer = await http.post("/v1/login", json={"login": login, "password": "correct horse battery"})
        assert answer.status_code == 200, answer.text
        http.headers["X-CSRF-Token"] = answer.json()["csrf"]
        return Person(self, http, answer.json()["id"])


@dataclass
class Talk:
    """One customer with a conversation."""

    site: Site
    id: str
    token: str

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    async def post(self, what: str, json: Any = None, **headers: str) -> httpx.Response:
        path = f"/v1/conversations/{self.id}/{what}"
        return await self.site.http.post(path, json=json, headers={**self.headers, **headers}, timeout=30)

    async def say(self, text: str, **headers: str) -> httpx.Response:
        return await self.post("messages", {"text": text}, **headers)

    async def get(self, what: str = "") -> httpx.Response:
        path = f"/v1/conversations/{self.id}" + (f"/{what}" if what else "")
        return await self.site.http.get(path, headers=self.headers)

    def stream(self, last: int | None = None, headers: dict[str, str] | None = None) -> Any:
        headers = {**(self.headers if headers is None else headers), "Accept": "text/event-stream"}
        if last is not None:
            headers["Last-Event-ID"] = str(last)
        return reading(self.site.http, "GET", f"/v1/conversations/{self.id}/events", headers)

    def stream_answer(self, text: str, headers: dict[str, str] | None = None) -> Any:
        headers = {**(self.headers if headers is None else headers), "Accept": "text/event-stream"}
        path = f"/v1/conversations/{self.id}/messages"
        return reading(self.site.http, "POST", path, headers, {"text": text})


@dataclass
class Person:
    """Somebody logged in."""

    site: Site
    http: httpx.AsyncClient
    id: str

    def watch(self, **filters: str) -> Any:
        """The desk's stream."""
        return reading(self.http, "GET", "/v1/desk/events", {"Accept": "text/event-stream"}, params=filters)


@dataclass(frozen=True)
class Heard:
    """One event of a stream."""

    event: str
    data: Any
    id: int | None


@dataclass
class Reader:
    """Reads a stream event by event."""

    lines: AsyncIterator[str]
    status: int
    content_type: str

    async def next(self, *names: str) -> Heard:
        """The next event, or the next of one of these names."""
        async with asyncio.timeout(10):
            while True:
                heard = await self._event()
                if heard is None:
                    raise EOFError("the stream has ended")
                if not names or heard.event in names:
                    return heard

    async def rest(self) -> list[Heard]:
        """Everything until the stream ends."""
        found = []
        async with asyncio.timeout(10):
            while (heard := await self._event()) is not None:
                found.append(heard)
        return found

    async def _event(self) -> Heard | None:
        heard = Heard("", None, None)
        async for line in self.lines:
            name, _, value = line.partition(": ")
            if name == "event":
                heard = replace(heard, event=value)
            elif name == "data":
                heard = replace(heard, data=json.loads(value))
            elif name == "id":
                heard = replace(heard, id=int(value))
            elif not line and heard.event:
                return heard
        return None


@asynccontextmanager
async def reading(
    http: httpx.AsyncClient, method: str, path: str, headers: dict[str, str], body: Any = None, **more: Any
) -> AsyncIterator[Reader]:
    async with http.stream(method, path, headers=headers, json=body, timeout=30, **more) as response:
        yield Reader(aiter(response.aiter_lines()), response.status_code, response.headers["content-type"])


@pytest.fixture
async def site(handrail: FakeHandrail) -> AsyncIterator[Site]:
    async with serving(handrail) as found:
        yield found


class ReadyServer(Server):
    """Tells when it listens."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.ready = asyncio.Event()

    async def startup(self, sockets: Any = None) -> None:
        await super().startup(sockets)
        self.ready.set()


@pytest.fixture
def serve() -> Callable[[FakeHandrail], AbstractAsyncContextManager[Site]]:
    """Serves an agent: `async with serve(handrail) as site`."""
    return serving


@asynccontextmanager
async def serving(handrail: FakeHandrail) -> AsyncIterator[Site]:
    """The API on a free port of loopback."""
    app = create_app(handrail)
    # Real argon2 takes a tenth of a second by design.
    app.state.kit.users._passwords = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    config = uvicorn.Config(
        app, host="127.0.0.1", port=0, log_level="critical", lifespan="on", timeout_graceful_shutdown=1
    )
    server = ReadyServer(config, app.state.kit)
    task = asyncio.create_task(server.serve())
    await server.ready.wait()
    port = server.servers[0].sockets[0].getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    async with httpx.AsyncClient(base_url=url, timeout=30) as http:
        yield Site(url, handrail, app, http)
    app.state.kit.closing.set()
    server.should_exit = True
    await task
