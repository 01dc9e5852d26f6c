"""The rows that are made, and how they get into the database."""

from dataclasses import dataclass, field
from typing import Any, TypeAlias

from psycopg import AsyncConnection, sql
from psycopg.rows import DictRow

Row: TypeAlias = tuple[Any, ...]

COLUMNS: dict[str, tuple[str, ...]] = {
    "customers": ("id", "name", "email", "phone", "paid_with", "points", "gift_balance", "since"),
    "addresses": ("customer_id", "address", "postcode", "region"),
    "products": ("sku", "name", "category", "sizes", "price", "was", "outlet", "stock"),
    "orders": (
        "id", "customer_id", "placed_at", "state", "region", "delivery", "address", "goods", "postage", "note",
    ),
    "order_lines": ("order_id", "number", "sku", "size", "quantity", "price"),
    "shipments": ("tracking", "order_id", "carrier", "state", "dispatched_at", "expected_by", "delivered_at"),
    "slots": ("id", "service", "starts_at", "places", "taken"),
    "bookings": ("id", "customer_id", "slot_id", "places", "paid", "booked_at", "moves", "state", "stage", "ready_on"),
    "payments": ("id", "order_id", "booking_id", "amount", "paid_with", "paid_at"),
    "returns": ("id", "order_id", "line", "quantity", "reason", "refund", "postage", "state", "started_at"),
    "refunds": (
        "id", "order_id", "line", "quantity", "booking_id", "amount", "postage", "reason", "made_at", "sent_by",
    ),
}  # fmt: skip
"""Tables and columns, in an order in which rows refer only to rows before them."""


@dataclass(slots=True)
class Tables:
    """Rows by table, in the order of `COLUMNS`."""

    rows: dict[str, list[Row]] = field(default_factory=lambda: {table: [] for table in COLUMNS})

    def add(self, table: str, *values: Any) -> None:
        """Add one row."""
        self.rows[table].append(values)

    def number(self, table: str, first: int) -> int:
        """The next free number of a table whose ids count from `first`."""
        return first + len(self.rows[table])


async def write(connection: AsyncConnection[DictRow], tables: Tables) -> None:
    """Copy all rows into the tables of the schema `shop`."""
    for table, columns in COLUMNS.items():
        statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
            sql.Identifier("shop", table), sql.SQL(", ").join(map(sql.Identifier, columns))
        )
        async with connection.cursor() as cursor, cursor.copy(statement) as copy:
            for row in tables.rows[table]:
                await copy.write_row(row)
