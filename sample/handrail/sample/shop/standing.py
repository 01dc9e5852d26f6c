"""Where an order stands, in words and in days."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from handrail.agent.tools import Refusal

from .catalogue import OrderState
from .records import Line, Order, Shipment
from .rules import terms
from .rules.orders import check_address, check_cancel, leaves_by
from .words import local_day, on, pounds


def stands(order: Order, shipments: Sequence[Shipment]) -> str:
    """Where an order stands, as a sentence."""
    if order.state is OrderState.CANCELLED:
        back = f" {pounds(order.refunded)} was refunded to {order.paid_with}." if order.refunded else ""
        return f"it is cancelled.{back}"
    if order.state is OrderState.DELIVERED:
        arrived = delivered_on(shipments)
        return f"it was delivered on {on(arrived)}." if arrived else "it was delivered."
    if order.state is OrderState.DISPATCHED and shipments:
        last = shipments[-1]
        return (
            f"it left on {on(local_day(last.dispatched_at))} with {last.carrier} (tracking number {last.tracking}) "
            f"and is expected by {on(local_day(last.expected_by))}. The carrier says: {last.state}."
        )
    return f"it is {order.state.value} and has not been dispatched yet; it leaves by {on(leaves_by(order))}."


def delivered_on(shipments: Sequence[Shipment]) -> date | None:
    """The day on which the last parcel arrived; None while one is on its way, or none has left."""
    days = [shipment.delivered_at for shipment in shipments]
    return max(local_day(day) for day in days if day) if days and all(days) else None


def cancellable(order: Order, lines: Sequence[Line], now: datetime) -> bool:
    """Whether the order can still be cancelled."""
    try:
        check_cancel(order, lines, now)
    except Refusal:
        return False
    return True


def address_open(order: Order) -> bool:
    """Whether the delivery address can still be changed."""
    try:
        check_address(order, order.region)
    except Refusal:
        return False
    return True


def return_until(order: Order, shipments: Sequence[Shipment], today: date) -> date | None:
    """The last day on which unused items can be sent back; None where it has passed or has not begun."""
    arrived = delivered_on(shipments)
    if order.state is not OrderState.DELIVERED or arrived is None:
        return None
    last = arrived + timedelta(days=terms.in_force(terms.RETURNS, local_day(order.placed_at)).days)
    return last if last >= today else None
