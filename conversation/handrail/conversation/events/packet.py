"""What a person reads first who takes a conversation over."""

from datetime import datetime
from typing import Any, Literal

from .base import Value
from .identity import Level
from .talk import Citation

Reason = Literal[
    "asked_for_person", "upset", "sensitive", "vulnerable", "stuck", "not_covered", "low_confidence", "action_failed",
    "action_unknown", "fraud_or_safety", "legal", "unverified", "error",
]  # fmt: skip
"""Why a person takes over."""

Urgency = Literal["low", "normal", "high", "urgent"]

Topic = Literal[
    "who", "wants", "established", "tried", "stuck", "promised", "mood", "deadline", "next", "policy"
]  # fmt: skip


class PacketLine(Value):
    """One line for a person. `evidence` are refs: `seq:12` (an event) or `passage:<id>`; never empty."""

    topic: Topic
    text: str
    evidence: tuple[str, ...]


class PacketHeader(Value):
    """Who waits for what, and since when: `since` is when a person was asked for. `customer` tells who they are and how
    that was proven, `mood` how they feel now and how that came, `deadline` their own words on when it is too late, and
    `due` the moment that these come to."""

    customer: PacketLine
    customer_id: str | None = None
    level: Level = "none"
    channel: str = "chat"
    language: str = "en"
    department: str = ""
    urgency: Urgency = "normal"
    reason: Reason | None = None
    since: datetime | None = None
    mood: PacketLine | None = None
    deadline: PacketLine | None = None
    due: datetime | None = None


class PacketStep(Value):
    """Something to do next, with the policies that govern it."""

    text: str
    evidence: tuple[str, ...]
    policies: tuple[Citation, ...] = ()


class ReadyTool(Value):
    """A tool that a person is likely to run next, with its arguments as the conversation has them. `missing` names the
    required ones that it does not have; `evidence` are the events that the others come from."""

    tool: str
    title: str
    effect: Literal["read", "write"]
    arguments: dict[str, Any] = {}
    missing: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()


class Packet(Value):
    """What the person who takes over reads first. `first_line` continues the conversation instead of restarting it;
    `engine` wrote the lines."""

    header: PacketHeader | None = None
    lines: tuple[PacketLine, ...] = ()
    first_line: str = ""
    steps: tuple[PacketStep, ...] = ()
    tools: tuple[ReadyTool, ...] = ()
    engine: str = "facts"

    @property
    def told(self) -> tuple[PacketLine, ...]:
        """All that it tells, line by line: who and how they feel, until when, what was and what is next."""
        head = () if self.header is None else (self.header.customer, self.header.mood, self.header.deadline)
        steps = (PacketLine(topic="next", text=step.text, evidence=step.evidence) for step in self.steps)
        return (*(line for line in head if line is not None), *self.lines, *steps)
