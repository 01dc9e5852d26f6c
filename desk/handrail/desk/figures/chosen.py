"""Which contacts figures are of: the days, and what they are narrowed down to."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from handrail.conversation.errors import Invalid

By = Literal["day", "channel", "intent", "policy", "department"]
"""What figures may be split by."""

LONGEST = 731
"""Days that figures may be of at once."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """The days from `first` to `last`, both whole, in the business's time zone; of one channel, intent, policy version
    (`returns@2`) or department where that is given. An empty one stands for those that have none.

    Raises `Invalid` where the days are none, or too many.
    """

    first: date
    last: date
    channel: str | None = None
    intent: str | None = None
    policy: str | None = None
    department: str | None = None

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise Invalid("the last day is before the first", code="days")
        if (self.last - self.first).days >= LONGEST:
            raise Invalid(f"figures are of at most {LONGEST} days at once", code="days")

    def parameters(self, zone: ZoneInfo) -> dict[str, Any]:
        """As the statements take it. A day begins and ends by the clock of the zone, whatever that does meanwhile."""
        return {
            "from": _midnight(self.first, zone), "to": _midnight(self.last + timedelta(days=1), zone),
            "zone": zone.key, "channel": self.channel, "intent": self.intent, "policy": self.policy,
            "department": self.department,
        }  # fmt: skip


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone)
