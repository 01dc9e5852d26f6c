"""Moving and cancelling bookings: `move_booking`, `cancel_booking`."""

from datetime import date, datetime

from pydantic import BaseModel

from handrail.agent.tools import Context, Preview, Refusal, tool

from .catalogue import Service
from .ledger import give_back, take
from .places import Booked, booked, expect_bookable, occupy
from .records import Booking, Slot
from .rows import read_booking, read_slot
from .rules import bookings as rules
from .slots import BookingId, SlotId
from .systems import Connection, Shop, lookup, once
from .words import at, local_day, local_time, on, pounds, some
from .working_days import add_working_days

REFUND_WORKING_DAYS = 5


class CancelledBooking(BaseModel):
    """A booking that was cancelled, and the money that goes back."""

    booking_id: str
    status: str = "cancelled"
    service: Service
    starts_at: datetime
    refund: str
    kept: str
    refund_to: str
    refund_sent_by: date
    summary: str


async def preview_move(ctx: Context, booking_id: str, slot_id: str, day: date | None = None) -> Preview:
    """What `move_booking` would do."""
    shop: Shop = ctx.resources
    async with shop.transaction() as connection:
        booking = await read_booking(connection, ctx, booking_id)
        fee = rules.move_fee(booking, ctx.now)
        slot = await _target(connection, booking, slot_id, day)
        await expect_bookable(connection, ctx, slot, booking.places)
    cost = f" and charge {pounds(fee)} to {booking.paid_with}" if fee else " free of charge"
    return Preview(
        summary=f"Move booking {booking.id} ({booking.service.value}, {some(booking.places, 'place')}) from "
        f"{at(booking.starts_at)} to {at(slot.starts_at)}{cost}",
        facts={"slot": slot.id, "from": at(booking.starts_at), "to": at(slot.starts_at), "fee": pounds(fee)},
        rule="trips-moving" if booking.is_trip else "workshop-booking",
    )


@tool(
    effect="write",
    identity="verified",
    preview=preview_move,
    lookup=lookup,
    examples=[
        "move my booking to another day",
        "change the date of my trip",
        "change the date of my day walk",
        "reschedule my ridge scramble",
        "move my repair drop-off to tomorrow",
        "postpone B20001",
        "I can't come on Friday, put me on another date",
        "can we come a week later instead",
    ],
    template="{summary}",
)
async def move_booking(ctx: Context, booking_id: BookingId, slot_id: SlotId, day: date | None = None) -> Booked:
    """Move a booking to another date of the same trip or repair.

    booking_id: the number of the booking, as in B20001
    slot_id: the new date, as find_slots lists it for the booking
    day: the new day that the customer named
    """

    async def change(connection: Connection) -> Booked:
        booking = await read_booking(connection, ctx, booking_id, lock=True)
        fee = rules.move_fee(booking, ctx.now)
        target = await _target(connection, booking, slot_id, day)
        # Both slots are locked in one order, so that two who swap dates do not wait for each other for ever.
        locked = {i: await read_slot(connection, i, lock=True) for i in sorted((booking.slot_id, target.id))}
        slot = locked[target.id]
        await expect_bookable(connection, ctx, slot, booking.places)
        await occupy(connection, booking.slot_id, -booking.places)
        await occupy(connection, slot.id, booking.places)
        ready = "CASE WHEN stage = 'booked' THEN NULL ELSE ready_on END"
        await connection.execute(
            f"UPDATE shop.bookings SET slot_id = %s, moves = moves + 1, ready_on = {ready} WHERE id = %s",
            [slot.id, booking.id],
        )
        await take(connection, fee, booking.paid_with, ctx.now, booking_id=booking.id)
        what = f"{slot.service.value}, {some(booking.places, 'place')}"
        told = f"Booking {booking.id} is now on {at(slot.starts_at)}: {what}."
        cost = f" {pounds(fee)} was charged to {booking.paid_with}." if fee else ""
        return booked(booking.id, slot, booking.places, fee, booking.paid_with, summary=told + cost)

    return await once(ctx, "move_booking", Booked, change)


async def preview_cancel(ctx: Context, booking_id: str) -> Preview:
    """What `cancel_booking` would do."""
    shop: Shop = ctx.resources
    async with shop.transaction() as connection:
        booking = await read_booking(connection, ctx, booking_id)
    refund = rules.cancellation(booking, ctx.now)
    kept = f" (the terms keep {pounds(refund.kept)})" if refund.kept else ""
    return Preview(
        summary=f"Cancel booking {booking.id} ({booking.service.value} on {at(booking.starts_at)}, "
        f"{some(booking.places, 'place')}) and refund {pounds(refund.amount)} to {booking.paid_with}{kept}",
        facts={"refund": pounds(refund.amount), "kept": pounds(refund.kept), "refund_to": booking.paid_with},
        rule=refund.rule,
    )


@tool(
    effect="write",
    identity="verified",
    preview=preview_cancel,
    lookup=lookup,
    examples=[
        "cancel my booking",
        "cancel my trip",
        "cancel my day walk",
        "cancel the ridge scramble I booked",
        "cancel my boot fitting",
        "cancel my repair",
        "I can't come on the trip any more",
        "take us off the climbing taster",
        "cancel B20001",
    ],
    template="{summary}",
)
async def cancel_booking(ctx: Context, booking_id: BookingId) -> CancelledBooking:
    """Cancel a booking; the terms in force on the day it was made set the refund.

    booking_id: the number of the booking, as in B20001
    """

    async def change(connection: Connection) -> CancelledBooking:
        booking = await read_booking(connection, ctx, booking_id, lock=True)
        refund = rules.cancellation(booking, ctx.now)
        by = add_working_days(local_day(ctx.now), REFUND_WORKING_DAYS)
        await connection.execute("UPDATE shop.bookings SET state = 'cancelled' WHERE id = %s", [booking.id])
        await occupy(connection, booking.slot_id, -booking.places)
        await give_back(connection, refund.amount, by, ctx.now, reason="booking cancelled", booking_id=booking.id)
        money = f"{pounds(refund.amount)} goes back to {booking.paid_with} by {on(by)}."
        back = money if refund.amount else "The terms keep the full price."
        return CancelledBooking(
            booking_id=booking.id,
            service=booking.service,
            starts_at=local_time(booking.starts_at),
            refund=pounds(refund.amount),
            kept=pounds(refund.kept),
            refund_to=booking.paid_with,
            refund_sent_by=by,
            summary=f"Booking {booking.id} ({booking.service.value} on {at(booking.starts_at)}) is cancelled. {back}",
        )

    return await once(ctx, "cancel_booking", CancelledBooking, change)


async def _target(connection: Connection, booking: Booking, slot_id: str, day: date | None) -> Slot:
    slot = await read_slot(connection, slot_id)
    if slot.service != booking.service:
        raise Refusal(
            "other_service",
            f"{slot_id} is a {slot.service.value}; booking {booking.id} is a {booking.service.value}.",
            rule="trips-moving",
        )
    if day is not None and local_day(slot.starts_at) != day:
        raise Refusal("other_day", f"{slot_id} is on {at(slot.starts_at)}, not on {on(day)}.")
    if slot.id == booking.slot_id:
        raise Refusal("same_date", f"Booking {booking.id} is on {at(slot.starts_at)} already.")
    return slot
