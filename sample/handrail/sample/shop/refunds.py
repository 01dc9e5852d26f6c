"""Refunds without a return: `refund` for whole orders, `refund_item` for items."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from pydantic import BaseModel

from handrail.agent.tools import Context, Preview, tool

from .ledger import give_back
from .lines import ItemId, pick_line
from .orders import OrderId
from .records import ItemRefund, Line, Order, OrderRefund
from .rows import read_lines, read_order, read_shipments
from .rules import refunds as rules
from .rules.orders import refund_by
from .standing import delivered_on
from .systems import Connection, Shop, lookup, once
from .words import local_day, on, pounds

RULES: dict[OrderRefund | ItemRefund, str] = {
    OrderRefund.LATE_EXPRESS: "shipping-uk",
    OrderRefund.LOST: "lost-parcels",
    ItemRefund.DAMAGED: "damaged-goods",
    ItemRefund.WRONG_ITEM: "damaged-goods",
    ItemRefund.PRICE_DROP: "price-match",
}


class Refunded(BaseModel):
    """A refund that was made."""

    refund_id: str
    order_id: str
    amount: str
    reason: OrderRefund | ItemRefund
    refund_to: str
    refund_sent_by: date
    summary: str


@dataclass(frozen=True, slots=True)
class Plan:
    """A refund that the rules allow. `line` is the item it is for, where it is for one."""

    order: Order
    amount: Decimal
    sent_by: date
    reason: OrderRefund | ItemRefund
    line: Line | None = None

    def preview(self, today: date) -> Preview:
        approval = rules.approval(self.amount, today)
        amount, order = pounds(self.amount), f"order {self.order.id}"
        what = f"{self.line.name} of {order}" if self.line else order
        return Preview(
            summary=f"Refund {amount} for {what} ({self.reason.value}) to {self.order.paid_with}",
            facts={"amount": amount, "refund_to": self.order.paid_with, "for": what},
            rule="refund-approval" if approval else RULES[self.reason],
            approval=approval,
        )


async def plan_order(connection: Connection, ctx: Context, order_id: str, reason: OrderRefund, *, lock: bool) -> Plan:
    """Work out what the rules give back for a whole order, or refuse."""
    order = await read_order(connection, ctx, order_id, lock=lock)
    shipments, today = await read_shipments(connection, order_id), local_day(ctx.now)
    rule = rules.late_express if reason == OrderRefund.LATE_EXPRESS else rules.lost
    return Plan(order, rule(order, shipments, today), refund_by(order, today), OrderRefund(reason))


async def plan_item(
    connection: Connection, ctx: Context, order_id: str, item: str, reason: ItemRefund, *, lock: bool
) -> Plan:
    """Work out what the rules give back for an item, or refuse."""
    order = await read_order(connection, ctx, order_id, lock=lock)
    line = pick_line(await read_lines(connection, order_id), item, order_id)
    today = local_day(ctx.now)
    if reason == ItemRefund.PRICE_DROP:
        amount = rules.price_drop(order, line, today)
    else:
        arrived = delivered_on(await read_shipments(connection, order_id))
        amount = rules.damaged(order, line, max(line.open, 1), delivered_on=arrived, today=today)
    return Plan(order, amount, refund_by(order, today), ItemRefund(reason), line)


async def preview_refund(ctx: Context, order_id: str, reason: OrderRefund) -> Preview:
    """What `refund` would do."""
    shop: Shop = ctx.resources
    async with shop.transaction() as connection:
        return (await plan_order(connection, ctx, order_id, reason, lock=False)).preview(local_day(ctx.now))


@tool(
    effect="write",
    identity="verified",
    preview=preview_refund,
    lookup=lookup,
    examples=[
        "I want my money back, the parcel never arrived",
        "my parcel is lost, refund me",
        "refund order W10005",
        "my express delivery was late, refund the postage",
        "can I have the express postage back",
    ],
    template="{summary}",
)
async def refund(ctx: Context, order_id: OrderId, reason: OrderRefund) -> Refunded:
    """Refund a whole order that never arrived, or the postage of an express order that came late.

    The rules set the amount. For a damaged item or a price drop there is `refund_item`; an unused item that the
    customer does not want goes back with `start_return`.

    order_id: the number of the order, as in W10001
    reason: what the refund is for
    """

    async def change(connection: Connection) -> Refunded:
        it = await plan_order(connection, ctx, order_id, reason, lock=True)
        if reason == OrderRefund.LOST:
            await connection.execute("UPDATE shop.shipments SET state = 'lost' WHERE order_id = %s", [order_id])
        return await _pay(connection, ctx, it, postage=True)

    return await once(ctx, "refund", Refunded, change)


async def preview_item(ctx: Context, order_id: str, item: str, reason: ItemRefund) -> Preview:
    """What `refund_item` would do."""
    shop: Shop = ctx.resources
    async with shop.transaction() as connection:
        return (await plan_item(connection, ctx, order_id, item, reason, lock=False)).preview(local_day(ctx.now))


@tool(
    effect="write",
    identity="verified",
    preview=preview_item,
    lookup=lookup,
    examples=[
        "it arrived broken, I want a refund",
        "the stove came damaged, I want my money back",
        "they sent the wrong item, refund it",
        "the tent is faulty, refund me for it",
        "the price went down after I ordered",
        "the jacket is cheaper now, refund the price difference",
    ],
    template="{summary}",
)
async def refund_item(ctx: Context, order_id: OrderId, item: ItemId, reason: ItemRefund) -> Refunded:
    """Refund an item that arrived damaged, faulty or wrong, or the difference after its price dropped.

    The rules set the amount.

    order_id: the number of the order, as in W10001
    item: which item of the order, by its item_id
    reason: what the refund is for
    """

    async def change(connection: Connection) -> Refunded:
        it = await plan_item(connection, ctx, order_id, item, reason, lock=True)
        dropped = reason == ItemRefund.PRICE_DROP
        if it.line and dropped:
            # What is left to give back for the line is what it costs now.
            await connection.execute(
                "UPDATE shop.order_lines SET price = %s WHERE order_id = %s AND number = %s",
                [it.line.price_now, order_id, it.line.number],
            )
        return await _pay(connection, ctx, it, postage=not dropped)

    return await once(ctx, "refund_item", Refunded, change)


async def _pay(connection: Connection, ctx: Context, it: Plan, *, postage: bool) -> Refunded:
    number = await give_back(
        connection,
        it.amount,
        it.sent_by,
        ctx.now,
        reason=it.reason.value,
        order_id=it.order.id,
        line=it.line.number if it.line else None,
        quantity=it.line.open if it.line and it.reason != ItemRefund.PRICE_DROP else 0,
        postage=postage,
    )
    return Refunded(
        refund_id=number,
        order_id=it.order.id,
        amount=pounds(it.amount),
        reason=it.reason,
        refund_to=it.order.paid_with,
        refund_sent_by=it.sent_by,
        summary=f"Refund {number} of {pounds(it.amount)} for order {it.order.id} is made; it goes back to "
        f"{it.order.paid_with} by {on(it.sent_by)}.",
    )
