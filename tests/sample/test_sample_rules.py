"""The rules, as pure functions: what holds for every order and booking, and what changed from version to version."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handrail.agent.tools import Refusal
from handrail.sample.shop.catalogue import TRIPS, Category, OrderState, Region, Service
from handrail.sample.shop.records import Booking, Delivery, Line, Order, ReturnReason, Shipment
from handrail.sample.shop.rules import terms
from handrail.sample.shop.rules.bookings import cancellation, check_party, move_fee
from handrail.sample.shop.rules.orders import check_cancel, leaves_by, postage, refund_by
from handrail.sample.shop.rules.refunds import late_express, lost, price_drop, return_terms
from handrail.sample.shop.words import local_day
from handrail.sample.shop.working_days import add_working_days, is_working_day, working_days_since

DAYS = st.dates(date(2024, 1, 1), date(2027, 12, 31))
MOMENTS = st.datetimes(datetime(2024, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))
PRICES = st.decimals(Decimal(1), Decimal(500), places=2)

ORDER = Order(
    id="W10001",
    placed_at=datetime(2026, 6, 1, 9, tzinfo=UTC),
    state=OrderState.PLACED,
    region=Region.MAINLAND,
    delivery=Delivery.STANDARD,
    goods=Decimal(100),
    postage=Decimal("4.50"),
    address="",
    note="",
    paid_with="Visa ending 4242",
    refunded=Decimal(0),
    postage_refunded=False,
)
LINE = Line(
    number=1,
    sku="FF-101",
    name="Talus Mid boots",
    category=Category.FOOTWEAR,
    outlet=False,
    price=Decimal(100),
    price_now=Decimal(100),
    quantity=1,
    open=1,
)
PARCEL = Shipment(
    "PW1", "Parcelway", "in transit", datetime(2026, 6, 2, 15, tzinfo=UTC), datetime(2026, 6, 8, tzinfo=UTC), None
)
BOOKING = Booking(
    id="B20001",
    service=Service.DAY_WALK,
    slot_id="S10001",
    starts_at=datetime(2026, 7, 11, 8, tzinfo=UTC),
    places=1,
    paid=Decimal(48),
    paid_with="Visa ending 4242",
    booked_at=datetime(2026, 6, 1, tzinfo=UTC),
    moves=0,
    state="confirmed",
    stage="",
    ready_on=None,
)


def refusal(rule, *arguments, **named) -> str:
    with pytest.raises(Refusal) as refused:
        rule(*arguments, **named)
    return refused.value.code


@given(DAYS, st.integers(0, 40))
def test_working_days_are_counted_forth_and_back_alike(day, count):
    then = add_working_days(day, count)
    assert is_working_day(then)
    assert working_days_since(day, then) == (count or (0 if then == day else 1))


def test_bank_holidays_are_no_working_days():
    assert add_working_days(date(2026, 12, 24), 1) == date(2026, 12, 29)


@given(st.sampled_from(OrderState), MOMENTS)
def test_only_what_has_not_left_can_be_cancelled(state, now):
    order = replace(ORDER, state=state)
    if state in (OrderState.PLACED, OrderState.PACKING):
        check_cancel(order, [LINE], now)
    else:
        assert refusal(check_cancel, order, [LINE], now) in ("already_cancelled", "already_dispatched")


def test_what_is_made_to_order_can_be_cancelled_for_24_hours():
    line = replace(LINE, category=Category.TO_ORDER)
    check_cancel(ORDER, [line], ORDER.placed_at + timedelta(hours=24))
    assert (
        refusal(check_cancel, ORDER, [LINE, line], ORDER.placed_at + timedelta(hours=24, seconds=1)) == "made_to_order"
    )


@pytest.mark.parametrize(
    ("placed", "days", "label"), [("2026-02-28", 14, "3.95"), ("2026-03-01", 30, "2.95"), ("2023-05-05", 14, "3.95")]
)
def test_the_return_window_is_that_of_the_day_of_the_order(placed, days, label):
    order = replace(ORDER, state=OrderState.DELIVERED, placed_at=datetime.fromisoformat(f"{placed}T12:00+00:00"))
    arrived = local_day(order.placed_at) + timedelta(days=4)
    terms = {"reason": ReturnReason.DOES_NOT_FIT, "used": False, "delivered_on": arrived}
    found = return_terms(order, LINE, 1, **terms, today=arrived + timedelta(days=days))
    assert (found.refund, found.label) == (Decimal(100) - Decimal(label), Decimal(label))
    assert refusal(return_terms, order, LINE, 1, **terms, today=arrived + timedelta(days=days + 1)) == "too_late"


@given(
    price=PRICES,
    quantity=st.integers(1, 5),
    reason=st.sampled_from(ReturnReason),
    category=st.sampled_from(Category),
    outlet=st.booleans(),
    used=st.booleans(),
    waited=st.integers(0, 60),
    postage_back=st.booleans(),
)
def test_a_return_never_gives_back_more_than_was_paid(
    price, quantity, reason, category, outlet, used, waited, postage_back
):
    line = replace(LINE, price=price, category=category, outlet=outlet, quantity=quantity, open=quantity)
    order = replace(ORDER, goods=price * quantity, postage_refunded=postage_back)
    arrived = date(2026, 6, 5)
    try:
        found = return_terms(
            order,
            line,
            quantity,
            reason=reason,
            used=used,
            delivered_on=arrived,
            today=arrived + timedelta(days=waited),
        )
    except Refusal as refused:
        assert refused.rule
        return
    assert Decimal(0) <= found.refund <= price * quantity + (0 if postage_back else order.postage)
    assert waited <= (14 if outlet and not reason.our_fault else 30)
    assert category is not Category.SAFETY
    assert not used or reason.our_fault


@given(st.sampled_from(Region), st.sampled_from(Delivery), PRICES, DAYS)
def test_postage_is_never_negative_and_free_only_on_the_mainland(region, delivery, goods, day):
    cost = postage(region, delivery, goods, day)
    assert cost >= 0
    if cost == 0:
        assert region is Region.MAINLAND and delivery is Delivery.STANDARD and goods > 60


def test_postage_is_that_of_the_day_of_the_order():
    before, after = date(2026, 3, 31), date(2026, 4, 1)
    assert postage(Region.MAINLAND, Delivery.STANDARD, Decimal(60), before) == Decimal("3.95")
    assert postage(Region.MAINLAND, Delivery.STANDARD, Decimal("60.01"), before) == 0
    assert postage(Region.MAINLAND, Delivery.STANDARD, Decimal(75), after) == Decimal("4.50")
    assert postage(Region.WORLD, Delivery.STANDARD, Decimal(500), after) == Decimal("32.00")


def test_refunds_are_sent_within_the_days_that_held_when_ordering():
    assert refund_by(ORDER, date(2026, 6, 15)) == date(2026, 6, 22)
    older = replace(ORDER, placed_at=datetime(2025, 9, 30, tzinfo=UTC))
    assert refund_by(older, date(2026, 6, 15)) == date(2026, 6, 29)


def test_an_express_order_leaves_on_its_day_when_placed_in_time():
    express = replace(ORDER, delivery=Delivery.EXPRESS)
    assert leaves_by(express) == date(2026, 6, 1)
    assert leaves_by(replace(express, placed_at=datetime(2026, 6, 1, 14, tzinfo=UTC))) == date(2026, 6, 2)
    assert leaves_by(ORDER) == date(2026, 6, 2)


@pytest.mark.parametrize(
    ("region", "days"), [(Region.MAINLAND, 10), (Region.OUTLYING, 10), (Region.EUROPE, 15), (Region.WORLD, 25)]
)
def test_a_parcel_counts_as_lost_after_the_days_of_its_region(region, days):
    order = replace(ORDER, state=OrderState.DISPATCHED, region=region)
    last = add_working_days(date(2026, 6, 2), days)
    assert lost(order, [PARCEL], last) == order.total
    assert refusal(lost, order, [PARCEL], last - timedelta(days=1)) == "too_early"
    assert refusal(lost, replace(order, goods=Decimal(246)), [PARCEL], last) == "needs_person"
    assert refusal(lost, replace(order, refunded=order.total), [PARCEL], last) == "already_refunded"


def test_late_express_postage_comes_back_once():
    express = replace(ORDER, delivery=Delivery.EXPRESS, postage=Decimal("7.95"))
    assert late_express(express, [PARCEL], date(2026, 6, 9)) == Decimal("7.95")
    assert refusal(late_express, express, [PARCEL], date(2026, 6, 8)) == "not_late"
    assert (
        refusal(late_express, replace(express, postage_refunded=True), [PARCEL], date(2026, 6, 9)) == "already_refunded"
    )


def test_a_price_drop_counts_for_14_days_since_november_2025():
    line = replace(LINE, price_now=Decimal(80))
    assert price_drop(ORDER, line, date(2026, 6, 15)) == Decimal(20)
    assert refusal(price_drop, ORDER, line, date(2026, 6, 16)) == "too_late"
    older = replace(ORDER, placed_at=datetime(2025, 10, 20, 9, tzinfo=UTC))
    assert refusal(price_drop, older, line, date(2025, 10, 28)) == "too_late"
    assert refusal(price_drop, ORDER, LINE, date(2026, 6, 2)) == "no_drop"


@pytest.mark.parametrize(
    ("booked", "days", "back"),
    [
        ("2026-01-14", 28, "38.00"),
        ("2026-01-14", 27, "24.00"),
        ("2026-01-14", 14, "24.00"),
        ("2026-01-14", 13, "0.00"),
        ("2026-01-15", 21, "48.00"),
        ("2026-01-15", 20, "24.00"),
        ("2026-01-15", 7, "24.00"),
        ("2026-01-15", 6, "0.00"),
    ],
)
def test_a_trip_is_refunded_by_the_tiers_of_the_day_of_booking(booked, days, back):
    booking = replace(BOOKING, booked_at=datetime.fromisoformat(f"{booked}T12:00+00:00"))
    refund = cancellation(booking, BOOKING.starts_at - timedelta(days=days))
    assert refund.amount == Decimal(back)
    assert refund.amount + refund.kept == BOOKING.paid


@given(
    st.sampled_from(Service),
    MOMENTS,
    st.timedeltas(timedelta(), timedelta(days=60)),
    st.timedeltas(timedelta(), timedelta(days=60)),
    st.integers(1, 6),
)
def test_who_cancels_earlier_never_gets_less(service, booked_at, first, second, places):
    paid = (TRIPS[service].price if service in TRIPS else Decimal(20)) * places
    booking = replace(
        BOOKING,
        service=service,
        booked_at=booked_at,
        starts_at=booked_at + timedelta(days=61),
        paid=paid,
        places=places,
    )
    early, late = sorted((first, second))
    before, after = (cancellation(booking, booked_at + wait) for wait in (early, late))
    assert Decimal(0) <= after.amount <= before.amount <= paid


def test_a_workshop_booking_is_free_until_24_hours_before():
    repair = replace(BOOKING, service=Service.ZIP_REPAIR, paid=Decimal(24))
    assert cancellation(repair, repair.starts_at - timedelta(hours=24)).amount == Decimal(24)
    assert cancellation(repair, repair.starts_at - timedelta(hours=23)).amount == Decimal(14)
    assert refusal(cancellation, repair, repair.starts_at) == "already_started"


def test_a_trip_moves_until_7_days_before_and_freely_once():
    assert move_fee(BOOKING, BOOKING.starts_at - timedelta(days=7)) == 0
    assert move_fee(replace(BOOKING, moves=1), BOOKING.starts_at - timedelta(days=7)) == Decimal(15)
    assert refusal(move_fee, BOOKING, BOOKING.starts_at - timedelta(days=6)) == "too_late_to_move"


@given(st.sampled_from(sorted(TRIPS)), st.integers(1, 20), st.integers(0, 90))
def test_children_come_old_enough_and_with_an_adult(service, places, youngest):
    try:
        check_party(service, places, youngest)
    except Refusal as refused:
        assert refused.rule in ("trips-minors", "trips-private-groups")
    else:
        assert places <= terms.MOST_PLACES
        assert youngest >= TRIPS[service].minimum_age
        assert youngest >= 18 or places > 1


@given(DAYS)
def test_one_version_of_every_term_is_in_force_on_every_day(day):
    for versions in (
        terms.RETURNS,
        terms.POSTAGE,
        terms.TRIP_CANCELLATION,
        terms.REFUND_WORKING_DAYS,
        terms.PRICE_DROP_DAYS,
    ):
        starts = [since for since, _ in versions]
        assert starts == sorted(starts)
        assert terms.in_force(versions, day) == [value for since, value in versions if since <= day][-1]
