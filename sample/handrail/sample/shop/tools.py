"""The tools of the shop: every one of these may be used by the agent. `handrail.toml` names this file."""

from .book import book
from .booking_changes import cancel_booking, move_booking
from .bookings import find_bookings, repair_status
from .customers import find_customer
from .order_changes import cancel_order, change_delivery_address
from .orders import find_orders, order_status
from .products import find_products
from .profiles import change_contact, profile
from .refunds import refund, refund_item
from .returns import start_return
from .slots import find_slots
from .systems import lifespan

__all__ = [
    "book",
    "cancel_booking",
    "cancel_order",
    "change_contact",
    "change_delivery_address",
    "find_bookings",
    "find_customer",
    "find_orders",
    "find_products",
    "find_slots",
    "lifespan",
    "move_booking",
    "order_status",
    "profile",
    "refund",
    "refund_item",
    "repair_status",
    "start_return",
]
