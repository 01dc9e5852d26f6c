"""The invented data: always the same, sound in itself, and the known customers as the README tells them."""

import asyncio
import shutil
import time
from collections import Counter, defaultdict
from datetime import UTC, date, datetime

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sample_files import FOLDER

from handrail.agent.workspace import load_workspace
from handrail.conversation.settings import load
from handrail.sample.shop.catalogue import OrderState, Service
from handrail.sample.shop.seed.fill import build
from handrail.sample.shop.seed.schedule import planned
from handrail.sample.shop.seed.tables import COLUMNS

NOW = datetime(2026, 6, 15, 10, tzinfo=UTC)


def table(tables, name):
    return [dict(zip(COLUMNS[name], row, strict=True)) for row in tables.rows[name]]


@pytest.fixture(scope="module")
def tables():
    return build(NOW)


def test_the_same_moment_gives_the_same_rows(tables):
    assert build(NOW).rows == tables.rows


def test_there_is_as_much_as_promised(tables):
    counts = {name: len(rows) for name, rows in tables.rows.items()}
    assert (counts["customers"], counts["orders"], counts["bookings"]) == (300, 2000, 600)
    states = Counter(order["state"] for order in table(tables, "orders"))
    assert set(states) == {state.value for state in OrderState} and min(states.values()) >= 10


@settings(max_examples=12, deadline=None)
@given(st.datetimes(datetime(2026, 4, 1), datetime(2028, 12, 31), timezones=st.just(UTC)))
def test_at_every_moment_the_rows_are_sound(now):
    tables = build(now)
    orders = {order["id"]: order for order in table(tables, "orders")}
    goods = defaultdict(int)
    for line in table(tables, "order_lines"):
        goods[line["order_id"]] += line["price"] * line["quantity"]
    for order in orders.values():
        assert order["placed_at"] <= now
        assert order["goods"] == goods[order["id"]]
    for parcel in table(tables, "shipments"):
        delivered = orders[parcel["order_id"]]["state"] == "delivered"
        assert (parcel["delivered_at"] is not None) == delivered
        assert parcel["dispatched_at"] <= now and (not delivered or parcel["delivered_at"] <= now)
    taken = Counter()
    for booking in table(tables, "bookings"):
        assert booking["booked_at"] <= now
        if booking["state"] != "cancelled":
            taken[booking["slot_id"]] += booking["places"]
    for slot in table(tables, "slots"):
        assert taken[slot["id"]] == slot["taken"] <= slot["places"]
    assert {f"W{10000 + n}" for n in range(1, 17)} <= set(orders)
    assert {f"B{20000 + n}" for n in range(1, 7)} <= {booking["id"] for booking in table(tables, "bookings")}


def test_contacts_are_invented_and_differ(tables):
    customers = table(tables, "customers")
    for key in ("email", "phone"):
        values = [customer[key] for customer in customers if customer[key]]
        assert len(values) == len(set(values))
    assert all(
        c["email"].rsplit("@")[1] in ("example.org", "example.com", "example.net") for c in customers if c["email"]
    )
    assert all(c["phone"].startswith("07700900") for c in customers)


def test_hostile_notes_lie_among_the_orders(tables):
    notes = [order["note"] for order in table(tables, "orders")]
    assert sum("previous instructions" in note or "SYSTEM" in note or "AI:" in note for note in notes) >= 4


def test_winter_skills_run_in_winter_only():
    months = {
        start.month
        for service, start, _ in planned(date(2026, 1, 1), date(2027, 1, 1))
        if service is Service.WINTER_SKILLS
    }
    assert months == {12, 1, 2, 3}


async def test_filling_is_quick_and_happens_once(shop_url, workspace, rows, monkeypatch):
    monkeypatch.setenv("SHOP_NOW", "2026-08-15T10:00+00:00")
    before = await rows("SELECT count(*) AS orders FROM shop.orders")
    began = time.perf_counter()
    async with workspace.open(shop_url):
        pass
    assert time.perf_counter() - began < 3
    assert await rows("SELECT count(*) AS orders FROM shop.orders") == before
    (slots,) = await rows("SELECT max(starts_at) AS last, count(*) - count(DISTINCT id) AS twice FROM shop.slots")
    assert slots["last"].date() > date(2027, 1, 1) and slots["twice"] == 0


async def test_two_processes_that_start_together_fill_the_tables_once(database_url, workspace, monkeypatch):
    monkeypatch.setenv("SHOP_NOW", NOW.isoformat())

    async def orders():
        async with workspace.open(database_url) as shop, shop.transaction() as connection:
            found = await connection.execute("SELECT count(*) AS count FROM shop.orders")
            return (await found.fetchone())["count"]

    began = time.perf_counter()
    assert await asyncio.gather(orders(), orders()) == [2000, 2000]
    assert time.perf_counter() - began < 10


async def test_a_database_of_its_own_can_be_named(shop_url, database_url, workspace, monkeypatch):
    monkeypatch.setenv("SHOP_NOW", NOW.isoformat())
    monkeypatch.setenv("SHOP_DATABASE_URL", shop_url)
    async with workspace.open(database_url):
        pass
    with psycopg.connect(database_url) as connection:
        assert not connection.execute("SELECT 1 FROM pg_namespace WHERE nspname = 'shop'").fetchall()


def test_a_copy_of_the_folder_is_a_workspace(workspace, tmp_path):
    shutil.copytree(FOLDER, tmp_path / "mine", ignore=shutil.ignore_patterns("__pycache__", ".handrail"))
    copied = load_workspace(load(tmp_path / "mine", {}))
    assert [tool.name for tool in copied.tools] == [tool.name for tool in workspace.tools]
    assert copied.tools[0] is not workspace.tools[0]
    assert copied.lifespan and copied.find_customer
