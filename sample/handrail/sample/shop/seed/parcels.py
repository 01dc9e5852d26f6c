"""How an order travels: when it leaves, when it is expected, when it arrives."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random

from ..catalogue import OrderState, Region
from ..records import Delivery
from ..words import ZONE, local_day
from ..working_days import add_working_days

CARRIERS = {
    Region.MAINLAND: "Parcelway",
    Region.OUTLYING: "Highland Post",
    Region.EUROPE: "EuroLink",
    Region.WORLD: "Globe Express",
}
WORKING_DAYS = {Region.MAINLAND: 4, Region.OUTLYING: 6, Region.EUROPE: 8, Region.WORLD: 15}
FASTEST = {Region.MAINLAND: 2, Region.OUTLYING: 4, Region.EUROPE: 5, Region.WORLD: 10}
NEVER = datetime(2200, 1, 1, tzinfo=ZONE)


@dataclass(frozen=True, slots=True)
class Journey:
    """The way of one parcel. `delivered_at` may lie in the future; then it is still on its way."""

    dispatched_at: datetime
    expected_by: datetime
    delivered_at: datetime

    def state(self, placed_at: datetime, now: datetime) -> OrderState:
        """The state of the order at `now`."""
        if self.dispatched_at > now:
            return OrderState.PLACED if now - placed_at < timedelta(hours=18) else OrderState.PACKING
        return OrderState.DELIVERED if self.delivered_at <= now else OrderState.DISPATCHED

    def told(self, now: datetime) -> str:
        """What the carrier says at `now`."""
        if self.delivered_at <= now:
            return "delivered"
        if local_day(self.expected_by) < local_day(now):
            return "delayed"
        return "out for delivery" if local_day(self.expected_by) == local_day(now) else "in transit"


def journey(random: Random, placed_at: datetime, region: Region, delivery: Delivery) -> Journey:
    """A usual journey; some express parcels come a day late, few parcels never."""
    placed = placed_at.astimezone(ZONE)
    express = delivery is Delivery.EXPRESS
    left = add_working_days(placed.date(), 0 if express and placed.time() < time(14) else 1)
    expected = add_working_days(left, 1 if express else WORKING_DAYS[region])
    fastest = 1 if express else FASTEST[region]
    arrived = add_working_days(left, random.randint(fastest, 1 if express else WORKING_DAYS[region]))
    if express and random.random() < 0.08:
        arrived = add_working_days(arrived, 1)
    delivered = clock(arrived, 8 + random.randrange(10), random.randrange(60))
    return Journey(clock(left, 16, 30), clock(expected, 20), NEVER if random.random() < 0.004 else delivered)


def clock(day: date, hour: int, minute: int = 0) -> datetime:
    """A moment of a day in the shop's zone."""
    return datetime.combine(day, time(hour, minute), ZONE)
