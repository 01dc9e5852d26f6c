"""Operations of an OpenAPI service: a real one over HTTP, called on the terms of the settings."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.responses import HTMLResponse, JSONResponse, PlainTextResponse, RedirectResponse, Response
from rental_service import Service, rental, serving

from handrail.agent.sources.sources import Sources, open_sources
from handrail.agent.tools.api import Context, Customer, Tool
from handrail.agent.tools.call import Called, call
from handrail.conversation.clock import FixedClock
from handrail.conversation.errors import SettingsError
from handrail.conversation.settings import Settings
from handrail.conversation.sources import ToolsTable

ONE = "GET /rentals/{rental_id}"
OWNER = {"tool": ONE, "argument": "rental_id", "field": "customer"}
TERMS: dict[str, Any] = {
    "listRentals": {"bind": {"customer": "customer.id"}, "without": ["limit"]},
    ONE: {"owner": OWNER, "name": "get_rental"},
    "extend": {
        "owner": OWNER,
        "question": "keep the {record.bicycle} bicycle {days} days longer",
        "lookup": {"tool": ONE, "arguments": {"rental_id": "rental_id"}, "expects": {"extended": 1}},
    },
    "giveBack": {"owner": OWNER},
    "setAccessories": {"owner": OWNER},
    "bicycles": {"public": True},
}
BEARER = {"kind": "bearer", "token": "${RENTAL_TOKEN}"}


@pytest.fixture(autouse=True)
def _token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RENTAL_TOKEN", "secret")


def settings_of(url: str, folder: Path = Path(), **more: Any) -> Settings:
    table = {"kind": "openapi", "document": f"{url}/openapi.json", "auth": BEARER, "timeout_seconds": 2, "tools": TERMS}
    return Settings(workspace=folder, tools=ToolsTable.model_validate({"sources": {"rental": {**table, **more}}}))


@asynccontextmanager
async def opened(service: Service, clock: FixedClock | None = None, **more: Any) -> AsyncIterator[Sources]:
    async with open_sources(settings_of(service.url, **more), clock or FixedClock()) as sources:
        yield sources


def customer(key: str | None = "k1") -> Context:
    return Context(Customer("C1", "verified"), datetime.now(UTC), "Europe/London", idempotency_key=key)


def named(sources: Sources, name: str) -> Tool:
    return next(tool for tool in sources.tools if tool.name == name)


async def ask(sources: Sources, name: str, **arguments: Any) -> Called:
    return await call(named(sources, name), customer(), arguments)


async def test_an_operation_without_its_body_goes_out_empty() -> None:
    tools = {**TERMS, "extend": {"owner": OWNER, "body": False}}
    async with rental() as service, opened(service, tools=tools) as sources:
        assert set(named(sources, "extend").parameters["properties"]) == {"rental_id"}
        called = await ask(sources, "extend", rental_id="R-1")
        assert called.end == "refused"  # this service does read its body
        assert service.bodies[-1] == b""


async def test_the_picked_operations_become_tools_and_no_others() -> None:
    async with rental() as service, opened(service) as sources:
        assert {t.name: (t.effect, t.identity, t.terms) for t in sources.tools} == {
            "listRentals": ("read", "verified", "bound"),
            "get_rental": ("read", "verified", "owned"),
            "extend": ("write", "verified", "owned"),
            "giveBack": ("write", "verified", "owned"),
            "setAccessories": ("write", "verified", "owned"),
            "bicycles": ("read", "none", "public"),
        }
        extend = named(sources, "extend")
        # The key of a repetition is ours to give, and the rest of a description is for people.
        assert set(extend.parameters["properties"]) == {"rental_id", "days", "reason"}
        assert extend.description == "Extend: Keep a bicycle longer"
        assert set(named(sources, "setAccessories").parameters["properties"]) == {"rental_id", "body"}
        assert named(sources, "listRentals").parameters["properties"] == {}


async def test_reads_show_the_customers_own_and_a_write_carries_its_key() -> None:
    async with rental() as service, opened(service) as sources:
        assert [each["rental_id"] for each in (await ask(sources, "listRentals")).value] == ["R-1"]
        assert (await ask(sources, "listRentals", customer="C2")).end == "invalid"
        assert (await ask(sources, "get_rental", rental_id="R-1")).value["bicycle"] == "city"
        other, none = [await ask(sources, "get_rental", rental_id=each) for each in ("R-2", "R-9")]
        assert (other.end, other.code) == (none.end, none.code) == ("refused", "not_found")
        extend = named(sources, "extend")
        assert extend.preview is not None
        preview = await extend.preview(customer(), rental_id="R-1", days=3)
        assert preview.summary.startswith("keep the city bicycle 3 days longer")
        done = await ask(sources, "extend", rental_id="R-1", days=3)
        assert done.value["extended"] == 1
        (post,) = [request for request in service.seen if request.method == "POST"]
        assert post.headers["Idempotency-Key"] == "k1"
        assert json.loads(service.bodies[service.seen.index(post)]) == {"days": 3}
        assert not any("Idempotency-Key" in request.headers for request in service.seen if request.method == "GET")
        assert (await ask(sources, "setAccessories", rental_id="R-1", body=["bell"])).value["accessories"] == ["bell"]
        assert (await ask(sources, "giveBack", rental_id="R-1")).value == {}
        assert "R-1" not in service.rentals


@pytest.mark.parametrize("rental_id", ["R-1/extensions", "..", ".", "R-1\\x", "%2e%2e/bicycles", "\x00"])
async def test_no_id_makes_another_path(rental_id: str) -> None:
    async with rental() as service, opened(service, tools={ONE: {"public": True, "name": "one"}}) as sources:
        called = await ask(sources, "one", rental_id=rental_id)
        assert (called.end, called.code) == ("refused", "not_found")
        assert not service.seen


async def test_what_goes_wrong_before_the_call_is_not_done() -> None:
    async with rental() as service:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            nowhere = f"http://127.0.0.1:{free.getsockname()[1]}"
        async with opened(service, base_url=nowhere, tools={"giveBack": {"public": True}}) as sources:
            called = await ask(sources, "giveBack", rental_id="R-1")
    assert (called.end, called.code) == ("failed", "no_connection")


ANSWERS = [
    (JSONResponse({"detail": "No."}, 400), "refused", "http_400"),
    (JSONResponse({"error": {"code": "Too-Late", "message": "Too late."}}, 422), "refused", "too_late"),
    (JSONResponse({"type": "about:blank", "title": "Gone"}, 410), "refused", "not_found"),
    (JSONResponse({"detail": "wrong key"}, 401), "failed", "not_allowed"),
    (JSONResponse({"detail": "wrong key"}, 403), "failed", "not_allowed"),
    (JSONResponse({}, 405), "failed", "rejected"),
    (JSONResponse({}, 408), "unknown", "error"),
    (JSONResponse({}, 429, headers={"Retry-After": "60"}), "failed", "busy"),
    (JSONResponse({}, 503, headers={"Retry-After": "60"}), "failed", "unavailable"),
    (JSONResponse({}, 503), "unknown", "error"),
    (JSONResponse({}, 500), "unknown", "error"),
    (RedirectResponse("/bicycles", 302), "unknown", "error"),
    (PlainTextResponse("{", 201, media_type="application/json"), "unknown", "error"),
    (HTMLResponse("<h1>Log in</h1>", 200), "unknown", "error"),
    (JSONResponse({"rental_id": 7}, 201), "unknown", "error"),
    (JSONResponse({"x": "y" * 5000}, 201), "unknown", "error"),
]


@pytest.mark.parametrize(("answer", "end", "code"), ANSWERS)
async def test_every_answer_to_a_write_has_its_end_and_none_is_sent_twice(
    answer: Response, end: str, code: str
) -> None:
    async def twist(request: Any, _: Any) -> Any:
        return answer if request.method == "POST" else None

    terms = {"extend": {"public": True}}
    async with rental() as service, opened(service, tools=terms, answer_bytes=4000) as sources:
        service.twist = twist
        called = await ask(sources, "extend", rental_id="R-1", days=3)
        assert (called.end, called.code) == (end, code)
        assert service.calls("POST") == 1
        assert "key" not in called.message


async def test_a_rule_is_told_in_the_services_words_and_its_type_is_the_code() -> None:
    async with rental() as service, opened(service) as sources:
        service.rentals["R-1"].extended = 2
        called = await ask(sources, "extend", rental_id="R-1", days=3)
        assert (called.end, called.code) == ("refused", "extended_twice")
        assert called.message == "A rental can be extended twice at most."


@pytest.mark.parametrize(
    ("told", "message"),
    [
        ({"detail": "See <b>here</b>: https://x.example/a?b\n\x1b[31mor  call"}, "See here : [31mor call"),
        ({"detail": [{"loc": ["body", "days"], "msg": "must be less"}]}, "days: must be less"),
        ({"detail": "Traceback (most recent call last): …", "title": "Not now"}, "Not now"),
        ({"message": "psycopg.errors.UniqueViolationError: key"}, "That is not possible."),
        ({"errors": [{"message": "A"}, {"message": "B"}]}, "A; B"),
        ([], "That is not possible."),
    ],
)
async def test_a_refusal_is_made_safe_and_short(told: Any, message: str) -> None:
    async def twist(*_: Any) -> Any:
        return JSONResponse(told, 409)

    async with rental() as service, opened(service) as sources:
        service.twist = twist
        assert (await ask(sources, "bicycles")).message == message
        service.twist = None


async def test_a_read_is_tried_again_and_a_hanging_write_is_unknown() -> None:
    answers = iter([JSONResponse({}, 502), JSONResponse({}, 503, headers={"Retry-After": "0"})])

    async def twist(request: Any, _: Any) -> Any:
        if request.method == "POST":
            await asyncio.sleep(30)
        return next(answers, None)

    async with rental() as service, opened(service, timeout_seconds=1.5) as sources:
        service.twist = twist
        assert (await ask(sources, "bicycles")).ok
        assert service.calls("GET") == 3
        terms = {"extend": {"public": True}}
        async with opened(service, tools=terms, timeout_seconds=0.3) as hasty:
            called = await ask(hasty, "extend", rental_id="R-1", days=1)
        assert (called.end, called.code) == ("unknown", "timeout")


async def test_an_effect_whose_answer_was_lost_is_unknown_and_found_again() -> None:
    async def twist(request: Any, go: Any) -> Any:
        if request.method == "POST":
            await go(request)
            return JSONResponse({}, 502)
        return None

    async with rental() as service, opened(service) as sources:
        service.twist = twist
        assert (await ask(sources, "extend", rental_id="R-1", days=1)).end == "unknown"
        tool = named(sources, "extend")
        assert tool.lookup is not None
        assert (await tool.lookup(customer(), rental_id="R-1", days=1))["extended"] == 1
        assert service.calls("POST") == 1


async def test_a_redirect_is_followed_at_home_and_nowhere_else() -> None:
    reached: list[str] = []
    other = FastAPI()

    @other.get("/{path:path}")
    async def anything(path: str) -> dict[str, int]:
        reached.append(path)
        return {"city": 1}

    where = "/elsewhere"

    async def twist(request: Any, _: Any) -> Any:
        return RedirectResponse(where) if request.url.path == "/bicycles" and len(service.seen) % 3 == 1 else None

    async with rental() as service, serving(other) as abroad, opened(service) as sources:
        service.twist = twist
        assert (await ask(sources, "bicycles")).value == {"city": 4, "cargo": 1}
        service.seen.clear()
        where = f"{abroad}/bicycles"
        called = await ask(sources, "bicycles")
        # The second try is answered by the service itself.
        assert called.ok
        assert reached == []


async def test_a_cookie_of_one_call_is_not_sent_in_the_next() -> None:
    async def twist(request: Any, go: Any) -> Any:
        answer = await go(request)
        answer.headers["Set-Cookie"] = "session=of-somebody; Path=/"
        return answer

    async with rental() as service, opened(service) as sources:
        service.twist = twist
        assert (await ask(sources, "bicycles")).ok
        assert (await ask(sources, "bicycles")).ok
        assert not any("Cookie" in request.headers for request in service.seen)


async def test_a_token_is_fetched_kept_and_renewed_in_time_and_after_a_401(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RENTAL_SECRET", "s&s")
    clock = FixedClock(datetime(2026, 6, 15, tzinfo=UTC))
    async with rental() as service:
        auth = {"kind": "client_credentials", "client_id": "handrail", "client_secret": "${RENTAL_SECRET}"}
        async with opened(service, clock, auth={**auth, "token_url": f"{service.url}/token"}) as sources:
            await asyncio.gather(*(ask(sources, "bicycles") for _ in range(5)))
            assert (service.tokens, service.seen[-1].headers["Authorization"]) == (1, "Bearer t1")
            clock.at += timedelta(seconds=575)
            assert (await ask(sources, "bicycles")).ok
            assert service.tokens == 2
            service.valid = {"t3"}
            assert (await ask(sources, "extend", rental_id="R-1", days=1)).ok
            assert service.tokens == 3
            assert service.rentals["R-1"].extended == 1
            service.twist = _always_401
            assert (await ask(sources, "bicycles")).code == "not_allowed"
            assert service.tokens == 4


async def _always_401(*_: Any) -> Response:
    return JSONResponse({}, 401)


async def test_a_token_that_is_not_to_be_had_leaves_a_write_undone(monkeypatch: pytest.MonkeyPatch) -> None:
    auth = {"kind": "client_credentials", "client_id": "a", "client_secret": "b"}
    async with rental() as service:
        for path, code in (("/rentals/R-1", "not_allowed"), ("/nothing", "not_allowed")):
            async with opened(service, auth={**auth, "token_url": service.url + path}) as sources:
                called = await call(named(sources, "bicycles"), customer(), {})
                assert (called.end, called.code) == ("failed", code)
        with pytest.raises(SettingsError, match="token_url is needed"):
            async with opened(service, auth=auth):
                pass


async def test_what_is_missing_is_told_at_the_start(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async with rental() as service:
        async with opened(service, auth=[]) as sources:
            assert "bicycles wants bearer (bearer), which tools.sources.rental.auth does not give" in caplog.text
            assert (await ask(sources, "bicycles")).code == "not_allowed"
        monkeypatch.delenv("RENTAL_TOKEN")
        with pytest.raises(SettingsError, match=r"tools\.sources\.rental\.auth\.token: .* RENTAL_TOKEN is not set"):
            async with opened(service):
                pass


async def test_a_service_that_is_not_there_yet_is_found_when_it_comes() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    async with open_sources(settings_of(url), FixedClock()) as sources:
        assert sources.tools == ()
        assert "can't be reached" in sources.faults["rental"]
