"""Reading orders: `find_orders`, `order_status`."""

from datetime import date, timedelta
from typing import Annotated

from pydantic import BaseModel

from handrail.agent.tools import Context, Id, Refusal, tool

from .catalogue import OrderState
from .records import Line, Order, Shipment
from .rows import read_lines, read_order, read_shipments
from .rules import terms
from .rules.orders import check_address, check_cancel, leaves_by
from .systems import Shop, customer
from .words import ZONE, local_day, on, pounds

OrderId = Annotated[str, Id(r"W\d{5}", of="order_id")]
MOST = 10


class OrderSummary(BaseModel):
    """One order of a list."""

    order_id: str
    ordered_on: date
    status: OrderState
    items: str
    total: str


class Parcel(BaseModel):
    """One parcel of an order."""

    tracking_number: str
    carrier: str
    status: str
    dispatched_on: date
    expected_by: date
    delivered_on: date | None = None


class Item(BaseModel):
    """One line of an order; `price` is for one piece."""

    product: str
    quantity: int
    price: str


class OrderStatus(BaseModel):
    """Where one order stands. `stands` says it in a sentence; `return_until` is the last day for unused items."""

    order_id: str
    ordered_on: date
    status: OrderState
    stands: str
    items: list[Item]
    postage: str
    total: str
    paid_with: str
    refunded: str | None = None
    delivery: str
    delivery_address: str
    parcels: list[Parcel]
    can_be_cancelled: bool
    address_can_be_changed: bool
    return_until: date | None = None
    delivery_note: str = ""


@tool(
    effect="read",
    identity="verified",
    examples=["show me my orders", "what have I ordered from you", "my last order", "which of my orders are open"],
    template="{order_id} of {ordered_on}: {items}, {total}, {status}",
    policy_date="ordered_on",
)
async def find_orders(
    ctx: Context, status: OrderState | None = None, product: str | None = None, since: date | None = None
) -> list[OrderSummary]:
    """List the customer's orders, newest first: number, day, items, total and status.

    status: only orders that have come so far
    product: only orders with such an item, in the customer's words
    since: only orders from this day on
    """
    shop: Shop = ctx.resources
    query = """
        SELECT o.id, o.placed_at, o.state, o.goods + o.postage AS total,
               string_agg(l.quantity || ' × ' || p.name || CASE l.size WHEN '' THEN '' ELSE ' (' || l.size || ')' END,
                          ', ' ORDER BY l.number) AS items
        FROM shop.orders o JOIN shop.order_lines l ON l.order_id = o.id JOIN shop.products p USING (sku)
        WHERE o.customer_id = %s AND (%s::text IS NULL OR o.state = %s) AND (%s::date IS NULL OR o.placed_at >= %s)
        GROUP BY o.id ORDER BY o.placed_at DESC
    """
    async with shop.transaction() as connection:
        found = await connection.execute(query, [customer(ctx), status, status, since, since])
        rows = await found.fetchall()
    wanted = product.casefold().split() if product else []
    return [
        OrderSummary(
            order_id=row["id"],
            ordered_on=local_day(row["placed_at"]),
            status=row["state"],
            items=row["items"],
            total=pounds(row["total"]),
        )
        for row in rows
        if all(word in row["items"].casefold() for word in wanted)
    ][:MOST]


@tool(
    effect="read",
    identity="verified",
    examples=[
        "where is my parcel",
        "has my order been sent",
        "when does W10002 arrive",
        "track my delivery",
        "what is the status of my order",
        "I still haven't got my package",
    ],
    template="Order {order_id}: {stands}",
    policy_date="ordered_on",
)
async def order_status(ctx: Context, order_id: OrderId) -> OrderStatus:
    """Tell where one order stands: its status, parcels with tracking, items, address, and what can still be changed.

    order_id: the number of the order, W and five digits
    """
    shop: Shop = ctx.resources
    async with shop.transaction() as connection:
        order = await read_order(connection, ctx, order_id)
        lines = await read_lines(connection, order_id)
        shipments = await read_shipments(connection, order_id)
    return OrderStatus(
        order_id=order.id,
        ordered_on=local_day(order.placed_at),
        status=order.state,
        stands=stands(order, shipments),
        items=[Item(product=line.name, quantity=line.quantity, price=pounds(line.price)) for line in lines],
        postage=pounds(order.postage),
        total=pounds(order.total),
        paid_with=order.paid_with,
        refunded=pounds(order.refunded) if order.refunded else None,
        delivery=order.delivery.value,
        delivery_address=order.address,
        parcels=[_parcel(shipment) for shipment in shipments],
        can_be_cancelled=_cancellable(ctx, order, lines),
        address_can_be_changed=_movable(order),
        return_until=_return_until(ctx, order, shipments),
        delivery_note=order.note,
    )


def stands(order: Order, shipments: list[Shipment]) -> str:
    """Where an order stands, as a sentence."""
    if order.state is OrderState.CANCELLED:
        back = f" {pounds(order.refunded)} was refunded to {order.paid_with}." if order.refunded else ""
        return f"it is cancelled.{back}"
    if order.state is OrderState.DELIVERED:
        arrived = delivered_on(shipments)
        return f"it was delivered on {on(arrived)}." if arrived else "it was delivered."
    if order.state is OrderState.DISPATCHED and shipments:
        last = shipments[-1]
        return (
            f"it left on {on(local_day(last.dispatched_at))} with {last.carrier} (tracking number {last.tracking}) "
            f"and is expected by {on(local_day(last.expected_by))}. The carrier says: {last.state}."
        )
    return f"it is {order.state.value} and has not been dispatched yet; it leaves by {on(leaves_by(order))}."


def delivered_on(shipments: list[Shipment]) -> date | None:
    """The day on which the last parcel arrived; None while one is on its way, or none has left."""
    days = [shipment.delivered_at for shipment in shipments]
    return max(day.astimezone(ZONE).date() for day in days if day) if days and all(days) else None


def _parcel(shipment: Shipment) -> Parcel:
    return Parcel(
        tracking_number=shipment.tracking,
        carrier=shipment.carrier,
        status=shipment.state,
        dispatched_on=local_day(shipment.dispatched_at),
        expected_by=local_day(shipment.expected_by),
        delivered_on=local_day(shipment.delivered_at) if shipment.delivered_at else None,
    )


def _cancellable(ctx: Context, order: Order, lines: list[Line]) -> bool:
    try:
        check_cancel(order, lines, ctx.now)
    except Refusal:
        return False
    return True


def _movable(order: Order) -> bool:
    try:
        check_address(order, order.region)
    except Refusal:
        return False
    return True


def _return_until(ctx: Context, order: Order, shipments: list[Shipment]) -> date | None:
    arrived = delivered_on(shipments)
    if order.state is not OrderState.DELIVERED or arrived is None:
        return None
    last = arrived + timedelta(days=terms.in_force(terms.RETURNS, local_day(order.placed_at)).days)
    return last if last >= local_day(ctx.now) else None
