"""Where people are logged in: told in words, and ended at once, also where a stream is open."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from handrail.channels.devices import device
from handrail.conversation.bell import Bell
from handrail.conversation.database import Database
from handrail.conversation.login import LoginSection
from handrail.conversation.settings import Settings

PASSWORD = "correct horse battery"
WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.fixture
async def elsewhere(settings: Settings) -> AsyncIterator[Database]:
    """The same database, as another process has it: no bell of this one rings there."""
    database = await Database.open(settings)
    yield database
    await database.close()


async def sessions(person: Any) -> list[dict[str, Any]]:
    return (await person.http.get("/v1/sessions")).json()


async def test_people_see_where_they_are_logged_in_and_which_of_it_they_are(site, clock):
    here = await site.person("kim")
    body = {"login": "kim", "password": PASSWORD, "bearer": True}
    await site.http.post("/v1/login", json=body, headers={"User-Agent": "curl/8.5.0"})
    clock.advance(timedelta(minutes=5))
    there = await site.http.post("/v1/login", json=body | {"bearer": False}, headers={"User-Agent": FIREFOX})
    clock.advance(timedelta(minutes=5))
    first, *rest = await sessions(here)
    assert first["current"] and (first["kind"], first["way"]) == ("cookie", "password")
    assert first["address"] == "127.0.0.1"
    assert [(each["device"], each["kind"], each["current"]) for each in rest] == [
        ("Firefox on Windows", "cookie", False),
        ("a program (curl)", "bearer", False),
    ]
    assert there.cookies["handrail_session"] not in (await here.http.get("/v1/sessions")).text


async def test_one_is_ended_then_all_others_and_never_somebody_elses(site):
    here, lee = await site.person("kim"), await site.person("lee")
    away = [await site.log_in("kim") for _ in range(3)]
    (foreign,) = await sessions(lee)
    assert (await here.http.delete(f"/v1/sessions/{foreign['id']}")).status_code == 404
    (one,) = [each for each in await sessions(away[0]) if each["current"]]
    assert (await here.http.delete(f"/v1/sessions/{one['id']}")).status_code == 204
    assert (await here.http.delete(f"/v1/sessions/{one['id']}")).status_code == 404
    assert [(await each.http.get("/v1/me")).status_code for each in away] == [401, 200, 200]
    assert (await here.http.delete("/v1/sessions")).json() == {"ended": 2}
    assert [(await each.http.get("/v1/me")).status_code for each in (here, lee, *away)] == [200, 200, 401, 401, 401]


@pytest.mark.parametrize("role", ["agent", "supervisor", "engineer", "admin"])
async def test_each_may_end_their_own_and_only_admins_those_of_others(site, role):
    lee, person = await site.person("lee"), await site.person("kim", role)
    assert (await person.http.delete("/v1/sessions")).status_code == 200
    path = f"/v1/users/{lee.id}/sessions"
    allowed = role == "admin"
    assert (await person.http.get(path)).status_code == (200 if allowed else 403)
    assert (await person.http.delete(path)).status_code == (200 if allowed else 403)
    assert (await lee.http.get("/v1/me")).status_code == (401 if allowed else 200)
    assert (await person.http.get("/v1/users/nobody/sessions")).status_code == (404 if allowed else 403)


async def test_ending_needs_the_header_that_other_sites_cannot_know(site):
    kim, root = await site.person("kim"), await site.person("root", "admin")
    for person, path in ((kim, "/v1/sessions"), (kim, "/v1/sessions/s_1"), (root, f"/v1/users/{kim.id}/sessions")):
        refused = await person.http.delete(path, headers={"X-CSRF-Token": "x" * 64})
        assert (refused.status_code, refused.json()["code"]) == (403, "csrf")


async def test_a_session_that_nobody_uses_ends_and_one_that_is_used_goes_on_to_its_end(site, clock):
    used, left = await site.person("kim"), await site.log_in("kim")
    for _ in range(3):
        clock.advance(timedelta(hours=3))
        assert (await used.http.get("/v1/me")).status_code == 200
    assert (await left.http.get("/v1/me")).status_code == 401
    assert [each["current"] for each in await sessions(used)] == [True]
    clock.advance(timedelta(hours=3, minutes=1))
    assert (await used.http.get("/v1/me")).status_code == 401


async def test_a_stream_that_opens_again_by_itself_is_no_use(site, clock):
    kim = await site.person("kim")
    for _ in range(2):
        clock.advance(timedelta(hours=1, minutes=59))
        async with kim.watch() as stream:
            await stream.next("queue")
        await kim.http.get("/v1/me", headers={"Accept": "text/event-stream"})
    clock.advance(timedelta(minutes=3))
    assert (await kim.http.get("/v1/me")).status_code == 401


async def test_how_long_is_up_to_the_settings(handrail, serve, clock):
    login = LoginSection(session_hours=1, idle_hours=0.5, token_days=2, token_idle_days=1)
    handrail.settings = handrail.settings.model_copy(update={"login": login})
    async with serve(handrail) as site:
        kim = await site.person("kim")
        (session,) = await sessions(kim)
        assert session["expires_at"] == "2026-06-15T11:00:00Z" and session["idle_at"] == "2026-06-15T10:30:00Z"
        body = {"login": "kim", "password": PASSWORD, "bearer": True}
        token = (await site.http.post("/v1/login", json=body)).json()["token"]
        clock.advance(timedelta(hours=23))
        headers = {"Authorization": f"Bearer {token}"}
        assert (await site.http.get("/v1/me", headers=headers)).status_code == 200
        clock.advance(timedelta(hours=25, minutes=1))
        assert (await site.http.get("/v1/me", headers=headers)).status_code == 401


async def end_own(site: Any, kim: Any, root: Any, elsewhere: Database) -> None:
    other = await site.log_in("kim")
    assert (await other.http.delete("/v1/sessions")).status_code == 200


async def end_theirs(site: Any, kim: Any, root: Any, elsewhere: Database) -> None:
    assert (await root.http.delete(f"/v1/users/{kim.id}/sessions")).json() == {"ended": 1}


async def disable(site: Any, kim: Any, root: Any, elsewhere: Database) -> None:
    await root.http.patch(f"/v1/users/{kim.id}", json={"disabled": True})


async def new_password(site: Any, kim: Any, root: Any, elsewhere: Database) -> None:
    users = site.app.state.kit.users
    token = await users.link(kim.id)
    await site.http.post("/v1/password", json={"token": token, "password": "another password"})


async def log_out(site: Any, kim: Any, root: Any, elsewhere: Database) -> None:
    assert (await kim.http.post("/v1/logout")).status_code == 200


async def in_another_process(site: Any, kim: Any, root: Any, elsewhere: Database) -> None:
    async with elsewhere.connection() as connection:
        await connection.execute("DELETE FROM user_sessions WHERE user_id = %s", (kim.id,))


async def disabled_in_another_process(site: Any, kim: Any, root: Any, elsewhere: Database) -> None:
    async with elsewhere.connection() as connection:
        await connection.execute("UPDATE users SET disabled_at = now() WHERE id = %s", (kim.id,))


ENDS = (end_own, end_theirs, disable, new_password, log_out, in_another_process, disabled_in_another_process)


@pytest.mark.parametrize("end", ENDS)
async def test_open_streams_end_with_the_session(site, elsewhere, end):
    kim, root, talk = await site.person("kim"), await site.person("root", "admin"), await site.begin()
    async with (
        kim.watch() as desk,
        talk.stream(headers={"Cookie": f"handrail_session={kim.http.cookies['handrail_session']}"}) as conversation,
        talk.stream() as customer,
        root.watch() as colleague,
    ):
        for stream in (desk, conversation, customer, colleague):
            await stream.next()
        await end(site, kim, root, elsewhere)
        await desk.rest()
        await conversation.rest()
        await talk.say("Is anybody there?")
        assert (await customer.next("customer")).data["text"] == "Is anybody there?"
        assert await colleague.next("changed", "queue")
    assert (await kim.http.get("/v1/desk/events")).status_code == 401


async def test_a_stream_opens_anew_with_another_role_and_may_no_more_than_that(site):
    kim, root = await site.person("kim", "supervisor"), await site.person("root", "admin")
    async with kim.watch() as desk:
        assert (await desk.next("approvals")).data["may_decide"] is True
        await root.http.patch(f"/v1/users/{kim.id}", json={"role": "agent"})
        await desk.rest()
    async with kim.watch() as desk:
        assert (await desk.next("approvals")).data["may_decide"] is False


async def test_what_leaves_the_role_as_it_is_ends_no_stream(site):
    kim, root = await site.person("kim"), await site.person("root", "admin")
    async with kim.watch() as desk:
        await desk.next("approvals")
        await root.http.patch(f"/v1/users/{kim.id}", json={"name": "Kim Oda", "role": "agent"})
        await site.log_in("root")
        await site.begin()
        await (await site.begin()).say("Hello")
        assert await desk.next("changed", "queue")


async def test_a_stream_ends_by_itself_with_a_session_that_nobody_uses(site, clock, monkeypatch):
    monkeypatch.setattr("handrail.channels.api.callers.RECHECK_SECONDS", 0.05)
    kim = await site.person("kim")
    async with kim.watch() as desk:
        await desk.next("approvals")
        clock.advance(timedelta(hours=4, minutes=1))
        await desk.rest()


async def test_a_ring_that_is_lost_is_made_up_for(site, elsewhere, monkeypatch):
    monkeypatch.setattr("handrail.channels.api.callers.RECHECK_SECONDS", 0.05)
    kim = await site.person("kim")
    async with kim.watch() as desk:
        await desk.next("approvals")
        monkeypatch.setattr(Bell, "_deliver", lambda *_: None)
        async with elsewhere.connection() as connection:
            await connection.execute("DELETE FROM user_sessions")
        await desk.rest()


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (FIREFOX, "Firefox on Windows"),
        (f"Mozilla/5.0 (X11; Linux x86_64) {WEBKIT} Chrome/140.0 Safari/537.36", "Chrome on Linux"),
        (f"Mozilla/5.0 (Windows NT 10.0) {WEBKIT} Chrome/140.0 Safari/537.36 Edg/140.0", "Edge on Windows"),
        (f"Mozilla/5.0 (iPhone; like Mac OS X) {WEBKIT} Version/19.0 Safari/604.1", "Safari on an iPhone"),
        (f"Mozilla/5.0 (Linux; Android 15) {WEBKIT} SamsungBrowser/28 Chrome/130", "Samsung Internet on Android"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15) Gecko/20100101 Firefox/140.0", "Firefox on a Mac"),
        ("python-httpx/0.28.1", "a program (python-httpx)"),
        ("\u202eevil\x00", "a program"),
        ("", "a program"),
        (None, "a program"),
    ],
)  # fmt: skip
def test_where_from_is_told_in_words(agent, words):
    assert device(agent) == words


async def test_many_sessions_end_together_without_waiting_for_each_other(site):
    people = [await site.person(f"kim{n}") for n in range(3)]
    root = await site.person("root", "admin")

    async def watched(person: Any) -> None:
        async with person.watch() as desk:
            await desk.next("approvals")
            await root.http.delete(f"/v1/users/{person.id}/sessions")
            await desk.rest()

    await asyncio.gather(*map(watched, people))
