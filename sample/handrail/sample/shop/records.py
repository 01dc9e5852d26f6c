"""The rows that rules judge and tools show, as the shop's tables hold them."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from .catalogue import TRIPS, Category, OrderState, Region, Service


class Delivery(StrEnum):
    """How fast an order travels."""

    STANDARD = "standard"
    EXPRESS = "express"


class ReturnReason(StrEnum):
    """Why something goes back."""

    DOES_NOT_FIT = "does not fit"
    NOT_WANTED = "no longer wanted"
    DAMAGED = "damaged"
    FAULTY = "faulty"
    WRONG_ITEM = "wrong item"

    @property
    def our_fault(self) -> bool:
        return self in (ReturnReason.DAMAGED, ReturnReason.FAULTY, ReturnReason.WRONG_ITEM)


class OrderRefund(StrEnum):
    """What a refund for a whole order is asked for."""

    LATE_EXPRESS = "late express delivery"
    LOST = "parcel never arrived"


class ItemRefund(StrEnum):
    """What a refund for one item is asked for."""

    DAMAGED = "damaged or faulty"
    WRONG_ITEM = "wrong item"
    PRICE_DROP = "price dropped"


@dataclass(frozen=True, slots=True)
class Order:
    """One order. `paid_with` is told to customers ("Visa ending 4242"); `refunded` is what has gone back so far."""

    id: str
    placed_at: datetime
    state: OrderState
    region: Region
    delivery: Delivery
    goods: Decimal
    postage: Decimal
    address: str
    note: str
    paid_with: str
    refunded: Decimal
    postage_refunded: bool

    @property
    def total(self) -> Decimal:
        return self.goods + self.postage


@dataclass(frozen=True, slots=True)
class Line:
    """One line of an order. `open` units are neither on their way back nor refunded; `price` is what
    was paid for one, less what went back when the price dropped; `price_now` is the shop's."""

    number: int
    sku: str
    name: str
    category: Category
    outlet: bool
    price: Decimal
    price_now: Decimal
    quantity: int
    open: int


@dataclass(frozen=True, slots=True)
class Shipment:
    """One parcel of an order."""

    tracking: str
    carrier: str
    state: str
    dispatched_at: datetime
    expected_by: datetime
    delivered_at: datetime | None


@dataclass(frozen=True, slots=True)
class Slot:
    """A date on which a service can be booked."""

    id: str
    service: Service
    starts_at: datetime
    places: int
    taken: int

    @property
    def free(self) -> int:
        return self.places - self.taken


@dataclass(frozen=True, slots=True)
class Booking:
    """A booking of places in a slot. `stage` tells how far a repair is; it is empty for trips."""

    id: str
    service: Service
    slot_id: str
    starts_at: datetime
    places: int
    paid: Decimal
    paid_with: str
    booked_at: datetime
    moves: int
    state: str
    stage: str
    ready_on: datetime | None

    @property
    def is_trip(self) -> bool:
        return self.service in TRIPS
