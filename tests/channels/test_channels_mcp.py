"""The door for other assistants: who may come in, what they are told, and what stays hidden from them."""

import asyncio
import json
import re

import httpx
import pytest
from channels_mcp import KEY, OTHER_KEY, connected, table
from test_channels_chat import claim, handed_over

from handrail.conversation.assistants import AssistantsTable
from handrail.conversation.errors import SettingsError
from handrail.conversation.events import (
    BotSaid,
    Checked,
    CustomerSaid,
    Finding,
    HandoffRequested,
    Noted,
    Packet,
    PacketLine,
    PacketWritten,
    PersonSaid,
    TurnEnded,
    WrappedUp,
)
from handrail.conversation.settings import load

HEADERS = {"Accept": "application/json, text/event-stream", "Authorization": f"Bearer {KEY}"}
LIST = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}


def opened(handrail, **more):
    """The agent with its door open."""
    server = handrail.settings.server.model_copy(update=more.pop("server", {}))
    handrail.settings = handrail.settings.model_copy(update={"mcp": table(**more), "server": server})
    return handrail


@pytest.fixture
async def door(handrail, serve):
    async with serve(opened(handrail)) as site:
        yield site


async def ask(site, **headers):
    return await site.http.post("/mcp", json=LIST, headers={**HEADERS, **headers})


async def begun(handrail):
    async with handrail.database.connection() as connection:
        row = await (await connection.execute("SELECT count(*) AS n FROM conversations")).fetchone()
    return row["n"]


async def heard_one(handrail):
    """Wait until a customer's line has come in."""
    async with handrail.bell.hear("*") as ticks:
        while not handrail.turns.tasks:
            await ticks.wait(5)


# Who may come in


async def test_where_the_settings_name_nobody_there_is_no_door(site):
    assert (await ask(site)).status_code == 404


@pytest.mark.parametrize("shown", ["", "Bearer", "Bearer no", f"Basic {KEY}", f"Bearer {KEY[:-1]}", "Bearer \u00e9"])
async def test_nobody_comes_in_without_a_key(door, shown):
    headers = {**HEADERS, "Authorization": shown.encode("latin-1")}
    answer = await door.http.post("/mcp", json=LIST, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")
    assert answer.headers["WWW-Authenticate"] == "Bearer"


async def test_the_token_of_a_conversation_or_of_a_person_is_no_key(door):
    talk, person = await door.begin(), await door.person()
    login = {"login": "kim", "password": "correct horse battery", "bearer": True}
    token = (await door.http.post("/v1/login", json=login)).json()["token"]
    for shown in (talk.token, token, person.http.cookies.get("handrail_session")):
        assert (await ask(door, Authorization=f"Bearer {shown}")).status_code == 401


async def test_where_it_is_public_a_key_is_not_needed_but_a_wrong_one_is_refused(handrail, serve):
    async with serve(opened(handrail, keys={}, public=True)) as site:
        async with connected(site.url, key=None) as other:
            assert (await other.call("ask", message="How long?"))["outcome"] == "answered"
        assert (await ask(site, Authorization="Bearer wrong")).status_code == 401


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Host": "evil.example"}, 421),
        ({"Host": "127.0.0.1.evil.example:8000"}, 421),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Host": "help.example.org"}, 200),
        ({"Host": "inside:8000"}, 200),
        ({"Origin": "https://help.example.org"}, 200),
        ({"Host": "localhost:1234"}, 200),
    ],
)
async def test_a_page_that_turned_its_name_to_this_address_is_refused(handrail, serve, headers, status):
    server = {"public_url": "https://help.example.org"}
    async with serve(opened(handrail, server=server, hosts=("inside:8000",))) as site:
        assert (await ask(site, **headers)).status_code == status


async def test_there_is_nothing_to_listen_to(door):
    for method in ("GET", "DELETE", "PUT"):
        answer = await door.http.request(method, "/mcp", headers=HEADERS, content=b"")
        assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")
    assert (await door.http.get("/mcp")).status_code == 401


