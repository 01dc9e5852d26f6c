"""The tables of `handrail.toml`, each with what it may hold and what stands where nothing is said."""

from datetime import date, time
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WORKDAYS: tuple[Day, ...] = ("mon", "tue", "wed", "thu", "fri")


Url = Annotated[str, Field(pattern=r"^https?://")]


class Section(BaseModel):
    """A table of the file: frozen, and an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def private_url(url: str | None) -> str | None:
    """An address that nobody on the way can read or change: https, or on this machine."""
    parts = urlsplit(url or "")
    if url is None or (parts.scheme == "https" and parts.hostname and not parts.username):
        return url
    try:
        here = parts.hostname == "localhost" or ip_address(parts.hostname or "").is_loopback
    except ValueError:
        here = False
    if not here or parts.username:
        raise ValueError("must begin with https:// and hold no password (http:// only on this machine itself)")
    return url


def _zone(name: str | None) -> str | None:
    if name is None:
        return None
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError(f"{name!r} is no IANA time zone (write one like 'Europe/Berlin')") from error
    return name


class Business(Section):
    """Who the agent speaks for."""

    name: str = "Our shop"
    timezone: str = "UTC"
    contact: str = Field(default="", description="how a customer reaches people without Handrail, told in an outage")
    policies: Path = Path("policies")
    tools: tuple[Path, ...] = ()
    """Python files, relative to the workspace: every `Tool` at their top level is offered, `lifespan` and
    `find_customer` are used where they define them."""
    cases: Path = Path("cases")

    _timezone = field_validator("timezone")(_zone)


class Engine(Section):
    """What drafts the replies."""

    kind: Literal["auto", "openai", "offline"] = "auto"
    model: str = "gpt-4.1-mini"
    api_key: SecretStr | None = None
    base_url: Url | None = None
    timeout_seconds: float = Field(default=20.0, gt=0)
    connect_seconds: float = Field(default=3.0, gt=0)
    first_token_seconds: float = Field(default=8.0, gt=0)
    stall_seconds: float = Field(default=6.0, gt=0, description="the longest silence in the middle of a reply")
    reading_seconds: float = Field(
        default=3.0, gt=0, description="to read an answer to a proposal, where words are unsure"
    )
    prompt_tokens: int = Field(default=2000, ge=500, description="budget of a routine turn's prompt")
    temperature: float = Field(default=0.2, ge=0, le=2)
    logprobs: bool = Field(default=False, description="ask for the probabilities of tokens: confidence goes by them")
    price_in: float = Field(default=0.0, ge=0, description="money per million prompt tokens")
    price_out: float = Field(default=0.0, ge=0, description="money per million completion tokens")
    breaker_failures: int = Field(default=3, ge=1)
    breaker_seconds: float = Field(default=30.0, gt=0)

    @property
    def chosen(self) -> Literal["openai", "offline"]:
        """The engine that `auto` comes to."""
        if self.kind != "auto":
            return self.kind
        return "openai" if self.api_key or self.base_url else "offline"

    @property
    def name(self) -> str:
        """The usual engine, as staff and every event are told it."""
        return f"openai:{self.model}" if self.chosen == "openai" else "offline"


class DatabaseSection(Section):
    """The Postgres that holds the log; embedded under the data folder where no URL is given."""

    url: SecretStr | None = None
    pool: int = Field(default=8, ge=1)
    master_key: SecretStr | None = None
    """32 bytes in URL-safe base64 that wrap the keys of the conversations; made in the data folder where not set.
    Processes on several machines that share a database must share it."""


class Index(Section):
    """The policy index."""

    chroma_url: Url | None = None
    embedder: Literal["minilm", "openai", "chroma"] = "minilm"
    embedding_model: str = "text-embedding-3-small"
    passage_tokens: int = Field(default=220, ge=40)


class IdentitySection(Section):
    """How customers prove who they are."""

    code_minutes: float = Field(default=10, gt=0)
    code_tries: int = Field(default=5, ge=1)
    codes_per_hour: int = Field(default=5, ge=1)
    """Codes that one conversation may ask for, and that are sent to one customer."""
    codes_per_day: int = Field(default=20, ge=1)
    """Codes that are sent to one customer in 24 hours: times `code_tries`, the guesses at one account."""
    tries_per_address: int = Field(default=60, ge=1)
    """Codes that may be tried from one address in an hour, in whatever conversations."""
    jwt_secret: SecretStr | None = None
    jwt_public_key: str | None = None
    jwks_url: Url | None = None
    """Where the company's site publishes its public keys. Set one of this, `jwt_secret` and `jwt_public_key`."""
    jwks_stale_minutes: float = Field(default=60, ge=0)
    """How long the keys that were fetched last still serve after they got old, while the site does not answer."""
    jwt_issuer: str | None = None
    jwt_audience: str | None = None
    consent_minutes: float = Field(default=15, gt=0)

    _jwks_url = field_validator("jwks_url")(private_url)

    @property
    def takes_tokens(self) -> bool:
        """Whether the company's site may sign for customers."""
        return any(way is not None for way in (self.jwt_secret, self.jwt_public_key, self.jwks_url))


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

    _timezone = field_validator("timezone")(_zone)


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

    @field_validator("departments")
    @classmethod
    def _general(cls, value: dict[str, Department]) -> dict[str, Department]:
        if "general" not in value:
            raise ValueError("a department called 'general' is needed: it takes what no other does")
        return value


