"""Following a conversation: history, then what happens, and nothing that is not the reader's."""

import asyncio

from handrail.channels.api import streams
from handrail.channels.api.streams import EventStream, Sent
from handrail.conversation.errors import Unavailable
from handrail.conversation.events import (
    Announced,
    Checked,
    HandoffClaimed,
    HandoffRequested,
    Noted,
    Packet,
    PacketLine,
    PacketWritten,
    PersonSaid,
)


async def test_the_history_comes_first_then_what_happens(site):
    talk = await site.begin()
    await talk.say("How long?")
    async with talk.stream() as reader:
        names = [(await reader.next()).event for _ in range(5)]
        assert names == ["customer", "citation", "sentence", "sentence", "state"]
        await site.handrail.log.append(talk.id, "system", Announced(code="idle", text="Still there?"))
        told = await reader.next()
    assert (told.event, told.data["text"], told.id) == ("announcement", "Still there?", 7)


async def test_last_event_id_goes_on_without_gap_or_repeat(site):
    talk = await site.begin()
    await talk.say("How long?")
    async with talk.stream(last=4) as reader:
        assert [(e.event, e.id) for e in [await reader.next(), await reader.next()]] == [("sentence", 5), ("state", 6)]
        await talk.say("And then?")
        assert (await reader.next("customer")).data["text"] == "And then?"
        assert [(await reader.next("sentence")).id for _ in range(2)] == [9, 10]


async def test_the_query_goes_on_as_well_and_nonsense_is_refused(site):
    talk = await site.begin()
    await talk.say("How long?")
    path = f"/v1/conversations/{talk.id}/events"
    for query, headers in (({"after": "-1"}, {}), ({}, {"Last-Event-ID": "x"}), ({}, {"Last-Event-ID": "9" * 30})):
        answer = await site.http.get(path, params=query, headers={**talk.headers, **headers})
        assert answer.status_code == 422
    async with site.http.stream("GET", path, params={"after": "5"}, headers=talk.headers) as response:
        lines = aiter(response.aiter_lines())
        assert [await anext(lines) for _ in range(3)][-1] == "event: state"


async def test_a_customer_sees_what_people_say_but_not_what_the_desk_keeps_to_itself(site):
    talk = await site.begin()
    log = site.handrail.log
    person = "person:u_secret"
    packet = Packet(lines=(PacketLine(topic="wants", text="packet text", evidence=("seq:1",)),))
    await log.append(
        talk.id,
        "bot",
        Checked(turn_id="t", direction="inbound", subject=1, text="draft held back"),
        HandoffRequested(handoff_id="h", reason="upset", triggers=("secret trigger",)),
        PacketWritten(handoff_id="h", packet=packet),
        holder="queue",
    )
    await log.append(talk.id, person, HandoffClaimed(by="u_secret", name="Kim"), holder=person)
    await log.append(talk.id, person, Noted(by="u_secret", text="note text"))
    await log.append(talk.id, person, PersonSaid(by="u_secret", name="Kim", text="I am here."))
    async with talk.stream() as reader:
        events = [await reader.next(), await reader.next()]
    assert [e.event for e in events] == ["person", "state"]
    told = str([e.data for e in events])
    assert "I am here." in told and "Kim" in told
    for kept in ("u_secret", "note text", "packet text", "secret trigger", "draft held back"):
        assert kept not in told


async def test_staff_see_every_event(site):
    person, talk = await site.person(), await site.begin()
    await site.handrail.log.append(talk.id, "system", Noted(by="x", text="note text"))
    cookie = {"Cookie": f"handrail_session={person.http.cookies['handrail_session']}"}
    async with talk.stream(headers=cookie) as reader:
        kinds = [(await reader.next("event")).data["kind"] for _ in range(2)]
    assert kinds == ["opened", "noted"]


async def test_state_moves_with_the_handoff(site):
    talk = await site.begin()
    log = site.handrail.log
    async with talk.stream() as reader:
        assert (await reader.next("state")).data["holder"] == "bot"
        await log.append(talk.id, "bot", HandoffRequested(handoff_id="h", reason="upset"), holder="queue")
        assert (await reader.next("state")).data["handoff"]["state"] == "waiting"
        await log.append(talk.id, "person:u", HandoffClaimed(by="u", name="Kim"), holder="person:u")
        state = (await reader.next("state")).data
    assert (state["holder"], state["handoff"]["name"]) == ("person", "Kim")


async def test_streams_end_when_the_server_stops(site):
    talk = await site.begin()
    async with talk.stream() as reader:
        await reader.next("state")
        site.app.state.kit.closing.set()
        assert await reader.rest() == []


async def test_a_failure_in_mid_stream_becomes_an_event():
    async def source():
        yield Sent("sentence", {"text": "One."}, 3)
        raise Unavailable("the database is gone")

    body = [chunk async for chunk in EventStream(source(), asyncio.Event()).body_iterator]
    assert b"event: sentence" in body[1] and b"id: 3" in body[1]
    assert b"event: error" in body[2] and b'"status":503' in body[2] and b"the database is gone" not in body[2]


async def test_an_unforeseen_failure_tells_nothing_of_itself():
    async def source():
        raise KeyError("internal detail")
        yield

    body = [chunk async for chunk in EventStream(source(), asyncio.Event()).body_iterator]
    assert b'"status":500' in body[-1] and b"internal detail" not in body[-1]


async def test_a_silent_stream_is_kept_alive_and_loses_nothing(monkeypatch):
    monkeypatch.setattr(streams, "PING_SECONDS", 0.01)
    gate = asyncio.Event()

    async def source():
        await gate.wait()
        yield Sent("sentence", "late", 1)

    body = EventStream(source(), asyncio.Event()).body_iterator
    chunks = [await anext(body) for _ in range(3)]
    assert chunks[1:] == [b": ping\n\n", b": ping\n\n"]
    gate.set()
    rest = [chunk async for chunk in body]
    assert any(b"late" in chunk for chunk in rest)


async def test_text_with_line_breaks_stays_one_event(site):
    talk = await site.begin()
    site.handrail.turns.script = {"x": ("a\r\n\r\nevent: done\n\nb\u2028c",)}
    async with talk.stream_answer("x") as reader:
        events = await reader.rest()
    assert [e.data["text"] for e in events if e.event == "sentence"] == ["a\r\n\r\nevent: done\n\nb\u2028c"]
