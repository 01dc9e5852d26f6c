"""Reading orders: `find_orders`, `order_status`."""

from datetime import date
from typing import Annotated

from pydantic import BaseModel

from handrail.agent.tools import Context, Id, tool

from .catalogue import OrderState
from .lines import item_id
from .records import Line, Shipment
from .rows import read_lines, read_order, read_shipments
from .standing import address_open, cancellable, return_until, stands
from .systems import Shop, customer
from .words import local_day, pounds

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

    item_id: str
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
    examples=[
        "show me my orders",
        "what have I ordered from you",
        "what did I buy last month",
        "my last order",
        "which of my orders are open",
        "my order history",
    ],
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
        "where is my order",
        "has my order been sent",
        "when does W10002 arrive",
        "when will my things arrive",
        "my delivery is late",
        "tracking number of my order",
        "I still haven't got my package",
    ],
    template="Order {order_id}: {stands}",
    policy_date="ordered_on",
)
async def order_status(ctx: Context, order_id: OrderId) -> OrderStatus:
    """Tell where one order stands: its status, parcels with tracking, items, address, and what can still be changed.

    order_id: the number of the order, as in W10001
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
        items=[_item(order_id, line) for line in lines],
        postage=pounds(order.postage),
        total=pounds(order.total),
        paid_with=order.paid_with,
        refunded=pounds(order.refunded) if order.refunded else None,
        delivery=order.delivery.value,
        delivery_address=order.address,
        parcels=[_parcel(shipment) for shipment in shipments],
        can_be_cancelled=cancellable(order, lines, ctx.now),
        address_can_be_changed=address_open(order),
        return_until=return_until(order, shipments, local_day(ctx.now)),
        delivery_note=order.note,
    )


def _item(order_id: str, line: Line) -> Item:
    return Item(item_id=item_id(order_id, line), product=line.name, quantity=line.quantity, price=pounds(line.price))


def _parcel(shipment: Shipment) -> Parcel:
    return Parcel(
        tracking_number=shipment.tracking,
        carrier=shipment.carrier,
        status=shipment.state,
        dispatched_on=local_day(shipment.dispatched_at),
        expected_by=local_day(shipment.expected_by),
        delivered_on=local_day(shipment.delivered_at) if shipment.delivered_at else None,
    )
