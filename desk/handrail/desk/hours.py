"""When a department is open: weekly hours in its own time zone, without public holidays and closed days."""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from handrail.conversation.errors import SettingsError
from handrail.conversation.settings import Department, DeskSection

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

HORIZON = 1100
"""How many days ahead an opening is looked for."""

ClosedOn = Callable[[date], bool]
Interval = tuple[datetime, datetime]


class OpeningHours:
    """The opening hours of one department. Moments go in and come out with their zone; those that come out are in UTC.

    Hours that close at or before they open run into the next day (`22:00` to `06:00`; `00:00` to `00:00` is the whole
    day), and belong to the day on which they open. The moment of closing is no longer open. Clock changes are kept as
    the wall clock shows them: a department that opens at nine opens at nine.
    """

    def __init__(
        self, zone: ZoneInfo, week: Mapping[int, tuple[time, time]], closed: ClosedOn = lambda day: False
    ) -> None:
        """`week` is by weekday, Monday 0; `closed` tells the days on which nobody opens."""
        if not week:
            raise SettingsError("desk.departments: a department is open on no day of the week")
        self.zone = zone
        self._week = dict(week)
        self._closed = closed

    @classmethod
    def of(cls, department: Department, desk: DeskSection, timezone: str) -> "OpeningHours":
        """The hours of a department as set; `timezone` is the business's, for a department that names none."""
        week = {DAYS.index(day): (hours.opens, hours.closes) for day, hours in department.hours.items()}
        return cls(ZoneInfo(department.timezone or timezone), week, closed_days(desk))

    def is_open(self, at: datetime) -> bool:
        """Whether somebody should be there at this moment."""
        start, _ = next(self._from(at))
        return start <= at

    def next_open(self, at: datetime) -> datetime:
        """The first open moment that is not before `at`: `at` itself during opening hours."""
        start, _ = next(self._from(at))
        return max(start, at.astimezone(UTC))

    def closes(self, at: datetime) -> datetime:
        """The end of the opening that holds at `at`, or of the next one."""
        return next(self._from(at))[1]

    def add_open_hours(self, at: datetime, hours: float) -> datetime:
        """The moment by which so many open hours have passed since `at`; time outside opening hours does not count."""
        left = timedelta(hours=hours)
        for opens, closes in self._from(at):
            start = max(opens, at.astimezone(UTC))
            if left <= closes - start:
                return start + left
            left -= closes - start
        raise AssertionError("the openings do not end")

    def _from(self, at: datetime) -> Iterator[Interval]:
        """The openings that end after `at`, in order and without overlap."""
        day = at.astimezone(self.zone).date() - timedelta(days=1)
        last = datetime.min.replace(tzinfo=UTC)
        while True:
            ahead = (day + timedelta(days=n) for n in range(HORIZON))
            found = next(islice(((d, i) for d in ahead if (i := self._on(d)) is not None), 1), None)
            if found is None:
                raise SettingsError(
                    f"desk: no department opens within {HORIZON} days of {day}: hours and closed days clash"
                )
            opened_on, (start, end) = found
            start = max(start, last)
            if end > at and end > start:
                yield start, end
            last, day = max(last, end), opened_on + timedelta(days=1)

    def _on(self, day: date) -> Interval | None:
        """The opening that begins on `day`, if there is one."""
        hours = self._week.get(day.weekday())
        if hours is None or self._closed(day):
            return None
        opens, closes = hours
        until = day if closes > opens else day + timedelta(days=1)
        # Of an hour that the clock shows twice, the whole is open: from its first beginning to its last end.
        start = datetime.combine(day, opens.replace(fold=0), tzinfo=self.zone)
        end = datetime.combine(until, closes.replace(fold=1), tzinfo=self.zone)
        return start.astimezone(UTC), end.astimezone(UTC)


def closed_days(desk: DeskSection) -> ClosedOn:
    """Tell whether a day is a public holiday of the desk's country or among its own closed days."""
    extra = frozenset(desk.closed_on)
    if desk.country is None:
        return extra.__contains__
    import holidays

    try:
        public = holidays.country_holidays(desk.country, subdiv=desk.subdivision)
    except NotImplementedError as error:
        raise SettingsError(f"desk.country, desk.subdivision: {error}") from error
    return lambda day: day in extra or day in public
