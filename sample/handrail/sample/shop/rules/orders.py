"""Rules on orders: what delivery costs, cancelling, changing the address."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal

from handrail.agent.tools import Refusal

from ..catalogue import Category, OrderState, Region
from ..records import Delivery, Line, Order
from ..words import ZONE, local_day, pounds
from ..working_days import add_working_days, is_working_day
from . import terms

BEFORE_DISPATCH = (OrderState.PLACED, OrderState.PACKING)


def postage(region: Region, delivery: Delivery, goods: Decimal, day: date) -> Decimal:
    """What delivery costs for an order placed on `day` (policies shipping-uk and shipping-abroad)."""
    rates = terms.in_force(terms.POSTAGE, day)
    if region is Region.MAINLAND and delivery is Delivery.EXPRESS:
        return rates.express
    if region is Region.MAINLAND:
        return Decimal(0) if goods > rates.free_over else rates.standard
    return {Region.OUTLYING: rates.outlying, Region.EUROPE: rates.europe}.get(region, rates.world)


def leaves_by(order: Order) -> date:
    """The working day by whose end an order is dispatched (policy shipping-uk)."""
    placed = order.placed_at.astimezone(ZONE)
    early = placed.hour < terms.in_force(terms.POSTAGE, placed.date()).express_until
    at_once = order.delivery is Delivery.EXPRESS and early and is_working_day(placed.date())
    return placed.date() if at_once else add_working_days(placed.date(), 1)


def refund_by(order: Order, day: date) -> date:
    """The day by which a refund that is due on `day` has been sent (policy refund-timing)."""
    return add_working_days(day, terms.in_force(terms.REFUND_WORKING_DAYS, local_day(order.placed_at)))


def check_cancel(order: Order, lines: Sequence[Line], now: datetime) -> None:
    """Refuse unless the order can still be cancelled (policy order-cancellation)."""
    rule = "order-cancellation"
    if order.state is OrderState.CANCELLED:
        raise Refusal("already_cancelled", f"Order {order.id} is cancelled already.", rule=rule)
    if order.state not in BEFORE_DISPATCH:
        days = terms.in_force(terms.RETURNS, local_day(order.placed_at)).days
        raise Refusal(
            "already_dispatched",
            f"Order {order.id} has been {order.state.value}, and after dispatch an order cannot be cancelled any more.",
            rule=rule,
            alternatives=("refuse the parcel at the door", f"return it within {days} days of delivery"),
        )
    deadline = order.placed_at + timedelta(hours=terms.TO_ORDER_CANCEL_HOURS)
    if now > deadline and any(line.category is Category.TO_ORDER for line in lines):
        raise Refusal(
            "made_to_order",
            f"Order {order.id} holds an item made to order, which can be cancelled for "
            f"{terms.TO_ORDER_CANCEL_HOURS} hours only.",
            rule=rule,
        )


def check_address(order: Order, region: Region) -> None:
    """Refuse unless the order can go to an address in `region` (policy address-change)."""
    rule = "address-change"
    if order.state is not OrderState.PLACED:
        raise Refusal(
            "address_fixed",
            f"Order {order.id} is {told(order.state)}, and the address can be changed only until packing starts.",
            rule=rule,
            alternatives=(
                "choose another day, a neighbour or a pick-up shop through the link in the carrier's message",
            ),
        )
    if order.total > terms.CALL_BACK_OVER:
        raise Refusal(
            "needs_person",
            f"Order {order.id} is over {pounds(terms.CALL_BACK_OVER)}, so a member of our team changes its "
            "address after a call.",
            rule=rule,
        )
    if region is not order.region:
        raise Refusal(
            "other_region",
            f"The new address lies in another delivery region ({region.value}; the order goes to "
            f"{order.region.value}).",
            rule=rule,
            alternatives=("cancel the order and place it again with the new address",),
        )


def told(state: OrderState) -> str:
    """The state as it stands in a sentence."""
    return f"already {state.value}" if state is OrderState.DELIVERED else state.value
