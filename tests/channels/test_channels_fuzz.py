"""Random and hostile requests, made by schemathesis from our OpenAPI document: none may fail or tell too much.

`HANDRAIL_FUZZ=5000` sends so many, and `--log-cli-level=INFO` tells what came back; without it the run is short.
Streams are tested apart: they never end.
"""

import asyncio
import contextlib
import logging
import os
from collections import Counter, defaultdict
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
import requests
import schemathesis
from bench.openid_provider import CLIENT, Provider, providing
from bench.openid_provider import SECRET as OPENID_SECRET
from hypothesis import HealthCheck, Phase, given, seed
from hypothesis import settings as examples
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import (
    not_a_server_error,
)
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from test_channels_decisions import unknown, waits

from handrail.conversation.events import CustomerSaid, HandoffRequested, PromiseMade
from handrail.conversation.settings import Settings
from handrail.desk.queue import Filter
from handrail.desk.staff import Staff

logger = logging.getLogger(__name__)
REQUESTS = int(os.environ.get("HANDRAIL_FUZZ", "600"))
SECRET = "the other customer's words"
STREAMS = {("GET", "/v1/conversations/{id}/events"), ("GET", "/v1/desk/events")}
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
PASSWORD = "correct horse battery"


@dataclass
class Grounds:
    """What valid requests need: conversations, a person, a link. Called from the thread that sends."""

    site: Any
    loop: asyncio.AbstractEventLoop
    http: requests.Session
    customer: dict[str, str] = field(default_factory=dict)
    person: dict[str, str] = field(default_factory=dict)

    def run(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(20)

    def prepare(self, method: str, path: str, case: Any) -> dict[str, str]:
        """Make this case one that can succeed, as far as its address and its caller go; the headers to send."""
        if path.startswith("/v1/conversations/{id}"):
            talk = self.run(self.site.begin())
            if path.endswith("callback"):
                self.run(self.calls(method, talk.id, case))
            if path.endswith("identity") and isinstance(case.body, dict) and "code" in case.body:
                case.body = {"code": "482913"}
            case.path_parameters = {"id": talk.id}
            return talk.headers
        if path.startswith("/v1/desk/conversations/{id}"):
            self.at_desk(path, case)
        if path.startswith("/v1/users/{id}"):
            case.path_parameters = {"id": self.run(self.user()).id}
        if (method, path) == ("POST", "/v1/users") and isinstance(case.body, dict) and "login" in case.body:
            case.body["login"] = f"u{os.urandom(6).hex()}"
        if path == "/v1/desk/next":
            self.run(self.wrapped_up())
        if path == "/v1/login":
            case.body = {"login": "kim", "password": PASSWORD, "bearer": True}
        if path == "/v1/password":
            user = self.run(self.user())
            case.body = {"token": self.run(self.site.app.state.kit.users.link(user.id)), "password": PASSWORD}
        if path == "/v1/enter":
            case.body = {"token": self.run(self.site.app.state.kit.users.link(self.run(self.user()).id, "enter"))}
        if path in ("/v1/policies/{id}", "/v1/desk/policies/{id}"):
            case.path_parameters, case.query = {"id": "returns"}, {}
        if path in ("/v1/logout", "/v1/sessions", "/v1/sessions/{id}"):
            headers, session = self.run(self.bearer(self.run(self.user())))
            case.path_parameters = {"id": session} if "{id}" in path else {}
            return headers
        return self.person

    def at_desk(self, path: str, case: Any) -> None:
        """A conversation in the state that this path needs."""
        if "{action_id}" in path:
            make = waits if "approvals" in path else unknown
            case.path_parameters = {"id": self.run(make(self.site)).id, "action_id": "a1"}
            return
        case.path_parameters = {"id": self.run(self.held(claimed=not path.endswith("claim")))}
        if path.endswith("promises"):
            self.run(self.promise(case.path_parameters["id"]))
            if isinstance(case.body, dict) and "promise" in case.body:
                case.body["promise"] = "p1"
        if path.endswith("hand-on"):
            case.body = {"department": "general"}
        if path.endswith("park"):
            until = self.site.handrail.clock.now() + timedelta(hours=1)
            case.body = {"until": until.isoformat(), "note": "call back"}
        if path.endswith("identity") and isinstance(case.body, dict) and "claim" in case.body:
            case.body["claim"] = {"email": "sam@example.org"}

    async def calls(self, method: str, conversation_id: str, case: Any) -> None:
        """This conversation waits; a call is booked where one is to be cancelled."""
        requested = HandoffRequested(handoff_id=f"h{conversation_id}", reason="upset")
        await self.site.handrail.log.append(conversation_id, "bot", requested, holder="queue")
        callbacks = self.site.handrail.desk.callbacks
        (slot,) = await callbacks.slots(conversation_id, 1)
        if method == "DELETE":
            await callbacks.book(conversation_id, slot, "+44 20 7946 0018")
        if method == "POST":
            case.body = {"at": slot.isoformat(), "phone": "+44 20 7946 0018"}

    async def user(self) -> Any:
        users = self.site.app.state.kit.users
        return await users.create(f"u{os.urandom(6).hex()}", "Somebody", "agent")

    async def bearer(self, user: Any) -> tuple[dict[str, str], str]:
        """What they show of themselves, and their session."""
        token, session = await self.site.app.state.kit.sessions.begin(user, "bearer")
        return {"Authorization": f"Bearer {token}"}, session.id

    async def promise(self, conversation_id: str) -> None:
        made = PromiseMade(promise_id="p1", text="Refund by Friday", owner="general")
        await self.site.handrail.log.append(conversation_id, "bot", made)

    async def wrapped_up(self) -> None:
        """Everything in hand is settled, so that there is room for the next conversation."""
        desk = self.site.handrail.desk
        for entry in await desk.queue(Filter(states=("claimed",), limit=1000)):
            await desk.wrap_up(entry.conversation_id, Staff(entry.person, "Kim"), "resolved")

    async def held(self, *, claimed: bool) -> str:
        talk = await self.site.begin()
        requested = HandoffRequested(handoff_id=f"h{talk.id}", reason="upset")
        await self.site.handrail.log.append(talk.id, "bot", requested, holder="queue")
        if claimed:
            kit = self.site.app.state.kit
            user = await kit.users.by_login("kim")
            await kit.handrail.desk.claim(talk.id, Staff(user.id, user.name, user.role, user.departments))
        return talk.id


@pytest.fixture
async def provider(clock: Any) -> AsyncIterator[Provider]:
    async with providing(clock, sub="nobody who works here") as found:
        yield found


@pytest.fixture
def settings(settings: Settings, provider: Provider) -> Settings:
    """A desk that calls back, at which people log in through a provider too."""
    desk = {"departments": {"general": {"callback_minutes": 15, "callback_seats": 10**6}}}
    login = {"openid": {"issuer": provider.url, "client_id": CLIENT, "client_secret": OPENID_SECRET}}
    return Settings.model_validate({**settings.model_dump(), "desk": desk, "login": login})


@pytest.fixture
def raised(handrail: Any) -> Any:
    """The agent with limits that a run does not reach."""
    limits = ("messages", "conversations", "requests", "logins")
    server = handrail.settings.server.model_copy(update={f"{name}_per_minute": 10**9 for name in limits})
    handrail.settings = handrail.settings.model_copy(update={"server": server})
    return handrail


@pytest.mark.timeout(1800)
async def test_random_and_hostile_requests(raised: Any, serve: Any) -> None:
    async with serve(raised) as site:
        person = await site.person("kim", "admin")
        other = await site.begin()
        await raised.log.append(other.id, "customer", CustomerSaid(text=SECRET))
        grounds = Grounds(site, asyncio.get_running_loop(), requests.Session())
        grounds.person, _ = await grounds.bearer(await site.app.state.kit.users.by_login("kim"))
        statuses = await asyncio.to_thread(fuzz, grounds)
        await person.http.aclose()
    shares = {
        operation: sum(n for s, n in found.items() if s < 300) / found.total() for operation, found in statuses.items()
    }
    logger.info("%d requests", sum(found.total() for found in statuses.values()))
    for operation, found in statuses.items():
        logger.info("%3.0f %% 2xx  %s %s  %s", 100 * shares[operation], *operation, dict(sorted(found.items())))
    assert not [operation for operation, found in statuses.items() if any(status >= 500 for status in found)]
    assert not [operation for operation, share in shares.items() if share < 0.3]


def fuzz(grounds: Grounds) -> dict[tuple[str, str], Counter[int]]:
    """Send the requests; how often each operation answered what."""
    schema = schemathesis.openapi.from_url(f"{grounds.site.url}/openapi.json", timeout=60)
    operations = [each.ok() for each in schema.get_all_operations()]
    operations = [each for each in operations if (each.method.upper(), each.path) not in STREAMS]
    statuses: dict[tuple[str, str], Counter[int]] = defaultdict(Counter)
    each = max(6, REQUESTS // (2 * len(operations)))
    for operation in operations:
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            run(operation, mode, each, grounds, statuses)
    return statuses


def run(operation: Any, mode: Any, count: int, grounds: Grounds, statuses: Any) -> None:
    method, path = operation.method.upper(), operation.path
    strategy = operation.as_strategy(generation_mode=mode)

    @seed(20260615)
    @examples(
        max_examples=count,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=strategy, known=st.booleans())
    def send(case: Any, known: bool) -> None:
        headers = grounds.prepare(method, path, case) if mode is GenerationMode.POSITIVE or known else {}
        response = case.call(base_url=grounds.site.url, headers=headers, session=grounds.http, timeout=30)
        statuses[method, path][response.status_code] += 1
        assert SECRET not in response.text
        case.validate_response(response, checks=CHECKS)

    # Where nothing is taken, nothing can be wrong with it.
    with contextlib.suppress(Unsatisfiable):
        send()
