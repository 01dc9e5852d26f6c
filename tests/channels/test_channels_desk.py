"""The desk's side of the API: the queue, one conversation, and what a person does with it."""

import pytest

from handrail.conversation.events import (
    BotSaid,
    Checked,
    CustomerSaid,
    Finding,
    HandoffRequested,
    PromiseMade,
    TurnEnded,
)
from handrail.desk.staff import Presence


async def waits(site, text="I want a person", *, urgency="normal", department="general", mode="live", **begun):
    """A conversation that waits in the queue."""
    talk = await site.begin(**begun)
    log = site.handrail.log
    said, *_ = await log.append(talk.id, "customer", CustomerSaid(text=text))
    await log.append(
        talk.id,
        "bot",
        Checked(
            turn_id="t",
            direction="inbound",
            subject=said.seq,
            findings=(Finding(check="asks_for_person", name="asked", score=1.0, action="handover"),),
        ),
        BotSaid(turn_id="t", reply_id="t", part=1, text="One moment.", engine="offline"),
        HandoffRequested(
            handoff_id=f"h{talk.id}", reason="asked_for_person", urgency=urgency, department=department, mode=mode
        ),
        TurnEnded(turn_id="t", reply_id="t", upto=said.seq, outcome="handed_over", engine="offline"),
        holder="queue",
    )
    return talk


def desk(talk, what=""):
    return f"/v1/desk/conversations/{talk.id}" + (f"/{what}" if what else "")


async def queue(person, **filters):
    answer = await person.http.get("/v1/desk/queue", params=filters)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_the_queue_tells_who_waits_the_most_pressing_first(site, clock):
    person = await site.person()
    await waits(site, "Where is my parcel?")
    clock.advance(30)
    await waits(site, "There is a fire in my tent stove", urgency="urgent")
    clock.advance(60)
    told = await queue(person)
    assert [item["urgency"] for item in told["items"]] == ["urgent", "normal"]
    assert (told["total"], told["waiting"]) == (2, 2)
    first = told["items"][1]
    assert (first["reason"], first["about"], first["waiting_seconds"]) == (
        "asked_for_person",
        "Where is my parcel?",
        90,
    )


async def test_the_queue_is_filtered_and_paged(site):
    person = await site.person()
    high, low = await waits(site, urgency="high"), await waits(site, urgency="low")
    assert [i["conversation_id"] for i in (await queue(person, urgency="high"))["items"]] == [high.id]
    page = await queue(person, limit=1, offset=1)
    assert ([i["conversation_id"] for i in page["items"]], page["total"]) == ([low.id], 2)
    assert (await queue(person, department="returns"))["items"] == []
    await person.http.post(desk(high, "claim"))
    assert [i["conversation_id"] for i in (await queue(person, state="mine"))["items"]] == [high.id]
    assert [i["conversation_id"] for i in (await queue(person, state="waiting"))["items"]] == [low.id]
    other = await site.person("lee", name="Lee")
    assert [i["conversation_id"] for i in (await queue(other, state="open"))["items"]] == [low.id]
    for wrong in (
        {"limit": 0},
        {"limit": 10**9},
        {"offset": -1},
        {"urgency": "x"},
        {"state": "x"},
        {"department": "É"},
    ):
        assert (await person.http.get("/v1/desk/queue", params=wrong)).status_code == 422


async def test_a_person_sees_the_whole_conversation_with_its_summary(site):
    person, talk = await site.person(), await waits(site)
    shown = (await person.http.get(desk(talk))).json()
    assert (shown["holder"], shown["state"]["handoff"]["state"]) == ("queue", "waiting")
    assert [e["kind"] for e in shown["events"]][:3] == ["opened", "customer_said", "checked"]
    assert shown["entry"]["conversation_id"] == talk.id
    assert shown["packet"]["lines"] and all(line["evidence"] for line in shown["packet"]["lines"])
    later = (await person.http.get(desk(talk), params={"after": shown["seq"] - 1})).json()
    assert [e["seq"] for e in later["events"]] == [shown["seq"]]


