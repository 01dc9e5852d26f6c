"""Rules on trips and workshop bookings: booking, moving, cancelling."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from handrail.agent.tools import Refusal

from ..catalogue import TRIPS, Service
from ..records import Booking, Slot
from ..words import at, local_day, on, pounds, some
from . import terms

ADULT = 18


@dataclass(frozen=True, slots=True)
class Refund:
    """What comes back when a booking is cancelled, what is kept, and the policy that says so."""

    amount: Decimal
    kept: Decimal
    rule: str


def check_open(slot: Slot, now: datetime) -> None:
    """Refuse where booking for this date has closed (policies trips-booking and workshop-booking)."""
    trip = slot.service in TRIPS
    hours = terms.TRIP_BOOKING_CLOSES_HOURS if trip else terms.WORKSHOP_BOOKING_CLOSES_HOURS
    if now > slot.starts_at - timedelta(hours=hours):
        raise Refusal(
            "too_late",
            f"Booking for {at(slot.starts_at)} has closed: it is open until {some(hours, 'hour')} before.",
            rule="trips-booking" if trip else "workshop-booking",
        )


def check_party(service: Service, places: int, youngest: int) -> None:
    """Refuse a party that cannot come whatever the date; `youngest` is the age of the youngest participant."""
    trip = TRIPS.get(service)
    if trip is None and places != 1:
        told = "One workshop booking is for one item or one pair; please book each by itself."
        raise Refusal("one_item", told, rule="workshop-booking")
    if trip and places > terms.MOST_PLACES:
        told = f"Up to {terms.MOST_PLACES} places can be booked; a larger party is a private group."
        raise Refusal("group", told, rule="trips-private-groups")
    if trip and youngest < trip.minimum_age:
        told = f"The minimum age for the {service.value} is {trip.minimum_age}."
        raise Refusal("too_young", told, rule="trips-minors")
    if trip and youngest < ADULT and places == 1:
        told = "Everybody under 18 comes with a parent or guardian on the same booking."
        raise Refusal("needs_adult", told, rule="trips-minors")


def check_free(slot: Slot, places: int) -> None:
    """Refuse where the slot has fewer free places."""
    if slot.free < places:
        left = f"only {some(slot.free, 'place')} left" if slot.free else "no places left"
        rule = "trips-booking" if slot.service in TRIPS else "workshop-booking"
        raise Refusal("slot_full", f"The {slot.service.value} on {at(slot.starts_at)} has {left}.", rule=rule)


def check_standing(booking: Booking, now: datetime) -> None:
    """Refuse where there is nothing left to move or cancel."""
    rule = _cancellation(booking)
    if booking.state == "cancelled":
        raise Refusal("already_cancelled", f"Booking {booking.id} is cancelled already.", rule=rule)
    if booking.state != "confirmed" or now >= booking.starts_at:
        raise Refusal(
            "already_started", f"Booking {booking.id} was for {at(booking.starts_at)}, which has passed.", rule=rule
        )


def move_fee(booking: Booking, now: datetime) -> Decimal:
    """What moving costs (policies trips-moving and workshop-booking), or a refusal where it is too late."""
    check_standing(booking, now)
    if booking.is_trip:
        if days_before(booking, now) < terms.MOVE_TRIP_DAYS:
            raise Refusal(
                "too_late_to_move",
                f"Booking {booking.id} starts on {on(local_day(booking.starts_at))}; a trip can be moved until "
                f"{terms.MOVE_TRIP_DAYS} days before it starts.",
                rule="trips-moving",
                alternatives=("give the place to somebody else free of charge", "cancel under the cancellation terms"),
            )
        return terms.FURTHER_MOVE if booking.moves else Decimal(0)
    if now > booking.starts_at - timedelta(hours=terms.WORKSHOP_HOURS):
        raise Refusal(
            "too_late_to_move",
            f"Booking {booking.id} is for {at(booking.starts_at)}; it could be moved until "
            f"{terms.WORKSHOP_HOURS} hours before.",
            rule="workshop-booking",
        )
    return Decimal(0)


def cancellation(booking: Booking, now: datetime) -> Refund:
    """What comes back when the booking is cancelled now, by the terms in force on the day it was made."""
    check_standing(booking, now)
    rule = _cancellation(booking)
    if not booking.is_trip:
        late = now > booking.starts_at - timedelta(hours=terms.WORKSHOP_HOURS)
        return _refund(booking, booking.paid - (terms.WORKSHOP_LATE_FEE if late else 0), rule)
    days, version = days_before(booking, now), terms.in_force(terms.TRIP_CANCELLATION, local_day(booking.booked_at))
    if days >= version.full_days:
        return _refund(booking, booking.paid - version.fee, rule)
    return _refund(booking, booking.paid / 2 if days >= version.half_days else Decimal(0), rule)


def days_before(booking: Booking, now: datetime) -> int:
    """Calendar days from the day of `now` to the day the trip starts."""
    return _days(local_day(now), local_day(booking.starts_at))


def told_cancellation(booking: Booking, now: datetime) -> str:
    """In words, what cancelling now would give back; empty where it is no longer possible."""
    try:
        refund = cancellation(booking, now)
    except Refusal:
        return ""
    if not refund.amount:
        return "no refund if you cancel now"
    return f"{pounds(refund.amount)} back if you cancel now"


def _days(start: date, end: date) -> int:
    return (end - start).days


def _refund(booking: Booking, amount: Decimal, rule: str) -> Refund:
    amount = max(amount, Decimal(0)).quantize(Decimal("0.01"))
    return Refund(amount, booking.paid - amount, rule)


def _cancellation(booking: Booking) -> str:
    return "trips-cancellation" if booking.is_trip else "workshop-booking"
