"""Changing orders before they leave: `cancel_order`, `change_delivery_address`."""

from datetime import date

from pydantic import BaseModel

from handrail.agent.tools import Context, Preview, tool

from .addresses import read_address
from .catalogue import OrderState
from .ledger import give_back
from .orders import OrderId
from .rows import read_lines, read_order
from .rules.orders import check_address, check_cancel, refund_by
from .systems import Connection, Shop, customer, lookup, once
from .words import local_day, on, pounds, some


class CancelledOrder(BaseModel):
    """An order that was cancelled, and the money that goes back."""

    order_id: str
    status: OrderState
    refund: str
    refund_to: str
    refund_sent_by: date
    summary: str


class ChangedAddress(BaseModel):
    """An order that goes somewhere else now."""

    order_id: str
    delivery_address: str
    account_address: str
    summary: str


async def preview_cancel(ctx: Context, order_id: str) -> Preview:
    """What `cancel_order` would do."""
    shop: Shop = ctx.resources
    async with shop.transaction() as connection:
        order = await read_order(connection, ctx, order_id)
        lines = await read_lines(connection, order_id)
    check_cancel(order, lines, ctx.now)
    refund = pounds(order.total - order.refunded)
    items = some(sum(line.quantity for line in lines), "item")
    return Preview(
        summary=f"Cancel order {order.id} ({items}) and refund {refund} to {order.paid_with}",
        facts={"status": order.state.value, "refund": refund, "refund_to": order.paid_with},
        rule="order-cancellation",
    )


@tool(
    effect="write",
    identity="verified",
    preview=preview_cancel,
    lookup=lookup,
    examples=[
        "cancel my order",
        "I don't want W10001 any more",
        "please stop my order",
        "I ordered by mistake",
        "cancel the boots I ordered",
        "cancel the jacket before it is sent",
    ],
    template="{summary}",
)
async def cancel_order(ctx: Context, order_id: OrderId) -> CancelledOrder:
    """Cancel a whole order that has not been dispatched, and refund it in full.

    order_id: the number of the order, as in W10001
    """

    async def change(connection: Connection) -> CancelledOrder:
        order = await read_order(connection, ctx, order_id, lock=True)
        lines = await read_lines(connection, order_id)
        check_cancel(order, lines, ctx.now)
        amount, by = order.total - order.refunded, refund_by(order, local_day(ctx.now))
        await connection.execute("UPDATE shop.orders SET state = %s WHERE id = %s", [OrderState.CANCELLED, order_id])
        for line in lines:
            await connection.execute(
                "UPDATE shop.products SET stock = stock + %s WHERE sku = %s", [line.quantity, line.sku]
            )
        await give_back(connection, amount, by, ctx.now, reason="order cancelled", order_id=order_id, postage=True)
        return CancelledOrder(
            order_id=order_id,
            status=OrderState.CANCELLED,
            refund=pounds(amount),
            refund_to=order.paid_with,
            refund_sent_by=by,
            summary=f"Order {order_id} is cancelled. {pounds(amount)} goes back to {order.paid_with} by {on(by)}.",
        )

    return await once(ctx, "cancel_order", CancelledOrder, change)


async def preview_address(ctx: Context, order_id: str, address: str, also_in_account: bool = False) -> Preview:
    """What `change_delivery_address` would do."""
    shop: Shop = ctx.resources
    new = read_address(address)
    async with shop.transaction() as connection:
        order = await read_order(connection, ctx, order_id)
    check_address(order, new.region)
    account = " and keep it as the address of your account" if also_in_account else ""
    return Preview(
        summary=f"Send order {order.id} to {new.text} instead of {order.address}{account}",
        facts={"status": order.state.value, "old_address": order.address, "new_address": new.text},
        rule="address-change",
    )


@tool(
    effect="write",
    identity="verified",
    preview=preview_address,
    lookup=lookup,
    examples=[
        "change the delivery address of my order",
        "send W10001 to 12 Ferry Road instead",
        "the address on my order is wrong",
        "deliver my order to my office",
        "I have moved house, send my order to the new address",
    ],
    template="{summary}",
)
async def change_delivery_address(
    ctx: Context, order_id: OrderId, address: str, also_in_account: bool = False
) -> ChangedAddress:
    """Change where an order is delivered, as long as packing has not started.

    order_id: the number of the order, as in W10001
    address: the whole new address on one line: street and number, town, postcode, and the country if not the UK
    also_in_account: true if the customer wants the address of their account changed as well
    """
    new = read_address(address)

    async def change(connection: Connection) -> ChangedAddress:
        order = await read_order(connection, ctx, order_id, lock=True)
        check_address(order, new.region)
        await connection.execute("UPDATE shop.orders SET address = %s WHERE id = %s", [new.text, order_id])
        if also_in_account:
            await connection.execute(
                "UPDATE shop.addresses SET address = %s, postcode = %s, region = %s WHERE customer_id = %s",
                [new.text, new.postcode, new.region, customer(ctx)],
            )
        return ChangedAddress(
            order_id=order_id,
            delivery_address=new.text,
            account_address="changed as well" if also_in_account else "as before",
            summary=f"Order {order_id} now goes to {new.text}.",
        )

    return await once(ctx, "change_delivery_address", ChangedAddress, change)
