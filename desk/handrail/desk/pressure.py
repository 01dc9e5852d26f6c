"""How pressing a live conversation is against others: its urgency, and how long it has waited."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from handrail.conversation.events import Urgency

LEVELS: Mapping[Urgency, int] = {"urgent": 6, "high": 2, "normal": 1, "low": 0}
"""What an urgency is worth, in steps of twice the target."""


def step(target_minutes: float) -> timedelta:
    """How long somebody waits to become as pressing as a newcomer one level more urgent: twice the target."""
    return timedelta(minutes=2 * target_minutes)


def rank(since: datetime, urgency: Urgency, target_minutes: float) -> datetime:
    """The place of a live conversation in the line: the earlier it is, the sooner its turn comes.

    It does not change while somebody waits, so of two who wait the one who came earlier and is no less urgent is always
    first, and of those less urgent nobody is passed by for longer than their levels are worth.
    """
    return since - LEVELS[urgency] * step(target_minutes)
