"""Webhooks: signed, in order, at least once, and only what the receiver may see."""

import json
import re
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import get_args

import pytest
from desk_people import BEN
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from receiver import Receiver

from handrail.conversation import events as e
from handrail.conversation.errors import Denied, Unavailable
from handrail.conversation.events import private_fields
from handrail.conversation.forgetting import forget
from handrail.conversation.log import Log
from handrail.conversation.webhooks import EventName, Webhook, key_of
from handrail.desk.announcements import NAMES, Announcements, announced, target_of
from handrail.desk.outbox import LEASE, Outbox
from handrail.desk.projections import DESK_PROJECTIONS
from handrail.desk.standard import sign, verify
from handrail.desk.webhooks import Webhooks
from handrail.desk.wire import Wire

SECRET = "whsec_" + "c2VjcmV0IHNlY3JldCBzZWNyZXQgc2VjcmV0"
OTHER = "whsec_" + "b3RoZXIgb3RoZXIgb3RoZXIgb3RoZXIgb3RoZXI="
ALL = get_args(EventName)
CRM = target_of("crm")
SENTENCE = "My tent arrived torn, I want my money back"


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with Receiver() as receiver:
        yield receiver


@pytest.fixture
def endpoints(receiver: Receiver) -> dict[str, Webhook]:
    crm = {"url": f"{receiver.url}/hook", "secret": SECRET, "events": ALL, "timeout_seconds": 5}
    return {"crm": Webhook.model_validate(crm)}


@pytest.fixture
def log(database, vault, clock, bell, endpoints) -> Log:
    return Log(database, vault, clock, (*DESK_PROJECTIONS, Announcements(endpoints)), bell)


@pytest.fixture
async def outbox(database, log, clock, endpoints) -> AsyncIterator[Outbox]:
    wire = Wire()
    yield Outbox(database, clock, {target_of(name): Webhooks(e, log, clock, wire) for name, e in endpoints.items()})
    await wire.close()


async def drain(outbox: Outbox) -> None:
    while await outbox.deliver():
        pass


def types(receiver: Receiver) -> list[str]:
    return [got.json["type"] for got in receiver.got]


def receiver_of_the_docs(now: Callable[[], float]) -> Callable[[str, dict[str, str], bytes], bool]:
    text = (Path(__file__).parents[2] / "docs" / "outside.md").read_text()
    namespace: dict = {}
    exec(re.search(r"```python\n(.*?)```", text, re.S)[1], namespace)
    namespace["time"] = SimpleNamespace(time=now)
    return namespace["verified"]


async def handled(shop, desk, presence) -> str:
    """A conversation from the first line over a person to its end."""
    await presence.seen(BEN)
    conversation = await shop.talk(SENTENCE)
    await shop.hand_over(conversation)
    await desk.claim(conversation, BEN)
    await desk.say(conversation, BEN, "We send you a new one.")
    await desk.note(conversation, BEN, "the third torn tent this week")
    await desk.wrap_up(conversation, BEN, "resolved", tags=["policy_missing"], note="tell the warehouse")
    return conversation