async def test_keys_are_long_and_nobody_shares_one(tmp_path):
    for keys in ('a = "short"', f'a = "{KEY}"\nb = "{KEY}"', f'"A B" = "{KEY}"'):
        (tmp_path / "handrail.toml").write_text(f"[mcp.keys]\n{keys}\n")
        with pytest.raises(SettingsError) as wrong:
            load(tmp_path, {})
        assert KEY not in str(wrong.value)
    assert not AssistantsTable().is_open
    settings = load(tmp_path / "none", {"HANDRAIL_MCP__KEYS__CONCIERGE": KEY})
    assert settings.mcp.keys["concierge"].get_secret_value() == KEY


async def test_requests_and_conversations_are_limited_by_assistant(handrail, serve):
    limits = {"conversations_per_minute": 2, "messages_per_minute": 3}
    async with serve(opened(handrail, server=limits)) as site, connected(site.url) as one:
        talk = await one.call("ask", message="How long?")
        for _ in range(2):
            await one.call("ask", message="How long?", token=talk["token"])
        assert "Try again in" in await one.error("ask", message="How long?", token=talk["token"])
        await one.call("ask", message="How long?")
        told = await one.error("ask", message="How long?")
        assert re.fullmatch(
            r"Too many requests at once; please wait a little\. Try again in \d\d seconds\. \(too_many\)", told
        )
        async with connected(site.url, OTHER_KEY) as other:
            assert (await other.call("ask", message="How long?"))["outcome"] == "answered"


# What they are offered


@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_the_tools_tell_what_they_do_and_give_results_that_have_a_form(door, mode):
    async with connected(door.url, mode=mode) as other:
        tools = {tool.name: tool for tool in (await other.client.list_tools()).tools}
        assert (await other.call("ask", message="How long?"))["reply"] == "You have 30 days. Keep the label on."
    assert set(tools) == {"ask", "hand_over", "look_up_conversation", "search_policies"}
    reads = {name for name, tool in tools.items() if tool.annotations.read_only_hint}
    assert reads == {"look_up_conversation", "search_policies"}
    assert tools["ask"].annotations.destructive_hint and not tools["ask"].annotations.idempotent_hint
    assert all(tool.output_schema and tool.description and tool.title for tool in tools.values())
    described = (each for tool in tools.values() for each in tool.input_schema["properties"].items())
    assert all(field.get("description") for _, field in described)
    assert "own answer" in tools["ask"].description


# What comes of a message


async def test_a_message_is_answered_with_its_sources_and_the_conversation_goes_on(door):
    async with connected(door.url) as other:
        first = await other.call("ask", message="How long can I return boots?")
        again = await other.call("ask", message="And then?", token=first["token"])
    assert first["sources"] == [{"policy": "returns", "version": "2", "title": "Returns and exchanges"}]
    assert (first["outcome"], first["standing"]["holder"], first["advice"]) == ("answered", "bot", "")
    assert (again["conversation"], again["token"]) == (first["conversation"], None)
    head = await door.handrail.log.head(first["conversation"])
    assert head.channel == "mcp:concierge"


async def test_sentences_are_told_on_the_way(door):
    told = []

    async def progress(part, _, sentence):
        told.append((part, sentence))

    async with connected(door.url) as other:
        await other.client.call_tool("ask", {"message": "How long?"}, progress_callback=progress)
    assert told == [(1, "You have 30 days."), (2, "Keep the label on.")]


async def test_what_takes_longer_than_a_caller_waits_is_looked_up(handrail, serve):
    handrail.turns.gate.clear()
    async with serve(opened(handrail, wait_seconds=0.1)) as site, connected(site.url) as other:
        said = await other.call("ask", message="How long?", idempotency_key="k1")
        assert (said["outcome"], said["reply"], said["standing"]["working"]) == ("working", None, True)
        again = await other.call("ask", message="How long?", token=said["token"], idempotency_key="k1")
        assert again["outcome"] == "working"
        assert "look_up_conversation" in again["advice"]
        handrail.turns.gate.set()
        async for event in handrail.log.follow(said["conversation"]):
            if event.kind == "turn_ended":
                break
        seen = await other.call("look_up_conversation", token=said["token"])
    assert [line["text"] for line in seen["lines"]] == ["How long?", "You have 30 days. Keep the label on."]
    assert not seen["standing"]["working"]
    events = await handrail.log.read(said["conversation"])
    assert len([e for e in events if isinstance(e.data, CustomerSaid)]) == 1