async def test_claim_say_and_the_customer_gets_it_in_the_same_stream(site):
    person, talk = await site.person(), await waits(site)
    async with talk.stream() as reader:
        await reader.next("state")
        claimed = await person.http.post(desk(talk, "claim"))
        assert (claimed.status_code, claimed.json()["person"]) == (200, person.id)
        assert (await reader.next("announcement")).data["text"] == "Kim from Support is here now."
        said = await person.http.post(desk(talk, "messages"), json={"text": "Hello, I am Kim."})
        heard = await reader.next("person")
    assert (heard.data["name"], heard.data["text"], heard.id) == ("Kim", "Hello, I am Kim.", said.json()["seq"])


async def test_of_two_people_one_gets_the_conversation(site):
    kim, lee = await site.person(), await site.person("lee", name="Lee")
    talk = await waits(site)
    assert (await kim.http.post(desk(talk, "claim"))).status_code == 200
    refused = await lee.http.post(desk(talk, "claim"))
    assert (refused.status_code, refused.json()["code"]) == (409, "taken")
    assert (await lee.http.post(desk(talk, "messages"), json={"text": "x"})).status_code == 409
    boss = await site.person("boss", "supervisor", "Boss")
    assert (await boss.http.post(desk(talk, "claim"), json={"take_over": True})).json()["person"] == boss.id


async def test_a_line_sent_twice_with_one_key_is_said_once(site):
    person, talk = await site.person(), await waits(site)
    await person.http.post(desk(talk, "claim"))
    key = {"Idempotency-Key": "k1"}
    answers = [await person.http.post(desk(talk, "messages"), json={"text": "Hi"}, headers=key) for _ in range(2)]
    assert answers[0].json() == answers[1].json()


async def test_a_key_means_something_else_for_another_action(site):
    person, talk = await site.person(), await waits(site)
    key = {"Idempotency-Key": "k1"}
    await person.http.post(desk(talk, "claim"), headers=key)
    said = await person.http.post(desk(talk, "messages"), json={"text": "Hi"}, headers=key)
    noted = await person.http.post(desk(talk, "notes"), json={"text": "A note"}, headers=key)
    assert said.json()["seq"] < noted.json()["seq"]


async def test_notes_stay_at_the_desk(site):
    person, talk = await site.person(), await waits(site)
    assert (await person.http.post(desk(talk, "notes"), json={"text": "Looks like fraud"})).status_code == 200
    assert "fraud" not in (await talk.get()).text
    assert "fraud" in (await person.http.get(desk(talk))).text


async def test_giving_back_wakes_the_bot_and_tells_the_customer(site):
    person, talk = await site.person(), await waits(site)
    await person.http.post(desk(talk, "claim"))
    back = await person.http.post(desk(talk, "give-back"), json={"instruction": "The refund is approved"})
    assert back.status_code == 200 and site.handrail.turns.woken == [talk.id]
    state = (await talk.get()).json()
    assert state["state"]["holder"] == "bot" and state["state"]["handoff"] is None
    assert "refund is approved" not in str(state)


async def test_the_bot_answers_again_after_it_was_given_back(site):
    person, talk = await site.person(), await waits(site)
    await person.http.post(desk(talk, "claim"))
    await person.http.post(desk(talk, "give-back"))
    assert (await talk.say("And my other question?")).json()["outcome"] == "answered"


async def test_wrapping_up_closes_with_what_was_learned(site):
    person, talk = await site.person(), await waits(site)
    await person.http.post(desk(talk, "claim"))
    body = {"disposition": "resolved", "tags": ["policy_missing"], "right_answer": "Dogs may come.", "note": "ok"}
    assert (await person.http.post(desk(talk, "wrap-up"), json=body)).status_code == 200
    assert (await talk.get()).json()["state"]["closed"] is True
    assert "Dogs may come" not in (await talk.get()).text
    assert [i["state"] for i in (await queue(person, state="done"))["items"]] == ["wrapped_up"]
    wrapped = next(e for e in (await person.http.get(desk(talk))).json()["events"] if e["kind"] == "wrapped_up")
    assert wrapped["data"]["tags"] == ["policy_missing"] and wrapped["data"]["by"] == person.id


