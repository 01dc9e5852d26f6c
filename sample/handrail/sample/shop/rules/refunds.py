"""Rules on returns and refunds."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from handrail.agent.tools import Refusal

from ..catalogue import Category, OrderState
from ..records import Delivery, Line, Order, ReturnReason, Shipment
from ..words import local_day, on, pounds, some
from ..working_days import add_working_days, working_days_since
from . import terms
from .orders import told


@dataclass(frozen=True, slots=True)
class ReturnTerms:
    """What a return that is allowed comes to: the refund, the label's cost within it, and the policy it rests on."""

    refund: Decimal
    label: Decimal
    rule: str


def return_terms(
    order: Order,
    line: Line,
    quantity: int,
    *,
    reason: ReturnReason,
    used: bool,
    delivered_on: date | None,
    today: date,
) -> ReturnTerms:
    """What the customer gets back for returning `quantity` of a line (policies returns, outlet-items, damaged-goods).

    `used` says whether it was worn, used or its pack opened.
    """
    if delivered_on is None:
        raise Refusal("not_delivered", f"Order {order.id} has not been delivered yet.", rule="returns")
    check_open(line, quantity)
    value = line.price * quantity
    if reason.our_fault:
        _check_fault(line, delivered_on, today)
        return ReturnTerms(value + _outbound(order), Decimal(0), "damaged-goods")
    _check_kind(line, used)
    version = terms.in_force(terms.RETURNS, local_day(order.placed_at))
    days, rule = (terms.OUTLET_DAYS, "outlet-items") if line.outlet else (version.days, "returns")
    last = delivered_on + timedelta(days=days)
    if today > last:
        raise Refusal(
            "too_late",
            f"{line.name} could be returned until {on(last)}, {days} days after delivery.",
            rule=rule,
        )
    label = version.label if order.region.in_uk else Decimal(0)
    return ReturnTerms(max(value - label, Decimal(0)), label, rule)


def check_open(line: Line, quantity: int) -> None:
    """Refuse where fewer than `quantity` units of the line are left to return or refund."""
    if line.open == 0:
        raise Refusal(
            "already_returned", f"A return or refund of {line.name} is on record already.", rule="refund-timing"
        )
    if quantity > line.open:
        raise Refusal("too_many", f"Only {some(line.open, 'piece')} of {line.name} can go back.", rule="returns")


def _check_fault(line: Line, delivered_on: date, today: date) -> None:
    if line.category is Category.SAFETY:
        raise Refusal(
            "needs_person",
            f"A fault in {line.name} is handled by a member of our team, who refunds or replaces it. Please "
            "stop using it.",
            rule="climbing-gear",
        )
    if today > delivered_on + timedelta(days=terms.DAMAGE_DAYS):
        raise Refusal(
            "warranty",
            f"{line.name} arrived on {on(delivered_on)}, more than {terms.DAMAGE_DAYS} days ago, so this is a "
            "warranty claim.",
            rule="warranty",
            alternatives=("claim the warranty with a photo and the order number",),
        )


def _check_kind(line: Line, used: bool) -> None:
    if line.category is Category.SAFETY:
        raise Refusal(
            "not_returnable",
            f"Climbing and safety equipment such as {line.name} cannot be returned.",
            rule="climbing-gear",
        )
    if line.category is Category.TO_ORDER:
        raise Refusal("not_returnable", f"Items made to order such as {line.name} cannot be returned.", rule="returns")
    if used and line.category is Category.FOOTWEAR and not line.outlet:
        raise Refusal(
            "worn_footwear",
            f"Worn footwear is not refunded, but we exchange {line.name} once within 60 days of delivery.",
            rule="worn-footwear",
            alternatives=("exchange it for another size or model with our team",),
        )
    if used:
        raise Refusal("used", f"{line.name} cannot be returned after use or once the pack is open.", rule="returns")


