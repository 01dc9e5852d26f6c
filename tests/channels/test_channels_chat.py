"""The chat API: a customer begins, writes, reads what comes of it."""

import asyncio

import pytest

from handrail.channels.api import answers
from handrail.conversation.errors import Unavailable
from handrail.conversation.events import (
    BotSaid,
    Checked,
    CustomerSaid,
    Finding,
    GivenBack,
    HandoffClaimed,
    HandoffRequested,
    PersonSaid,
    TurnEnded,
    TurnStarted,
)

REPLY = {
    "text": "You have 30 days. Keep the label on.",
    "citations": [{"policy": "returns", "version": "2", "title": "Returns and exchanges"}],
}


def handed_over(turn, upto):
    return (
        BotSaid(turn_id=turn, reply_id=turn, part=1, text="I'll bring somebody in.", engine="offline"),
        HandoffRequested(handoff_id="h1", reason="asked_for_person", department="general"),
        TurnEnded(turn_id=turn, reply_id=turn, upto=upto, outcome="handed_over", engine="offline"),
    )


async def claim(log, conversation_id, person="person:u1", name="Kim"):
    await log.append(conversation_id, person, HandoffClaimed(by="u1", name=name), holder=person)


async def test_a_message_is_answered_with_its_sources(site):
    talk = await site.begin()
    answer = await talk.say("How long can I return boots?")
    assert answer.status_code == 200
    assert answer.json() == {"reply": REPLY, "outcome": "answered", "handoff": None, "engine": "offline", "seq": 6}


async def test_the_same_answer_streams_by_the_sentence_with_ids_that_are_seqs(site):
    talk = await site.begin()
    async with talk.stream_answer("How long?") as reader:
        assert reader.content_type.startswith("text/event-stream")
        events = await reader.rest()
    assert [e.event for e in events] == ["state", "state", "citation", "sentence", "sentence", "done"]
    assert [e.id for e in events if e.id] == [2, 3, 4, 5, 6]
    assert events[1].data["working"] is True
    assert [e.data["text"] for e in events if e.event == "sentence"] == ["You have 30 days.", " Keep the label on."]
    assert events[2].data["policy"] == "returns"
    assert events[-1].data == (await talk.say("How long?")).json() | {"seq": 6}


async def test_a_sentence_is_sent_when_it_is_committed_not_when_the_turn_ends(site):
    talk = await site.begin()
    site.handrail.turns.gate.clear()
    async with talk.stream_answer("How long?") as reader:
        assert (await reader.next("state")).data["working"] is True
        said = BotSaid(turn_id="t", reply_id="t", part=1, text="One.", engine="offline")
        await site.handrail.log.append(talk.id, "bot", said)
        assert (await reader.next("sentence")).data["text"] == "One."
        site.handrail.turns.gate.set()
        assert (await reader.next("done")).data["outcome"] == "answered"


async def test_a_key_that_comes_again_gets_the_same_answer_and_adds_nothing(site):
    talk = await site.begin()
    first = await talk.say("Cancel it", **{"Idempotency-Key": "k1"})
    again = await talk.say("Cancel it", **{"Idempotency-Key": "k1"})
    assert again.json() == first.json()
    said = [e for e in await site.handrail.log.read(talk.id) if isinstance(e.data, CustomerSaid)]
    assert len(said) == 1


async def test_keys_of_clients_cannot_reach_other_keys_of_the_log(site):
    talk = await site.begin()
    await site.handrail.log.append(talk.id, "bot", Checked(turn_id="t", direction="inbound", subject=1), key="k1")
    answer = await talk.say("Hello", **{"Idempotency-Key": "k1"})
    assert answer.json()["reply"] == REPLY


async def test_posts_joined_into_one_turn_return_the_same_reply(site):
    talk = await site.begin()
    site.handrail.turns.gate.clear()
    posts = [asyncio.create_task(talk.say(text)) for text in ("I have", "a question")]
    async for event in site.handrail.log.follow(talk.id):
        if event.seq == 3:
            break
    site.handrail.turns.gate.set()
    first, second = [(await post).json() for post in posts]
    assert first["reply"] == second["reply"] == REPLY


async def test_parts_that_stand_before_a_joined_line_belong_to_its_reply_too(site):
    talk = await site.begin()
    site.handrail.turns.gate.clear()
    log = site.handrail.log
    first = await site.handrail.turns.hear(talk.id, "one")
    await log.append(talk.id, "bot", TurnStarted(turn_id="t", upto=first.seq, engine="offline"))
    await log.append(talk.id, "bot", BotSaid(turn_id="t", reply_id="t", part=1, text="A.", engine="offline"))
    second = await site.handrail.turns.hear(talk.id, "two")
    await log.append(talk.id, "bot", BotSaid(turn_id="t", reply_id="t", part=2, text=" B.", engine="offline"))
    ended = TurnEnded(turn_id="t", reply_id="t", upto=second.seq, outcome="answered", engine="offline")
    await log.append(talk.id, "bot", ended)
    assert (await answers.wait(site.handrail, second)).reply.text == "A. B."


