"""Who may read what: one token opens one conversation."""

from datetime import timedelta

import jwt
import pytest

from handrail.channels.tokens import ConversationTokens, conversation_links, signing_key
from handrail.conversation.errors import Denied

KEY = b"k" * 32


async def test_nobody_reads_a_conversation_without_its_token(site):
    mine, other = await site.begin(), await site.begin()
    await mine.say("My order is W10021")
    for what in ("", "/events"):
        path = f"/v1/conversations/{mine.id}{what}"
        assert (await site.http.get(path)).status_code == 401
        assert (await site.http.get(path, headers={"Authorization": "Bearer nonsense"})).status_code == 401
        assert (await site.http.get(path, headers=other.headers)).status_code == 404
    for what, body in (
        ("messages", {"text": "x"}),
        ("rating", {"score": 1}),
        ("identity", {"code": "000000"}),
        ("close", None),
    ):
        answer = await site.http.post(f"/v1/conversations/{mine.id}/{what}", json=body, headers=other.headers)
        assert answer.status_code == 404


async def test_foreign_and_unknown_look_alike(site):
    mine, other = await site.begin(), await site.begin()
    foreign = await site.http.get(f"/v1/conversations/{mine.id}", headers=other.headers)
    unknown = await site.http.get("/v1/conversations/0123456789abcdefghjkmnpqrs", headers=other.headers)
    strange = await site.http.get("/v1/conversations/%00'--", headers=other.headers)
    assert foreign.json() == unknown.json() == strange.json()
    assert foreign.status_code == 404


async def test_a_token_for_a_conversation_that_is_not_there_finds_nothing(site):
    token, _ = site.app.state.kit.tokens.issue("0123456789abcdefghjkmnpqrs")
    path = "/v1/conversations/0123456789abcdefghjkmnpqrs"
    for method, what, body in (("GET", "", None), ("GET", "/events", None), ("POST", "/messages", {"text": "x"})):
        answer = await site.http.request(method, path + what, json=body, headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == 404


async def test_a_token_runs_out(site, clock):
    talk = await site.begin()
    clock.advance(timedelta(days=31))
    answer = await talk.get()
    assert (answer.status_code, answer.json()["code"]) == (401, "token")


def test_tokens_that_we_did_not_sign_are_refused(clock):
    tokens = ConversationTokens(KEY, clock, 30)
    good = {"sub": "c1", "aud": "conversation", "exp": int(clock.now().timestamp()) + 60}
    assert tokens.read(jwt.encode(good, KEY, "HS256")).conversation_id == "c1"
    for forged in (
        jwt.encode(good, b"x" * 32, "HS256"),
        jwt.encode(good, None, "none"),
        jwt.encode({**good, "aud": "other"}, KEY, "HS256"),
        jwt.encode({**good, "exp": 10**30}, KEY, "HS256"),
        jwt.encode({"sub": "c1", "aud": "conversation"}, KEY, "HS256"),
        "",
        "a.b.c",
    ):
        with pytest.raises(Denied):
            tokens.read(forged)


def test_the_signing_key_is_made_once_and_kept_private(settings):
    key = signing_key(settings)
    assert signing_key(settings) == key and len(key) >= 32
    file = settings.data_folder / "keys" / "server.key"
    assert file.stat().st_mode & 0o777 == 0o600
    assert [each.name for each in file.parent.iterdir()] == ["server.key"]


async def test_identity_is_proven_by_the_code_and_wakes_what_waited_for_it(site):
    talk = await site.begin()
    claimed = await talk.post("identity", {"claim": {"email": "sam@example.org"}})
    assert claimed.json() == {"level": "none", "name": "", "code_to": "s…@example.org"}
    wrong = await talk.post("identity", {"code": "000000"})
    assert (wrong.status_code, wrong.json()["code"]) == (403, "code")
    assert site.handrail.turns.woken == []
    proven = await talk.post("identity", {"code": " 482913 "})
    assert proven.json() == {"level": "verified", "name": "Sam", "code_to": None}
    assert site.handrail.turns.woken == [talk.id]


async def test_tries_of_codes_run_out(site):
    talk = await site.begin()
    answers = [await talk.post("identity", {"code": "000000"}) for _ in range(6)]
    assert [a.status_code for a in answers] == [403] * 5 + [429]
    assert answers[-1].headers["Retry-After"] == "60"


async def test_a_token_of_the_site_proves_the_customer_at_once(site):
    talk = await site.begin(customer_token="signed")
    assert (await talk.get()).json()["state"]["identity"]["name"] == "Sam"
    refused = await site.http.post("/v1/conversations", json={"customer_token": "forged"})
    assert (refused.status_code, refused.json()["code"]) == (403, "customer_token")


async def test_a_time_zone_that_is_not_known_here_is_left_out(site):
    for zone, kept in (("Europe/Berlin", "Europe/Berlin"), ("Mars/Olympus", None), ("/etc/passwd", None)):
        talk = await site.begin(timezone=zone)
        assert (await site.handrail.situations.get(talk.id)).timezone == kept


async def test_rating_contact_and_close(site):
    talk = await site.begin()
    assert (await talk.post("rating", {"score": 4, "comment": "ok"})).json()["score"] == 4
    assert (await talk.post("contact", {"email": "sam@example.org"})).json()["email"] == "s…@example.org"
    closed = (await talk.post("close")).json()
    assert closed["state"]["closed"] is True and closed["state"]["rating"] == 4
    before = (await site.handrail.log.head(talk.id)).last_seq
    await talk.post("close")
    assert (await site.handrail.log.head(talk.id)).last_seq == before
    await talk.say("One more thing")
    assert (await talk.get()).json()["state"]["closed"] is False


async def test_a_link_in_a_letter_opens_its_conversation_and_no_other(site, clock):
    talk, other = await site.begin(), await site.begin()
    link = conversation_links(site.handrail.settings, clock)(talk.id)
    fragment = dict(pair.split("=", 1) for pair in link.partition("/#")[2].split("&"))
    assert fragment["conversation"] == talk.id
    headers = {"Authorization": f"Bearer {fragment['token']}"}
    assert (await site.http.get(f"/v1/conversations/{talk.id}", headers=headers)).status_code == 200
    assert (await site.http.get(f"/v1/conversations/{other.id}", headers=headers)).status_code == 404
