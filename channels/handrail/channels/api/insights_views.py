"""What the API tells of figures."""

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from handrail.desk.figures.chosen import By


class View(BaseModel):
    """Made from what the desk's room reads."""

    model_config = ConfigDict(from_attributes=True)


class ShareView(View):
    """A share with the ends of its 95 % interval (Wilson's where nothing else is said), of `n`. Null where there is no
    data: that is not 0."""

    value: float | None
    low: float | None
    high: float | None
    n: int


class TimeView(View):
    """How long something took in seconds, over `n` times; null where there is no data."""

    median: float | None
    p90: float | None
    n: int


class ContainmentView(View):
    """The share of the contacts that are over which the bot settled alone: by its own word, and corrected by audits.

    `corrected` (prediction-powered, of `n` audits) is null where too few are tagged; `needs` is about how many more
    tags it takes for it, or, where it is told, for an interval as narrow as the settings want.
    """

    told: ShareView = Field(description="verified and assumed")
    corrected: ShareView
    needs: int
    cant_tell: int
    person_needed: ShareView = Field(description="of those the bot closed alone: a person should have been called")


class AuditedView(View):
    """Contacts that were put before people; `agreement` is Krippendorff's alpha over those that `twice` were tagged by
    two or more."""

    drawn: int
    twice: int
    agreement: ShareView


class GroupView(View):
    """Figures of the contacts and handoffs that belong together under `key`; `docs/figures.md` says what each is."""

    key: str
    contacts: int
    open: int
    uncounted: int = Field(description="spam, or forgotten before they were over")
    ended: int = Field(description="what the standings are shares of")
    standings: dict[Literal["verified", "assumed", "left", "came_back", "person"], ShareView]
    containment: ContainmentView
    left_at: dict[Literal["waiting", "offered", "asked", "rated", "unanswered"], int]
    preliminary: int = Field(description="contained ones whose customers may still come back")
    escalated: ShareView
    satisfied: ShareView
    satisfied_bot: ShareView
    score: float | None = Field(description="the mean rating, 1 to 5")
    turns: int
    model_calls: int
    tokens_in: int
    tokens_out: int
    cost: float
    handoffs: int
    service_level: ShareView
    tickets_in_time: ShareView
    first_reply: TimeView = Field(description="of the bot, from the customer's first line")
    first_response: TimeView = Field(description="of a person, from when one was asked for; live ones")
    wait: TimeView
    handling: TimeView
    resolution_bot: TimeView
    resolution_person: TimeView


class CountedView(View):
    """How often a reason or check called for a person, and the share that people found needless when they judged."""

    name: str
    times: int
    judged: int
    overruled: ShareView


class PromisedView(View):
    """What was promised by one kind of owner, and the share kept of what was due or settled."""

    owner: str
    made: int
    broken: int
    overdue: int
    kept: ShareView


class WaitsTrueView(View):
    """Waits that were told, and the share within whose range somebody came."""

    department: str
    told: int
    later: int
    held: ShareView


class InsightsView(View):
    """The figures of some days, both `first` and `last` whole, by the business's clock."""

    first: date
    last: date
    timezone: str
    by: By | None
    audits: AuditedView
    total: GroupView
    groups: list[GroupView]
    reasons: list[CountedView]
    checks: list[CountedView]
    tags: dict[str, int]
    promises: list[PromisedView]
    waits: list[WaitsTrueView]
    channels: list[str] = Field(description="those of any contact in these days, to narrow down to")
    intents: list[str]
    policies: list[str]
    departments: dict[str, str]
    came_back_days: float
    target_minutes: float


class ExampleView(View):
    """A question that had no answer; what identifies its customer is hidden."""

    conversation_id: str
    seq: int
    at: datetime
    why: Literal["offered", "handed_over", "tagged"]
    text: str


class GapView(View):
    """Questions that mean about the same."""

    count: int
    first_at: datetime
    last_at: datetime
    examples: list[ExampleView]


class GapsView(View):
    """Questions without an answer, those that mean the same together; `unreadable` are forgotten."""

    total: int
    unreadable: int
    groups: list[GapView]
