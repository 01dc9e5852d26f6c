"""Over the wire: a call instead of waiting."""

import pytest
from test_channels_desk import waits

from handrail.conversation.settings import Settings


@pytest.fixture
def settings(settings: Settings) -> Settings:
    desk = {"departments": {"general": {"callback_minutes": 30}}}
    return Settings.model_validate({**settings.model_dump(), "desk": desk})


async def test_a_customer_books_moves_and_cancels_a_call(site):
    kim = await site.person()
    talk = await waits(site)
    path = f"/v1/conversations/{talk.id}/callback"
    told = (await talk.site.http.get(path, headers=talk.headers)).json()
    assert told["booked"] is None
    first, second = told["slots"][:2]
    body = {"at": first, "phone": "+44 20 7946 0018"}
    assert (await talk.site.http.post(path, json=body, headers=talk.headers)).json()["booked"] == first
    moved = await talk.site.http.post(path, json={**body, "at": second}, headers=talk.headers)
    assert moved.json()["booked"] == second
    (owed,) = (await kim.http.get("/v1/desk/callbacks")).json()["items"]
    assert (owed["at"], owed["phone"], owed["holder"]) == (second, "+44 20 7946 0018", "queue")
    assert (await talk.site.http.delete(path, headers=talk.headers)).json()["booked"] is None
    assert (await talk.site.http.delete(path, headers=talk.headers)).status_code == 409
    for wrong in ({"at": second, "phone": "soon"}, {"at": "10:00", "phone": "+44 20 7946 0018"}):
        assert (await talk.site.http.post(path, json=wrong, headers=talk.headers)).status_code == 422


async def booked(site):
    """A call that is booked, for a customer in New York."""
    talk = await waits(site, timezone="America/New_York")
    path = f"/v1/conversations/{talk.id}/callback"
    first, *more = (await site.http.get(path, headers=talk.headers)).json()["slots"]
    answer = await site.http.post(path, json={"at": first, "phone": "+44 20 7946 0018"}, headers=talk.headers)
    assert answer.status_code == 200
    return talk, first, more


async def test_the_list_tells_both_zones_and_the_number_to_those_who_call(site):
    kim, eng = await site.person(), await site.person("eng", "engineer", "Eng")
    _, first, _ = await booked(site)
    told = (await kim.http.get("/v1/desk/callbacks")).json()
    (owed,) = told["items"]
    assert (told["timezone"], owed["timezone"], owed["at"]) == ("UTC", "America/New_York", first)
    assert owed["phone"] == "+44 20 7946 0018"
    assert (await eng.http.get("/v1/desk/callbacks")).json()["items"][0]["phone"] == "…018"


async def test_a_person_says_how_the_call_ended(site):
    kim = await site.person()
    talk, _, more = await booked(site)
    one = f"/v1/desk/conversations/{talk.id}"
    assert (await kim.http.post(f"{one}/callback", json={"how": "done"})).json()["code"] == "not_holder"
    await kim.http.post(f"{one}/claim")
    moved = await kim.http.post(f"{one}/callback", json={"how": "moved", "at": more[2], "note": "later"})
    assert moved.status_code == 200
    (owed,) = (await kim.http.get("/v1/desk/callbacks")).json()["items"]
    assert (owed["at"], owed["holder"]) == (more[2], "queue")
    await kim.http.post(f"{one}/claim")
    for wrong in ({"how": "moved"}, {"how": "done", "at": more[0]}, {"how": "sold"}):
        assert (await kim.http.post(f"{one}/callback", json=wrong)).status_code == 422
    assert (await kim.http.post(f"{one}/callback", json={"how": "no_answer"})).status_code == 200
    assert (await kim.http.get("/v1/desk/callbacks")).json()["items"] == []
    assert "nobody answered" in (await talk.get()).text
