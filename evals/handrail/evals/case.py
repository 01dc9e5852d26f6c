"""A case: what a customer does, turn by turn, and what should come of it. One JSON object a line."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, model_validator

from handrail.conversation.events import Outcome, Reason
from handrail.evals.tags import Tag, majority, reasons
from handrail.evals.transcript import Transcript


class Part(BaseModel):
    """The base of what cases are made of: frozen, and an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Step(Part):
    """One thing the customer does: says something, types the code that was sent, or lets time pass (seconds)."""

    say: str | None = Field(default=None, max_length=20_000)
    code: bool = False
    wait: float = Field(default=0, ge=0)

    @model_validator(mode="after")
    def _one_thing(self) -> "Step":
        if (self.say is not None) + self.code + bool(self.wait) != 1:
            raise ValueError('a step is one of {"say": "…"}, {"code": true} and {"wait": seconds}')
        return self


class ExpectedCall(Part):
    """A tool call: `arguments` need only name what matters. `times` is how often its effect must have happened."""

    tool: str
    arguments: dict[str, Any] = {}
    times: int = Field(default=1, ge=0)


class EndState(Part):
    """What a reading tool must tell afterwards, asked as the case's customer: `expect` is a part of its result."""

    tool: str
    arguments: dict[str, Any] = {}
    expect: Any


class Expected(Part):
    """What should come of it; what is left out is not scored."""

    escalate: bool | None = None
    reasons: tuple[Reason, ...] = ()
    """Any of these is right."""
    outcome: Outcome | None = None
    """How the last turn ends."""
    calls: tuple[ExpectedCall, ...] = ()
    cites: tuple[str, ...] = ()
    """Policies, as `id` or `id@version`, that replies must cite."""
    says: tuple[str, ...] = ()
    """Facts that the replies must tell, as text found whatever the case of letters."""
    never_says: tuple[str, ...] = ()
    state: tuple[EndState, ...] = ()


class Case(Part):
    """A case of the suite. `now` is the moment at which it plays, `customer_id` who is proven from the start."""

    id: str
    purpose: str
    now: datetime | None = None
    customer_id: str | None = None
    steps: tuple[Step, ...] = Field(min_length=1)
    expected: Expected = Expected()
    tags: tuple[Tag, ...] = ()


def case_of(transcript: Transcript) -> Case:
    """The customer's side of a transcript as a case; its tags say what is expected."""
    escalate = majority(transcript.tags)
    return Case(
        id=transcript.id,
        purpose=transcript.purpose or "a recorded conversation",
        steps=tuple(Step(say=turn.text) for turn in transcript.turns if turn.role == "customer" and turn.text.strip())
        or (Step(wait=1),),
        expected=Expected(escalate=escalate, reasons=tuple(sorted(reasons(transcript.tags)))),
        tags=transcript.tags,
    )
