"""Makes a generated request one that can succeed: real ids in fitting states, real tokens, real codes."""

import os
from datetime import timedelta
from typing import Any

from bench.fuzzing.callers import Caller, audience, rightful, worker
from bench.fuzzing.hostile import LINES, attacks
from bench.fuzzing.site import PASSWORD, Person
from bench.fuzzing.state import ACTION, KEY, PROMISE, STATES, State, Talk
from handrail.channels.api.at_desk import as_staff
from handrail.conversation.events import CustomerSaid

NEEDS = {
    "claim": "queue",
    "messages": "person",
    "notes": "queue",
    "listen": "person",
    "whispers": "person",
    "reassign": "queue",
    "typing": "person",
    "give-back": "person",
    "wrap-up": "person",
    "hand-on": "person",
    "park": "person",
    "look-up": "person",
    "take-up": "person",
    "promises": "promise",
    "approvals": "approval",
    "identity": "person",
    "actions": "unknown",
    "take-off": "proposed",
    "preview": "served",
    "propose": "served",
    "run": "served",
}
"""In which state a conversation must be for what a person does at the desk."""

ZONES = ("Europe/London", "America/New_York", "Asia/Kathmandu", "UTC")


async def fit(case: Any, dice: int, state: State) -> Caller:
    """Change a case so that it can succeed; who is to send it. `dice` decides wherever there is a choice."""
    method, path = case.method, case.path
    people = worker(audience(method, path), state)
    person = people[dice % len(people)]
    token = ""
    if path.startswith("/v1/conversations/{id}"):
        talk = await state.talk(STATES[dice % len(STATES)])
        if isinstance(case.body, dict) and "code" in case.body:
            talk, code = await state.challenged()
            case.body = {"code": code}
        if path.endswith("callback"):
            talk = await _calls(case, method, dice, state)
        case.path_parameters, token = {"id": talk.id}, talk.token
    elif path.startswith("/v1/desk/conversations/{id}"):
        what = "take-off" if path.endswith("take-off") else "".join(path.split("/")[5:6])
        # Whoever whispers does so to a colleague.
        others = [each for each in worker("desk", state) if each.user.id != person.user.id]
        holder = others[dice % len(others)] if what == "whispers" else person
        talk = await state.talk(NEEDS.get(what, STATES[dice % len(STATES)]), holder)
        if what == "callback":
            talk = await _called(case, dice, state, person)
        case.path_parameters = addressed(path, talk.id)
        if what in ("preview", "propose", "run"):
            await _acts(case, what, dice, person, talk, state)
    elif path.startswith("/v1/desk/audits/{id}"):
        case.path_parameters = {"id": await state.audit()}
    await _bodies(case, dice, state)
    if "Idempotency-Key" in case.headers and dice % 3 == 0:
        case.headers["Idempotency-Key"] = KEY
    if path in ("/v1/logout", "/v1/sessions", "/v1/sessions/{id}"):
        return await _somebody(case, state)
    callers = rightful(method, path, state, token, person)
    return callers[dice // 7 % len(callers)]


async def _somebody(case: Any, state: State) -> Caller:
    """Somebody whose session may end: nobody else calls as they do."""
    token, session = await state.site.kit.sessions.begin(await _user(state), "bearer")
    if "{id}" in case.path:
        case.path_parameters = {"id": session.id}
    return Caller("somebody by token", {"Authorization": f"Bearer {token}"}, insider=True)


async def _bodies(case: Any, dice: int, state: State) -> None:
    """What no schema tells: words that attack, and values that must be true."""
    body = case.body if isinstance(case.body, dict) else {}
    match case.method, case.path:
        case "POST", "/v1/conversations":
            if "customer_token" in body:
                body["customer_token"] = state.site.site_token(next(state.customers)[0]) if dice % 2 else None
            if body.get("timezone"):
                body["timezone"] = ZONES[dice % len(ZONES)]
        case "POST", "/v1/conversations/{id}/messages" if dice % 2:
            lines = [*LINES, *attacks(state)]
            case.body = {"text": lines[dice // 2 % len(lines)]}
        case "POST", "/v1/conversations/{id}/identity":
            _identity(body, dice, state)
        case "POST", path if path.startswith("/v1/desk/conversations/{id}"):
            _at_the_desk(case, dice, state, body)
        case "POST", "/v1/desk/next":
            case.body = {}
        case "POST", "/v1/users" if "login" in body:
            body["login"] = f"u{os.urandom(6).hex()}"
        case _, path if path.startswith("/v1/users/{id}"):
            case.path_parameters = {"id": (await _user(state)).id}
        case "POST", "/v1/login" | "/v1/password" | "/v1/enter":
            case.body = await _door(case.path, dice, state)
        case "GET", "/v1/desk/insights" | "/v1/desk/insights/gaps":
            first = state.site.handrail.clock.now().date() - timedelta(days=dice % 700)
            case.query = {**(case.query or {}), "from": str(first), "to": str(first + timedelta(days=dice % 30))}
        case "GET", "/v1/policies/{id}" | "/v1/desk/policies/{id}":
            policies = state.site.handrail.knowledge.policies
            policy = policies[dice % len(policies)]
            case.path_parameters, case.query = {"id": policy.id}, {"version": policy.version}


def _at_the_desk(case: Any, dice: int, state: State, body: dict[str, Any]) -> None:
    what = case.path.split("/")[5]
    if what == "identity" and "claim" in body:
        body["claim"] = {"email": next(state.customers)[1]}
    elif what == "approvals" and body.get("decision") == "refuse":
        body["reason"] = body.get("reason") or "It was delivered."
    elif what == "promises":
        case.body = {"promise": PROMISE, "kept": bool(dice % 2)}
    elif what in ("hand-on", "reassign"):
        case.body = {"department": "general", "note": str(body.get("note") or "")}
    elif what == "look-up":
        case.body = {"tool": "find_products", "arguments": {"query": str(body.get("tool") or "boots")}}
    elif what == "park":
        until = state.site.handrail.clock.now() + timedelta(minutes=1 + dice % 1000)
        case.body = {"until": until.isoformat(), "note": str(body.get("note") or "")}


async def _acts(case: Any, what: str, dice: int, person: Person, talk: Talk, state: State) -> None:
    """A change that any customer may make, as the preview has shown it; agreed to where it is to be done."""
    writes, log = state.site.handrail.writes, state.site.handrail.log
    call: dict[str, Any] = {"tool": "change_contact", "arguments": {"email": f"m{dice}@example.org"}}
    case.body = call
    if what == "preview":
        return
    seen = await writes.foresee(talk.id, person.staff, "change_contact", call["arguments"])
    case.body = {**call, "fingerprint": seen.fingerprint}
    if what == "run":
        await writes.propose(talk.id, person.staff, "change_contact", call["arguments"], seen.fingerprint)
        said, *_ = await log.append(talk.id, "customer", CustomerSaid(text="by all means"))
        case.body["said"] = said.seq


async def _calls(case: Any, method: str, dice: int, state: State) -> Talk:
    """A conversation that waits and may book a call; one is booked where it is to be cancelled."""
    talk, callbacks = await state.talk("queue"), state.site.handrail.desk.callbacks
    slots = await callbacks.slots(talk.id)
    if method == "DELETE":
        await callbacks.book(talk.id, slots[0], "+44 20 7946 0018")
    if method == "POST":
        case.body = {"at": slots[dice % len(slots)].isoformat(), "phone": "+44 20 7946 0018"}
    return talk


async def _called(case: Any, dice: int, state: State, person: Person) -> Talk:
    """A conversation in this person's hand in which a call is booked, and how it ended."""
    talk, desk = await state.talk("queue"), state.site.handrail.desk
    slots = await desk.callbacks.slots(talk.id)
    await desk.callbacks.book(talk.id, slots[0], "+44 20 7946 0018")
    await desk.claim(talk.id, as_staff(person.user))
    how = ("done", "no_answer", "moved")[dice % 3]
    case.body = {"how": how, **({"at": slots[1 + dice % 5].isoformat()} if how == "moved" else {})}
    return talk


def addressed(path: str, conversation_id: str) -> dict[str, str]:
    """The parameters of a path that leads into this conversation."""
    action = {"action_id": ACTION} if "{action_id}" in path else {}
    return {"id": conversation_id, **action}


def _identity(body: dict[str, Any], dice: int, state: State) -> None:
    """A token that the site signed, or a claim that points at somebody."""
    customer_id, email = next(state.customers)
    if "token" in body:
        body["token"] = state.site.site_token(customer_id)
    elif "claim" in body and dice % 2:
        claims = ({"email": email}, {"order_id": state.orders[0]}, {"customer_id": "C1001"})
        body["claim"] = claims[dice // 2 % len(claims)]


async def _door(path: str, dice: int, state: State) -> dict[str, Any]:
    """What lets somebody in."""
    users = state.site.kit.users
    if path == "/v1/login":
        return {"login": "agent", "password": PASSWORD, "bearer": bool(dice % 2)}
    if path == "/v1/enter":
        return {"token": await users.link((await _user(state)).id, "enter")}
    return {"token": await users.link((await _user(state)).id), "password": PASSWORD}


async def _user(state: State) -> Any:
    return await state.site.kit.users.create(f"u{os.urandom(6).hex()}", "Somebody", "agent")
