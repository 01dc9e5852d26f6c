"""Every endpoint as every kind of caller: what is not theirs is refused, and nothing of it is told."""

from collections.abc import Mapping
from typing import Any

import pytest
from access_world import STRANGERS, World, ask
from bench.fuzzing.callers import (
    AUDIENCES,
    ENDING,
    NOBODY,
    Caller,
    audience,
    bearer,
    by_cookie,
    by_token,
    worker,
    wrong,
)
from bench.fuzzing.site import PASSWORD
from bench.fuzzing.state import KEY, PROMISE, State, Talk

from handrail.channels.api.callers import COOKIE
from handrail.channels.tokens import ConversationTokens, Pass
from handrail.conversation.errors import Denied

pytestmark = pytest.mark.asyncio(loop_scope="session")
WORKERS = ("agent", "supervisor", "engineer", "admin")
CLAIM = {"claim": {"customer_id": "C1001"}}
BODIES: Mapping[str, Any] = {
    "POST /v1/conversations": {},
    "POST /v1/conversations/{id}/messages": {"text": "What have I written so far, and where are my orders?"},
    "POST /v1/conversations/{id}/identity": CLAIM,
    "POST /v1/conversations/{id}/rating": {"score": 1, "comment": "mine"},
    "POST /v1/conversations/{id}/contact": {"email": "mine@example.org"},
    "POST /v1/conversations/{id}/callback": {"at": "2100-01-01T09:00:00Z", "phone": "+44 20 7946 0018"},
    "POST /v1/desk/conversations/{id}/claim": {"take_over": True},
    "POST /v1/desk/conversations/{id}/messages": {"text": "Hello"},
    "POST /v1/desk/conversations/{id}/notes": {"text": "Hello"},
    "POST /v1/desk/conversations/{id}/give-back": {},
    "POST /v1/desk/conversations/{id}/wrap-up": {"disposition": "resolved"},
    "POST /v1/desk/conversations/{id}/promises": {"promise": PROMISE, "kept": True},
    "POST /v1/desk/conversations/{id}/hand-on": {"department": "general"},
    "POST /v1/desk/conversations/{id}/callback": {"how": "done"},
    "POST /v1/desk/conversations/{id}/reassign": {"department": "general"},
    "POST /v1/desk/conversations/{id}/whispers": {"text": "let them go"},
    "POST /v1/desk/conversations/{id}/park": {"until": "2100-01-01T09:00:00Z"},
    "POST /v1/desk/presence": {"status": "online"},
    "POST /v1/desk/conversations/{id}/look-up": {"tool": "find_orders", "arguments": {}},
    "POST /v1/desk/conversations/{id}/preview": {"tool": "cancel_order", "arguments": {"order_id": "W10001"}},
    "POST /v1/desk/conversations/{id}/propose": {"tool": "cancel_order", "arguments": {}, "fingerprint": "f1"},
    "POST /v1/desk/conversations/{id}/run": {"tool": "cancel_order", "arguments": {}, "fingerprint": "f1", "said": 2},
    "POST /v1/desk/conversations/{id}/identity": {**CLAIM, "how": "they said so"},
    "POST /v1/desk/conversations/{id}/approvals/{action_id}": {"decision": "refuse", "reason": "no"},
    "POST /v1/desk/conversations/{id}/actions/{action_id}": {"happened": False, "seen": "nothing"},
    "PUT /v1/desk/audits/{id}": {"settled": "yes"},
    "POST /v1/desk/audits/{id}/skip": {"reason": "other"},
    "POST /v1/login": {"login": "admin", "password": "not the password"},
    "POST /v1/password": {"token": "made up", "password": PASSWORD},
    "POST /v1/enter": {"token": "made up"},
    "POST /v1/openid": {},
    "POST /v1/users": {"login": "mallory", "name": "Mallory", "role": "admin"},
    "PATCH /v1/users/{id}": {"role": "admin"},
}
REFUSED = (401, 403, 404)


def split(operation: str) -> tuple[str, str]:
    method, path = operation.split(" ")
    return method, path


async def send(world: World, operation: str, caller: Caller, id_: str, action: str = "a1") -> tuple[int, str]:
    method, path = split(operation)
    headers = dict(caller.headers)
    if path.endswith("messages"):
        headers["Idempotency-Key"] = KEY
    target = path.replace("{id}", id_).replace("{action_id}", action)
    return await ask(world.http, method, target, headers, BODIES.get(operation))


async def customers(world: World) -> list[Caller]:
    """Customers of all kinds, each with the token of a conversation of their own."""
    return [Caller(who, bearer((await world.talk(who)).token)) for who in STRANGERS]


async def intruders(world: World, state: State, operation: str) -> list[Caller]:
    method, path = split(operation)
    cookies = [
        Caller(f"{c.name}, by cookie", {"Cookie": f"{COOKIE}={c.headers['Authorization'][7:]}"})
        for c in await customers(world)
    ]
    return [*wrong(method, path, state), *await customers(world), *cookies]


