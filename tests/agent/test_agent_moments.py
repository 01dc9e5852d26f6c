"""Days and times in plain English, counted in the customer's zone."""

from datetime import UTC, date, datetime, time

import pytest

from handrail.agent.models.offline.moments import Moment, find_moments

NOW = datetime(2026, 6, 18, 9, tzinfo=UTC)
"""A Thursday."""


def only(text: str, *, past: bool = False, timezone: str = "Europe/Berlin") -> Moment:
    (moment,) = find_moments(text, NOW, timezone, past=past)
    return moment


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("today", date(2026, 6, 18)),
        ("tomorrow please", date(2026, 6, 19)),
        ("the day after tomorrow", date(2026, 6, 20)),
        ("on Tuesday", date(2026, 6, 23)),
        ("this Friday", date(2026, 6, 19)),
        ("next Friday", date(2026, 6, 26)),
        ("next Tuesday", date(2026, 6, 23)),
        ("Thursday", date(2026, 6, 25)),
        ("Tuesday week", date(2026, 6, 30)),
        ("Friday in two weeks", date(2026, 7, 3)),
        ("Wednesday of next week", date(2026, 6, 24)),
        ("the 14th", date(2026, 7, 14)),
        ("on the 20th", date(2026, 6, 20)),
        ("14 July", date(2026, 7, 14)),
        ("July 14th", date(2026, 7, 14)),
        ("the 3rd of January", date(2027, 1, 3)),
        ("2026-08-01", date(2026, 8, 1)),
        ("14.7.2026", date(2026, 7, 14)),
        ("in three days", date(2026, 6, 21)),
        ("in 2 weeks", date(2026, 7, 2)),
        ("a month from now", date(2026, 7, 18)),
        ("Christmas Eve", date(2026, 12, 24)),
        ("at the end of the month", date(2026, 6, 30)),
    ],
)
def test_days(text: str, day: date):
    assert only(text).day == day


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("next week", date(2026, 6, 22), date(2026, 6, 28)),
        ("this weekend", date(2026, 6, 20), date(2026, 6, 21)),
        ("in August", date(2026, 8, 1), date(2026, 8, 31)),
        ("from the 17th to the 19th of July", date(2026, 7, 17), date(2026, 7, 19)),
        ("the last 3 days", date(2026, 6, 15), date(2026, 6, 18)),
    ],
)
def test_stretches_of_days(text: str, first: date, last: date):
    moment = only(text)
    assert (moment.day, moment.day_until) == (first, last)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("last Tuesday", date(2026, 6, 16)),
        ("yesterday", date(2026, 6, 17)),
        ("two weeks ago", date(2026, 6, 4)),
        ("on the 20th", date(2026, 5, 20)),
        ("in March 2026", date(2026, 3, 1)),
    ],
)
def test_days_that_have_been(text: str, day: date):
    assert only(text, past=True).day == day


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("at 3", time(15)),
        ("3pm", time(15)),
        ("at 10:30", time(10, 30)),
        ("half past two", time(14, 30)),
        ("quarter to five", time(16, 45)),
        ("10 in the morning", time(10)),
        ("7 in the morning", time(7)),
        ("noon", time(12)),
        ("the 2 o'clock one", time(14)),
        ("around 9 a.m.", time(9)),
        ("20:15", time(20, 15)),
    ],
)
def test_times(text: str, at: time):
    assert only(text).at == at


def test_a_day_and_a_time_make_one_moment():
    moment = only("next Tuesday afternoon at 3 would be fine")
    assert (moment.day, moment.at) == (date(2026, 6, 23), time(15))


def test_a_part_of_a_day_is_a_stretch_of_time():
    moment = only("tomorrow afternoon")
    assert (moment.day, moment.at, moment.at_until) == (date(2026, 6, 19), time(12), time(18))


def test_today_is_the_customers_today():
    late = datetime(2026, 6, 18, 23, 30, tzinfo=UTC)
    assert find_moments("today", late, "Europe/Berlin")[0].day == date(2026, 6, 19)
    assert find_moments("today", late, "America/New_York")[0].day == date(2026, 6, 18)


def test_the_order_of_day_and_month_is_that_of_the_customers_country():
    assert only("7/8", timezone="Europe/London").day == date(2026, 8, 7)
    assert only("7/8", timezone="America/Chicago").day == date(2026, 7, 8)
    assert only("7/14", timezone="Europe/London").day == date(2026, 7, 14)


@pytest.mark.parametrize(
    "text",
    ["for two people", "order W10021", "it costs $3.50", "3 items", "I may come", "the second one", "2 pairs of boots"],
)
def test_other_numbers_are_no_moments(text: str):
    assert [moment for moment in find_moments(text, NOW, "UTC") if moment.sure] == []
