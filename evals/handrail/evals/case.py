"""A case: what a customer does, turn by turn, and what should come of it. One JSON object a line."""

from typing import Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from handrail.conversation.events import Outcome, Reason
from handrail.evals.freezing.record import Frozen
from handrail.evals.tags import Tag, lines, majority, reasons
from handrail.evals.transcript import AnyOf, Transcript, TranscriptTurn

CASE = "case"
"""Under this name a sample of Inspect carries its case, whole, in its metadata."""


class Part(BaseModel):
    """The base of what cases are made of: frozen, and an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Meanwhile(Part):
    """Another customer changes something in the business: a writing tool is called for them, past the agent."""

    customer_id: str
    tool: str
    arguments: dict[str, Any] = {}


class Word(Part):
    """A colleague's word on what waits for approval; a refusal needs a reason."""

    decision: Literal["approve", "refuse"]
    reason: str = ""


class Step(Part):
    """One thing that happens: the customer says something or types the code they were sent, time passes (seconds),
    another customer does something meanwhile, or a colleague decides what waits for approval."""

    say: str | None = Field(default=None, max_length=20_000)
    code: bool = False
    wait: float = Field(default=0, ge=0)
    meanwhile: Meanwhile | None = None
    decide: Word | None = None

    @model_validator(mode="after")
    def _one_thing(self) -> "Step":
        given = (self.say is not None, self.code, bool(self.wait), self.meanwhile is not None, self.decide is not None)
        if sum(given) != 1:
            raise ValueError(
                'a step is one of {"say": "…"}, {"code": true}, {"wait": seconds}, {"meanwhile": {…}} and '
                '{"decide": {"decision": "approve"}}'
            )
        return self


Manner = Literal["hurried", "angry", "misspelling", "terse"]
"""How a customer writes who is played."""


class Scenario(Part):
    """A customer who is played, beside or instead of given lines.

    `goal` is what they want, in their own words; it is their first line where no step was one. `facts` are what they
    can tell when they are asked for it, by what it is (`{"order number": "W10001"}`). `agrees`: whether they say yes to
    what is put before them. They write `turns` lines at the most.
    """

    goal: str = Field(min_length=1, max_length=4_000)
    facts: dict[str, str] = {}
    agrees: bool = True
    manner: tuple[Manner, ...] = ()
    turns: int = Field(default=8, ge=1, le=40)


class ExpectedCall(Part):
    """A tool call: `arguments` need only name what matters. `times` is how often its effect must have happened."""

    tool: str
    arguments: dict[str, Any] = {}
    times: int = Field(default=1, ge=0)


class ExpectedHandoff(Part):
    """How a handoff must have gone: to a live person or as a ticket, and to which department."""

    mode: Literal["live", "ticket"] | None = None
    department: str | None = None


class EndState(Part):
    """What a reading tool must tell afterwards, asked as the case's customer: `expect` is a part of its result."""

    tool: str
    arguments: dict[str, Any] = {}
    expect: Any


class Expected(Part):
    """What should come of it; what is left out is not scored."""

    escalate: bool | None = None
    """Whether a person must have been called."""
    reasons: tuple[Reason, ...] = ()
    """Any of these is right."""
    lines: tuple[int, int] | None = None
    """At which of the customer's lines, from 1, a person is called at the earliest and at the latest."""
    handoff: ExpectedHandoff | None = None
    outcome: AnyOf[Outcome] = ()
    """How the last turn ends; any of these is right."""
    resolved: bool | None = None
    """Whether the agent settles it alone: the last turn answers or acts, and no person was called."""
    upset: bool | None = None
    """Whether the customer is upset in the end, as the checks hear it."""
    calls: tuple[ExpectedCall, ...] | None = None
    """The calls that must have been made. Changes in the business beside these are wrong; `[]` allows none at all."""
    cites: tuple[str, ...] = ()
    """Policies, as `id` or `id@version`, that replies must cite."""
    says: tuple[AnyOf[str], ...] = ()
    """Facts that the replies must tell, as text found whatever the case of letters; a list inside is any of these."""
    never_says: tuple[str, ...] = ()
    packet: tuple[AnyOf[str], ...] = ()
    """Facts that a person must read in the packet of the handoff; a list inside is any of these."""
    state: tuple[EndState, ...] = ()


class Case(Part):
    """A case of the suite. `now` is the moment at which it plays, `customer_id` who is proven from the start.

    `staffed` tells whether somebody is at the desk while it is open, `attack` that the customer tries to make the agent
    do what it must not; figures are sliced by `labels` (intent, channel, language …). `recorded` are both sides of the
    conversation that the case was made of, where it was.
    """

    id: str = Field(min_length=1)
    purpose: str
    now: AwareDatetime | None = None
    customer_id: str | None = None
    staffed: bool = True
    attack: bool = False
    labels: dict[str, str] = {}
    steps: tuple[Step, ...] = ()
    customer: Scenario | None = None
    expected: Expected = Expected()
    tags: tuple[Tag, ...] = ()
    recorded: tuple[TranscriptTurn, ...] = ()
    frozen: Frozen | None = None
    """Where it was frozen from, and what the tools answered then: it plays against that."""

    @model_validator(mode="after")
    def _something_happens(self) -> "Case":
        if not self.steps and self.customer is None:
            raise ValueError("a case has `steps`, a `customer` to be played, or both")
        return self


def case_of(transcript: Transcript) -> Case:
    """The customer's side of a transcript as a case; its tags say what is expected.

    Raises `ValueError` where the customer says nothing.
    """
    steps = tuple(Step(say=turn.text) for turn in transcript.turns if turn.role == "customer" and turn.text.strip())
    if not steps:
        raise ValueError("the customer says nothing in it")
    return Case(
        id=transcript.id,
        purpose=transcript.purpose or "a recorded conversation",
        now=transcript.now,
        customer_id=transcript.customer_id,
        steps=steps,
        expected=Expected(
            escalate=majority(transcript.tags),
            reasons=tuple(sorted(reasons(transcript.tags))),
            lines=lines(transcript.tags) if majority(transcript.tags) else None,
            packet=transcript.packet,
        ),
        tags=transcript.tags,
        labels=transcript.labels,
        recorded=transcript.turns,
    )


def inputs(case: Case) -> list[str]:
    """What the customer does, or wants where they are played."""
    return [*map(_told, case.steps), *([f"[wants] {case.customer.goal}"] if case.customer else [])]


def _told(step: Step) -> str:
    """What happens in a step, as the input of a sample shows it."""
    if step.say is not None:
        return step.say
    if step.code:
        return "[types the code that was sent]"
    if step.wait:
        return f"[{step.wait:g} seconds pass]"
    if step.meanwhile:
        return f"[meanwhile {step.meanwhile.customer_id} calls {step.meanwhile.tool}]"
    return f"[a colleague decides: {step.decide.decision if step.decide else ''}]"
