"""Dates, bookings, and what happens when two want the last place."""

import asyncio
from datetime import timedelta

import pytest

from handrail.agent.tools import Refusal

SATURDAY = "2026-07-11"
"""The day of Priya's walk (B20001, 2 places). Walks start at 09:00 in Kelderby."""
WALK = f"{SATURDAY}T09:00:00"


async def slot_on(customer, day, booking="B20001", who="C1001"):
    """The slot of a day to which a booking can be moved."""
    slots = await customer(who).value("find_slots", booking_id=booking, day=day)
    return slots[0]["slot_id"] if slots[0]["starts_at"].startswith(day) else ""


async def test_free_dates_are_told_to_anybody(customer):
    slots = await customer(None, "none").value("find_slots", service="day walk", day="2026-07-01", places=2)
    days = [slot["starts_at"] for slot in slots]
    assert days == sorted(days) and len(days) == 6
    assert {slot["service"] for slot in slots} == {"day walk"}
    assert slots[0]["price"] == "£48.00" and days[0] == "2026-07-01T09:00:00"


async def test_without_a_service_the_next_trips_are_told(customer):
    slots = await customer(None, "none").value("find_slots", until_day="2026-06-21")
    assert slots and all(slot["starts_at"] < "2026-06-22" for slot in slots)
    assert not {slot["service"] for slot in slots} & {"boot resole", "ski service"}


async def test_dates_whose_booking_has_closed_are_not_offered(customer, clock):
    anybody = customer(None, "none")
    first = (await anybody.value("find_slots", service="boot fitting"))[0]
    clock.advance(timedelta(hours=3))
    later = (await anybody.value("find_slots", service="boot fitting"))[0]
    assert first["starts_at"] == "2026-06-15T14:00:00"
    assert later["starts_at"] == "2026-06-15T16:00:00"


async def test_bookings_are_told_with_what_a_change_would_cost(customer):
    (trip,) = await customer("C1001").value("find_bookings")
    assert (trip["booking_id"], trip["starts_at"], trip["places"]) == ("B20001", WALK, "2 places")
    assert trip["if_cancelled"] == "£96.00 back if you cancel now" and trip["if_moved"] == "free"
    daniel = {row["booking_id"]: row for row in await customer("C1004").value("find_bookings")}
    assert daniel["B20003"]["if_cancelled"] == "no refund if you cancel now" and daniel["B20003"]["if_moved"] == ""
    assert daniel["B20004"]["if_cancelled"] == "£75.00 back if you cancel now"


async def test_a_repair_tells_how_far_it_is(customer):
    (resole,) = await customer("C1004").value("repair_status")
    assert resole["stands"] == "it is being repaired; it will be ready by Friday 26 June 2026."
    (jacket,) = await customer("C1010").value("repair_status", booking_id="B20006")
    assert jacket["stands"] == "it is ready to be collected."
    assert (await customer("C1001").ask("repair_status", booking_id="B20006")).code == "not_found"
    assert (await customer("C1001").ask("repair_status", booking_id="B20001")).code == "no_repair"


async def test_places_are_booked_by_day_and_charged(customer, rows):
    priya = customer("C1001")
    wish = {"service": "day walk", "day": "2026-07-12", "places": 3, "youngest": 9}
    preview = await priya.preview("book", **wish)
    assert preview.summary == (
        "Book the day walk on Sunday 12 July 2026 at 09:00 for 3 people, the youngest 9 years old and charge £144.00 "
        "to Visa ending 4242"
    )
    done = await priya.do("book", key="b1", **wish)
    assert (await priya.do("book", key="b1", **wish)).value == done.value
    (slot,) = await rows("SELECT taken FROM shop.slots WHERE id = %s", preview.facts["slot"])
    assert slot["taken"] == 6
    payments = await rows("SELECT amount FROM shop.payments WHERE booking_id = %s", done.value["booking_id"])
    assert [str(payment["amount"]) for payment in payments] == ["144.00"]


@pytest.mark.parametrize(
    ("wish", "code"),
    [
        ({}, "which_service"),
        ({"service": "day walk"}, "which_slot"),
        ({"service": "day walk", "day": "2026-07-13"}, "no_such_date"),
        ({"service": "day walk", "day": "2026-07-18"}, "slot_full"),
        ({"service": "day walk", "day": "2026-07-12", "places": 7}, "group"),
        ({"service": "day walk", "day": "2026-07-12", "places": 2, "youngest": 7}, "too_young"),
        ({"service": "day walk", "day": "2026-07-12", "youngest": 15}, "needs_adult"),
        ({"service": "day walk", "day": "2026-06-15"}, "no_such_date"),
        ({"service": "boot resole", "day": "2026-07-14", "places": 2}, "one_item"),
        ({"service": "boot resole", "day": "2026-07-14"}, "which_slot"),
        ({"slot_id": "S99999"}, "not_found"),
    ],
)
async def test_a_booking_that_cannot_be_is_refused_with_what_could(customer, wish, code):
    with pytest.raises(Refusal) as refused:
        await customer("C1001").preview("book", **wish)
    assert refused.value.code == code
    if code in ("which_service", "which_slot", "no_such_date", "slot_full"):
        assert refused.value.alternatives