def late_express(order: Order, shipments: Sequence[Shipment], today: date) -> Decimal:
    """The express postage to refund for a parcel that came, or still is, late (policy shipping-uk)."""
    rule = "shipping-uk"
    if order.delivery is not Delivery.EXPRESS:
        raise Refusal("not_express", f"Order {order.id} was not sent by express.", rule=rule)
    if order.postage_refunded:
        raise Refusal("already_refunded", f"The postage of order {order.id} has been refunded already.", rule=rule)
    for parcel in shipments:
        arrived = local_day(parcel.delivered_at) if parcel.delivered_at else today
        if arrived > local_day(parcel.expected_by):
            return order.postage
    raise Refusal("not_late", f"The parcel of order {order.id} is not late.", rule=rule)


def lost(order: Order, shipments: Sequence[Shipment], today: date) -> Decimal:
    """What to refund for parcels that never came (policy lost-parcels)."""
    rule = "lost-parcels"
    if order.state is not OrderState.DISPATCHED:
        raise Refusal("not_on_its_way", f"Order {order.id} is {told(order.state)}, not on its way.", rule=rule)
    due = order.total - order.refunded
    if due <= 0:
        raise Refusal("already_refunded", f"Order {order.id} has been refunded already.", rule=rule)
    wait = terms.LOST_AFTER_WORKING_DAYS[order.region]
    for parcel in shipments:
        sent = local_day(parcel.dispatched_at)
        if working_days_since(sent, today) < wait:
            raise Refusal(
                "too_early",
                f"The parcel left on {on(sent)}. It counts as lost {wait} working days later, on "
                f"{on(add_working_days(sent, wait))}.",
                rule=rule,
            )
    if order.total > terms.LOST_AT_ONCE_UP_TO:
        raise Refusal(
            "needs_person",
            f"The parcel is worth more than {pounds(terms.LOST_AT_ONCE_UP_TO)}, so our team first opens a "
            "search with the carrier.",
            rule=rule,
        )
    return due


def approval(amount: Decimal, today: date) -> str:
    """Why a colleague must approve a refund without a return; empty where nobody has to (policy refund-approval)."""
    over = terms.in_force(terms.APPROVED_OVER, today)
    return f"refunds of more than {pounds(over)} need a second person" if over and amount > over else ""


def damaged(order: Order, line: Line, quantity: int, *, delivered_on: date | None, today: date) -> Decimal:
    """What to refund at once for an item that came damaged, faulty or wrong (policy damaged-goods)."""
    if delivered_on is None:
        raise Refusal("not_delivered", f"Order {order.id} has not been delivered yet.", rule="damaged-goods")
    check_open(line, quantity)
    _check_fault(line, delivered_on, today)
    if line.price > terms.DAMAGE_AT_ONCE_UP_TO:
        raise Refusal(
            "needs_person",
            f"For items over {pounds(terms.DAMAGE_AT_ONCE_UP_TO)} we need a photo, and a member of our team "
            "looks at it.",
            rule="damaged-goods",
        )
    return line.price * quantity + _outbound(order)


def price_drop(order: Order, line: Line, today: date) -> Decimal:
    """The difference to refund after our own price dropped (policy price-match)."""
    rule = "price-match"
    ordered = local_day(order.placed_at)
    days = terms.in_force(terms.PRICE_DROP_DAYS, ordered)
    if order.state is OrderState.CANCELLED or not line.open:
        raise Refusal("already_refunded", f"Nothing is left to refund on {line.name}.", rule=rule)
    if line.outlet or line.price_now >= line.price:
        raise Refusal("no_drop", f"The price of {line.name} has not dropped since your order.", rule=rule)
    if today > ordered + timedelta(days=days):
        raise Refusal("too_late", f"Price drops count up to {days} days after the order of {on(ordered)}.", rule=rule)
    return (line.price - line.price_now) * line.open


def _outbound(order: Order) -> Decimal:
    """The outbound postage that comes back with a damaged, faulty or wrong item (policy refund-timing)."""
    return Decimal(0) if order.postage_refunded else order.postage
