"""Filling the shop's tables: everything when they are empty, else the slots that time has brought into reach."""

from datetime import datetime, timedelta
from random import Random

from psycopg import AsyncConnection
from psycopg.rows import DictRow

from ..words import local_day
from .bookings import add_bookings, open_slots
from .demo import KNOWN, add_demo_bookings, add_demo_orders
from .goods import PRODUCTS
from .orders import add_orders
from .people import add_customers
from .schedule import AHEAD, BEHIND, planned
from .tables import Tables, write

CUSTOMERS, ORDERS, BOOKINGS = 300, 2000, 600


def build(now: datetime) -> Tables:
    """All rows, laid around `now`; the same rows for the same moment."""
    now = now.replace(second=0, microsecond=0)
    tables, random, today = Tables(), Random("fellside"), local_day(now)
    for product in PRODUCTS:
        stock = random.choice((0, random.randrange(1, 60), random.randrange(1, 60)))
        tables.add(
            "products", product.sku, product.name, product.category.value, list(product.sizes), product.price,
            product.before, product.outlet, stock,
        )  # fmt: skip
    people = add_customers(tables, random, KNOWN, today, CUSTOMERS)
    add_demo_orders(tables, now)
    invented = people[len(KNOWN) :]
    add_orders(tables, random, invented, now, ORDERS)
    slots = open_slots(planned(today - BEHIND, today + AHEAD))
    add_demo_bookings(tables, random, slots, invented, now)
    add_bookings(tables, random, invented, slots, now=now, count=BOOKINGS)
    return tables


async def fill(connection: AsyncConnection[DictRow], now: datetime) -> None:
    """Write all rows where there are no customers yet; then add the slots up to five months ahead of `now`."""
    found = await connection.execute("SELECT EXISTS (SELECT FROM shop.customers) AS filled")
    row = await found.fetchone()
    if not (row and row["filled"]):
        tables = build(now)
        await write(connection, tables)
        await connection.execute("SELECT setval('shop.slot_numbers', %s)", [10000 + len(tables.rows["slots"])])
    await _extend(connection, now)


async def _extend(connection: AsyncConnection[DictRow], now: datetime) -> None:
    found = await connection.execute("SELECT max(starts_at) AS last FROM shop.slots")
    row = await found.fetchone()
    start = local_day(row["last"]) + timedelta(days=1) if row and row["last"] else local_day(now)
    missing = planned(start, local_day(now) + AHEAD)
    async with connection.cursor() as cursor:
        await cursor.executemany(
            "INSERT INTO shop.slots (id, service, starts_at, places) "
            "VALUES ('S' || nextval('shop.slot_numbers'), %s, %s, %s) ON CONFLICT (service, starts_at) DO NOTHING",
            [(service.value, starts_at, places) for service, starts_at, places in missing],
        )
