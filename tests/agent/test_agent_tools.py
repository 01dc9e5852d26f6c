"""The tool API: what the decorator reads from a function, how arguments are bound, and how calls end."""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime
from enum import Enum
from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, Field

from handrail.agent.tools import Context, Customer, Id, Preview, Refusal, Tool, tool
from handrail.agent.tools.binding import Bound, Unbound, bind
from handrail.agent.tools.call import call
from handrail.conversation.errors import SettingsError

OrderId = Annotated[str, Id(r"W\d{5}", of="order_id")]
CTX = Context(customer=Customer(id="c1", level="verified"), now=datetime(2026, 6, 15, tzinfo=UTC), timezone="UTC")


class Pay(Enum):
    CARD = "card"
    VOUCHER = "voucher"


class Line(BaseModel):
    sku: str
    quantity: int = 1


class Order(BaseModel):
    order_id: str
    placed_on: date
    note: float | None = None


class Tree(BaseModel):
    children: list["Tree"] = []


async def plain_preview(ctx: Context, **arguments: Any) -> Preview:
    return Preview("do it")


@tool(effect="read", identity="verified", examples=["where is my parcel"], template="{order_id}", timeout=3)
async def order_status(ctx: Context, order_id: OrderId, on: date | None = None, pay: Pay = Pay.CARD) -> Order:
    """Tell where an order stands:
    its state and its shipments.

    order_id: the number of the order,
        as printed in the confirmation
    pay: how it was paid

    Not an argument: this is a note.
    """
    return Order(order_id=order_id, placed_on=on or date(2026, 1, 2))


@tool(effect="write", preview=plain_preview)
async def start_return(
    ctx: Context, order_id: OrderId, lines: Annotated[list[Line], Field(description="what comes back")], days: int = 3
) -> dict[str, Any]:
    """Start a return."""
    return {"order_id": order_id, "lines": [line.sku for line in lines], "days": days}


def test_what_a_function_says_of_itself() -> None:
    assert isinstance(order_status, Tool)
    assert order_status.name == "order_status"
    assert order_status.description == "Tell where an order stands: its state and its shipments."
    assert (order_status.effect, order_status.identity, order_status.timeout) == ("read", "verified", 3)
    assert order_status.examples == ("where is my parcel",)
    assert order_status.result is Order


async def test_a_tool_can_be_called_like_the_function() -> None:
    assert (await order_status(CTX, order_id="W00001")).order_id == "W00001"


def test_schema_is_small_and_without_references() -> None:
    assert order_status.schema() == {
        "name": "order_status",
        "description": "Tell where an order stands: its state and its shipments.",
        "parameters": {
            "type": "object",
            "additionalProperties": False,
            "properties": {
                "order_id": {
                    "type": "string",
                    "pattern": r"^W\d{5}$",
                    "description": "the number of the order, as printed in the confirmation",
                },
                "on": {"type": "string", "format": "date"},
                "pay": {
                    "type": "string",
                    "enum": ["card", "voucher"],
                    "default": "card",
                    "description": "how it was paid",
                },
            },
            "required": ["order_id"],
        },
    }
    nested = start_return.schema()["parameters"]
    assert nested["properties"]["lines"]["items"]["properties"]["sku"] == {"type": "string"}
    assert nested["properties"]["lines"]["description"] == "what comes back"
    assert "$" not in json.dumps(nested).replace('$"', "")


def test_a_choice_of_one_is_an_enum_and_alternatives_in_an_id_are_grouped() -> None:
    @tool(effect="read")
    async def look(ctx: Context, kind: Literal["trip"], ref: Annotated[str, Id(r"T\d+|R\d+")]) -> dict[str, str]:
        """Look."""
        return {}

    properties = look.schema()["parameters"]["properties"]
    assert properties["kind"] == {"type": "string", "enum": ["trip"]}
    assert properties["ref"]["pattern"] == r"^(T\d+|R\d+)$"