def test_a_signature_is_that_of_the_published_example():
    key = key_of("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    headers = sign([key], "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@given(body=st.binary(), at=st.integers(0, 2**33), off=st.integers(-1000, 1000), flip=st.booleans())
def test_only_what_was_signed_lately_passes(body: bytes, at: int, off: int, flip: bool):
    headers = sign([key_of(OTHER), key_of(SECRET)], "evt_1", at, body)
    if flip or abs(off) > 300:
        with pytest.raises(Denied):
            verify([key_of(SECRET)], headers, body + b"x" * flip, at + off)
    else:
        assert verify([key_of(SECRET)], headers, body, at + off) == "evt_1"


@pytest.mark.parametrize("lost", ["webhook-id", "webhook-timestamp", "webhook-signature"])
def test_a_message_without_its_headers_does_not_pass(lost: str):
    headers = sign([key_of(SECRET)], "evt_1", 1000, b"{}")
    del headers[lost]
    with pytest.raises(Denied):
        verify([key_of(SECRET)], headers, b"{}", 1000)


@pytest.mark.parametrize("data", NAMES, ids=lambda data: data.kind)
def test_nothing_that_is_sealed_is_told(data: type[e.Data], clock):
    """Every private field of every event that is announced, filled with a mark."""
    fields = dict.fromkeys(private_fields(data), "s3cret")
    event = e.Event("c", 1, clock.now(), "bot", data.model_construct(**fields))
    for name in get_args(EventName):
        assert "s3cret" not in json.dumps(announced(name, event, content=False))
        told = announced(name, event, content=True)
        assert ("text" in told["data"]) is ("message.created" in NAMES[data])
        told["data"].pop("text", None)
        assert "s3cret" not in json.dumps(told)


async def test_an_endpoint_is_told_everything_in_order_and_signed(shop, desk, presence, outbox, receiver, clock):
    conversation = await handled(shop, desk, presence)
    await drain(outbox)
    assert types(receiver) == [
        "conversation.opened", "message.created", "message.created", "handoff.requested", "handoff.claimed",
        "message.created", "message.created", "conversation.resolved", "tag.added", "message.created",
        "conversation.closed",
    ]  # fmt: skip
    verified = receiver_of_the_docs(lambda: clock.now().timestamp())
    for got in receiver.got:
        assert verified(SECRET, got.headers, got.body)
        assert not verified(OTHER, got.headers, got.body)
        assert got.json["data"]["conversation_id"] == conversation
    assert len({got.headers["webhook-id"] for got in receiver.got}) == len(receiver.got)
    assert all("." not in got.headers["webhook-id"] for got in receiver.got)
    seqs = [got.json["data"]["seq"] for got in receiver.got]
    assert seqs == sorted(seqs)
    requested = receiver.got[3].json["data"]
    assert (requested["reason"], requested["department"], requested["mode"]) == ("asked_for_person", "general", "live")
    assert receiver.got[8].json["data"]["tags"] == ["policy_missing"]
    assert await outbox.deliver() == 0


async def test_what_was_written_stays_here_unless_it_is_asked_for(shop, desk, presence, outbox, receiver, endpoints):
    await handled(shop, desk, presence)
    await drain(outbox)
    told = b"".join(got.body for got in receiver.got).decode()
    assert "tent" not in told
    assert "text" not in told
    (texts,) = [endpoints["crm"].model_copy(update={"content": True})]
    outbox._couriers[CRM]._endpoint = texts
    await outbox.lanes.retry(CRM)
    await handled(shop, desk, presence)
    await drain(outbox)
    told = b"".join(got.body for got in receiver.got).decode()
    assert SENTENCE in told
    assert "We send you a new one." in told
    assert "third torn tent" not in told
    assert "warehouse" not in told


async def test_what_is_not_taken_comes_again_under_its_id_and_nothing_overtakes_it(shop, outbox, receiver, clock):
    receiver.statuses = [500, 0]
    conversation = await shop.talk("one", "two")
    assert await outbox.deliver() == 1
    assert await outbox.deliver() == 0
    clock.advance(30)
    assert await outbox.deliver() == 1
    clock.advance(60)
    await drain(outbox)
    ids = [got.headers["webhook-id"] for got in receiver.got]
    assert ids[0] == ids[1] == ids[2] == f"evt_{conversation}_1_conversation-opened"
    assert types(receiver)[2:] == ["conversation.opened", "message.created", "message.created"]
    stamps = [int(got.headers["webhook-timestamp"]) for got in receiver.got[:3]]
    assert stamps == [stamps[0], stamps[0] + 30, stamps[0] + 90]


async def test_one_conversation_does_not_wait_for_another(shop, outbox, receiver, clock):
    await shop.talk("one")
    await shop.talk("two")
    receiver.statuses = [500]
    assert await outbox.deliver() == 2
    await drain(outbox)
    assert len(receiver.got) == 3
    clock.advance(30)
    await drain(outbox)
    assert len(receiver.got) == 5


async def test_an_endpoint_that_is_down_is_left_alone_for_a_while(shop, outbox, receiver, clock):
    receiver.statuses = [503] * 100
    await shop.talk("one")
    await outbox.deliver()
    for _ in range(5):
        await shop.talk("another")
        assert await outbox.deliver() == 0
    receiver.statuses = []
    clock.advance(30)
    await drain(outbox)
    assert len(receiver.got) == 1 + 12
    assert await outbox.lanes.states() == {}


async def test_an_endpoint_that_fails_for_a_day_is_paused_until_somebody_looks(shop, outbox, receiver, clock):
    receiver.statuses = [503] * 1000
    await shop.talk("one")
    for _ in range(30):
        await outbox.deliver()
        clock.advance(timedelta(hours=1))
    lane = (await outbox.lanes.states())[CRM]
    assert lane.paused_at is not None
    assert "503" in lane.state
    receiver.statuses = []
    tried = len(receiver.got)
    await shop.talk("two")
    clock.advance(timedelta(days=3))
    assert await outbox.deliver() == 0
    assert len(receiver.got) == tried
    assert await outbox.lanes.retry(CRM) == 4
    await drain(outbox)
    assert len(receiver.got) == tried + 4


async def test_an_endpoint_that_is_gone_is_paused_at_once(shop, outbox, receiver):
    receiver.statuses = [410]
    await shop.talk("one")
    await outbox.deliver()
    assert (await outbox.lanes.states())[CRM].paused_at is not None


async def test_a_worker_that_died_with_one_in_hand_loses_nothing(shop, outbox, receiver, clock):
    await shop.talk("one")
    assert len(await outbox._take(10, CRM)) == 1
    assert await outbox.deliver() == 0
    clock.advance(LEASE)
    await drain(outbox)
    assert types(receiver) == ["conversation.opened", "message.created"]


async def test_what_went_out_long_ago_is_taken_away_and_nothing_else(shop, outbox, receiver, clock, database):
    await shop.talk("one")
    await drain(outbox)
    receiver.statuses = [500]
    await shop.talk("two")
    await outbox.deliver()
    clock.advance(timedelta(days=8))
    assert await outbox.tidy() == 2
    assert await outbox.tidy() == 0
    async with database.connection() as connection:
        rows = await (await connection.execute("SELECT state FROM outbox")).fetchall()
    assert [row["state"] for row in rows] == ["due", "due"]


async def test_of_a_forgotten_conversation_only_its_end_is_told(shop, outbox, receiver, log):
    conversation = await shop.talk(SENTENCE)
    await forget(log, conversation)
    await drain(outbox)
    assert [got.json["data"] for got in receiver.got] == [
        {"conversation_id": conversation, "seq": 3, "reason": "forgotten"}
    ]


async def test_a_redirect_is_not_followed_and_an_endless_answer_not_read(shop, outbox, receiver, clock):
    receiver.headers = f"Location: {receiver.url}/elsewhere\r\n"
    receiver.statuses = [302]
    await shop.talk("one")
    await outbox.deliver()
    assert [got.path for got in receiver.got] == ["/hook"]
    receiver.answer = b"x" * 1_000_000
    clock.advance(30)
    await drain(outbox)
    assert len(receiver.got) == 3


async def test_both_secrets_sign_while_one_takes_over_from_the_other(shop, outbox, receiver, clock, endpoints):
    both = Webhook.model_validate({**endpoints["crm"].model_dump(), "old_secret": OTHER})
    outbox._couriers[CRM]._endpoint = both
    await shop.talk("one")
    await outbox.deliver()
    (got,) = receiver.got
    verified = receiver_of_the_docs(lambda: clock.now().timestamp())
    assert verified(SECRET, got.headers, got.body)
    assert verified(OTHER, got.headers, got.body)


@pytest.mark.parametrize(
    ("url", "more"),
    [
        ("http://crm.example/hook", {}),
        ("https://user:word@crm.example/hook", {}),
        ("ftp://crm.example", {"internal": True}),
        ("https://crm.example/hook", {"secret": "whsec_c2hvcnQ="}),
        ("https://crm.example/hook", {"secret": "a secret of some other kind"}),
        ("https://crm.example/hook", {"events": ["message.deleted"]}),
    ],
)
def test_what_can_be_no_endpoint_is_refused(url: str, more: dict):
    with pytest.raises(ValidationError) as refused:
        Webhook.model_validate({"url": url, "secret": SECRET, **more})
    assert "c2hvcnQ" not in str(refused.value) or "secret" in more


@pytest.mark.parametrize("address", ["10.0.0.7", "169.254.169.254", "127.0.0.1", "::1", "fd00::1", "0.0.0.0"])
async def test_a_name_that_leads_inside_is_not_followed(address: str, monkeypatch, clock):
    wire = Wire()

    async def getaddrinfo(*_: object, **__: object) -> list:
        return [(2, 1, 6, "", ("93.184.215.14", 443)), (2, 1, 6, "", (address, 443))]

    import asyncio

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", getaddrinfo)
    with pytest.raises(Unavailable, match="internal"):
        await wire.post("https://crm.example/hook", b"{}", {}, 5)
    await wire.close()


async def test_the_address_that_was_looked_at_is_the_one_that_is_used(monkeypatch):
    wire = Wire()

    async def getaddrinfo(*_: object, **__: object) -> list:
        return [(2, 1, 6, "", ("93.184.215.14", 443))]

    import asyncio

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", getaddrinfo)
    request = await wire._request("POST", "https://crm.example:8443/hook?a=1", b"{}", {}, internal=False)
    assert str(request.url) == "https://93.184.215.14:8443/hook?a=1"
    assert request.headers["host"] == "crm.example:8443"
    assert request.extensions["sni_hostname"] == "crm.example"
    await wire.close()


def test_no_setting_tells_its_secret(endpoints):
    assert "c2VjcmV0" not in repr(endpoints)
    assert "c2VjcmV0" not in json.dumps(endpoints["crm"].model_dump(mode="json"))


def test_events_that_nobody_is_told_of_cost_nothing():
    quiet = Webhook.model_validate({"url": "https://crm.example", "secret": SECRET, "events": ["tag.added"]})
    assert Announcements({"crm": quiet}).kinds == {e.WrappedUp.kind}
    assert Announcements({}).kinds == frozenset()
