"""What a tool's result promises."""

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from handrail.agent.promised import promised
from handrail.agent.tools import Context, Preview, tool

BERLIN = ZoneInfo("Europe/Berlin")
ACTION: Any = SimpleNamespace(action_id="a1", question="Refund £20 for order W10001")


async def preview(ctx: Context, order_id: str) -> Preview:
    return Preview(summary="refund")


@tool(effect="write", preview=preview, promised_by="paid_by")
async def refund(ctx: Context, order_id: str) -> dict[str, str]:
    """Refund an order.

    order_id: the order
    """
    return {"paid_by": "2026-06-19"}


@pytest.mark.parametrize(
    ("result", "due"),
    [
        ({"paid_by": "2026-06-19"}, datetime(2026, 6, 19, 21, 59, tzinfo=UTC)),
        ({"paid_by": "2026-06-19T12:00:00"}, datetime(2026, 6, 19, 10, tzinfo=UTC)),
        ({"paid_by": "2026-06-19T12:00:00Z"}, datetime(2026, 6, 19, 12, tzinfo=UTC)),
    ],
)
def test_a_time_in_the_result_is_a_promise(result, due):
    (made,) = promised(refund, ACTION, result, BERLIN)
    assert (made.due, made.text, made.owner) == (due, ACTION.question, "general")
    assert promised(refund, ACTION, result, BERLIN)[0].promise_id == made.promise_id


@pytest.mark.parametrize("result", [{"paid_by": "soon"}, {"paid_by": None}, {}, None, ["2026-06-19"]])
def test_what_is_no_time_is_no_promise(result):
    assert promised(refund, ACTION, result, BERLIN) == ()