@pytest.mark.parametrize("written", ["W10021", "w10021", "#W10021", " # w 10021 ", "W10021."])
def test_an_id_is_taken_as_customers_write_it(written: str) -> None:
    bound = bind(order_status, {"order_id": written})
    assert isinstance(bound, Bound)
    assert bound.canonical["order_id"] == "W10021"


def test_equal_calls_have_one_canonical_form() -> None:
    short = bind(order_status, {"order_id": "#w10021"})
    long = bind(order_status, {"pay": "card", "on": None, "order_id": "W10021"})
    assert isinstance(short, Bound) and isinstance(long, Bound)
    assert short.canonical == long.canonical == {"order_id": "W10021", "on": None, "pay": "card"}
    assert short.values["pay"] is Pay.CARD
    dated = bind(order_status, {"order_id": "W10021", "on": "2026-02-03"})
    assert isinstance(dated, Bound)
    assert dated.values["on"] == date(2026, 2, 3)
    assert dated.canonical["on"] == "2026-02-03"


def test_what_does_not_fit_is_named() -> None:
    unbound = bind(start_return, {"order_id": "10021", "what": 1})
    assert isinstance(unbound, Unbound)
    assert unbound.missing == ("lines",)
    assert set(unbound.wrong) == {"order_id", "what"}
    assert "W\\d{5}" in unbound.wrong["order_id"]
    assert "lines is missing" in str(unbound)


@pytest.mark.parametrize("nothing", [None, ""])
def test_an_empty_required_argument_is_missing(nothing: object) -> None:
    unbound = bind(order_status, {"order_id": nothing})
    assert isinstance(unbound, Unbound)
    assert unbound.missing == ("order_id",)
    assert not unbound.wrong


def test_a_bare_number_is_no_date() -> None:
    unbound = bind(order_status, {"order_id": "W10021", "on": 86400})
    assert isinstance(unbound, Unbound)
    assert "on" in unbound.wrong


async def test_a_result_comes_back_as_validated_json() -> None:
    called = await call(order_status, CTX, {"order_id": "w10021"})
    assert called.ok
    assert called.value == {"order_id": "W10021", "placed_on": "2026-01-02", "note": None}
    assert called.milliseconds >= 0


async def test_arguments_that_do_not_fit_are_not_tried() -> None:
    called = await call(order_status, CTX, {})
    assert (called.end, called.code) == ("invalid", "arguments")
    assert "order_id is missing" in called.message


def _tool(effect: Literal["read", "write"], body: Callable[[], Awaitable[Any]]) -> Tool:
    async def act(ctx: Context) -> dict[str, int]:
        """Act."""
        return await body()

    return tool(effect=effect, preview=plain_preview if effect == "write" else None, timeout=0.01)(act)


async def _refuse() -> Any:
    raise Refusal("dispatched", "It has left us already.", rule="cancellation", alternatives=("a return",))


async def _hang() -> Any:
    await asyncio.Event().wait()


async def _break() -> Any:
    raise RuntimeError("connection lost")


async def _odd() -> Any:
    return {"a": "not a number"}


@pytest.mark.parametrize("effect", ["read", "write"])
async def test_a_refusal_is_an_answer(effect: Literal["read", "write"]) -> None:
    called = await call(_tool(effect, _refuse), CTX, {})
    assert (called.end, called.code, called.message) == ("refused", "dispatched", "It has left us already.")
    assert (called.rule, called.alternatives) == ("cancellation", ("a return",))


@pytest.mark.parametrize(("body", "code"), [(_hang, "timeout"), (_break, "error"), (_odd, "error")])
async def test_what_breaks_is_logged_and_a_write_may_have_happened(
    body: Callable[[], Awaitable[Any]], code: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, "handrail.tools"):
        read, write = await call(_tool("read", body), CTX, {}), await call(_tool("write", body), CTX, {})
    assert (read.end, read.code) == ("failed", code)
    assert (write.end, write.code) == ("unknown", code)
    assert len([record for record in caplog.records if "act" in record.getMessage()]) == 2


