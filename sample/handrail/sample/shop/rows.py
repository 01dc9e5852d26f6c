"""Reading the shop's rows. Whatever is not the customer's own does not exist here."""

from handrail.agent.tools import Context, Refusal

from .catalogue import Category, OrderState, Region, Service
from .records import Booking, Delivery, Line, Order, Shipment, Slot
from .systems import Connection, customer

ORDER = """
SELECT o.*, c.paid_with,
       coalesce((SELECT p.paid_with FROM shop.payments p WHERE p.order_id = o.id LIMIT 1), c.paid_with) AS method,
       (SELECT coalesce(sum(amount), 0) FROM shop.refunds r WHERE r.order_id = o.id) AS refunded,
       EXISTS (SELECT FROM shop.refunds r WHERE r.order_id = o.id AND r.postage)
           OR EXISTS (SELECT FROM shop.returns t WHERE t.order_id = o.id AND t.postage) AS postage_refunded
FROM shop.orders o JOIN shop.customers c ON c.id = o.customer_id
WHERE o.id = %s AND o.customer_id = %s
"""
LINES = """
SELECT l.*, p.name, p.category, p.outlet, p.price AS price_now,
       l.quantity
           - (SELECT coalesce(sum(quantity), 0) FROM shop.returns t WHERE t.order_id = l.order_id AND t.line = l.number)
           - (SELECT coalesce(sum(quantity), 0) FROM shop.refunds r WHERE r.order_id = l.order_id AND r.line = l.number)
           AS open
FROM shop.order_lines l JOIN shop.products p USING (sku)
WHERE l.order_id = %s ORDER BY l.number
"""
BOOKING = """
SELECT b.*, s.service, s.starts_at,
       coalesce((SELECT p.paid_with FROM shop.payments p WHERE p.booking_id = b.id ORDER BY p.id LIMIT 1), c.paid_with)
           AS method
FROM shop.bookings b JOIN shop.slots s ON s.id = b.slot_id JOIN shop.customers c ON c.id = b.customer_id
WHERE b.customer_id = %s
"""


async def read_order(connection: Connection, ctx: Context, order_id: str, *, lock: bool = False) -> Order:
    """The customer's order; refused in the same words where it is somebody else's and where there is none.

    `lock` keeps others from changing it until the transaction ends.
    """
    mine = [order_id, customer(ctx)]
    if lock:
        # A statement of its own: sums that stand beside the lock would be those from before the wait for it.
        await connection.execute("SELECT FROM shop.orders WHERE id = %s AND customer_id = %s FOR UPDATE", mine)
    found = await connection.execute(ORDER, mine)
    row = await found.fetchone()
    if row is None:
        raise Refusal("not_found", f"I can't find an order {order_id} in your account.")
    return Order(
        id=row["id"],
        placed_at=row["placed_at"],
        state=OrderState(row["state"]),
        region=Region(row["region"]),
        delivery=Delivery(row["delivery"]),
        goods=row["goods"],
        postage=row["postage"],
        address=row["address"],
        note=row["note"],
        paid_with=row["method"],
        refunded=row["refunded"],
        postage_refunded=row["postage_refunded"],
    )


async def read_lines(connection: Connection, order_id: str) -> list[Line]:
    """The lines of an order, in the order of the invoice."""
    found = await connection.execute(LINES, [order_id])
    return [
        Line(
            number=row["number"],
            sku=row["sku"],
            name=f"{row['name']} ({row['size']})" if row["size"] else row["name"],
            category=Category(row["category"]),
            outlet=row["outlet"],
            price=row["price"],
            price_now=row["price_now"],
            quantity=row["quantity"],
            open=row["open"],
        )
        for row in await found.fetchall()
    ]


async def read_shipments(connection: Connection, order_id: str) -> list[Shipment]:
    """The parcels of an order, in the order they left."""
    found = await connection.execute(
        "SELECT tracking, carrier, state, dispatched_at, expected_by, delivered_at "
        "FROM shop.shipments WHERE order_id = %s ORDER BY dispatched_at",
        [order_id],
    )
    return [Shipment(**row) for row in await found.fetchall()]


async def read_bookings(connection: Connection, ctx: Context) -> list[Booking]:
    """All bookings of the customer, by date."""
    found = await connection.execute(BOOKING + "ORDER BY s.starts_at", [customer(ctx)])
    return [_booking(row) for row in await found.fetchall()]


async def read_booking(connection: Connection, ctx: Context, booking_id: str, *, lock: bool = False) -> Booking:
    """The customer's booking; somebody else's does not exist. `lock` as with orders."""
    mine = [customer(ctx), booking_id]
    if lock:
        await connection.execute("SELECT FROM shop.bookings WHERE customer_id = %s AND id = %s FOR UPDATE", mine)
    found = await connection.execute(BOOKING + "AND b.id = %s", mine)
    row = await found.fetchone()
    if row is None:
        raise Refusal("not_found", f"I can't find a booking {booking_id} in your account.")
    return _booking(row)


async def read_slot(connection: Connection, slot_id: str, *, lock: bool = False) -> Slot:
    """One slot. Refused where there is none."""
    found = await connection.execute(
        "SELECT id, service, starts_at, places, taken FROM shop.slots WHERE id = %s" + (" FOR UPDATE" if lock else ""),
        [slot_id],
    )
    row = await found.fetchone()
    if row is None:
        raise Refusal("not_found", f"There is no date {slot_id}.")
    return slot(row)


def slot(row: dict[str, object]) -> Slot:
    """A slot from its row."""
    return Slot(**{**row, "service": Service(str(row["service"]))})  # type: ignore[arg-type]


def _booking(row: dict[str, object]) -> Booking:
    fields = ("id", "slot_id", "starts_at", "places", "paid", "booked_at", "moves", "state", "stage", "ready_on")
    return Booking(
        service=Service(str(row["service"])),
        paid_with=str(row["method"]),
        **{name: row[name] for name in fields},  # type: ignore[arg-type]
    )
