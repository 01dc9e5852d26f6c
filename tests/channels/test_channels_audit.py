"""Every look of the staff is entered, and those who lead can read the trail."""

import pytest


async def trail(reader, **query) -> dict:
    answer = await reader.http.get("/v1/desk/audit", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_who_looks_is_entered(site):
    talk = await site.begin()
    await talk.say("How long do I have to return a jacket?")
    kim, boss = await site.person(), await site.person("bo", "supervisor", "Bo")
    assert (await trail(boss))["items"] == []
    await kim.http.get("/v1/desk/queue")
    await kim.http.get(f"/v1/desk/conversations/{talk.id}")
    await kim.http.get(f"/v1/conversations/{talk.id}")
    async with talk.stream(headers={}) as own:
        assert own.status == 401
    async with kim.watch() as desk:
        await desk.next("queue")
    items = (await trail(boss))["items"]
    assert [(item["name"], item["what"], item["conversation_id"]) for item in items] == [
        ("Kim", "transcript", talk.id),
        ("Kim", "case", talk.id),
        ("Kim", "queue", ""),
    ]
    assert [item["times"] for item in items] == [1, 1, 2]


async def test_a_customers_own_look_is_none(site):
    talk = await site.begin()
    await talk.say("Hello")
    await talk.get()
    boss = await site.person("bo", "supervisor", "Bo")
    assert (await trail(boss))["items"] == []


async def test_a_stream_of_a_conversation_is_a_look(site):
    talk = await site.begin()
    kim, boss = await site.person(), await site.person("bo", "supervisor", "Bo")
    async with kim.http.stream("GET", f"/v1/conversations/{talk.id}/events") as stream:
        assert stream.status_code == 200
    assert [item["what"] for item in (await trail(boss, conversation=talk.id))["items"]] == ["stream"]


async def test_what_is_not_there_leaves_no_look(site):
    kim, boss = await site.person(), await site.person("bo", "supervisor", "Bo")
    assert (await kim.http.get("/v1/desk/conversations/nothing")).status_code == 404
    assert (await trail(boss))["items"] == []


async def test_the_trail_is_read_page_by_page_and_by_person(site):
    kim, lou = await site.person(), await site.person("lou", name="Lou")
    boss = await site.person("bo", "supervisor", "Bo")
    talks = [await site.begin() for _ in range(5)]
    for talk in talks:
        await kim.http.get(f"/v1/desk/conversations/{talk.id}")
        await lou.http.get(f"/v1/desk/conversations/{talk.id}")
    seen, before = [], None
    while True:
        page = await trail(boss, person=kim.id, limit=2, **({"before": before} if before else {}))
        seen += [item["conversation_id"] for item in page["items"]]
        before = page["next"]
        if before is None:
            break
    assert seen == [talk.id for talk in reversed(talks)]


@pytest.mark.parametrize("role", ["agent", "engineer"])
async def test_only_those_who_lead_read_it(site, role):
    person = await site.person(role=role)
    assert (await person.http.get("/v1/desk/audit")).status_code == 403
    assert (await site.http.get("/v1/desk/audit")).status_code == 401
