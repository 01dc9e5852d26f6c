"""Money in and out: payments and refunds."""

from datetime import date, datetime
from decimal import Decimal

from .systems import Connection


async def take(connection: Connection, amount: Decimal, paid_with: str, now: datetime, *, booking_id: str) -> None:
    """Charge `amount` for a booking; nothing where it is 0."""
    if amount:
        await connection.execute(
            "INSERT INTO shop.payments (id, booking_id, amount, paid_with, paid_at) "
            "VALUES ('P' || nextval('shop.payment_numbers'), %s, %s, %s, %s)",
            [booking_id, amount, paid_with, now],
        )


async def give_back(
    connection: Connection,
    amount: Decimal,
    sent_by: date,
    now: datetime,
    *,
    reason: str,
    order_id: str | None = None,
    booking_id: str | None = None,
    line: int | None = None,
    quantity: int = 0,
    postage: bool = False,
) -> str:
    """Note a refund and return its number; nothing (an empty number) where the amount is 0.

    `quantity` are units of `line` that the customer keeps or never got; `postage` says that the postage is in it.
    """
    if not amount:
        return ""
    made = await connection.execute(
        "INSERT INTO shop.refunds "
        "(id, order_id, line, quantity, booking_id, amount, postage, reason, made_at, sent_by) "
        "VALUES ('F' || nextval('shop.refund_numbers'), %s, %s, %s, %s, %s, %s, %s, %s, %s) RETURNING id",
        [order_id, line, quantity, booking_id, amount, postage, reason, now, sent_by],
    )
    row = await made.fetchone()
    return str(row["id"]) if row else ""
