"""The policy documents: whole, one version in force at a time, and saying the same as the rules."""

from collections import defaultdict
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from sample_files import FOLDER

from handrail.knowledge.policies import read_policies
from handrail.sample.shop.catalogue import NEW_WORKSHOP_PRICES, REPAIRS, TRIPS, Service
from handrail.sample.shop.rules import terms

POLICIES = read_policies(FOLDER / "policies")
BY_ID = defaultdict(list)
for policy in POLICIES:
    BY_ID[policy.id].append(policy)


def in_force(policy_id: str, day: date) -> str:
    (policy,) = (policy for policy in BY_ID[policy_id] if policy.in_force(day))
    return " ".join(policy.text.split())


def test_there_are_enough_and_several_were_superseded():
    assert len(BY_ID) >= 34
    assert sum(policy.effective_until is not None for policy in POLICIES) >= 6


@pytest.mark.parametrize("policy_id", sorted(BY_ID))
def test_versions_follow_one_another_without_gap_or_overlap(policy_id):
    versions = sorted(BY_ID[policy_id], key=lambda policy: policy.effective_from)
    assert [policy.version for policy in versions] == [str(n + 1) for n in range(len(versions))]
    assert len({policy.title for policy in versions}) == 1
    for earlier, later in pairwise(versions):
        assert earlier.effective_until == later.effective_from
    assert versions[-1].effective_until is None


def test_every_policy_has_headings_and_stands_in_its_own_file():
    for policy in POLICIES:
        assert policy.text.count("\n## ") + policy.text.startswith("## ") >= 2, policy.source
        assert Path(policy.source).stem.split("-v")[0] == policy.id


@pytest.mark.parametrize(("since", "value"), terms.RETURNS)
def test_returns_say_what_the_rules_do(since, value):
    text = in_force("returns", since)
    assert f"within {value.days} days of the day it was delivered" in text
    assert f"£{value.label}" in text and f"within {value.hand_in_days} days." in text


@pytest.mark.parametrize(("since", "days"), terms.REFUND_WORKING_DAYS)
def test_refund_timing_says_what_the_rules_do(since, days):
    assert f"We send a refund within {days} working days" in in_force("refund-timing", since)


@pytest.mark.parametrize(("since", "days"), terms.PRICE_DROP_DAYS)
def test_price_match_says_what_the_rules_do(since, days):
    assert f"drops within {days} days of your order" in in_force("price-match", max(since, date(2023, 6, 1)))


@pytest.mark.parametrize(("since", "rates"), terms.POSTAGE)
def test_shipping_says_what_the_rules_do(since, rates):
    day = max(since, date(2024, 4, 1))
    home, abroad = in_force("shipping-uk", day), in_force("shipping-abroad", day)
    assert f"costs £{rates.standard}" in home and f"free for orders over £{rates.free_over}" in home
    assert f"costs £{rates.express}. Orders placed by {rates.express_until - 12} pm" in home
    assert f"costs £{rates.outlying}" in home
    assert f"costs £{rates.europe}" in abroad and f"costs £{rates.world}" in abroad


@pytest.mark.parametrize(("since", "tiers"), terms.TRIP_CANCELLATION)
def test_trip_cancellation_says_what_the_rules_do(since, tiers):
    text = in_force("trips-cancellation", max(since, date(2024, 1, 1)))
    full = f"less £{tiers.fee} a booking" if tiers.fee else "the full price"
    assert f"If you cancel {tiers.full_days} days or more before the trip, we refund the" in text and full in text
    assert f"If you cancel {tiers.half_days} to {tiers.full_days - 1} days before, we refund half" in text
    assert f"fewer than {tiers.half_days} days before, there is no refund" in text


def test_the_other_figures_of_the_rules_stand_in_the_policies():
    today = date(2026, 6, 15)
    said = {
        "lost-parcels": [
            "10 working days after dispatch",
            "15 working days in Europe",
            "25 working days",
            "up to £250",
        ],
        "refund-approval": ["more than £200", "since 1 May 2026"],
        "damaged-goods": ["within 30 days of delivery", "up to £150"],
        "outlet-items": [f"within {terms.OUTLET_DAYS} days of delivery"],
        "order-cancellation": [f"for {terms.TO_ORDER_CANCEL_HOURS} hours"],
        "address-change": [f"over £{terms.CALL_BACK_OVER}"],
        "trips-moving": [f"until {terms.MOVE_TRIP_DAYS} days before", f"costs £{terms.FURTHER_MOVE}"],
        "trips-booking": [f"up to {terms.MOST_PLACES} places", f"until {terms.TRIP_BOOKING_CLOSES_HOURS} hours before"],
        "workshop-booking": ["until 24 hours before", "we keep £10", "up to 1 hour before"],
    }
    for policy_id, phrases in said.items():
        for phrase in phrases:
            assert phrase in in_force(policy_id, today), (policy_id, phrase)


def test_trips_and_repairs_cost_what_the_policies_say():
    programme, ages = in_force("trips-programme", date(2026, 6, 15)), in_force("trips-minors", date(2026, 6, 15))
    for service, trip in TRIPS.items():
        (sentence,) = (s for s in programme.split(". ") if service.value in s.lower() and "£" in s)
        told = sentence[sentence.lower().index(service.value) :]
        assert f"£{trip.price} a person" in told and f"{trip.places} places" in told, service
        assert f"{trip.minimum_age} for the {service.value}" in ages
    for day, old in ((NEW_WORKSHOP_PRICES, False), (NEW_WORKSHOP_PRICES - timedelta(days=1), True)):
        text = in_force("workshop-prices", day).lower()
        for service, repair in REPAIRS.items():
            sentence = text[text.index(service.value) :].split(". ")[0]
            assert f"£{repair.old_price if old else repair.price}" in sentence, (service, day)
            assert service is Service.BOOT_FITTING or f"{repair.working_days} working days" in sentence


def test_every_rule_that_a_refusal_names_is_a_policy():
    code = "\n".join(file.read_text() for file in (FOLDER / "shop").rglob("*.py"))
    named = {part.split('"')[0] for part in code.split('rule="')[1:]} | {
        part.split('"')[0] for part in code.split('rule = "')[1:]
    }
    assert named and named <= set(BY_ID)
