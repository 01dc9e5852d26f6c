"""A recorded conversation with the tags that people gave it: one JSON object a line."""

from typing import Annotated, Literal, TypeVar

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field

from handrail.evals.tags import Tag

T = TypeVar("T")
AnyOf = Annotated[tuple[T, ...], BeforeValidator(lambda value: (value,) if isinstance(value, str) else value)]
"""Several of which any is right; one may stand by itself, without a list."""


class TranscriptTurn(BaseModel):
    """One line of a recorded conversation: `agent` is whoever answered, a person or a program."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    role: Literal["customer", "agent"]
    text: str = Field(max_length=20_000)


class Transcript(BaseModel):
    """`{"id", "turns": [{"role", "text"}], "tags": [{"escalate", "reason", "outcome", "by", "at"}]}`.

    `now` is the moment at which it plays when it is replayed, `customer_id` who is proven from the start, `packet` the
    facts that the packet of a handoff must tell, `labels` what figures are sliced by (intent, channel, language …).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    id: str = Field(min_length=1)
    turns: tuple[TranscriptTurn, ...] = Field(min_length=1)
    tags: tuple[Tag, ...] = ()
    purpose: str = ""
    now: AwareDatetime | None = None
    customer_id: str | None = None
    packet: tuple[AnyOf[str], ...] = ()
    labels: dict[str, str] = {}
