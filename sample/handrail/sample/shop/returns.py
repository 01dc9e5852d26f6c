"""Sending things back: `start_return`."""

from dataclasses import dataclass
from datetime import date, timedelta

from pydantic import BaseModel

from handrail.agent.tools import Context, Preview, tool

from .lines import ItemId, pick_line
from .orders import OrderId
from .records import Line, Order, ReturnReason
from .rows import read_lines, read_order, read_shipments
from .rules import terms
from .rules.refunds import ReturnTerms, return_terms
from .standing import delivered_on
from .systems import Connection, Shop, lookup, once
from .words import local_day, on, pounds


class StartedReturn(BaseModel):
    """A return that is under way. `refund` is paid once the parcel has arrived and was checked."""

    return_id: str
    order_id: str
    product: str
    quantity: int
    refund: str
    refund_to: str
    label: str
    hand_in_by: date
    summary: str


@dataclass(frozen=True, slots=True)
class Plan:
    """A return that the rules allow."""

    order: Order
    line: Line
    quantity: int
    terms: ReturnTerms
    hand_in_by: date

    @property
    def label(self) -> str:
        if not self.order.region.in_uk and self.terms.rule != "damaged-goods":
            return "You choose and pay the carrier"
        if self.terms.label:
            return f"The label comes by e-mail and costs {pounds(self.terms.label)}, taken off the refund"
        return "The label comes by e-mail and is free"


@dataclass(frozen=True, slots=True)
class Wish:
    """What a customer wants to send back, as they told it."""

    order_id: str
    item: str
    reason: ReturnReason
    quantity: int | None
    used: bool


async def plan(connection: Connection, ctx: Context, wish: Wish, *, lock: bool = False) -> Plan:
    """Work out what the return comes to, or refuse it."""
    order = await read_order(connection, ctx, wish.order_id, lock=lock)
    line = pick_line(await read_lines(connection, order.id), wish.item, order.id)
    arrived = delivered_on(await read_shipments(connection, order.id))
    quantity, today = wish.quantity or max(line.open, 1), local_day(ctx.now)
    found = return_terms(order, line, quantity, reason=wish.reason, used=wish.used, delivered_on=arrived, today=today)
    days = terms.in_force(terms.RETURNS, local_day(order.placed_at)).hand_in_days
    return Plan(order, line, quantity, found, today + timedelta(days=days))


async def preview_return(
    ctx: Context,
    order_id: str,
    item: str,
    reason: ReturnReason,
    *,
    quantity: int | None = None,
    used: bool = False,
) -> Preview:
    """What `start_return` would do."""
    shop: Shop = ctx.resources
    async with shop.transaction() as connection:
        it = await plan(connection, ctx, Wish(order_id, item, reason, quantity, used))
    refund = pounds(it.terms.refund)
    unused = "" if reason.our_fault else ", unused and with its tags"
    return Preview(
        summary=f"Start the return of {it.quantity} × {it.line.name} from order {order_id}{unused}; "
        f"{it.label[:1].lower()}{it.label[1:]}; once it has arrived, {refund} goes back to {it.order.paid_with}",
        facts={"refund": refund, "label": it.label, "quantity": it.quantity, "product": it.line.name},
        rule=it.terms.rule,
    )


@tool(
    effect="write",
    identity="verified",
    preview=preview_return,
    lookup=lookup,
    examples=[
        "I want to return my boots",
        "send this jacket back",
        "these don't fit, I want to return them",
        "return an item from W10003",
        "I'd like to give something back",
        "I ordered the wrong size and want to return it",
        "return the rope",
    ],
    template="{summary}",
)
async def start_return(
    ctx: Context,
    order_id: OrderId,
    item: ItemId,
    reason: ReturnReason,
    *,
    quantity: int | None = None,
    used: bool = False,
) -> StartedReturn:
    """Start the return of an item of a delivered order, and send the label for it.

    order_id: the number of the order, as in W10001
    item: which item of the order, by its item_id
    reason: why it goes back
    quantity: how many pieces; all of them where left out
    used: true if it was worn outdoors, used or its pack opened
    """
    wish = Wish(order_id, item, reason, quantity, used)

    async def change(connection: Connection) -> StartedReturn:
        it = await plan(connection, ctx, wish, lock=True)
        made = await connection.execute(
            "INSERT INTO shop.returns (id, order_id, line, quantity, reason, refund, postage, state, started_at) "
            "VALUES ('R' || nextval('shop.return_numbers'), %s, %s, %s, %s, %s, %s, 'started', %s) RETURNING id",
            [order_id, it.line.number, it.quantity, reason, it.terms.refund, reason.our_fault, ctx.now],
        )
        row = await made.fetchone()
        number, refund = row["id"] if row else "", pounds(it.terms.refund)
        return StartedReturn(
            return_id=number,
            order_id=order_id,
            product=it.line.name,
            quantity=it.quantity,
            refund=refund,
            refund_to=it.order.paid_with,
            label=it.label,
            hand_in_by=it.hand_in_by,
            summary=f"Return {number} is set up for {it.quantity} × {it.line.name}. {it.label}. Please hand the "
            f"parcel in by {on(it.hand_in_by)}; once it has arrived, {refund} goes back to {it.order.paid_with}.",
        )

    return await once(ctx, "start_return", StartedReturn, change)
