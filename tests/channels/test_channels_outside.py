"""The door for other desks: only what they signed comes in."""

from typing import Any

import pytest
from outside_desks import ZendeskServer

from handrail.conversation.events import HandoffRequested, PersonSaid
from handrail.conversation.log import Log
from handrail.conversation.settings import Settings
from handrail.desk.outbox import Outbox
from handrail.desk.outside.desks import put_together
from handrail.desk.outside.threads import Forwarding
from handrail.desk.projections import DESK_PROJECTIONS
from handrail.desk.wire import Wire


@pytest.fixture
async def zendesk(clock: Any) -> Any:
    async with ZendeskServer(clock) as server:
        yield server


@pytest.fixture
def settings(settings: Settings, zendesk: ZendeskServer) -> Settings:
    return Settings.model_validate({**settings.model_dump(), "outside": {"zendesk": zendesk.settings()}})


@pytest.fixture
async def log(database: Any, vault: Any, clock: Any, bell: Any, settings: Settings) -> Log:
    return Log(database, vault, clock, (*DESK_PROJECTIONS, Forwarding(settings.outside)), bell=bell)


@pytest.fixture
async def site(handrail: Any, serve: Any, settings: Settings, log: Log) -> Any:
    wire = Wire()
    desks = put_together(settings, log, handrail.situations, wire)
    handrail.outside, handrail.outbox = desks.inboxes, Outbox(log.database, log.clock, dict(desks.couriers))
    async with serve(handrail) as site:
        yield site
    await wire.close()


async def post(site: Any, webhook: tuple[dict[str, str], bytes], name: str = "zendesk") -> int:
    headers, body = webhook
    headers = {**headers, "Content-Type": "application/json"}
    return (await site.http.post(f"/v1/outside/{name}", content=body, headers=headers)).status_code


async def test_a_reply_there_reaches_the_customers_stream_here(site, zendesk, log):
    talk = await site.begin()
    await talk.say("Hello")
    requested = HandoffRequested(handoff_id="h", reason="asked_for_person")
    await log.append(talk.id, "bot", requested, holder="queue")
    await site.handrail.outbox.deliver()
    zendesk.reply("Kim here.")
    async with talk.stream() as stream:
        for webhook in zendesk.webhooks * 2:
            assert await post(site, webhook) == 204
        heard = await stream.next("person")
    assert (heard.data["name"], heard.data["text"]) == ("Kim Park", "Kim here.")
    events = await log.read(talk.id)
    assert sum(isinstance(event.data, PersonSaid) for event in events) == 1


async def test_what_nobody_signed_stays_outside(site, zendesk):
    zendesk.tickets[1] = {"id": 1, "status": "open", "external_id": None, "comments": []}
    zendesk.reply("Kim here.")
    (headers, body) = zendesk.webhooks.pop()
    assert await post(site, ({}, body)) == 403
    assert await post(site, (headers, body + b" ")) == 403
    assert await post(site, (headers, body), "freshdesk") == 404
    assert await post(site, (headers, body)) == 204


async def test_without_the_console_its_page_is_not_there(handrail, serve, settings):
    async with serve(handrail) as site:
        assert (await site.http.get("/desk")).status_code == 200
    desk = settings.desk.model_copy(update={"console": False})
    handrail.settings = settings.model_copy(update={"desk": desk})
    async with serve(handrail) as site:
        assert (await site.http.get("/desk")).status_code == 404
        assert (await site.http.get("/")).status_code == 200
