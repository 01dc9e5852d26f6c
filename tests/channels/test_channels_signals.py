"""That somebody types: told to whom it is for, across processes, kept nowhere."""

import asyncio

import pytest

from handrail.conversation.bell import Bell
from handrail.conversation.database import Database
from handrail.conversation.events import HandoffRequested

TYPING = "/v1/desk/conversations/{}/typing"


async def held(site, person):
    """A conversation in this person's hand."""
    talk = await site.begin()
    asked = HandoffRequested(handoff_id="h1", reason="asked_for_person")
    await site.handrail.log.append(talk.id, "bot", asked, holder="queue")
    assert (await person.http.post(f"/v1/desk/conversations/{talk.id}/claim")).status_code == 200
    return talk


async def test_a_customers_typing_reaches_the_person_who_holds_them_and_nobody_else(site):
    kim, lee = await site.person("kim"), await site.person("lee", "supervisor", "Lee")
    talk = await held(site, kim)
    before = await site.handrail.log.read(talk.id)
    async with kim.watch() as kims, lee.watch() as lees:
        await kims.next("queue"), await lees.next("queue")
        assert (await talk.post("typing")).json() == {"seen": True}
        told = await kims.next("typing")
        assert told.data == {"conversation": talk.id, "seconds": 6}
        await talk.say("So")
        assert (await lees.next("typing", "changed")).event == "changed"
    # Nothing of it is in the log: only what was said in the end.
    assert [e.kind for e in (await site.handrail.log.read(talk.id))[len(before) :]] == ["customer_said"]


async def test_a_persons_typing_reaches_the_customer_with_their_name(site):
    kim, lee = await site.person("kim"), await site.person("lee", "supervisor", "Lee")
    talk = await held(site, kim)
    async with talk.stream() as customer:
        await customer.next("state")
        assert (await lee.http.post(TYPING.format(talk.id))).json() == {"seen": False}
        assert (await kim.http.post(TYPING.format(talk.id))).json() == {"seen": True}
        assert (await customer.next("typing")).data == {"name": "Kim", "seconds": 6}


async def test_a_person_in_another_process_is_told_too(site, settings):
    kim = await site.person("kim")
    talk = await held(site, kim)
    database = await Database.open(settings)
    elsewhere = Bell(database)
    async with elsewhere.hear(f"to person:{kim.id}") as ticks:
        await ticks.wait(0)
        await talk.post("typing")
        assert await ticks.wait(5) == {f"to person:{kim.id}|typing|{talk.id}"}
    await elsewhere.close()
    await database.close()


async def test_where_no_person_is_nobody_is_told(site):
    talk = await site.begin()
    assert (await talk.post("typing")).json() == {"seen": False}
    assert (await talk.say("Hello")).status_code == 200  # it has used up nothing of what may be said


async def test_whoever_signals_all_the_time_is_stopped(site):
    kim = await site.person("kim")
    talk = await held(site, kim)
    answers = await asyncio.gather(*(talk.post("typing") for _ in range(60)))
    assert {answer.status_code for answer in answers} == {200, 429}
    assert (await talk.say("Hello")).status_code == 200


@pytest.mark.parametrize("path", ["/v1/conversations/{}/typing", TYPING])
async def test_strangers_signal_nothing(site, path):
    kim = await site.person("kim")
    talk, other = await held(site, kim), await site.begin()
    answer = await site.http.post(path.format(talk.id), headers=other.headers)
    assert answer.status_code in (401, 403, 404)
