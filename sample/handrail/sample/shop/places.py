"""What booking and moving have in common: places taken and freed, and how a booking is told."""

from datetime import datetime
from decimal import Decimal

from pydantic import BaseModel

from handrail.agent.tools import Context, Refusal

from .catalogue import Service
from .records import Slot
from .rules import bookings as rules
from .slots import next_free
from .systems import Connection
from .words import local_time, pounds, some


class Booked(BaseModel):
    """A booking as it stands after it was made or moved. `charged` is what was taken for this."""

    booking_id: str
    service: Service
    starts_at: datetime
    places: str
    charged: str
    paid_with: str
    summary: str


async def expect_bookable(connection: Connection, ctx: Context, slot: Slot, places: int) -> None:
    """Refuse where the slot can't be had, naming other dates where it is full."""
    rules.check_open(slot, ctx.now)
    try:
        rules.check_free(slot, places)
    except Refusal as refusal:
        refusal.alternatives = await next_free(connection, slot, ctx.now, places)
        raise


async def occupy(connection: Connection, slot_id: str, places: int) -> None:
    """Take places in a slot, or free them where `places` is negative."""
    await connection.execute("UPDATE shop.slots SET taken = taken + %s WHERE id = %s", [places, slot_id])


def booked(number: str, slot: Slot, places: int, charge: Decimal, paid_with: str, *, summary: str) -> Booked:
    """A booking as its customer is told."""
    return Booked(
        booking_id=number,
        service=slot.service,
        starts_at=local_time(slot.starts_at),
        places=some(places, "place"),
        charged=pounds(charge),
        paid_with=paid_with,
        summary=summary,
    )
