"""Moments in the words of people: in the reader's zone, as near as they are."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo


def day(on: date, today: date) -> str:
    """`Tuesday 16 June`, with the year where it is not this one."""
    year = "" if on.year == today.year else f" {on.year}"
    return f"{on:%A} {on.day} {on:%B}{year}"


def moment(at: datetime, now: datetime, zone: ZoneInfo) -> str:
    """`today at 17:00`, `tomorrow (Tuesday 16 June) at 11:00`, `Monday 22 June at 09:30`: local to `zone`."""
    local, today = at.astimezone(zone), now.astimezone(zone).date()
    if local.date() == today:
        return f"today at {local:%H:%M}"
    named = day(local.date(), today)
    if local.date() == today + timedelta(days=1):
        named = f"tomorrow ({named})"
    return f"{named} at {local:%H:%M}"


def zone_name(zone: ZoneInfo) -> str:
    """A zone as people call it: `Berlin time`, `UTC`."""
    city = zone.key.rsplit("/", 1)[-1].replace("_", " ")
    return zone.key if "/" not in zone.key or zone.key.startswith("Etc/") else f"{city} time"
