"""What the shop sells: the kinds of gear, the guided trips and the workshop repairs."""

from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal
from enum import StrEnum


class OrderState(StrEnum):
    """How far an order has come."""

    PLACED = "placed"
    PACKING = "being packed"
    DISPATCHED = "dispatched"
    DELIVERED = "delivered"
    CANCELLED = "cancelled"


class Region(StrEnum):
    """Delivery regions: postage and the time after which a parcel counts as lost depend on them."""

    MAINLAND = "UK mainland"
    OUTLYING = "Highlands, islands and Northern Ireland"
    EUROPE = "Europe"
    WORLD = "rest of the world"

    @property
    def in_uk(self) -> bool:
        return self in (Region.MAINLAND, Region.OUTLYING)


class Category(StrEnum):
    """Kinds of goods, as far as rules differ between them."""

    CLOTHING = "clothing"
    FOOTWEAR = "footwear"
    PACKS = "rucksacks"
    CAMPING = "camping"
    SAFETY = "climbing and safety"
    SEALED = "sealed packs"
    TO_ORDER = "made to order"


class Service(StrEnum):
    """Everything that can be booked: guided trips, then workshop repairs."""

    DAY_WALK = "day walk"
    FAMILY_GILL_WALK = "family gill walk"
    NAVIGATION_DAY = "navigation day"
    CLIMBING_TASTER = "climbing taster"
    RIDGE_SCRAMBLE = "ridge scramble"
    WINTER_SKILLS = "winter skills weekend"
    BOOT_RESOLE = "boot resole"
    BOOT_FITTING = "boot fitting"
    REPROOFING = "jacket reproofing"
    ZIP_REPAIR = "zip repair"
    TENT_REPAIR = "tent repair"
    SKI_SERVICE = "ski service"


@dataclass(frozen=True, slots=True)
class Trip:
    """A guided trip. It starts at `starts` on `weekdays` (Monday is 0) of `months`; `price` is for one person."""

    price: Decimal
    hours: int
    places: int
    minimum_age: int
    weekdays: tuple[int, ...]
    starts: time = time(9)
    months: tuple[int, ...] = tuple(range(1, 13))


@dataclass(frozen=True, slots=True)
class Repair:
    """A workshop repair, dropped off at one of the times `starts`, done after `working_days`.

    `price` until 2026-02-01 is `old_price` (policy workshop-prices).
    """

    price: Decimal
    old_price: Decimal
    working_days: int
    places: int = 3
    starts: tuple[time, ...] = (time(9), time(14))


TRIPS: dict[Service, Trip] = {
    Service.DAY_WALK: Trip(Decimal(48), 6, 8, 8, (2, 5, 6)),
    Service.FAMILY_GILL_WALK: Trip(Decimal(38), 4, 10, 6, (5, 6), time(10)),
    Service.NAVIGATION_DAY: Trip(Decimal(65), 7, 8, 12, (3, 6)),
    Service.CLIMBING_TASTER: Trip(Decimal(75), 5, 6, 10, (1, 5), time(10)),
    Service.RIDGE_SCRAMBLE: Trip(Decimal(95), 8, 4, 14, (4, 5), time(8)),
    Service.WINTER_SKILLS: Trip(Decimal(240), 32, 6, 16, (5,), time(8), (12, 1, 2, 3)),
}

REPAIRS: dict[Service, Repair] = {
    Service.BOOT_RESOLE: Repair(Decimal(82), Decimal(78), 15),
    Service.BOOT_FITTING: Repair(Decimal(20), Decimal(15), 0, 1, (time(9), time(11), time(14), time(16))),
    Service.REPROOFING: Repair(Decimal(28), Decimal(25), 4),
    Service.ZIP_REPAIR: Repair(Decimal(24), Decimal(22), 5),
    Service.TENT_REPAIR: Repair(Decimal(45), Decimal(42), 7),
    Service.SKI_SERVICE: Repair(Decimal(35), Decimal(32), 2),
}

NEW_WORKSHOP_PRICES = date(2026, 2, 1)


def price(service: Service, booked_on: date) -> Decimal:
    """What one place costs when booked on that day."""
    if service in TRIPS:
        return TRIPS[service].price
    repair = REPAIRS[service]
    return repair.price if booked_on >= NEW_WORKSHOP_PRICES else repair.old_price
