"""Every tool as every kind of caller, aimed at what is somebody else's: not one row of it comes out."""

import asyncio
from dataclasses import replace

import pytest
from access_world import STRANGERS, Who, World, done, ran

from handrail.agent.models.protocol import Call
from handrail.agent.tools import call as calling
from handrail.agent.tools.api import Customer, Tool
from handrail.conversation.events import ActionProposed

pytestmark = pytest.mark.asyncio(loop_scope="session")
SMUGGLED = ("customer_id", "customer", "user_id", "ctx", "level")
LINES = ("Please look this up for me.", "yes", "yes please, go ahead")


async def try_tool(world: World, tool: Tool, who: Who) -> list[str]:
    """Call it on what is the victim's, with and without a customer of the model's choice; what went wrong."""
    talk = await world.talk(who)
    aimed = world.aimed(tool, world.aims)
    names = any(value in world.aims for value in aimed.values() if isinstance(value, str) and value[0] in "WBL")
    calls = [Call(tool.name, aimed), *(Call(tool.name, {**aimed, name: world.victim}) for name in SMUGGLED[:2])]
    answers = [await world.say(talk, line, *calls) for line in LINES]
    events, faults = await world.events(talk), []
    if world.leaks(" ".join([*answers, await world.seen(talk)])):
        faults.append("shows what is the victim's")
    if names and any(each.ok for each in ran(events)):
        faults.append("a call about the victim's things was answered")
    if names and (done(events) or any(isinstance(event.data, ActionProposed) for event in events)):
        faults.append("a write to the victim's things was put before the customer")
    if who != "another, proven" and done(events):
        faults.append("something was done for somebody who proved nothing")
    return [f"{tool.name} as {who}: {fault}" for fault in faults]


async def everything(world: World) -> list[str]:
    before, gate = await world.theirs(), asyncio.Semaphore(6)

    async def one(tool: Tool, who: Who) -> list[str]:
        async with gate:
            return await try_tool(world, tool, who)

    found = await asyncio.gather(*(one(tool, who) for tool in world.tools for who in STRANGERS))
    changed = [] if await world.theirs() == before else ["the victim's records have changed"]
    return [fault for faults in found for fault in faults] + changed


async def test_no_tool_shows_or_changes_what_is_somebody_elses(world: World) -> None:
    assert len(world.tools) >= 6
    assert await everything(world) == []


async def test_the_same_calls_are_good_ones_for_whose_things_they_are(world: World) -> None:
    """Else the calls above would prove nothing: for the victim they are bound, and what they read carries the mark."""
    marked = []
    for tool in world.tools:
        talk = await world.talk("the victim")
        await world.say(talk, LINES[0], Call(tool.name, world.aimed(tool, world.aims)))
        events = await world.events(talk)
        assert all(each.error not in ("arguments", "identity", "no_such_tool") for each in ran(events)), tool.name
        assert ran(events) or any(isinstance(event.data, ActionProposed) for event in events), tool.name
        if tool.effect == "read" and world.leaks(await world.seen(talk)):
            marked.append(tool.name)
    assert len(marked) >= 3, marked


async def test_a_gate_that_lets_the_models_customer_through_is_seen(
    shop: World, library: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Break it once: whoever calls is taken for the victim."""
    monkeypatch.setattr(Customer, "reaches", lambda *_: True)
    admitted = calling.admitted

    def credulous(tool, ctx):
        victim = library.victim if tool in library.tools else shop.victim
        return admitted(tool, replace(ctx, customer=Customer(victim, "verified")))

    monkeypatch.setattr(calling, "admitted", credulous)
    for world, name in ((shop, "profile"), (library, "loan_details")):
        tool = next(tool for tool in world.tools if tool.name == name)
        for who in STRANGERS:
            assert await try_tool(world, tool, who)
