"""Dates that can be booked: `find_slots`, and which of them a customer means."""

from datetime import date, datetime, time, timedelta
from typing import Annotated

from pydantic import BaseModel, Field

from handrail.agent.tools import Context, Id, Refusal, tool

from .catalogue import REPAIRS, TRIPS, Service, price
from .records import Slot
from .rows import read_booking, read_slot, slot
from .rules import terms
from .systems import Connection, Shop
from .words import ZONE, at, local_day, local_time, on, pounds, some

SlotId = Annotated[str, Id(r"S\d{5}", of="slot_id")]
BookingId = Annotated[str, Id(r"B\d{5}", of="booking_id")]
Places = Annotated[int, Field(ge=1, le=20)]
MOST, MORE = 6, 20
AHEAD = timedelta(days=90)


class FreeSlot(BaseModel):
    """A date with places left; `starts_at` is local to the shop, `price` for one person or one item."""

    slot_id: str
    service: Service
    starts_at: datetime
    lasts: str
    places_left: int
    price: str


@tool(
    effect="read",
    identity="none",
    examples=[
        "when is the next day walk",
        "which dates are free for the ridge scramble",
        "do you have places on Saturday",
        "is there a climbing taster in July",
        "when does the navigation day run",
        "which trips run next weekend",
        "what dates do you have for winter skills",
        "when can I bring my boots in for a resole",
        "when can I drop off my tent for repair",
        "is an appointment free for a boot fitting",
    ],
    template="{starts_at}: {service}, {lasts}, {price}, places left: {places_left} ({slot_id})",
)
async def find_slots(
    ctx: Context,
    service: Service | None = None,
    day: date | None = None,
    until_day: date | None = None,
    places: Places = 1,
    booking_id: BookingId | None = None,
) -> list[FreeSlot]:
    """Find dates with free places for guided trips and workshop repairs, soonest first.

    service: which trip or repair; all trips where left out
    day: the first day that suits; today where left out
    until_day: the last day that suits
    places: how many people want to come
    booking_id: the booking that is to be moved, as in B20001: only dates that it can be moved to
    """
    shop: Shop = ctx.resources
    start = max(day or date.min, local_day(ctx.now))
    async with shop.transaction() as connection:
        if booking_id is not None:
            booking = await read_booking(connection, ctx, booking_id)
            free = await free_slots(connection, [booking.service], ctx.now, booking.places, start=start, most=MORE)
            return [_found(slot, ctx.now) for slot in free if slot.id != booking.slot_id]
        slots = await free_slots(
            connection, [service] if service else list(TRIPS), ctx.now, places, start=start, end=until_day
        )
    return [_found(slot, ctx.now) for slot in slots]


async def free_slots(
    connection: Connection,
    services: list[Service],
    now: datetime,
    places: int,
    *,
    start: date,
    end: date | None = None,
    most: int = MOST,
) -> list[Slot]:
    """The next dates with `places` left that can still be booked, from the day `start` up to and with `end`."""
    found = await connection.execute(
        "SELECT id, service, starts_at, places, taken FROM shop.slots "
        "WHERE service = ANY(%s) AND places - taken >= %s AND starts_at >= %s AND starts_at < %s "
        "ORDER BY starts_at, id LIMIT %s",
        [
            [str(service) for service in services],
            places,
            max(datetime.combine(start, time(), ZONE), now + _closes(services[0])),
            datetime.combine((end or start + AHEAD) + timedelta(days=1), time(), ZONE),
            most,
        ],
    )
    return [slot(row) for row in await found.fetchall()]


async def choose_slot(
    connection: Connection, now: datetime, service: Service, *, slot_id: str | None, day: date | None, places: int
) -> Slot:
    """The slot that is meant by its id or by its day. Refuses with dates to choose from where that leaves it open."""
    if slot_id is not None:
        chosen = await read_slot(connection, slot_id)
        if chosen.service != service:
            raise Refusal("other_service", f"{slot_id} is a {chosen.service.value}, not a {service.value}.")
        return chosen
    if day is None:
        free = await free_slots(connection, [service], now, places, start=local_day(now))
        raise Refusal("which_slot", f"On which day would you like the {service.value}?", alternatives=told(free))
    that_day = await free_slots(connection, [service], now, 0, start=day, end=day)
    free = [slot for slot in that_day if slot.free >= places]
    if len(free) == 1:
        return free[0]
    if free:
        raise Refusal("which_slot", f"At what time on {on(day)}?", alternatives=told(free))
    others = await free_slots(connection, [service], now, places, start=max(day, local_day(now)))
    why = f"has no {some(places, 'free place')} left" if that_day else "does not take place"
    raise Refusal(
        "slot_full" if that_day else "no_such_date",
        f"The {service.value} {why} on {on(day)}.",
        rule="trips-booking" if service in TRIPS else "workshop-booking",
        alternatives=told(others),
    )


async def next_free(connection: Connection, full: Slot, now: datetime, places: int) -> tuple[str, ...]:
    """Other dates of the same service, in words, for somebody who can't have `full`."""
    free = await free_slots(connection, [full.service], now, places, start=local_day(max(full.starts_at, now)))
    return told([other for other in free if other.id != full.id])


def told(slots: list[Slot]) -> tuple[str, ...]:
    """Dates in words, with their ids."""
    return tuple(f"{at(slot.starts_at)} ({slot.id})" for slot in slots[:4])


def _closes(service: Service) -> timedelta:
    hours = terms.TRIP_BOOKING_CLOSES_HOURS if service in TRIPS else terms.WORKSHOP_BOOKING_CLOSES_HOURS
    return timedelta(hours=hours)


def _found(slot: Slot, now: datetime) -> FreeSlot:
    return FreeSlot(
        slot_id=slot.id,
        service=slot.service,
        starts_at=local_time(slot.starts_at),
        lasts=_lasts(slot.service),
        places_left=slot.free,
        price=pounds(price(slot.service, local_day(now))),
    )


def _lasts(service: Service) -> str:
    if service is Service.WINTER_SKILLS:
        return "2 days"
    if service in TRIPS:
        return some(TRIPS[service].hours, "hour")
    days = REPAIRS[service].working_days
    return f"done after {some(days, 'working day')}" if days else "45 minutes"
