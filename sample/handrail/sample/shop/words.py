"""Money, days and times as the shop writes them to its customers."""

from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Europe/London")


def pounds(amount: Decimal) -> str:
    """`Decimal("1129")` as `£1,129.00`."""
    return f"£{amount:,.2f}"


def on(day: date) -> str:
    """`Saturday 27 June 2026`."""
    return f"{day:%A} {day.day} {day:%B %Y}"


def at(moment: datetime) -> str:
    """`Saturday 27 June 2026 at 09:00`, in the shop's zone."""
    local = moment.astimezone(ZONE)
    return f"{on(local.date())} at {local:%H:%M}"


def local_time(moment: datetime) -> datetime:
    """The date and time that a clock in the shop shows at `moment`, without a zone."""
    return moment.astimezone(ZONE).replace(tzinfo=None)


def local_day(moment: datetime) -> date:
    """The calendar day of `moment` in the shop's zone."""
    return moment.astimezone(ZONE).date()


def some(count: int, one: str, many: str = "") -> str:
    """`1 item`, `2 items`."""
    return f"{count} {one if count == 1 else many or one + 's'}"