async def test_one_of_many_gets_the_last_places(customer, rows):
    wish = {"service": "day walk", "day": "2026-07-15", "places": 2}
    ends = await asyncio.gather(*(customer(f"C10{n}").do("book", **wish) for n in range(20, 26)))
    assert sorted(end.end for end in ends) == ["done"] + ["refused"] * 5
    assert {end.code for end in ends} == {"", "slot_full"}
    (slot,) = await rows(
        "SELECT places - taken AS free FROM shop.slots WHERE starts_at = '2026-07-15 08:00+00' AND service = 'day walk'"
    )
    assert slot["free"] == 0


async def test_a_move_is_refused_when_the_slot_filled_after_it_was_offered(customer, rows):
    priya, others = customer("C1001"), customer("C1050")
    preview = await priya.preview("move_booking", booking_id="B20001", slot_id=await slot_on(customer, "2026-07-15"))
    assert preview.summary.endswith(
        "from Saturday 11 July 2026 at 09:00 to Wednesday 15 July 2026 at 09:00 free of charge"
    )
    assert (await others.do("book", service="day walk", day="2026-07-15", places=2)).ok
    called = await priya.do("move_booking", booking_id="B20001", slot_id=preview.facts["slot"])
    assert (called.code, called.rule) == ("slot_full", "trips-booking")
    assert called.alternatives
    (trip,) = await priya.value("find_bookings")
    assert trip["starts_at"] == WALK


async def test_moving_frees_the_old_places_and_costs_from_the_second_time(customer, rows):
    priya = customer("C1001")
    here = (await rows("SELECT slot_id FROM shop.bookings WHERE id = 'B20001'"))[0]["slot_id"]
    there = await slot_on(customer, "2026-07-12")
    assert (await priya.do("move_booking", booking_id="B20001", slot_id=there)).value["charged"] == "£0.00"
    (old,) = await rows(
        "SELECT taken FROM shop.slots s WHERE starts_at = '2026-07-11 08:00+00' AND service = 'day walk'"
    )
    assert old["taken"] == 0
    again = await priya.do("move_booking", booking_id="B20001", slot_id=here)
    assert again.value["charged"] == "£15.00"
    assert (await priya.do("move_booking", booking_id="B20001", slot_id=here)).code == "same_date"


async def test_two_who_swap_dates_do_not_wait_for_each_other(customer, rows):
    priya, other = customer("C1001"), customer("C1050")
    booked = await other.do("book", service="day walk", day="2026-07-12", places=1)
    here = (await rows("SELECT slot_id FROM shop.bookings WHERE id = 'B20001'"))[0]["slot_id"]
    there = await slot_on(customer, "2026-07-12")
    ends = await asyncio.gather(
        priya.do("move_booking", booking_id="B20001", slot_id=there),
        other.do("move_booking", booking_id=booked.value["booking_id"], slot_id=here),
    )
    assert [end.end for end in ends] == ["done", "done"]


async def test_a_trip_cannot_be_moved_in_its_last_week(customer):
    there = await slot_on(customer, "2026-07-10", booking="B20003", who="C1004")
    called = await customer("C1004").do("move_booking", booking_id="B20003", slot_id=there)
    assert (called.code, called.rule) == ("too_late_to_move", "trips-moving")


async def test_cancelling_follows_the_terms_of_the_day_of_booking(customer, rows):
    daniel, priya = customer("C1004"), customer("C1001")
    old = await daniel.preview("cancel_booking", booking_id="B20004")
    assert old.facts == {"refund": "£75.00", "kept": "£75.00", "refund_to": "American Express ending 1009"}
    new = await priya.preview("cancel_booking", booking_id="B20001")
    assert new.facts["refund"] == "£96.00"
    none = await daniel.preview("cancel_booking", booking_id="B20003")
    assert none.summary.endswith("refund £0.00 to American Express ending 1009 (the terms keep £95.00)")
    ends = await asyncio.gather(*(priya.do("cancel_booking", booking_id="B20001") for _ in range(3)))
    assert sorted(end.end for end in ends) == ["done", "refused", "refused"]
    (slot,) = await rows(
        "SELECT taken FROM shop.slots WHERE starts_at = '2026-07-11 08:00+00' AND service = 'day walk'"
    )
    assert slot["taken"] == 0


async def test_somebody_elses_booking_does_not_exist(customer):
    tom = customer("C1002")
    for tool, more in (("cancel_booking", {}), ("move_booking", {"slot_id": "S11649"})):
        others = await tom.do(tool, booking_id="B20001", **more)
        none = await tom.do(tool, booking_id="B99999", **more)
        assert others.code == none.code == "not_found"
        assert others.message.replace("B20001", "") == none.message.replace("B99999", "")


async def test_dates_for_a_move_are_those_of_the_bookings_own_trip_and_only_its_customers(customer):
    slots = await customer("C1001").value("find_slots", booking_id="B20001", day=SATURDAY)
    assert {slot["service"] for slot in slots} == {"day walk"} and slots[0]["starts_at"] > WALK
    assert all(slot["places_left"] >= 2 for slot in slots)
    assert (await customer("C1002").ask("find_slots", booking_id="B20001")).code == "not_found"
    assert (await customer(None, "none").ask("find_slots", booking_id="B20001")).code == "not_verified"


async def test_a_move_goes_to_the_same_trip_on_the_day_that_was_named(customer):
    priya = customer("C1001")
    there = await slot_on(customer, "2026-07-12")
    assert (await priya.do("move_booking", booking_id="B20001", slot_id=there, day="2026-07-13")).code == "other_day"
    gill = (await priya.value("find_slots", service="family gill walk"))[0]["slot_id"]
    assert (await priya.do("move_booking", booking_id="B20001", slot_id=gill)).code == "other_service"
