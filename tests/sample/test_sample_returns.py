"""Returns and refunds: by the version of the rules in force when the order was placed, and never twice."""

import asyncio
from decimal import Decimal

import pytest

from handrail.agent.tools import Refusal


async def test_a_return_within_30_days_is_started_with_its_label(customer, rows):
    priya = customer("C1001")
    wish = {"order_id": "W10003", "reason": "does not fit", "item": "W10003-1"}
    preview = await priya.preview("start_return", **wish)
    assert "£142.05 goes back to Visa ending 4242" in preview.summary
    assert preview.rule == "returns"
    done = await priya.do("start_return", key="r1", **wish)
    assert done.value["product"] == "Talus Mid boots (5)"
    assert done.value["hand_in_by"] == "2026-06-29"
    assert (await priya.do("start_return", key="r1", **wish)).value == done.value
    assert (await priya.do("start_return", **wish)).code == "already_returned"
    assert len(await rows("SELECT 1 AS one FROM shop.returns WHERE order_id = 'W10003'")) == 1


async def test_an_order_placed_under_the_older_version_had_14_days(customer):
    with pytest.raises(Refusal) as refused:
        await customer("C1002").preview("start_return", order_id="W10004", reason="no longer wanted", item="W10004-1")
    assert refused.value.code == "too_late"
    assert "Friday 13 March 2026, 14 days after delivery" in refused.value.message


async def test_an_item_that_the_order_does_not_hold_is_refused_with_those_it_does(customer):
    with pytest.raises(Refusal) as refused:
        await customer("C1001").preview("start_return", order_id="W10003", reason="does not fit", item="W10003-7")
    assert refused.value.alternatives == ("Talus Mid boots (5) (W10003-1)", "Ridge softshell trousers (S) (W10003-2)")


@pytest.mark.parametrize(
    ("who", "order", "wish", "refused"),
    [
        ("C1005", "W10009", {"reason": "no longer wanted", "item": "W10009-2"}, "not_returnable by climbing-gear"),
        ("C1005", "W10009", {"reason": "faulty", "item": "W10009-2"}, "needs_person by climbing-gear"),
        (
            "C1001",
            "W10003",
            {"reason": "does not fit", "item": "W10003-1", "used": True},
            "worn_footwear by worn-footwear",
        ),
        ("C1001", "W10003", {"reason": "does not fit", "item": "W10003-2", "used": True}, "used by returns"),
        ("C1010", "W10016", {"reason": "no longer wanted", "item": "W10016-1"}, "too_late by outlet-items"),
        ("C1001", "W10002", {"item": "W10002-1", "reason": "does not fit"}, "not_delivered by returns"),
        ("C1001", "W10003", {"item": "W10009-1", "reason": "does not fit"}, "not_in_order by None"),
        ("C1002", "W10004", {"reason": "faulty", "item": "W10004-2"}, "warranty by warranty"),
    ],
)
async def test_a_return_that_the_rules_forbid_is_refused_with_its_policy(customer, who, order, wish, refused):
    called = await customer(who).do("start_return", order_id=order, **wish)
    assert called.end == "refused"
    assert f"{called.code} by {called.rule}" == refused


async def test_a_damaged_item_goes_back_free_of_charge_with_its_postage(customer):
    preview = await customer("C1005").preview("start_return", order_id="W10009", reason="damaged", item="W10009-1")
    assert preview.facts["refund"] == "£65.00" and preview.rule == "damaged-goods"


async def test_refunds_come_from_the_rules(customer):
    tom, grace, jun = customer("C1002"), customer("C1005"), customer("C1007")
    lost = await tom.do("refund", order_id="W10005", reason="parcel never arrived")
    assert lost.value["amount"] == "£129.00"
    late = await tom.do("refund", order_id="W10006", reason="late express delivery")
    assert late.value["amount"] == "£7.95"
    broken = await grace.do("refund_item", order_id="W10009", reason="damaged or faulty", item="W10009-1")
    assert broken.value["amount"] == "£65.00"
    dropped = await jun.do("refund_item", order_id="W10012", item="W10012-1", reason="price dropped")
    assert dropped.value["amount"] == "£30.00"


@pytest.mark.parametrize(
    ("who", "order", "reason", "code"),
    [
        ("C1001", "W10001", "parcel never arrived", "not_on_its_way"),
        ("C1001", "W10002", "parcel never arrived", "too_early"),
        ("C1001", "W10002", "late express delivery", "not_late"),
        ("C1002", "W10005", "late express delivery", "not_express"),
        ("C1001", "W10003", "late express delivery", "not_express"),
    ],
)
async def test_a_refund_that_the_rules_forbid_is_refused(customer, who, order, reason, code):
    assert (await customer(who).do("refund", order_id=order, reason=reason)).code == code


@pytest.mark.parametrize(
    ("who", "tool", "wish"),
    [
        ("C1002", "refund", {"order_id": "W10005", "reason": "parcel never arrived"}),
        ("C1002", "refund", {"order_id": "W10006", "reason": "late express delivery"}),
        ("C1005", "refund_item", {"order_id": "W10009", "item": "W10009-1", "reason": "damaged or faulty"}),
        ("C1007", "refund_item", {"order_id": "W10012", "item": "W10012-1", "reason": "price dropped"}),
    ],
)
async def test_no_refund_is_made_twice_even_at_the_same_moment(customer, rows, who, tool, wish):
    somebody = customer(who)
    ends = await asyncio.gather(*(somebody.do(tool, **wish) for _ in range(4)))
    assert sorted(end.end for end in ends) == ["done", "refused", "refused", "refused"]
    (sums,) = await rows("SELECT count(*) AS count FROM shop.refunds WHERE order_id = %s", wish["order_id"])
    assert sums["count"] == 1


async def test_the_same_key_at_the_same_moment_makes_one_refund(customer, rows):
    tom = customer("C1002")
    wish = {"order_id": "W10005", "reason": "parcel never arrived"}
    ends = await asyncio.gather(*(tom.do("refund", key="once", **wish) for _ in range(4)))
    assert [end.value for end in ends] == [ends[0].value] * 4 and ends[0].ok
    assert len(await rows("SELECT 1 AS one FROM shop.refunds WHERE order_id = 'W10005'")) == 1


async def test_more_is_never_refunded_than_was_paid(customer, rows):
    grace = customer("C1005")
    for reason in ("price dropped", "damaged or faulty"):
        for item in ("W10009-1", "W10009-2"):
            await grace.do("refund_item", order_id="W10009", item=item, reason=reason)
            await grace.do("start_return", order_id="W10009", item=item, reason="wrong item")
    for reason in ("late express delivery", "parcel never arrived"):
        await grace.do("refund", order_id="W10009", reason=reason)
    (paid,) = await rows("SELECT sum(amount) AS sum FROM shop.payments WHERE order_id = 'W10009'")
    back = await rows(
        "SELECT coalesce(sum(amount), 0) AS sum FROM shop.refunds WHERE order_id = 'W10009' "
        "UNION ALL SELECT coalesce(sum(refund), 0) FROM shop.returns WHERE order_id = 'W10009'"
    )
    assert Decimal(0) < sum(row["sum"] for row in back) <= paid["sum"]
