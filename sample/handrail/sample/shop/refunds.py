"""Refunds without a return: `refund`."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from pydantic import BaseModel

from handrail.agent.tools import Context, Preview, tool

from .ledger import give_back
from .lines import pick_line
from .orders import OrderId
from .records import Line, Order, RefundReason
from .rows import read_lines, read_order, read_shipments
from .rules import refunds as rules
from .rules.orders import refund_by
from .standing import delivered_on
from .systems import Connection, Shop, lookup, once
from .words import local_day, pounds

RULES = {
    RefundReason.LATE_EXPRESS: "shipping-uk",
    RefundReason.LOST: "lost-parcels",
    RefundReason.DAMAGED: "damaged-goods",
    RefundReason.PRICE_DROP: "price-match",
}


class Refunded(BaseModel):
    """A refund that was made."""

    refund_id: str
    order_id: str
    amount: str
    reason: RefundReason
    refund_to: str
    refund_sent_by: date


@dataclass(frozen=True, slots=True)
class Plan:
    """A refund that the rules allow. `line` is the item it is for, where it is for one."""

    order: Order
    amount: Decimal
    sent_by: date
    line: Line | None = None

    @property
    def what(self) -> str:
        return self.line.name if self.line else f"order {self.order.id}"


async def plan(
    connection: Connection,
    ctx: Context,
    order_id: str,
    reason: RefundReason,
    product: str | None,
    *,
    lock: bool = False,
) -> Plan:
    """Work out what the rules give back, or refuse."""
    order = await read_order(connection, ctx, order_id, lock=lock)
    shipments, today = await read_shipments(connection, order_id), local_day(ctx.now)
    sent_by = refund_by(order, today)
    if reason is RefundReason.LATE_EXPRESS:
        return Plan(order, rules.late_express(order, shipments, today), sent_by)
    if reason is RefundReason.LOST:
        return Plan(order, rules.lost(order, shipments, today), sent_by)
    line = pick_line(await read_lines(connection, order_id), product, order_id)
    if reason is RefundReason.PRICE_DROP:
        return Plan(order, rules.price_drop(order, line, today), sent_by, line)
    arrived = delivered_on(shipments)
    amount = rules.damaged(order, line, max(line.open, 1), delivered_on=arrived, today=today)
    return Plan(order, amount, sent_by, line)


async def preview_refund(ctx: Context, order_id: str, reason: RefundReason, product: str | None = None) -> Preview:
    """What `refund` would do."""
    shop: Shop = ctx.resources
    async with shop.transaction() as connection:
        it = await plan(connection, ctx, order_id, reason, product)
    amount = pounds(it.amount)
    told = f"{it.what} of order {order_id}" if it.line else it.what
    return Preview(
        summary=f"Refund {amount} for {told} ({reason.value}) to {it.order.paid_with}",
        facts={"amount": amount, "refund_to": it.order.paid_with, "for": it.what},
        rule=RULES[reason],
    )


@tool(
    effect="write",
    identity="verified",
    preview=preview_refund,
    lookup=lookup,
    examples=[
        "I want my money back, the parcel never arrived",
        "my parcel is lost, refund me",
        "my express delivery was late, refund the postage",
        "it arrived broken, I want a refund",
        "the stove came damaged, I want my money back",
        "they sent the wrong item, refund it",
        "the price went down after I ordered",
        "refund the price difference",
    ],
    template="Refund {refund_id} of {amount} for order {order_id} is made; it goes back to {refund_to} by "
    "{refund_sent_by}.",
)
async def refund(ctx: Context, order_id: OrderId, reason: RefundReason, product: str | None = None) -> Refunded:
    """Refund money without a return, within the rules: lost parcel, late express, damaged item, or a price drop.

    The rules set the amount. An unused item that the customer simply does not want goes back with `start_return`.

    order_id: the number of the order, as in W10001
    reason: what the refund is for
    product: which item, for a damaged one or a price drop; may be left out where the order holds a single one
    """

    async def change(connection: Connection) -> Refunded:
        it = await plan(connection, ctx, order_id, reason, product, lock=True)
        whole = reason in (RefundReason.DAMAGED, RefundReason.LOST, RefundReason.LATE_EXPRESS)
        number = await give_back(
            connection,
            it.amount,
            it.sent_by,
            ctx.now,
            reason=reason.value,
            order_id=order_id,
            line=it.line.number if it.line else None,
            quantity=it.line.open if it.line and reason is RefundReason.DAMAGED else 0,
            postage=whole,
        )
        await _mark(connection, it, reason)
        return Refunded(
            refund_id=number,
            order_id=order_id,
            amount=pounds(it.amount),
            reason=reason,
            refund_to=it.order.paid_with,
            refund_sent_by=it.sent_by,
        )

    return await once(ctx, "refund", Refunded, change)


async def _mark(connection: Connection, it: Plan, reason: RefundReason) -> None:
    """Leave in the order what keeps the same refund from being given again."""
    if reason is RefundReason.LOST:
        await connection.execute("UPDATE shop.shipments SET state = 'lost' WHERE order_id = %s", [it.order.id])
    if reason is RefundReason.PRICE_DROP and it.line:
        await connection.execute(
            "UPDATE shop.order_lines SET price = %s WHERE order_id = %s AND number = %s",
            [it.line.price_now, it.order.id, it.line.number],
        )
