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
