"""Reading bookings: `find_bookings`, `repair_status`."""

from datetime import date, datetime

from pydantic import BaseModel

from handrail.agent.tools import Context, Refusal, tool

from .catalogue import Service
from .records import Booking
from .rows import read_booking, read_bookings
from .rules.bookings import move_fee, told_cancellation
from .slots import BookingId
from .systems import Shop
from .words import local_day, local_time, on, pounds, some

MOST = 10


class BookingSummary(BaseModel):
    """One booking; `starts_at` is local to the shop.

    `if_cancelled` and `if_moved` tell what either would come to now; empty where it is too late.
    """

    booking_id: str
    service: Service
    starts_at: datetime
    places: str
    paid: str
    booked_on: date
    status: str
    if_cancelled: str
    if_moved: str


class RepairStatus(BaseModel):
    """How far a workshop repair is."""

    booking_id: str
    service: Service
    dropped_off: datetime
    stands: str
    booked_on: date


@tool(
    effect="read",
    identity="verified",
    examples=[
        "what have I booked",
        "show my bookings",
        "when is my trip",
        "am I still on the day walk",
        "what time does my ridge scramble start",
    ],
    template="{booking_id}: {service} on {starts_at}, {places}, {paid}, {status}",
    policy_date="booked_on",
)
async def find_bookings(
    ctx: Context, service: Service | None = None, include_past: bool = False
) -> list[BookingSummary]:
    """List the customer's bookings of guided trips and workshop repairs, soonest first, with what a change would cost.

    service: only bookings of this trip or repair
    include_past: true to list those that are over as well
    """
    shop: Shop = ctx.resources
    async with shop.transaction() as connection:
        bookings = await read_bookings(connection, ctx)
    return [
        _summary(ctx, booking)
        for booking in bookings
        if (service is None or booking.service == service) and (include_past or booking.starts_at > ctx.now)
    ][-MOST:]


@tool(
    effect="read",
    identity="verified",
    examples=[
        "is my repair ready",
        "are my boots ready",
        "is my jacket done yet",
        "how far is my repair",
        "when can I collect my jacket",
        "can I pick up my tent from the workshop",
    ],
    template="Your {service} ({booking_id}): {stands}",
    policy_date="booked_on",
)
async def repair_status(ctx: Context, booking_id: BookingId | None = None) -> list[RepairStatus]:
    """Tell how far the customer's workshop repairs are, and when they are ready.

    booking_id: the number of one booking, as in B20001; all open repairs where left out
    """
    shop: Shop = ctx.resources
    async with shop.transaction() as connection:
        if booking_id is not None:
            found = [await read_booking(connection, ctx, booking_id)]
        else:
            found = await read_bookings(connection, ctx)
    repairs = [booking for booking in found if not booking.is_trip and booking.state == "confirmed"]
    if booking_id is not None and not repairs:
        raise Refusal("no_repair", f"Booking {booking_id} is not an open repair.")
    return [
        RepairStatus(
            booking_id=booking.id,
            service=booking.service,
            dropped_off=local_time(booking.starts_at),
            stands=_stands(booking),
            booked_on=local_day(booking.booked_at),
        )
        for booking in repairs
        if booking_id is not None or booking.stage != "collected"
    ]


def _summary(ctx: Context, booking: Booking) -> BookingSummary:
    return BookingSummary(
        booking_id=booking.id,
        service=booking.service,
        starts_at=local_time(booking.starts_at),
        places=some(booking.places, "place"),
        paid=pounds(booking.paid),
        booked_on=local_day(booking.booked_at),
        status=booking.state,
        if_cancelled=told_cancellation(booking, ctx.now),
        if_moved=_move(ctx, booking),
    )


def _move(ctx: Context, booking: Booking) -> str:
    try:
        fee = move_fee(booking, ctx.now)
    except Refusal:
        return ""
    return pounds(fee) if fee else "free"


def _stands(booking: Booking) -> str:
    if booking.stage == "ready":
        return "it is ready to be collected."
    if booking.stage == "collected":
        return "it was collected."
    ready = f"; it will be ready by {on(local_day(booking.ready_on))}" if booking.ready_on else ""
    return f"it is {booking.stage or 'booked'}{ready}."