async def test_leaving_does_not_stop_the_turn(door):
    turns = door.handrail.turns
    turns.gate.clear()
    async with connected(door.url) as other:
        task = asyncio.create_task(other.client.call_tool("ask", {"message": "How long?"}))
        await heard_one(door.handrail)
        task.cancel()
    turns.gate.set()
    await asyncio.gather(*turns.tasks)
    assert turns.cancelled == 0


async def test_a_server_that_is_about_to_stop_says_where_the_answer_will_be(door):
    door.handrail.turns.gate.clear()

    async def stop(*_):
        raise AssertionError("nothing was said yet")

    async with connected(door.url) as other:
        asked = asyncio.create_task(other.client.call_tool("ask", {"message": "How long?"}, progress_callback=stop))
        await heard_one(door.handrail)
        door.app.state.kit.closing.set()
        said = (await asked).structured_content
    assert (said["outcome"], said["reply"]) == ("working", None)
    door.handrail.turns.gate.set()
    await asyncio.gather(*door.handrail.turns.tasks)
    assert door.handrail.turns.cancelled == 0


async def test_a_call_for_a_person_tells_what_happens_next_and_where_the_customer_can_go_on(handrail, serve):
    handrail.turns.last = handed_over
    site_url = "https://help.example.org"
    async with serve(opened(handrail, server={"public_url": site_url})) as site, connected(site.url) as other:
        said = await other.call("hand_over", message="the zip is broken")
        person = said["standing"]["person"]
        assert (said["standing"]["holder"], person["state"], person["mode"]) == ("queue", "waiting", "live")
        (heard,) = [e.data for e in await handrail.log.read(said["conversation"]) if e.kind == "customer_said"]
        assert (heard.text, heard.wants_person) == ("the zip is broken", True)
        assert person["link"].startswith(f"{site_url}/#conversation={said['conversation']}&token=")
        token = person["link"].rpartition("token=")[2]
        path = f"/v1/conversations/{said['conversation']}"
        answer = await site.http.get(path, headers={"Authorization": f"Bearer {token}"})
        assert answer.json()["lines"][0]["text"] == "the zip is broken"

        await claim(handrail.log, said["conversation"])
        written = PersonSaid(by="u1", name="Kim", text="We send a new one.")
        await handrail.log.append(said["conversation"], "person:u1", written)
        held = await other.call("ask", message="thanks", token=said["token"])
        assert (held["outcome"], held["reply"], held["standing"]["person"]["name"]) == ("held", None, "Kim")
        seen = await other.call("look_up_conversation", token=said["token"], limit=2)
    assert [(line["name"], line["text"]) for line in seen["lines"]] == [("Kim", "We send a new one."), ("", "thanks")]


async def test_the_host_gives_its_customers_token_past_its_model(door):
    async with connected(door.url, headers={"Handrail-Customer-Token": "signed"}) as other:
        said = await other.call("ask", message="How long?")
        assert said["standing"]["identity"] == {"level": "verified", "name": "Sam", "code_to": None}
    async with connected(door.url) as other:
        said = await other.call("ask", message="How long?")
        assert said["standing"]["identity"]["level"] == "none"
        proven = await other.call("ask", message="I am in", token=said["token"], customer_token="signed")
        assert proven["standing"]["identity"]["name"] == "Sam"
        error = await other.error("ask", message="I am in", customer_token="forged")
    assert error == "The token is not signed by the site. (customer_token)"


# What stays hidden