@pytest.mark.parametrize(
    ("what", "body", "status"),
    [
        ("messages", {"text": ""}, 422),
        ("messages", {"text": "x" * 9000}, 422),
        ("messages", {"text": "a\0"}, 422),
        ("notes", {"text": " "}, 422),
        ("wrap-up", {"disposition": "great"}, 422),
        ("wrap-up", {"disposition": "resolved", "tags": ["no_such_tag"]}, 422),
        ("wrap-up", {"disposition": "resolved", "tags": ["x"] * 100}, 422),
        ("promises", {"promise": "none", "kept": True}, 422),
        ("give-back", {"instruction": "x" * 5000}, 422),
        ("claim", {"take_over": "maybe"}, 422),
    ],
)
async def test_what_a_person_sends_is_bounded(site, what, body, status):
    person, talk = await site.person(), await waits(site)
    await person.http.post(desk(talk, "claim"))
    before = (await site.handrail.log.head(talk.id)).last_seq
    assert (await person.http.post(desk(talk, what), json=body)).status_code == status
    assert (await site.handrail.log.head(talk.id)).last_seq == before


async def test_a_conversation_that_is_not_there_is_not_found(site):
    person = await site.person()
    for path in ("/v1/desk/conversations/0123456789abcdefghjkmnpqrs", "/v1/desk/conversations/%00"):
        assert (await person.http.get(path)).status_code == 404
        assert (await person.http.post(path + "/claim")).status_code == 404


async def test_a_promise_is_settled(site):
    person, talk = await site.person(), await waits(site)
    made = PromiseMade(promise_id="p1", text="Refund by Friday", owner="general")
    await site.handrail.log.append(talk.id, "bot", made)
    assert (await person.http.post(desk(talk, "promises"), json={"promise": "p1", "kept": True})).status_code == 200
    promises = (await person.http.get(desk(talk))).json()["promises"]
    assert [(p["id"], p["kept"]) for p in promises] == [("p1", True)]


async def test_one_stream_tells_of_the_queue_and_of_news(site):
    person = await site.person()
    async with person.watch() as reader:
        assert (await reader.next("queue")).data["items"] == []
        talk = await waits(site)
        told = (await reader.next("queue")).data
        assert ([i["conversation_id"] for i in told["items"]], told["waiting"]) == ([talk.id], 1)
        other = await site.begin()
        await other.say("How long?")
        while other.id not in (await reader.next("changed")).data["conversations"]:
            pass


async def test_the_stream_keeps_to_its_filter(site):
    person = await site.person()
    async with person.watch(urgency="urgent") as reader:
        await reader.next("queue")
        await waits(site)
        urgent = await waits(site, urgency="urgent")
        assert [i["conversation_id"] for i in (await reader.next("queue")).data["items"]] == [urgent.id]


async def test_whoever_watches_counts_as_there_until_they_leave(site, database, clock):
    presence = Presence(database, clock)
    person, engineer = await site.person(), await site.person("eng", "engineer", "Eng")
    async with person.watch() as reader, engineer.watch() as other:
        await reader.next("queue")
        await other.next("queue")
        assert await presence.on("general") == (person.id,)
    await person.http.post("/v1/desk/leave")
    assert await presence.on("general") == ()


async def test_a_customer_who_waits_is_told_the_place_in_line(site, clock):
    first = await waits(site)
    clock.advance(1)
    second = await waits(site)
    assert (await first.get()).json()["state"]["handoff"]["position"] == 1
    assert (await second.get()).json()["state"]["handoff"]["position"] == 2
    person = await site.person()
    await person.http.post(desk(first, "claim"))
    assert (await second.get()).json()["state"]["handoff"]["position"] == 1


async def test_a_customer_who_writes_to_a_settled_ticket_is_not_kept_waiting_for_a_bot(site):
    """Such a line puts the ticket back into the queue without a turn."""
    talk = await site.begin()
    site.handrail.turns.gate.clear()
    async with talk.stream_answer("It broke again") as reader:
        await reader.next("state")
        again = HandoffRequested(handoff_id="h2", reason="asked_for_person", mode="ticket")
        await site.handrail.log.append(talk.id, "system", again, holder="queue")
        assert (await reader.next("done")).data["outcome"] == "held"
