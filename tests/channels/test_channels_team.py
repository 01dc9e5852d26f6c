"""The API of whoever leads the desk: how it stands, listening in, whispering, moving."""

from test_channels_signals import held

from handrail.conversation.settings import Settings

ONE = "/v1/desk/conversations/{}/{}"


async def test_a_supervisor_sees_the_desk_and_an_agent_does_not(site):
    kim, lee = await site.person("kim"), await site.person("lee", "supervisor", "Lee")
    talk = await held(site, kim)
    found = (await lee.http.get("/v1/desk/team")).json()
    (member,) = [each for each in found["people"] if each["id"] == kim.id]
    assert [each["conversation_id"] for each in member["holds"]] == [talk.id]
    assert (found["departments"][0]["department"], found["target_minutes"]) == ("general", 5)
    assert (await kim.http.get("/v1/desk/team")).status_code == 403


async def test_who_is_listened_to_sees_it_and_it_stands_in_the_trail(site):
    kim, lee = await site.person("kim"), await site.person("lee", "supervisor", "Lee")
    talk = await held(site, kim)
    async with kim.watch() as kims:
        await kims.next("queue")
        assert (await lee.http.post(ONE.format(talk.id, "listen"))).json() == {"seen": True}
        told = await kims.next("listening")
        assert told.data == {"conversation": talk.id, "name": "Lee", "seconds": 45}
    trail = (await lee.http.get("/v1/desk/audit", params={"conversation": talk.id})).json()
    assert ("Lee", "listen") in [(each["name"], each["what"]) for each in trail["items"]]
    assert (await kim.http.post(ONE.format(talk.id, "listen"))).status_code == 403


async def test_where_the_settings_say_so_nobody_is_told_of_it(handrail, serve):
    desk = handrail.settings.desk.model_copy(update={"tell_listening": False})
    handrail.settings = Settings.model_validate({**handrail.settings.model_dump(), "desk": desk.model_dump()})
    async with serve(handrail) as site:
        kim, lee = await site.person("kim"), await site.person("lee", "supervisor", "Lee")
        talk = await held(site, kim)
        assert (await lee.http.post(ONE.format(talk.id, "listen"))).json() == {"seen": False}


async def test_a_whisper_reaches_the_holder_at_once_and_the_customer_never(site):
    kim, lee = await site.person("kim"), await site.person("lee", "supervisor", "Lee")
    talk = await held(site, kim)
    async with kim.watch() as kims, talk.stream() as customer:
        await kims.next("queue")
        await customer.next("state")
        answer = await lee.http.post(ONE.format(talk.id, "whispers"), json={"text": "Offer them a voucher"})
        assert answer.status_code == 200
        assert (await kims.next("whisper")).data == {"conversation": talk.id}
        said = await kim.http.post(ONE.format(talk.id, "messages"), json={"text": "One moment"})
        assert said.status_code == 200
        heard = await customer.next()
        assert (heard.event, heard.data["text"]) == ("person", "One moment")
    case = (await kim.http.get(ONE.format(talk.id, "").rstrip("/"))).json()
    (whisper,) = [each["data"] for each in case["events"] if each["kind"] == "whispered"]
    assert (whisper["name"], whisper["to"], whisper["text"]) == ("Lee", kim.id, "Offer them a voucher")
    assert "voucher" not in (await talk.get()).text


async def test_a_conversation_is_moved_to_a_colleague(site):
    kim, lee = await site.person("kim"), await site.person("lee", "supervisor", "Lee")
    ann = await site.person("ann", name="Ann")
    talk = await held(site, kim)
    async with ann.watch() as anns:
        await anns.next("queue")
        moved = await lee.http.post(ONE.format(talk.id, "reassign"), json={"colleague": ann.id})
        assert moved.status_code == 200
    assert (await ann.http.post("/v1/desk/next")).json()["case"]["id"] == talk.id
