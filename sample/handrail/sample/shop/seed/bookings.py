"""Slots, and bookings in them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from ..catalogue import REPAIRS, TRIPS, Service, price
from ..words import local_day
from ..working_days import add_working_days
from .parcels import clock
from .people import Customer
from .schedule import Planned
from .tables import Tables

STAGES = ("dropped off", "being repaired", "ready")


@dataclass(slots=True)
class Open:
    """A slot while it is being filled. Nobody is put at random into one that is `kept`."""

    id: str
    service: Service
    starts_at: datetime
    places: int
    taken: int = 0
    kept: bool = False


def add_booking(
    tables: Tables,
    slot: Open,
    person: Customer,
    places: int,
    *,
    booked_at: datetime,
    state: str = "confirmed",
    stage: str = "",
    moves: int = 0,
    booking_id: str = "",
) -> None:
    """Add one booking with its payment, and take its places."""
    paid = price(slot.service, local_day(booked_at)) * places
    number = booking_id or f"B{tables.number('bookings', 20101)}"
    repair, ready = REPAIRS.get(slot.service), None
    if repair:
        ready = clock(add_working_days(local_day(slot.starts_at), repair.working_days), 17)
    tables.add(
        "bookings", number, person.id, slot.id, places, paid, booked_at, moves, state, stage, ready
    )  # fmt: skip
    tables.add("payments", f"P{tables.number('payments', 10001)}", None, number, paid, person.paid_with, booked_at)
    if state != "cancelled":
        slot.taken += places
    else:
        by = add_working_days(local_day(booked_at), 7)
        number_ = f"F{tables.number('refunds', 10001)}"
        made = booked_at + timedelta(hours=4)
        tables.add("refunds", number_, None, None, 0, number, paid, False, "booking cancelled", made, by)


def open_slots(slots: list[Planned]) -> list[Open]:
    """The planned slots with their numbers."""
    return [Open(f"S{10001 + n}", *slot) for n, slot in enumerate(slots)]


def add_bookings(
    tables: Tables, random: Random, people: list[Customer], slots: list[Open], *, now: datetime, count: int
) -> None:
    """Add invented bookings in the past and in the weeks to come until there are `count`, then the slots themselves."""
    past = [slot for slot in slots if slot.starts_at < now - timedelta(days=1)]
    soon = [slot for slot in slots if now + timedelta(days=1) < slot.starts_at < now + timedelta(days=75)]
    kinds = [
        [slot for slot in part if (slot.service in TRIPS) is trips] for part in (past, soon) for trips in (True, False)
    ]
    while len(tables.rows["bookings"]) < count:
        slot = random.choice(random.choices(kinds, weights=(30, 20, 38, 12))[0])
        trip = slot.service in TRIPS
        places = random.choices((1, 2, 3, 4), weights=(35, 45, 12, 8))[0] if trip else 1
        if slot.kept or slot.taken + places > slot.places:
            continue
        booked_at = min(slot.starts_at, now) - timedelta(days=random.randrange(1, 45), minutes=random.randrange(1440))
        state = _state(random, slot, now)
        add_booking(
            tables, slot, random.choice(people), places, booked_at=booked_at, state=state, stage=_stage(slot, now)
        )
    for slot in slots:
        tables.add("slots", slot.id, slot.service.value, slot.starts_at, slot.places, slot.taken)


def fill_up(tables: Tables, random: Random, people: list[Customer], slot: Open, *, left: int, now: datetime) -> None:
    """Book a slot until only `left` places are free, and keep it so."""
    slot.kept = True
    while slot.places - slot.taken > left:
        places = min(2, slot.places - slot.taken - left)
        add_booking(
            tables, slot, random.choice(people), places, booked_at=now - timedelta(days=random.randrange(2, 20))
        )


def _state(random: Random, slot: Open, now: datetime) -> str:
    if random.random() < 0.05:
        return "cancelled"
    if slot.service in TRIPS and slot.starts_at < now:
        return random.choices(("done", "missed"), weights=(95, 5))[0]
    return "confirmed"


def _stage(slot: Open, now: datetime) -> str:
    repair = REPAIRS.get(slot.service)
    if repair is None:
        return ""
    if slot.starts_at > now:
        return "booked"
    ready = add_working_days(local_day(slot.starts_at), repair.working_days)
    if ready > local_day(now):
        return STAGES[1] if (local_day(now) - local_day(slot.starts_at)).days > 2 else STAGES[0]
    return STAGES[2] if (local_day(now) - ready).days < 6 else "collected"
