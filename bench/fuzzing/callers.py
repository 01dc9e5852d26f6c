"""Who calls: those who may, and all the ways of not being one of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import jwt

from bench.fuzzing.site import Person
from bench.fuzzing.state import State
from handrail.channels.api.callers import COOKIE, CSRF_HEADER
from handrail.channels.tokens import AUDIENCE, signing_key

Audience = Literal["anyone", "customer", "staff", "desk", "approver", "measuring", "admin"]
"""Whom an operation is for: `staff` are all who are logged in, `desk` those of them who may answer customers, an
`approver` one who leads these, and `measuring` are those who may see figures: all but who only answers."""

WRONG_KEY = "a key of 32 bytes that nobody here uses"


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody with what they show of themselves. `insider` may be sent what only staff may read."""

    name: str
    headers: Mapping[str, str] = field(default_factory=dict)
    insider: bool = False


NOBODY = Caller("nobody")


ENDING = ("POST /v1/logout", "DELETE /v1/sessions", "DELETE /v1/users/{id}/sessions")
"""What logs its own caller out, or everybody who calls as they do."""

AUDIENCES: Mapping[str, Audience] = {
    "POST /v1/conversations": "anyone",
    "GET /v1/conversations/{id}": "customer",
    "POST /v1/conversations/{id}/messages": "customer",
    "GET /v1/conversations/{id}/events": "customer",
    "POST /v1/conversations/{id}/identity": "customer",
    "POST /v1/conversations/{id}/rating": "customer",
    "POST /v1/conversations/{id}/contact": "customer",
    "POST /v1/conversations/{id}/close": "customer",
    "POST /v1/conversations/{id}/typing": "customer",
    "POST /v1/desk/conversations/{id}/typing": "desk",
    "GET /v1/desk/team": "approver",
    "POST /v1/desk/conversations/{id}/listen": "approver",
    "POST /v1/desk/conversations/{id}/whispers": "approver",
    "POST /v1/desk/conversations/{id}/reassign": "approver",
    "POST /v1/desk/conversations/{id}/callback": "desk",
    "GET /v1/desk/queue": "staff",
    "GET /v1/desk/options": "staff",
    "GET /v1/desk/events": "staff",
    "GET /v1/desk/approvals": "staff",
    "GET /v1/desk/audit": "approver",
    "GET /v1/desk/audits": "measuring",
    "GET /v1/desk/audits/next": "measuring",
    "PUT /v1/desk/audits/{id}": "measuring",
    "POST /v1/desk/audits/{id}/skip": "measuring",
    "GET /v1/desk/improve": "measuring",
    "GET /v1/desk/insights": "measuring",
    "GET /v1/desk/insights/gaps": "measuring",
    "POST /v1/desk/leave": "staff",
    "GET /v1/desk/people": "staff",
    "GET /v1/desk/waits": "staff",
    "GET /v1/desk/promises": "staff",
    "GET /v1/desk/callbacks": "staff",
    "GET /v1/conversations/{id}/callback": "customer",
    "POST /v1/conversations/{id}/callback": "customer",
    "DELETE /v1/conversations/{id}/callback": "customer",
    "GET /v1/desk/promises/figures": "staff",
    "POST /v1/desk/presence": "desk",
    "POST /v1/desk/next": "desk",
    "POST /v1/desk/conversations/{id}/hand-on": "desk",
    "POST /v1/desk/conversations/{id}/park": "desk",
    "POST /v1/desk/conversations/{id}/take-up": "desk",
    "GET /v1/desk/conversations/{id}": "staff",
    "POST /v1/desk/conversations/{id}/claim": "desk",
    "POST /v1/desk/conversations/{id}/messages": "desk",
    "POST /v1/desk/conversations/{id}/notes": "desk",
    "POST /v1/desk/conversations/{id}/give-back": "desk",
    "POST /v1/desk/conversations/{id}/wrap-up": "desk",
    "POST /v1/desk/conversations/{id}/promises": "desk",
    "POST /v1/desk/conversations/{id}/suggestions": "desk",
    "GET /v1/desk/conversations/{id}/tools": "desk",
    "POST /v1/desk/conversations/{id}/look-up": "desk",
    "GET /v1/desk/conversations/{id}/customer": "desk",
    "POST /v1/desk/conversations/{id}/preview": "desk",
    "POST /v1/desk/conversations/{id}/propose": "desk",
    "POST /v1/desk/conversations/{id}/run": "desk",
    "POST /v1/desk/conversations/{id}/actions/{action_id}/take-off": "desk",
    "POST /v1/desk/conversations/{id}/identity": "desk",
    "POST /v1/desk/conversations/{id}/approvals/{action_id}": "approver",
    "POST /v1/desk/conversations/{id}/actions/{action_id}": "desk",
    "GET /v1/desk/policies/{id}": "staff",
    "GET /v1/desk/policies/{id}/told": "staff",
    "POST /v1/login": "anyone",
    "POST /v1/password": "anyone",
    "POST /v1/enter": "anyone",
    "POST /v1/openid": "anyone",
    "POST /v1/logout": "staff",
    "GET /v1/me": "staff",
    "GET /v1/sessions": "staff",
    "DELETE /v1/sessions": "staff",
    "DELETE /v1/sessions/{id}": "staff",
    "GET /v1/users/{id}/sessions": "admin",
    "DELETE /v1/users/{id}/sessions": "admin",
    "GET /v1/users": "admin",
    "POST /v1/users": "admin",
    "PATCH /v1/users/{id}": "admin",
    "POST /v1/users/{id}/link": "admin",
    "GET /v1/policies/{id}": "anyone",
    "GET /healthz": "anyone",
    "GET /readyz": "anyone",
    "GET /metrics": "anyone",
    "GET /v1/about": "anyone",
}
"""Whom each operation is for. Nothing is guessed: an operation that is not here has no audience."""


