"""A recorded conversation with the tags that people gave it: one JSON object a line."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from handrail.evals.tags import Tag


class TranscriptTurn(BaseModel):
    """One line of a recorded conversation."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    role: Literal["customer", "agent"]
    text: str = Field(max_length=20_000)


class Transcript(BaseModel):
    """`{"id", "turns": [{"role", "text"}], "tags": [{"escalate", "reason", "outcome", "by", "at"}]}`."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    id: str
    turns: tuple[TranscriptTurn, ...] = Field(min_length=1)
    tags: tuple[Tag, ...] = ()
    purpose: str = ""
