"""The state of one turn, as the nodes of the graph hand it on. Nothing of it outlives the turn: the log does."""

from datetime import datetime
from typing import Literal, TypedDict

from handrail.agent.models.protocol import Call, Draft, Result
from handrail.agent.speech import Speech
from handrail.agent.tools.api import Tool
from handrail.conversation.events import Confidence, Data, Outcome, Reason
from handrail.conversation.log import Fence
from handrail.conversation.situation import Situation
from handrail.conversation.spending import Usage
from handrail.guardrails.verdict import Verdict
from handrail.knowledge.passages import Found

Step = Literal["admit", "settle", "retrieve", "draft", "speak", "act", "hand_over", "finish", "stop"]
"""Where a node sends the turn next."""


class Turn(TypedDict, total=False):
    """What is known of the turn so far. Each node returns the keys it changes, `step` always among them."""

    conversation_id: str
    turn_id: str
    fence: Fence
    began: float
    """Seconds of the performance counter when the turn began."""
    step: Step

    retry_at: datetime
    """When to look again whether an action went through: this turn waits until then."""

    situation: Situation
    message: str
    """What the customer said since the last answer, joined; where nothing is new, what they said last."""
    upto: int
    """The seq of the last customer line that this turn answers."""

    verdict: Verdict
    found: Found
    tools: tuple[Tool, ...]
    results: tuple[Result, ...]
    call: Call | None
    """The tool call to make next."""

    speech: Speech
    """What is to be said next: an engine's stream or a text of ours."""
    draft: Draft | None
    own: str
    """The text of ours that is being said: it rests on itself."""
    along: tuple[Data, ...]
    """Events that are committed together with the next line (a proposal with its question)."""
    pending: tuple[Data, ...]
    """Events that nobody has to see before the next append: they are part of it (see `put`)."""
    released: bool
    """The lease was given back with the turn's last event."""
    reply_id: str
    parts: int
    """How many parts of the reply have been committed."""
    sent: str
    """The parts of the reply that the customer has, joined."""
    degraded: str
    """Why the model broke off in this turn, if it did: the built-in engine drafts the rest of it."""
    stand_in: str
    """The engine that drafts in the place of the usual one, if one does."""
    feedback: str
    """Why the last draft was held back; set once at most."""

    confidence: Confidence | None
    outcome: Outcome
    reason: Reason
    triggers: tuple[str, ...]
    usage: Usage
    calls: int
    """How many tool calls this turn has made."""


def unspoken(situation: Situation, message: str) -> Turn:
    """A turn that answers `message` and has said and done nothing yet."""
    return {
        "situation": situation,
        "message": message,
        "upto": situation.heard,
        "results": (),
        "parts": 0,
        "calls": 0,
        "sent": "",
        "own": "",
        "feedback": "",
        "degraded": "",
        "stand_in": situation.stand_in,
        "along": (),
        "pending": (),
        "call": None,
        "draft": None,
        "confidence": None,
        "triggers": (),
        "usage": Usage(),
    }
