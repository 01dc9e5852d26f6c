"""Booking: `book`."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from handrail.agent.tools import Context, Preview, Refusal, tool

from .catalogue import TRIPS, Service, price
from .ledger import take
from .places import Booked, booked, expect_bookable, occupy
from .records import Slot
from .rows import read_slot
from .rules import bookings as rules
from .slots import Places, SlotId, choose_slot
from .systems import Connection, Shop, customer, lookup, once
from .words import at, local_day, pounds, some


@dataclass(frozen=True, slots=True)
class Party:
    """Who comes."""

    places: int
    youngest: int


async def preview_book(
    ctx: Context,
    *,
    service: Service | None = None,
    slot_id: str | None = None,
    day: date | None = None,
    places: int = 1,
    youngest: int = rules.ADULT,
) -> Preview:
    """What `book` would do."""
    shop: Shop = ctx.resources
    async with shop.transaction() as connection:
        slot = await _wanted(connection, ctx, service, Party(places, youngest), slot_id=slot_id, day=day)
        paid_with = await _method(connection, ctx)
        await expect_bookable(connection, ctx, slot, places)
    charge, trip = pounds(_price(ctx, slot, places)), slot.service in TRIPS
    told = f" for {some(places, 'person', 'people')}" if trip else ""
    ages = f", the youngest {youngest} years old" if trip and youngest < rules.ADULT else ""
    return Preview(
        summary=f"Book the {slot.service.value} on {at(slot.starts_at)}{told}{ages} and charge {charge} to {paid_with}",
        facts={"slot": slot.id, "when": at(slot.starts_at), "charge": charge, "paid_with": paid_with},
        rule="trips-booking" if trip else "workshop-booking",
    )


@tool(
    effect="write",
    identity="verified",
    preview=preview_book,
    lookup=lookup,
    examples=[
        "book the day walk on Saturday for two people",
        "book the ridge scramble for two",
        "I'd like to book a guided trip",
        "I want to book a repair",
        "book my boots in for a resole",
        "book my jacket in for reproofing",
        "reserve two places on the climbing taster",
        "sign us up for the navigation day",
        "I want to come on the family gill walk",
        "make an appointment for a boot fitting",
    ],
    template="{summary}",
)
async def book(
    ctx: Context,
    *,
    service: Service | None = None,
    slot_id: SlotId | None = None,
    day: date | None = None,
    places: Places = 1,
    youngest: int = rules.ADULT,
) -> Booked:
    """Book places on a guided trip, or a drop-off time for a workshop repair, and charge the card in the account.

    Give the slot_id from find_slots, or the service with the day.

    service: which trip or repair
    slot_id: the date as find_slots lists it
    day: the day, where no slot_id is known
    places: how many people come; 1 for a repair
    youngest: the age of the youngest person who comes
    """

    async def change(connection: Connection) -> Booked:
        wanted = await _wanted(connection, ctx, service, Party(places, youngest), slot_id=slot_id, day=day)
        slot = await read_slot(connection, wanted.id, lock=True)
        await expect_bookable(connection, ctx, slot, places)
        paid_with, charge = await _method(connection, ctx), _price(ctx, slot, places)
        repair = slot.service not in TRIPS
        made = await connection.execute(
            "INSERT INTO shop.bookings (id, customer_id, slot_id, places, paid, booked_at, state, stage) "
            "VALUES ('B' || nextval('shop.booking_numbers'), %s, %s, %s, %s, %s, 'confirmed', %s) RETURNING id",
            [customer(ctx), slot.id, places, charge, ctx.now, "booked" if repair else ""],
        )
        row = await made.fetchone()
        number = str(row["id"]) if row else ""
        await occupy(connection, slot.id, places)
        await take(connection, charge, paid_with, ctx.now, booking_id=number)
        told = f"Booked: {slot.service.value} on {at(slot.starts_at)}, {some(places, 'place')}."
        paid = f"Your booking number is {number}; {pounds(charge)} was charged to {paid_with}."
        return booked(number, slot, places, charge, paid_with, summary=f"{told} {paid}")

    return await once(ctx, "book", Booked, change)


async def _wanted(
    connection: Connection,
    ctx: Context,
    service: Service | None,
    party: Party,
    *,
    slot_id: str | None,
    day: date | None,
) -> Slot:
    slot = await read_slot(connection, slot_id) if slot_id is not None else None
    service = service or (slot.service if slot else None)
    if service is None:
        names = tuple(service.value for service in Service)
        raise Refusal("which_service", "Which trip or repair would you like to book?", alternatives=names)
    rules.check_party(service, party.places, party.youngest)
    return await choose_slot(connection, ctx.now, service, slot_id=slot_id, day=day, places=party.places)


async def _method(connection: Connection, ctx: Context) -> str:
    found = await connection.execute("SELECT paid_with FROM shop.customers WHERE id = %s", [customer(ctx)])
    row = await found.fetchone()
    return str(row["paid_with"]) if row else ""


def _price(ctx: Context, slot: Slot, places: int) -> Decimal:
    return price(slot.service, local_day(ctx.now)) * places