async def test_a_call_can_be_given_less_time_and_be_cancelled() -> None:
    slow = tool(effect="read", timeout=60)(_hanging)
    assert (await call(slow, CTX, {}, seconds=0.01)).code == "timeout"
    task = asyncio.create_task(call(slow, CTX, {}))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def _hanging(ctx: Context) -> dict[str, int]:
    """Hang."""
    await asyncio.Event().wait()
    return {}


async def no_docstring(ctx: Context) -> dict[str, int]:
    return {}


async def no_type(ctx: Context, order_id) -> dict[str, int]:  # type: ignore[no-untyped-def]
    """Look."""
    return {}


async def no_return(ctx: Context):  # type: ignore[no-untyped-def]
    """Look."""


async def no_context() -> dict[str, int]:
    """Look."""
    return {}


async def wrong_context(order_id: str) -> dict[str, int]:
    """Look."""
    return {}


async def starred(ctx: Context, *ids: str) -> dict[str, int]:
    """Look."""
    return {}


async def unresolved(ctx: Context, x: "Nowhere") -> dict[str, int]:  # type: ignore[name-defined]  # noqa: F821
    """Look."""
    return {}


async def odd_argument(ctx: Context, x: object.__class__) -> dict[str, int]:  # type: ignore[valid-type]
    """Look."""
    return {}


async def odd_result(ctx: Context) -> Context.__class__:  # type: ignore[name-defined,empty-body]
    """Look."""


async def recursive(ctx: Context, tree: Tree) -> dict[str, int]:
    """Look."""
    return {}


def synchronous(ctx: Context) -> dict[str, int]:
    """Look."""
    return {}


async def fine(ctx: Context, order_id: str) -> dict[str, int]:
    """Look."""
    return {}


async def other_arguments(ctx: Context, booking_id: str) -> Preview:
    return Preview("")


def synchronous_preview(ctx: Context, order_id: str) -> Preview:
    return Preview("")


@pytest.mark.parametrize(
    ("function", "options", "told"),
    [
        (no_docstring, {"effect": "read"}, "needs a docstring"),
        (no_type, {"effect": "read"}, "argument 'order_id' needs a type"),
        (no_return, {"effect": "read"}, "must say what it returns"),
        (no_context, {"effect": "read"}, "first parameter must be the context"),
        (wrong_context, {"effect": "read"}, "first parameter must be the context"),
        (starred, {"effect": "read"}, "ids: str can't be an argument"),
        (unresolved, {"effect": "read"}, "'Nowhere' is not defined"),
        (recursive, {"effect": "read"}, "Tree contains itself"),
        (odd_result, {"effect": "read"}, "can't be written as JSON"),
        (synchronous, {"effect": "read"}, "async def"),
        (fine, {"effect": "write"}, "needs preview="),
        (fine, {"effect": "read", "preview": plain_preview}, "say effect='write'"),
        (fine, {"effect": "both"}, "effect is 'read' or 'write', not 'both'"),
        (fine, {"effect": "read", "identity": "sure"}, "identity is 'none', 'known' or 'verified'"),
        (fine, {"effect": "read", "timeout": 0}, "timeout"),
        (fine, {"effect": "read", "examples": "where is it"}, "a list of phrases"),
        (fine, {"effect": "write", "preview": other_arguments}, "its preview must take the context and the same"),
        (fine, {"effect": "write", "preview": synchronous_preview}, "its preview must be an async function"),
        (fine, {"effect": "write", "preview": plain_preview, "lookup": other_arguments}, "its lookup must take"),
    ],
)
def test_errors_name_file_line_function_and_mend(function: Any, options: dict[str, Any], told: str) -> None:
    with pytest.raises(SettingsError) as raised:
        tool(**options)(function)
    message = str(raised.value)
    assert told in message
    assert f"{__file__}:{function.__code__.co_firstlineno}: tool {function.__name__}: " in message


def test_every_tool_has_a_hash_and_a_name_of_its_own() -> None:
    assert len({order_status, start_return, order_status}) == 2
