"""The tools as Handrail reads them: described, guarded, and with templates that their results fill."""

from string import Formatter
from typing import get_args

import pytest
from sample_files import FOLDER

from handrail.agent.models.offline.rendering import render
from handrail.agent.workspace import load_workspace
from handrail.conversation.settings import load

TOOLS = load_workspace(load(FOLDER, {})).tools
OPEN = {"find_slots", "find_products"}


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.name)
def test_a_tool_says_what_it_needs_and_tells_what_came_of_it(tool):
    result = next(iter(get_args(tool.result)), tool.result)
    fields = {name for _, name, _, _ in Formatter().parse(tool.template) if name}
    assert fields and fields <= set(result.model_fields)
    assert len(tool.examples) >= 4
    for name, argument in tool.parameters["properties"].items():
        assert argument.get("description"), name


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.name)
def test_only_public_things_are_read_without_proof_and_every_write_can_be_found_again(tool):
    assert tool.identity == ("none" if tool.name in OPEN else "verified")
    if tool.effect == "write":
        assert tool.preview and tool.lookup


async def test_results_are_told_in_plain_words(customer):
    by_name = {tool.name: tool for tool in TOOLS}

    async def told(who, tool, **arguments):
        return render(by_name[tool], await customer(who).value(tool, **arguments), "Europe/London")

    assert await told("C1001", "order_status", order_id="W10002") == (
        "Order W10002: it left on Friday 12 June 2026 with Parcelway (tracking number PW4200101GB) and is expected by "
        "Monday 15 June 2026. The carrier says: out for delivery."
    )
    assert await told("C1001", "find_bookings") == (
        "B20001: day walk on Saturday, 11 July 2026 at 09:00, 2 places, £96.00, confirmed."
    )
    assert (await told("C1001", "find_orders", product="rucksack")).startswith("- W10001 of Monday, 15 June 2026: 1 × ")
    (there, *_) = await customer("C1001").value("find_slots", booking_id="B20001", day="2026-07-12")
    done = await customer("C1001").do("move_booking", booking_id="B20001", slot_id=there["slot_id"])
    assert render(by_name["move_booking"], done.value, "Europe/London") == (
        "Booking B20001 is now on Sunday 12 July 2026 at 09:00: day walk, 2 places."
    )
