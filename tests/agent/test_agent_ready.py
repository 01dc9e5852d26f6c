"""Tools that a person may run next: what was begun, then what fits, with arguments from the conversation alone."""

from datetime import UTC, datetime
from typing import Annotated, Any

import pytest

from handrail.agent.ready import ReadyTools
from handrail.agent.router import Router
from handrail.agent.tools import Context, Id, Preview, tool
from handrail.conversation import events as e
from handrail.conversation.events import Data, Event
from handrail.conversation.fold import fold
from handrail.conversation.situation import Situation
from handrail.knowledge.minilm import MiniLM

NOW = datetime(2026, 6, 15, 10, tzinfo=UTC)
Order = Annotated[str, Id(r"W\d{5}")]


@tool(effect="read", identity="verified", examples=["where is my order"])
async def order_status(ctx: Context, order_id: Order) -> dict[str, str]:
    """Tell where an order stands.

    order_id: the number of the order
    """
    return {}


async def preview(ctx: Context, order_id: str, **rest: Any) -> Preview:
    return Preview("cancel it")


@tool(effect="write", identity="verified", preview=preview, examples=["cancel my order"])
async def cancel_order(ctx: Context, order_id: Order) -> dict[str, str]:
    """Cancel an order.

    order_id: the number of the order
    """
    return {}


@tool(effect="write", identity="verified", preview=preview, examples=["refund my order", "money back"])
async def refund(ctx: Context, order_id: Order, reason: str) -> dict[str, str]:
    """Refund an order.

    order_id: the number of the order
    reason: why
    """
    return {}


@pytest.fixture(scope="module")
def ready() -> ReadyTools:
    return ReadyTools(Router([order_status, cancel_order, refund], MiniLM()))


async def offered(ready: ReadyTools, *data: Data) -> dict[str, e.ReadyTool]:
    events = [Event("c", n, NOW, "customer", one) for n, one in enumerate((e.Opened(), *data), 1)]
    return {tool.tool: tool for tool in await ready(fold(Situation("c"), events), events)}


def proposed(action: str = "a", name: str = "cancel_order", **arguments: Any) -> e.ActionProposed:
    return e.ActionProposed(
        turn_id="t", action_id=action, tool=name, arguments=arguments, fingerprint="f", expires_at=NOW
    )


async def test_identifiers_come_from_what_the_customer_wrote(ready):
    tools = await offered(ready, e.CustomerSaid(text="I want my money back for order w10021"))
    assert tools["refund"].arguments == {"order_id": "W10021"}
    assert tools["refund"].missing == ("reason",)
    assert tools["refund"].evidence == ("seq:2",)
    assert tools["refund"].title == "refund W10021"


async def test_what_was_refused_stands_first_with_its_very_arguments(ready):
    tools = await offered(
        ready,
        e.CustomerSaid(text="Where is my order W10022? And cancel it."),
        e.ToolRan(turn_id="t", call_id="k", tool="cancel_order", arguments={"order_id": "W10022"}, ok=False),
    )
    first = next(iter(tools.values()))
    assert (first.tool, first.arguments, first.evidence) == ("cancel_order", {"order_id": "W10022"}, ("seq:3",))


async def test_what_is_done_or_under_way_is_not_offered_again(ready):
    said = e.CustomerSaid(text="Please cancel order W10021")
    done = (proposed(order_id="W10021"), e.ActionSucceeded(action_id="a"))
    assert "cancel_order" not in await offered(ready, said, *done)
    lost = (proposed(order_id="W10021"), e.ActionClaimed(action_id="a", idempotency_key="k"))
    assert "cancel_order" not in await offered(ready, said, *lost, e.ActionUnknown(action_id="a", why="timeout"))


async def test_of_writes_only_what_fits_best_is_offered(ready):
    tools = await offered(ready, e.CustomerSaid(text="Where is my order W10021?"))
    assert list(tools) == ["order_status"]


async def test_nothing_is_offered_whose_arguments_nobody_has_told(ready):
    assert await offered(ready, e.CustomerSaid(text="Please cancel my order")) == {}
    assert await offered(ready) == {}
