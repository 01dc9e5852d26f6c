"""Opening hours: weekends, holidays, nights, clock changes, and what holds of any hours."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handrail.conversation.errors import SettingsError
from handrail.conversation.settings import Department, DeskSection, Hours
from handrail.desk.hours import OpeningHours, closed_days

BERLIN = ZoneInfo("Europe/Berlin")
NINE_TO_FIVE = {day: (time(9), time(17)) for day in range(5)}


def at(text: str, zone: ZoneInfo = BERLIN) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


def hours(week=NINE_TO_FIVE, closed=(), zone=BERLIN) -> OpeningHours:
    return OpeningHours(zone, week, frozenset(closed).__contains__)


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        ("2026-06-15T09:00", True),
        ("2026-06-15T08:59:59", False),
        ("2026-06-15T16:59:59", True),
        ("2026-06-15T17:00", False),
        ("2026-06-13T12:00", False),
    ],
)
def test_the_week_is_kept_to_the_minute(moment, is_open):
    assert hours().is_open(at(moment)) is is_open


def test_the_weekend_is_skipped():
    assert hours().next_open(at("2026-06-12T18:00")) == at("2026-06-15T09:00")
    assert hours().add_open_hours(at("2026-06-12T16:00"), 2) == at("2026-06-15T10:00")


def test_during_opening_hours_now_is_the_next_opening():
    assert hours().next_open(at("2026-06-15T12:00")) == at("2026-06-15T12:00")


def test_public_holidays_and_own_closed_days_are_kept():
    desk = DeskSection(country="DE", subdivision="BE", closed_on=(date(2026, 5, 4),))
    kept = OpeningHours.of(Department(timezone="Europe/Berlin"), desk, "UTC")
    # Friday 1 May is a holiday, then comes the weekend, then a day the desk has closed itself.
    assert kept.next_open(at("2026-04-30T17:00")) == at("2026-05-05T09:00")
    assert kept.add_open_hours(at("2026-04-30T16:00"), 2) == at("2026-05-05T10:00")


def test_a_department_without_a_zone_keeps_that_of_the_business():
    kept = OpeningHours.of(Department(), DeskSection(), "America/New_York")
    assert kept.next_open(datetime(2026, 6, 15, 10, tzinfo=UTC)) == datetime(2026, 6, 15, 13, tzinfo=UTC)


def test_an_unknown_country_or_subdivision_is_an_error_that_names_the_key():
    with pytest.raises(SettingsError, match=r"desk\.country"):
        closed_days(DeskSection(country="XX"))
    with pytest.raises(SettingsError, match=r"desk\.subdivision"):
        closed_days(DeskSection(country="DE", subdivision="QQ"))


def test_hours_through_the_night_belong_to_the_day_they_open_on():
    night = hours({4: (time(22), time(6))})
    assert night.is_open(at("2026-06-13T05:59"))
    assert not night.is_open(at("2026-06-12T05:59"))
    assert night.next_open(at("2026-06-13T06:00")) == at("2026-06-19T22:00")
    closed = hours({4: (time(22), time(6))}, closed=[date(2026, 6, 12)])
    assert not closed.is_open(at("2026-06-13T05:59"))


def test_round_the_clock_is_open_at_every_moment():
    always = hours({day: (time(0), time(0)) for day in range(7)})
    assert always.is_open(at("2026-06-13T00:00"))
    assert always.add_open_hours(at("2026-06-13T00:00"), 50) == at("2026-06-15T02:00")


def test_the_clock_goes_forward():
    # On 29 March 2026 Berlin's clock goes from 02:00 to 03:00.
    sunday = hours({6: (time(1), time(5))})
    assert sunday.next_open(at("2026-03-28T12:00")) == datetime(2026, 3, 29, 0, tzinfo=UTC)
    assert sunday.closes(at("2026-03-28T12:00")) == datetime(2026, 3, 29, 3, tzinfo=UTC)
    assert hours().next_open(at("2026-03-29T12:00")) == datetime(2026, 3, 30, 7, tzinfo=UTC)


def test_the_clock_goes_back():
    # On 25 October 2026 it goes from 03:00 to 02:00: 02:30 comes twice, and both belong to the opening.
    sunday = hours({6: (time(2), time(2, 45))})
    assert sunday.is_open(datetime(2026, 10, 25, 0, 15, tzinfo=UTC))
    assert sunday.is_open(datetime(2026, 10, 25, 1, 15, tzinfo=UTC))
    assert sunday.closes(datetime(2026, 10, 25, 0, tzinfo=UTC)) == datetime(2026, 10, 25, 1, 45, tzinfo=UTC)
    assert hours().next_open(at("2026-10-25T12:00")) == datetime(2026, 10, 26, 8, tzinfo=UTC)


def test_no_opening_at_all_is_a_wrong_setting():
    with pytest.raises(SettingsError):
        OpeningHours.of(Department(hours={}), DeskSection(), "UTC")
    never = OpeningHours(BERLIN, {6: (time(9), time(17))}, lambda day: day.weekday() == 6)
    with pytest.raises(SettingsError):
        never.next_open(at("2026-06-15T12:00"))


def test_opening_hours_come_from_the_settings():
    department = Department(hours={"sat": Hours(opens=time(10), closes=time(12))}, timezone="Europe/Berlin")
    kept = OpeningHours.of(department, DeskSection(), "UTC")
    assert kept.next_open(at("2026-06-15T12:00")) == at("2026-06-20T10:00")


ZONES = st.sampled_from(
    ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "America/Havana"]
)
TIMES = st.builds(time, st.integers(0, 23), st.sampled_from([0, 15, 30, 59]))
WEEKS = st.dictionaries(st.integers(0, 6), st.tuples(TIMES, TIMES), min_size=1)
MOMENTS = st.datetimes(datetime(2024, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))
SPANS = st.floats(0.05, 60)


@st.composite
def openings(draw):
    closed = draw(st.frozensets(st.dates(date(2024, 1, 1), date(2027, 12, 31)), max_size=5))
    return OpeningHours(ZoneInfo(draw(ZONES)), draw(WEEKS), closed.__contains__)


@given(openings(), MOMENTS)
def test_the_next_opening_is_open_and_nothing_before_it_is(kept, moment):
    found = kept.next_open(moment)
    assert found >= moment
    assert kept.is_open(found)
    assert kept.is_open(moment) is (found == moment)
    assert not any(kept.is_open(moment + (found - moment) * share) for share in (0.1, 0.5, 0.9) if found > moment)


@given(openings(), MOMENTS, SPANS, SPANS)
def test_open_hours_add_up(kept, moment, first, second):
    apart = kept.add_open_hours(kept.add_open_hours(moment, first), second)
    together = kept.add_open_hours(moment, first + second)
    assert abs(apart - together) < timedelta(seconds=1)


@given(openings(), MOMENTS, SPANS, st.timedeltas(timedelta(0), timedelta(days=9)))
def test_who_asks_later_is_not_answered_earlier(kept, moment, span, later):
    assert kept.add_open_hours(moment + later, span) >= kept.add_open_hours(moment, span)


@given(openings(), MOMENTS, st.integers(1, 30))
def test_exactly_the_added_hours_lie_between(kept, moment, quarters):
    moment = moment.replace(minute=0, second=0, microsecond=0)
    end = kept.add_open_hours(moment, quarters / 4)
    minutes, at_minute = 0, moment
    while at_minute < min(end, moment + timedelta(days=3)):
        minutes += kept.is_open(at_minute)
        at_minute += timedelta(minutes=1)
    if end <= moment + timedelta(days=3):
        assert minutes == quarters * 15
