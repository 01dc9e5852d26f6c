"""Two requests that differ in one thing: what the one asks for is there. Whoever may not know gets the same answer."""

import json
from typing import Any

import httpx

from bench.fuzzing.callers import bearer
from bench.fuzzing.judge import EXCERPT, Fault
from bench.fuzzing.site import PASSWORD
from bench.fuzzing.state import VICTIM, State

NOBODYS = "01kv5bp5558q9zq8h49cyb32s5"


async def twins(state: State) -> list[Fault]:
    """Ask for what is there and for what is not; a fault for each difference in the answers."""
    async with httpx.AsyncClient(base_url=state.site.url, timeout=60) as http:
        pairs = [
            ("POST /v1/conversations/{id}/identity (order)", *await _claims(http, state, "order_id", state.orders[0])),
            ("POST /v1/conversations/{id}/identity (customer)", *await _claims(http, state, "customer_id", VICTIM)),
            ("POST /v1/conversations/{id}/messages (e-mail)", *await _told(http, state)),
            ("POST /v1/login", *await _logins(http, state)),
            *[(f"GET {path}", *await _foreign(http, state, path)) for path in ("{id}", "{id}/events")],
        ]
    return [
        Fault(what, "tells what is there", "somebody who may not know", "", f"{there} / {not_there}"[: 2 * EXCERPT])
        for what, there, not_there in pairs
        if there != not_there
    ]


async def _claims(http: httpx.AsyncClient, state: State, name: str, right: str) -> list[Any]:
    """What a client sees after a claim that points at a customer, and after one that points at nobody."""
    return [await _claim(http, state, {name: value}) for value in (right, right[0] + "99999")]


async def _claim(http: httpx.AsyncClient, state: State, claim: dict[str, str]) -> Any:
    talk = await state.talk("bot")
    path, headers = f"/v1/conversations/{talk.id}", bearer(talk.token)
    claimed = await http.post(f"{path}/identity", json={"claim": claim}, headers=headers)
    seen = await http.get(path, headers=headers)
    refused = await http.post(f"{path}/identity", json={"code": "000000"}, headers=headers)
    return [claimed.status_code, claimed.json(), seen.json()["state"], refused.status_code, refused.json()]


async def _told(http: httpx.AsyncClient, state: State) -> list[Any]:
    """What comes of a claim in the customer's own words."""
    found = []
    for name in (state.planted.theirs, "zqt-nobody"):
        talk = await state.talk("bot")
        path, headers = f"/v1/conversations/{talk.id}", bearer(talk.token)
        answers = [
            await http.post(f"{path}/messages", json={"text": text}, headers=headers)
            for text in (f"Where is my order? My e-mail address is {name}@x.org", "000000")
        ]
        seen = await http.get(path, headers=headers)
        found.append([*(answer.json() for answer in answers), seen.json()["state"]])
    return found


async def _logins(http: httpx.AsyncClient, state: State) -> list[Any]:
    """A wrong password for somebody, and any password for nobody; somebody disabled is nobody."""
    found = []
    for login, password in (("admin", "not the password"), ("nobody", PASSWORD)):
        answer = await http.post("/v1/login", json={"login": login, "password": password})
        found.append([answer.status_code, answer.json()])
    return found


async def _foreign(http: httpx.AsyncClient, state: State, path: str) -> list[Any]:
    """A conversation of another customer, and one that never was."""
    found = []
    for talk in (state.victims[0], NOBODYS):
        answer = await http.get(f"/v1/conversations/{path.format(id=talk)}", headers=bearer(state.stranger.token))
        found.append([answer.status_code, json.dumps(answer.json()).replace(talk, "")])
    return found