async def test_an_earlier_turn_that_ends_does_not_answer_a_later_line(site):
    talk = await site.begin()
    log, turns = site.handrail.log, site.handrail.turns
    turns.gate.clear()
    first = await turns.hear(talk.id, "one")
    second = await turns.hear(talk.id, "two")
    for turn, upto in (("t1", first.seq), ("t2", second.seq)):
        await log.append(talk.id, "bot", BotSaid(turn_id=turn, reply_id=turn, part=1, text=turn, engine="offline"))
        ended = TurnEnded(turn_id=turn, reply_id=turn, upto=upto, outcome="answered", engine="offline")
        await log.append(talk.id, "bot", ended)
    assert (await answers.wait(site.handrail, second)).reply.text == "t2"


async def test_a_handover_is_told_with_the_last_line_and_where_it_stands(site):
    site.handrail.turns.last = handed_over
    talk = await site.begin()
    answer = (await talk.say("representative!!")).json()
    assert answer["outcome"] == "handed_over"
    assert answer["reply"] == {"text": "I'll bring somebody in.", "citations": []}
    assert answer["handoff"] == {
        "state": "waiting",
        "reason": "asked_for_person",
        "mode": "live",
        "answer_by": None,
        "department": "general",
        "name": None,
        "position": None,
        "expected_from": None,
        "expected_by": None,
    }


async def test_while_somebody_else_holds_the_conversation_the_reply_is_null(site):
    site.handrail.turns.last = handed_over
    talk = await site.begin()
    await talk.say("representative!!")
    waiting = (await talk.say("hello?")).json()
    assert (waiting["reply"], waiting["outcome"], waiting["handoff"]["state"]) == (None, "held", "waiting")
    await claim(site.handrail.log, talk.id)
    claimed = (await talk.say("hello?")).json()
    assert (claimed["reply"], claimed["outcome"], claimed["handoff"]["name"]) == (None, "held", "Kim")


async def test_somebody_who_claims_during_the_draft_ends_the_wait_and_the_draft_never_comes(site):
    talk = await site.begin()
    site.handrail.turns.gate.clear()
    async with talk.stream_answer("Where is it?") as reader:
        await reader.next("state")
        await claim(site.handrail.log, talk.id)
        site.handrail.turns.gate.set()
        events = await reader.rest()
    assert [e.event for e in events] == ["state", "done"]
    assert events[-1].data["reply"] is None and events[-1].data["outcome"] == "held"


async def test_a_held_line_stays_held_when_its_post_is_repeated_after_the_bot_has_the_conversation_again(site):
    talk = await site.begin()
    log = site.handrail.log
    await claim(log, talk.id)
    first = await talk.say("Are you there?", **{"Idempotency-Key": "k"})
    await log.append(talk.id, "person:u1", PersonSaid(by="u1", name="Kim", text="Yes."))
    await log.append(talk.id, "person:u1", GivenBack(by="u1"), holder="bot")
    again = await talk.say("Are you there?", **{"Idempotency-Key": "k"})
    assert first.json()["outcome"] == again.json()["outcome"] == "held"


async def test_leaving_does_not_cancel_the_turn(site):
    talk = await site.begin()
    turns = site.handrail.turns
    turns.gate.clear()
    async with talk.stream_answer("How long?") as reader:
        await reader.next("state")
    async with talk.stream() as reader:
        turns.gate.set()
        assert (await reader.next("sentence")).data["text"] == "You have 30 days."
    assert turns.cancelled == 0


async def test_an_answer_that_takes_too_long_is_told_and_the_line_is_kept(site):
    talk = await site.begin()
    site.handrail.turns.gate.clear()
    heard = await site.handrail.turns.hear(talk.id, "Hello")
    with pytest.raises(Unavailable, match="the message is kept"):
        _ = [e async for e in answers.follow(site.handrail, heard, seconds=0.05)]
    assert (await site.handrail.log.head(talk.id)).heard == heard.seq


async def test_findings_are_streamed_to_staff_alone(site):
    person = await site.person()
    opened = (await person.http.post("/v1/conversations", json={"channel": "test"})).json()
    bearer = (
        await site.http.post("/v1/login", json={"login": "kim", "password": "correct horse battery", "bearer": True})
    ).json()
    site.handrail.turns.last = lambda turn, upto: (
        Checked(
            turn_id=turn, direction="inbound", subject=upto, findings=(Finding(check="stuck", name="loop", score=0.5),)
        ),
        *handed_over(turn, upto),
    )
    talk = await site.begin()
    async with talk.stream_answer("Hm") as reader:
        assert "findings" not in [e.event for e in await reader.rest()]
    talk.id = opened["id"]
    async with talk.stream_answer("Hm", {"Authorization": f"Bearer {bearer['token']}"}) as reader:
        (found,) = [e for e in await reader.rest() if e.event == "findings"]
    assert found.data["findings"][0]["check"] == "stuck"


async def test_staff_do_not_speak_as_the_customer(site):
    person, talk = await site.person(), await site.begin()
    answer = await person.http.post(f"/v1/conversations/{talk.id}/messages", json={"text": "I am the customer"})
    assert (answer.status_code, answer.json()["code"]) == (403, "not_the_customer")


async def test_a_conversation_is_read_back_with_its_lines_and_its_state(site):
    talk = await site.begin()
    await talk.say("How long?")
    read = (await talk.get()).json()
    assert [(line["speaker"], line["text"]) for line in read["lines"]] == [
        ("customer", "How long?"),
        ("bot", "You have 30 days. Keep the label on."),
    ]
    assert read["state"]["holder"] == "bot" and read["state"]["working"] is False