async def test_a_conversation_is_for_its_own_assistant_and_its_customer(door):
    async with connected(door.url) as one, connected(door.url, OTHER_KEY) as two:
        mine = await one.call("ask", message="my secret plan")
        theirs = await two.call("ask", message="How long?")
        before = await door.handrail.log.head(mine["conversation"])
        errors = [
            await two.error("look_up_conversation", token=mine["token"]),
            await two.error("ask", message="go on", token=mine["token"]),
            await two.error("hand_over", message="go on", token=mine["token"]),
            await two.error("look_up_conversation", token=mine["conversation"]),
            await two.error("look_up_conversation", token=theirs["token"][:-2]),
            await two.error("look_up_conversation", token="hrs_" + "A" * 43),
        ]
        assert await door.handrail.log.head(mine["conversation"]) == before
        talk = await door.begin()
        await talk.say("How long?")
        seen = await two.call("look_up_conversation", token=talk.token)
    assert all(error.endswith("(token)") and "secret" not in error for error in errors), errors
    assert seen["conversation"] == talk.id


async def test_nothing_of_the_desk_is_shown(door):
    handrail, mark = door.handrail, "zqlmark"
    handrail.turns.last = lambda turn, upto: (
        Checked(
            turn_id=turn,
            direction="inbound",
            subject=upto,
            findings=(Finding(check="sensitive", name="fraud", score=0.9, action="handover", reason=mark),),
        ),
        BotSaid(turn_id=turn, reply_id=turn, part=1, text="Somebody looks into it.", engine="offline"),
        HandoffRequested(handoff_id="h1", reason="fraud_or_safety", department="relations", triggers=(mark,)),
        PacketWritten(
            handoff_id="h1", packet=Packet(lines=(PacketLine(topic="mood", text=mark, evidence=("seq:2",)),))
        ),
        TurnEnded(turn_id=turn, reply_id=turn, upto=upto, outcome="handed_over", engine="offline"),
    )
    async with connected(door.url) as other:
        said = await other.call("ask", message="Somebody used my card")
        await handrail.log.append(said["conversation"], "person:u1", Noted(by="u1", text=mark))
        seen = await other.call("look_up_conversation", token=said["token"])
        wrapped = WrappedUp(by="u1", disposition="resolved", note=mark, right_answer=mark)
        await handrail.log.append(said["conversation"], "person:u1", wrapped, holder="bot")
        after = await other.call("look_up_conversation", token=said["token"])
    shown = json.dumps([said, seen, after])
    for hidden in (mark, "fraud", "relations", "needs_person", "findings", "engine"):
        assert hidden not in shown, hidden
    assert seen["standing"]["person"]["state"] == "waiting" and after["standing"]["person"] is None


async def test_what_is_wrong_with_a_call_is_said_in_words_and_nothing_is_begun(door):
    async with connected(door.url) as other:
        blank = await other.error("ask", message="  ")
        assert blank == "Nothing was done: message: String should have at least 1 character. (invalid)"
        long = await other.error("ask", message="x" * 9000)
        assert long == "A message has at most 8000 characters. (too_long)"
        assert await begun(door.handrail) == 0
        unknown = await other.error("cancel_everything", message="x")
        lost = await other.error("look_up_conversation", token=door.app.state.kit.tokens.issue("nowhere")[0])
    assert "cancel_everything" in unknown
    assert lost == "There is nothing here that you may see. (not_found)"


async def test_what_nobody_foresaw_tells_nothing_of_itself(door, monkeypatch):
    async def broken(*_, **__):
        raise RuntimeError("the password is hunter2")

    monkeypatch.setattr(door.handrail.turns, "hear", broken)
    async with connected(door.url) as other:
        assert await other.error("ask", message="How long?") == "Error executing tool ask"


async def test_a_body_that_is_bent_breaks_nothing(door):
    async with httpx.AsyncClient(base_url=door.url, timeout=30) as http:
        for body in (b"", b"{", b"[]", b"null", b'{"jsonrpc":"2.0"}', b"[" * 9000, b'{"a":"\\ud800"}', b"x" * 70_000):
            headers = {**HEADERS, "Content-Type": "application/json"}
            answer = await http.post("/mcp", content=body, headers=headers)
            assert 400 <= answer.status_code < 500, (body[:20], answer.status_code)
