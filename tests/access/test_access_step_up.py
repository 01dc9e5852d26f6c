"""Proving who one is in mid-conversation: what was asked before goes on, for whoever was proven and nobody else."""

import pytest
from access_world import World, ran
from bench.fuzzing.callers import bearer

from handrail.agent.models.protocol import Call
from handrail.conversation.events import IdentityAsked

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_token_in_mid_conversation_goes_on_with_what_was_asked(library: World) -> None:
    talk = await library.talk("nobody")
    await library.say(talk, "Tell me about loan L201, please.", Call("loan_details", {"loan_id": "L201"}))
    events = await library.events(talk)
    assert any(isinstance(event.data, IdentityAsked) for event in events)
    assert not ran(events)
    path, headers = f"/v1/conversations/{talk.id}/identity", bearer(talk.token)
    answer = await library.http.post(path, json={"token": library.site.site_token("M2")}, headers=headers)
    assert answer.status_code == 200
    assert answer.json() == {"level": "verified", "name": "Otto", "code_to": None}
    await library.site.handrail.turns.settled()  # type: ignore[attr-defined]
    (call,) = ran(await library.events(talk))
    assert (call.tool, call.arguments, call.ok) == ("loan_details", {"loan_id": "L201"}, True)


async def test_what_was_parked_is_done_for_who_was_proven_not_for_who_was_claimed(library: World) -> None:
    talk = await library.talk("claims to be the victim")
    await library.say(talk, "Tell me about loan L101, please.", Call("loan_details", {"loan_id": "L101"}))
    path, headers = f"/v1/conversations/{talk.id}/identity", bearer(talk.token)
    await library.http.post(path, json={"token": library.site.site_token("M2")}, headers=headers)
    await library.site.handrail.turns.settled()  # type: ignore[attr-defined]
    (call,) = ran(await library.events(talk))
    assert (call.ok, call.error) == (False, "not_found")
    assert not library.leaks(await library.seen(talk))


@pytest.mark.parametrize(("token", "status"), [("forged", 403), ("another", 409), ("", 422), ("x" * 5000, 422)])
async def test_a_token_that_is_not_good_changes_nothing(library: World, token: str, status: int) -> None:
    talk = await library.talk("another, proven")
    before = await library.events(talk)
    given = library.site.site_token("M1") if token == "another" else token
    path, headers = f"/v1/conversations/{talk.id}/identity", bearer(talk.token)
    answer = await library.http.post(path, json={"token": given}, headers=headers)
    assert answer.status_code == status, answer.text
    assert await library.events(talk) == before
