"""The table `[desk]`: the people's side, its departments, hours and skills."""

from datetime import date, time
from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator

from handrail.conversation.sections.base import Section, zone_name

Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WORKDAYS: tuple[Day, ...] = ("mon", "tue", "wed", "thu", "fri")


class Hours(Section):
    """Opening hours of one weekday, local to the department. `24:00` closes at the end of the day."""

    opens: time
    closes: time

    @field_validator("closes", mode="before")
    @classmethod
    def _end_of_day(cls, value: object) -> object:
        return "00:00" if value == "24:00" else value


def _office_hours() -> dict[Day, Hours]:
    return dict.fromkeys(WORKDAYS, Hours(opens=time(9), closes=time(17)))


class Department(Section):
    """A group of people at the desk."""

    name: str = "Support"
    timezone: str | None = None
    hours: dict[Day, Hours] = Field(default_factory=_office_hours)
    reasons: tuple[str, ...] = ()
    """Reason codes that go to this department; the department `general` takes the rest."""
    languages: tuple[str, ...] = ()
    tools: tuple[str, ...] = ()
    """Languages, and tools that were last in hand, whose conversations go to this department before any by reason."""

    callback_minutes: int = Field(
        default=0, ge=0, le=240, description="the length of a slot to be called in; 0: no calls"
    )
    callback_seats: int = Field(default=1, ge=1, description="calls at the same time")

    _timezone = field_validator("timezone")(zone_name)


class Skill(Section):
    """When a conversation asks for somebody with a skill: any of these languages, tools last in hand, or findings."""

    languages: tuple[str, ...] = ()
    tools: tuple[str, ...] = ()
    findings: tuple[str, ...] = ()


class Worth(Section):
    """What raises a conversation one level of urgency: a field of a record that was read, and how much it must hold."""

    field: str = Field(min_length=1)
    at_least: float | None = None
    equals: str | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.at_least is None) == (self.equals is None):
            raise ValueError("needs either at_least or equals")
        return self


class AuditsSection(Section):
    """What people tag of the conversations that the bot closed alone, so that its containment can be told truly."""

    per_week: int = Field(default=30, ge=0, le=10_000, description="so many are drawn a week; none with 0")
    share: float | None = Field(default=None, gt=0, le=1, description="or this share of them all")
    twice: float = Field(default=0.2, ge=0, le=1, description="the share that two people tag, each on their own")
    days: float = Field(default=28, gt=0, description="what nobody has tagged after so many days is let go")
    seed: str = Field(default="handrail", description="of the draw: the same seed draws the same again")
    within: float = Field(default=0.1, gt=0, lt=0.5, description="how near to its middle the interval's ends should be")
    roles: tuple[Literal["agent", "supervisor", "engineer", "admin"], ...] = ("supervisor", "engineer", "admin")
    """Who tags."""


class DeskSection(Section):
    """The people's side."""

    departments: dict[str, Department] = Field(default_factory=lambda: {"general": Department()})
    country: str | None = None
    """ISO code whose public holidays the desk keeps (`holidays`), with `subdivision` where it matters."""
    subdivision: str | None = None
    closed_on: tuple[date, ...] = ()
    console: bool = True
    """Whether `/desk` is served; people who work at another desk (`[outside.NAME]`) need it not."""
    answer_hours: float = Field(default=2, gt=0)
    """A ticket is answered within so many open hours."""
    skills: dict[str, Skill] = Field(default_factory=dict)
    worth: tuple[Worth, ...] = ()
    capacity: int = Field(default=3, ge=1, description="live conversations that a person has at once, if none is set")
    wait_target_minutes: float = Field(default=5, gt=0)
    """Within so long somebody should be there. Twice that is worth a level of urgency, and skills lapse by then."""
    remind_minutes: float = Field(default=30, ge=0, description="so long before it is due, a promise is called to mind")
    patience_minutes: float = Field(default=15, gt=0, description="a longer wait, and calls are offered as well")
    gone_minutes: float = Field(default=2, gt=0, description="unseen for so long, a person is gone from the desk")
    silent_minutes: float = Field(default=10, gt=0, description="a customer waits no longer for a person's next line")
    idle_minutes: float = Field(default=60, gt=0)
    tell_listening: bool = True
    """Whether a person at the desk sees that a supervisor listens to a conversation that they hold."""
    approval_hours: float = Field(default=24, gt=0)
    """So long an action waits for a colleague's word; then nothing is done."""
    approvers: tuple[Literal["agent", "supervisor", "admin"], ...] = ("supervisor", "admin")
    """The roles that may approve what a tool asks a colleague for."""
    card: tuple[str, ...] | None = None
    """The tools whose results stand on a customer's card, which read without being told anything more; left out, all
    that there are for a customer."""
    replies: dict[Annotated[str, Field(max_length=80)], Annotated[str, Field(min_length=1, max_length=4000)]] = {}
    """Ready replies by their titles. `{customer}` and `{name}` stand for the names of the two who talk."""
    audits: AuditsSection = AuditsSection()

    @field_validator("departments")
    @classmethod
    def _general(cls, value: dict[str, Department]) -> dict[str, Department]:
        if "general" not in value:
            raise ValueError("a department called 'general' is needed: it takes what no other does")
        return value