class Budget(Section):
    """How long a check may take, and what follows where it takes longer: it is left out, or fails closed (a person is
    called, a sentence is drafted again, a passage is left out)."""

    milliseconds: float = Field(gt=0)
    over: Literal["skip", "close"] = "skip"


PHONE_REGIONS = ("US", "GB", "DE", "FR", "AU")


class Checks(Section):
    """Thresholds of the guardrails."""

    offer_at: float = Field(default=0.45, ge=0, le=1)
    handover_at: float = Field(default=0.75, ge=0, le=1)
    confidence: Path | None = None
    """A file of `handrail evals calibrate`, relative to the workspace: its thresholds take the place of these two."""
    upset_turns: int = Field(default=3, ge=1)
    grounded_at: float = Field(default=0.7, ge=0, le=1)
    """Sentences whose support is less probable are not sent."""
    judge: Literal["off", "model"] = "off"
    """Whether the engine's model is asked where the checks are unsure if a sentence is supported."""
    hub: tuple[str, ...] = ()
    """Import paths of further guardrails-ai validators, e.g. `guardrails_ai.ban_list:BanList`."""
    budgets: dict[str, Budget] = Field(default_factory=dict)
    """By the check's name, or `embedding`."""
    shadow: tuple[str, ...] = ()
    """Checks that are only being tried: what they find is logged and has no effect."""
    phone_regions: tuple[str, ...] = PHONE_REGIONS
    """Whose phone numbers are known as such without a country code, the likeliest first."""

    @field_validator("phone_regions")
    @classmethod
    def _are_regions(cls, regions: tuple[str, ...]) -> tuple[str, ...]:
        from phonenumbers import SUPPORTED_REGIONS

        if unknown := [region for region in regions if region not in SUPPORTED_REGIONS]:
            raise ValueError(f"{', '.join(unknown)}: no region of two capital letters that has phone numbers")
        return regions

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.offer_at > self.handover_at:
            raise ValueError(f"offer_at ({self.offer_at}) must not be above handover_at ({self.handover_at})")
        return self


class Mail(Section):
    """Where codes and answers to tickets go; without a host they go to the console and the log file."""

    host: str | None = None
    port: int = Field(default=587, ge=1, le=65535)
    user: str | None = None
    password: SecretStr | None = None
    starttls: bool = True
    sender: str = "support@localhost"


class Server(Section):
    """The HTTP server."""

    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    public_url: Url | None = None
    """Where customers reach this server, for links in e-mails."""
    max_body_bytes: int = Field(default=64_000, ge=1000)
    max_message_characters: int = Field(default=8_000, ge=100)
    messages_per_minute: int = Field(default=30, ge=1)
    conversations_per_minute: int = Field(default=20, ge=1)
    requests_per_minute: int = Field(default=600, ge=1)
    """All requests of one address; streams count once."""
    logins_per_minute: int = Field(default=10, ge=1)
    """Tries to log in, from one address and for one name."""
    secret: SecretStr | None = None
    """Signs the customers' tokens; made once and kept in the data folder where it is not set."""
    token_days: float = Field(default=30, gt=0)


class EvalsSection(Section):
    """What evaluations are held to."""

    gates: tuple[str, ...] = ()
    """What a run must come to, as `escalation.recall >= 0.95`, or `no regression beyond noise`."""
    freeze: bool = False
    """Whether the server freezes every conversation as a case as soon as somebody wraps it up with a tag."""


class Retention(Section):
    """How long what was said can be read."""

    days: float | None = Field(default=None, gt=0)
    """Conversations that rest since so many days are forgotten: their keys are destroyed, their figures stay. Without
    it they are kept until somebody forgets them."""


class FiguresSection(Section):
    """What figures count by."""

    came_back_days: float = Field(default=7, gt=0, le=366)
    """A customer who begins another contact about the same within so many days has come back: the first one was not
    contained."""
    metrics_token: SecretStr | None = None
    """The bearer token with which `/metrics` is read; without one it answers to this machine alone."""
