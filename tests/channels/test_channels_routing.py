"""Over the wire: the next conversation, handing on, parking, and who is there."""

from datetime import timedelta

from test_channels_desk import desk, queue, waits


async def test_next_is_the_most_pressing_and_then_nothing(site):
    kim = await site.person()
    await waits(site, urgency="low")
    high = await waits(site, urgency="high")
    taken = (await kim.http.post("/v1/desk/next")).json()["case"]
    assert (taken["id"], taken["holder"]) == (high.id, f"person:{taken['person']}")
    await kim.http.post("/v1/desk/next")
    assert (await kim.http.post("/v1/desk/next", json={"departments": ["general"]})).json() == {"case": None}
    assert (await kim.http.post("/v1/desk/next", json={"departments": "general"})).status_code == 422


async def test_nobody_gets_more_than_they_can(site):
    admin = await site.person("root", role="admin")
    kim = await site.person()
    me = (await kim.http.get("/v1/me")).json()["id"]
    changed = await admin.http.patch(f"/v1/users/{me}", json={"capacity": 1, "skills": ["german"]})
    assert (changed.json()["capacity"], changed.json()["skills"]) == (1, ["german"])
    for _ in range(2):
        await waits(site)
    assert (await kim.http.post("/v1/desk/next")).status_code == 200
    refused = await kim.http.post("/v1/desk/next")
    assert (refused.status_code, refused.json()["code"]) == (409, "full")
    people = (await kim.http.get("/v1/desk/people")).json()["items"]
    assert [(p["name"], p["status"], p["load"], p["capacity"], p["skills"]) for p in people] == [
        ("Kim", "online", 1, 1, ["german"])
    ]


async def test_handed_on_to_a_colleague_it_waits_for_them(site, clock):
    kim, lee = await site.person(), await site.person("lee", name="Lee")
    await lee.http.post("/v1/desk/presence", json={"status": "online"})
    talk = await waits(site)
    await kim.http.post(desk(talk, "claim"))
    clock.advance(60)
    them = (await lee.http.get("/v1/me")).json()["id"]
    for wrong in ({}, {"department": "general", "colleague": them}, {"department": "G"}):
        assert (await kim.http.post(desk(talk, "hand-on"), json=wrong)).status_code == 422
    body = {"colleague": them, "note": "knows the makers"}
    assert (await kim.http.post(desk(talk, "hand-on"), json=body)).status_code == 200
    (item,) = (await queue(kim))["items"]
    assert (item["state"], item["kept_for"], item["waiting_seconds"]) == ("waiting", them, 60)
    assert (await kim.http.post("/v1/desk/next")).json()["case"] is None
    assert (await lee.http.post("/v1/desk/next")).json()["case"]["id"] == talk.id
    assert (await kim.http.post(desk(talk, "hand-on"), json=body)).status_code == 409


async def test_parked_with_a_reminder_and_taken_up(site, clock):
    kim = await site.person()
    talk = await waits(site)
    await kim.http.post(desk(talk, "claim"))
    until = (clock.now() + timedelta(hours=1)).isoformat()
    assert (await kim.http.post(desk(talk, "park"), json={"until": until, "note": "call back"})).status_code == 200
    (item,) = (await queue(kim, state="mine"))["items"]
    assert (item["parked_for"], bool(item["parked_until"])) == ("call back", True)
    assert (await kim.http.post(desk(talk, "take-up"))).status_code == 200
    (item,) = (await queue(kim, state="mine"))["items"]
    assert (item["parked_until"], bool(item["woken_at"])) == (None, True)
    past = {"until": clock.now().isoformat()}
    assert (await kim.http.post(desk(talk, "park"), json=past)).json()["code"] == "until"
    assert (await kim.http.post(desk(talk, "park"), json={"until": "2026-06-16T09:00"})).status_code == 422


async def test_who_is_away_says_so_and_is_not_counted_on(site):
    kim = await site.person()
    assert (await kim.http.post("/v1/desk/presence", json={"status": "away"})).status_code == 204
    assert [p["status"] for p in (await kim.http.get("/v1/desk/people")).json()["items"]] == ["away"]
    assert (await kim.http.post("/v1/desk/presence", json={"status": "offline"})).status_code == 422


async def test_what_is_owed_is_listed_and_how_it_ended_counted(site, clock):
    kim, lee = await site.person(), await site.person("lee", name="Lee")
    talk = await waits(site)
    await kim.http.post(desk(talk, "claim"))
    said = {"text": "I'll call you today at 14:00. We will refund you within three days."}
    await kim.http.post(desk(talk, "messages"), json=said)
    mine = (await kim.http.get("/v1/desk/promises", params={"mine": True})).json()["items"]
    assert [(p["standing"], p["conversation_id"]) for p in mine] == [("open", talk.id)] * 2
    assert (await lee.http.get("/v1/desk/promises", params={"mine": True})).json()["items"] == []
    soon = (await lee.http.get("/v1/desk/promises", params={"hours": 24})).json()["items"]
    assert [p["text"] for p in soon] == ["I'll call you today at 14:00."]
    clock.advance(timedelta(hours=5))
    kim = await site.log_in("kim")  # a session that nobody used for so long has ended
    body = {"promise": soon[0]["promise_id"], "kept": False}
    await kim.http.post(desk(talk, "promises"), json=body)
    (found,) = (await kim.http.get("/v1/desk/promises/figures")).json()["items"]
    assert (found["owner"], found["made"], found["broken"], found["overdue"]) == ("person", 2, 1, 0)
    assert (await kim.http.get("/v1/desk/promises", params={"owner": "Kim!"})).status_code == 422