async def trespass(world: World, state: State, operation: str) -> list[str]:
    """What goes wrong when those who may not call an operation aim it at the victim's."""
    faults = []
    for number, caller in enumerate(await intruders(world, state, operation)):
        users = "/users/" in operation
        aim = state.site.people["gone"].user.id if users else state.victims[number % len(state.victims)]
        status, told = await send(world, operation, caller, aim)
        if status not in REFUSED:
            faults.append(f"{operation} by {caller.name}: {status}, not refused")
        if world.leaks(told) or any(secret.casefold() in told.casefold() for secret in state.site.secrets):
            faults.append(f"{operation} by {caller.name}: tells what is the victim's")
    return faults


async def test_every_endpoint_is_in_the_matrix(shop: World) -> None:
    document = (await shop.http.get("/openapi.json")).json()
    served = {f"{method.upper()} {path}" for path, found in document["paths"].items() for method in found}
    assert served == set(AUDIENCES), "say in bench/fuzzing/callers.py whom each operation is for"
    bodied = {
        f"{method.upper()} {path}"
        for path, found in document["paths"].items()
        for method, operation in found.items()
        if operation.get("requestBody", {}).get("required")
    }
    assert bodied <= set(BODIES)


GUARDED = [operation for operation, whom in AUDIENCES.items() if whom != "anyone"]


@pytest.mark.parametrize("operation", GUARDED)
async def test_whoever_may_not_is_refused_and_learns_nothing(shop: World, state: State, operation: str) -> None:
    before, users = await state.seqs(), await state.site.kit.users.all()
    assert await trespass(shop, state, operation) == []
    assert await state.seqs() == before
    assert await state.site.kit.users.all() == users


@pytest.mark.parametrize("operation", [each for each, whom in AUDIENCES.items() if whom == "anyone"])
async def test_what_is_open_to_all_tells_nothing_of_anybody(shop: World, state: State, operation: str) -> None:
    people = [call(state.site.people[role]) for role in WORKERS for call in (by_token, by_cookie)]
    for caller in [NOBODY, *await customers(shop), *people]:
        _, told = await send(shop, operation, caller, "workshop-booking")
        assert not shop.leaks(told), caller.name


OWN = [operation for operation, whom in AUDIENCES.items() if whom == "customer"]


@pytest.mark.parametrize("operation", OWN)
async def test_customers_get_at_their_own_conversation_alone(shop: World, state: State, operation: str) -> None:
    """It works for whose it is, and tells nothing of the victim, not even to who claims to be them."""
    method, path = split(operation)
    for who in STRANGERS:
        talk = await shop.talk(who)
        status, told = await send(shop, operation, Caller(who, bearer(talk.token)), talk.id)
        # No call can be booked or cancelled where nobody is waited for: that is told only to whom it may be told.
        changes_call = path.endswith("/callback") and method != "GET"
        assert status == (409 if changes_call else 200), told
        assert not shop.leaks(told), who


DESK = [
    operation for operation, whom in AUDIENCES.items() if whom in ("staff", "desk", "approver", "measuring", "admin")
]


@pytest.mark.parametrize("operation", [each for each in DESK if each not in ENDING])
async def test_each_role_may_what_its_role_may(shop: World, state: State, operation: str) -> None:
    """In conversations made for it: 403 exactly for the roles that may not."""
    method, path = split(operation)
    # Nobody holds these conversations, and what nobody saw end is settled by who holds one, or leads.
    leads = path.endswith("/actions/{action_id}")
    allowed = worker("approver" if leads else audience(method, path), state)
    for role in WORKERS:
        person = state.site.people[role]
        talk = await state.talk("queue") if "conversations" in path else Talk(person.user.id, "")
        for caller in (by_token(person), by_cookie(person)):
            status, _ = await send(shop, operation, caller, talk.id)
            assert (status == 403) is (person not in allowed), f"{caller.name}: {status}"


async def test_whose_it_is_does_see_it(shop: World, state: State) -> None:
    """Else the marks would prove nothing: the victim and the desk read them where they may."""
    victim = Caller("the victim", bearer(state.victim_token))
    for operation in ("GET /v1/conversations/{id}", "GET /v1/conversations/{id}/events"):
        assert shop.leaks((await send(shop, operation, victim, state.victims[0]))[1]), operation
        for role in WORKERS:
            assert shop.leaks((await send(shop, operation, by_token(state.site.people[role]), state.victims[0]))[1])
    desk = await send(shop, "GET /v1/desk/conversations/{id}", by_token(state.site.people["agent"]), state.victims[0])
    assert shop.leaks(desk[1])


async def test_a_server_that_takes_any_token_is_seen_through(
    shop: World, state: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = ConversationTokens.read

    def credulous(self: ConversationTokens, token: str) -> Pass:
        try:
            found = read(self, token)
        except Denied:
            found = Pass("", self._clock.now())
        return Pass(state.victims[0], found.expires_at)

    monkeypatch.setattr(ConversationTokens, "read", credulous)
    faults = await trespass(shop, state, "GET /v1/conversations/{id}")
    assert any("not refused" in fault for fault in faults)
    assert any("tells what is the victim's" in fault for fault in faults)
