"""Packets written again while a customer waits: once after a pause, by event, and never over somebody who took it."""

import asyncio
from zoneinfo import ZoneInfo

import pytest

from handrail.conversation import events as e
from handrail.desk.refresher import Refresher
from handrail.desk.staff import Staff
from handrail.desk.writer import Packets

BEN = Staff("ben", "Ben")


@pytest.fixture
async def refresher(log, situations, clock):
    made = Refresher(log, situations, Packets(ZoneInfo("Europe/Berlin")), clock, pause=0)
    yield made
    await made.close()


@pytest.fixture
async def waiting(shop, presence):
    await presence.seen(BEN)
    talk = await shop.talk("My tent is torn")
    await shop.hand_over(talk)
    return talk


async def packets(shop, talk: str) -> list[e.PacketWritten]:
    return [event.data for event in await shop.log.read(talk) if isinstance(event.data, e.PacketWritten)]


async def test_what_a_waiting_customer_adds_comes_into_a_packet_of_its_own(shop, waiting, refresher):
    await shop.write(waiting, "And order W10021 has never arrived. Where is it?")
    refresher.note(waiting)
    await refresher.settled()
    first, second = await packets(shop, waiting)
    assert "W10021" not in str(first.packet)
    assert "W10021" in str(second.packet)
    assert second.handoff_id == first.handoff_id
    situation = await shop.situations.get(waiting)
    assert situation.handoff.packet == second.packet
    assert situation.holder == "queue"


async def test_several_lines_in_a_row_make_one_packet(shop, waiting, log, situations, clock):
    slow = Refresher(log, situations, Packets(ZoneInfo("Europe/Berlin")), clock, pause=0.05)
    for number in range(3):
        await shop.write(waiting, f"line {number}: where is order W1002{number}?")
        slow.note(waiting)
    await slow.settled()
    assert len(await packets(shop, waiting)) == 2


async def test_without_news_nothing_is_written(shop, waiting, refresher):
    refresher.note(waiting)
    await refresher.settled()
    assert len(await packets(shop, waiting)) == 1


async def test_two_processes_that_heard_of_the_same_news_write_one_packet(shop, waiting, log, situations, clock):
    both = [Refresher(log, situations, Packets(ZoneInfo("Europe/Berlin")), clock, pause=0) for _ in range(2)]
    await shop.write(waiting, "And order W10021 has never arrived.")
    for one in both:
        one.note(waiting)
    await asyncio.gather(*(one.settled() for one in both))
    assert len(await packets(shop, waiting)) == 2


async def test_who_took_the_conversation_gets_no_packet_behind_their_back(shop, desk, waiting, refresher):
    await shop.write(waiting, "And order W10021 has never arrived.")
    await desk.claim(waiting, BEN)
    refresher.note(waiting)
    await refresher.settled()
    assert len(await packets(shop, waiting)) == 1
    assert "W10021" in str((await desk.show(waiting)).packet)