def audience(method: str, path: str) -> Audience:
    """Whom an operation is for. Raises `KeyError` where nobody has said so."""
    return AUDIENCES[f"{method} {path}"]


def rightful(method: str, path: str, state: State, token: str, person: Person) -> list[Caller]:
    """Those who may call it: the customer whose token this is, or this person in a browser or on a command line."""
    whom = audience(method, path)
    staff = [by_token(person), by_cookie(person)]
    if whom == "anyone":
        return [NOBODY]
    if whom == "customer":
        return [Caller("its customer", bearer(token)), *(staff if method == "GET" else [])]
    return staff


def worker(whom: Audience, state: State) -> list[Person]:
    """The people who may do what is for this audience."""
    people = state.site.people
    if whom == "admin":
        return [people["admin"]]
    if whom == "approver":
        return [people["supervisor"], people["admin"]]
    if whom == "desk":
        return [people["agent"], people["supervisor"], people["admin"]]
    if whom == "measuring":
        return [people["supervisor"], people["engineer"], people["admin"]]
    return [people["agent"], people["supervisor"], people["engineer"], people["admin"]]


def wrong(method: str, path: str, state: State) -> list[Caller]:
    """Those who may not call it, each for another reason. What they aim at is the victim's."""
    whom, people = audience(method, path), state.site.people
    if whom == "anyone":
        return []
    callers = [NOBODY, *_forged(state), *_out(people)]
    if whom == "customer":
        callers += [Caller("another customer", bearer(state.stranger.token))]
        callers += [Caller("the customer by cookie", {"Cookie": f"{COOKIE}={state.victim_token}"})]
        if method != "GET":
            callers += [by_token(people["admin"]), by_cookie(people["supervisor"])]
        return callers
    callers += [Caller("its customer", bearer(state.victim_token)), *_crossed(people["admin"])]
    if method != "GET":
        callers += [Caller("admin without CSRF", {"Cookie": f"{COOKIE}={people['admin'].cookie}"})]
        callers += [Caller("admin with another's CSRF", {**by_cookie(people["admin"]).headers, CSRF_HEADER: "0" * 64})]
    if whom in ("desk", "approver"):
        callers += [by_token(people["engineer"])]
    if whom in ("approver", "measuring"):
        callers += [by_token(people["agent"])]
    if whom == "admin":
        callers += [by_token(people[role]) for role in ("agent", "supervisor", "engineer")]
    return callers


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def by_token(person: Person) -> Caller:
    return Caller(f"{person.user.login} by token", bearer(person.bearer), insider=True)


def by_cookie(person: Person) -> Caller:
    headers = {"Cookie": f"{COOKIE}={person.cookie}", CSRF_HEADER: person.csrf}
    return Caller(f"{person.user.login} by cookie", headers, insider=True)


def _crossed(person: Person) -> list[Caller]:
    """A cookie is no token and a token no cookie: each has its own life."""
    return [
        Caller("a cookie as a token", bearer(person.cookie)),
        Caller("a token as a cookie", {"Cookie": f"{COOKIE}={person.bearer}"}),
    ]


def _out(people: Mapping[str, Person]) -> list[Caller]:
    """People who were logged in once."""
    return [
        Caller("somebody disabled", bearer(people["gone"].bearer)),
        Caller("somebody disabled, by cookie", dict(by_cookie(people["gone"]).headers)),
        Caller("somebody logged out", bearer(people["left"].bearer)),
    ]


def _forged(state: State) -> list[Caller]:
    """Tokens that look like ours."""
    victim, now = state.victims[0], int(state.site.handrail.clock.now().timestamp())
    good = {"sub": victim, "aud": AUDIENCE, "iat": now, "exp": now + 3600}
    secret = signing_key(state.site.handrail.settings)
    return [
        Caller("unsigned", bearer(jwt.encode(good, "", "none"))),
        Caller("signed by another", bearer(jwt.encode(good, WRONG_KEY, "HS256"))),
        Caller("run out", bearer(jwt.encode({**good, "exp": now - 1}, secret, "HS256"))),
        Caller("for another audience", bearer(jwt.encode({**good, "aud": "desk"}, secret, "HS256"))),
        Caller("without an end", bearer(jwt.encode({k: v for k, v in good.items() if k != "exp"}, secret, "HS256"))),
        Caller("the site's own token", bearer(state.site.site_token("C1001"))),
        Caller("a session that never was", bearer("hrs_" + "A" * 43)),
        Caller("a broken token", bearer("..")),
    ]
