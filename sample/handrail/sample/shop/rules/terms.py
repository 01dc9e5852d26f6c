"""The figures of the policies that have changed over time, by the day they came into force.

Each table runs from the oldest version to the newest. What counts for a customer is the version in force on the day
they ordered or booked. The figures below the tables have not changed so far.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TypeVar

from ..catalogue import Region

T = TypeVar("T")
BEGINNING = date(2023, 1, 1)


@dataclass(frozen=True, slots=True)
class Returns:
    """Policy returns: days after delivery, what the label costs, days to hand the parcel in."""

    days: int
    label: Decimal
    hand_in_days: int


@dataclass(frozen=True, slots=True)
class Postage:
    """Policies shipping-uk and shipping-abroad: pounds by kind of delivery; standard is free over `free_over`.

    Express orders placed before the hour `express_until` of a working day leave on that day.
    """

    standard: Decimal
    express: Decimal
    outlying: Decimal
    europe: Decimal
    world: Decimal
    free_over: Decimal
    express_until: int


@dataclass(frozen=True, slots=True)
class TripTerms:
    """Policy trips-cancellation: `full_days` before the trip all but `fee` comes back, `half_days` before it half."""

    full_days: int
    half_days: int
    fee: Decimal


RETURNS = (
    (BEGINNING, Returns(14, Decimal("3.95"), 7)),
    (date(2026, 3, 1), Returns(30, Decimal("2.95"), 14)),
)
REFUND_WORKING_DAYS = ((BEGINNING, 10), (date(2025, 10, 1), 5))
PRICE_DROP_DAYS = ((BEGINNING, 7), (date(2025, 11, 1), 14))
POSTAGE = (
    (
        BEGINNING,
        Postage(
            standard=Decimal("3.95"),
            express=Decimal("6.95"),
            outlying=Decimal("7.50"),
            europe=Decimal("14.00"),
            world=Decimal("28.00"),
            free_over=Decimal(60),
            express_until=14,
        ),
    ),
    (
        date(2026, 4, 1),
        Postage(
            standard=Decimal("4.50"),
            express=Decimal("7.95"),
            outlying=Decimal("8.50"),
            europe=Decimal("16.00"),
            world=Decimal("32.00"),
            free_over=Decimal(75),
            express_until=15,
        ),
    ),
)
TRIP_CANCELLATION = (
    (BEGINNING, TripTerms(28, 14, Decimal(10))),
    (date(2026, 1, 15), TripTerms(21, 7, Decimal(0))),
)

LOST_AFTER_WORKING_DAYS = {Region.MAINLAND: 10, Region.OUTLYING: 10, Region.EUROPE: 15, Region.WORLD: 25}
LOST_AT_ONCE_UP_TO = Decimal(250)
APPROVED_OVER = ((BEGINNING, None), (date(2026, 5, 1), Decimal(200)))
"""Policy refund-approval: what a colleague approves first, by the day on which it is asked for."""

DAMAGE_AT_ONCE_UP_TO = Decimal(150)
DAMAGE_DAYS = 30
OUTLET_DAYS = 14
TO_ORDER_CANCEL_HOURS = 24
CALL_BACK_OVER = Decimal(500)
MOVE_TRIP_DAYS = 7
FURTHER_MOVE = Decimal(15)
WORKSHOP_HOURS = 24
WORKSHOP_LATE_FEE = Decimal(10)
TRIP_BOOKING_CLOSES_HOURS = 24
WORKSHOP_BOOKING_CLOSES_HOURS = 1
MOST_PLACES = 6


def in_force(versions: tuple[tuple[date, T], ...], day: date) -> T:
    """The version that holds on `day`; the oldest for days before all."""
    return next((value for since, value in reversed(versions) if since <= day), versions[0][1])
