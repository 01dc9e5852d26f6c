"""What people said a conversation's outcome should be: the tags of transcripts and cases."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from handrail.conversation.events import Reason

Resolution = Literal["resolved", "unresolved", "handed_over", "abandoned"]
"""How a conversation ended, in the eyes of whoever tagged it."""


Mark = Literal["helpful", "tone", "right"]
"""What people may say of a conversation beside: were they helped, in a fitting tone, with answers that are right?"""


class Tag(BaseModel):
    """One person's tag: whether a person should have taken over, and why; null where they did not say."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    escalate: bool | None = None
    reason: Reason | None = None
    outcome: Resolution | None = None
    line: int | None = Field(default=None, ge=1)
    """At which of the customer's lines, from 1, a person should have been called."""
    marks: dict[Mark, bool] = {}
    by: str
    at: datetime


def majority(tags: tuple[Tag, ...]) -> bool | None:
    """Whether most taggers would have escalated; None where nobody said, or they are split evenly."""
    return most(votes(tags))


def most(votes: Sequence[bool]) -> bool | None:
    """What most say; None where nobody does, or they are split evenly."""
    if 2 * sum(votes) == len(votes):
        return None
    return 2 * sum(votes) > len(votes)


def reasons(tags: tuple[Tag, ...]) -> frozenset[Reason]:
    """The reasons that taggers gave for an escalation."""
    return frozenset(tag.reason for tag in tags if tag.escalate and tag.reason)


def lines(tags: tuple[Tag, ...]) -> tuple[int, int] | None:
    """The earliest and the latest of the lines at which taggers would have called a person."""
    told = [tag.line for tag in tags if tag.escalate and tag.line is not None]
    return (min(told), max(told)) if told else None


def agree(tags: tuple[Tag, ...]) -> bool | None:
    """Whether all taggers say the same of the escalation; None where fewer than two said."""
    told = votes(tags)
    return len(set(told)) == 1 if len(told) > 1 else None


def votes(tags: tuple[Tag, ...]) -> list[bool]:
    """Whether a person was needed, by each tagger who said."""
    return [tag.escalate for tag in tags if tag.escalate is not None]
