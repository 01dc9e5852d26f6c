"""The events of a conversation, set in order for whoever has to tell them: what was said, done and found."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from handrail.conversation.events import (
    ActionClaimed,
    ActionConsented,
    ActionDropped,
    ActionFailed,
    ActionProposed,
    ActionSucceeded,
    ActionUnknown,
    ApprovalAsked,
    ApprovalGiven,
    ApprovalRefused,
    BotSaid,
    Checked,
    Citation,
    CustomerSaid,
    Event,
    Finding,
    HandoffRequested,
    Outcome,
    PersonSaid,
    ToolRan,
    TurnEnded,
    TurnStarted,
)
from handrail.conversation.situation import ActionStage

from . import wording
from .fields import words_of


@dataclass(frozen=True, slots=True)
class Said:
    """One line of the transcript with its refs: a reply in several parts is one line."""

    refs: tuple[str, ...]
    speaker: Literal["customer", "bot", "person"]
    texts: tuple[str, ...]
    """One for each ref."""
    citations: tuple[Citation, ...] = ()
    name: str = ""
    reply_id: str = ""

    @property
    def text(self) -> str:
        return " ".join(self.texts)

    @property
    def seq(self) -> int:
        return int(self.refs[0].removeprefix("seq:"))


@dataclass(frozen=True, slots=True)
class Deed:
    """One exact action with all events that tell of it."""

    action_id: str
    tool: str
    what: str
    """The effect in words, as the consent question had it."""
    arguments: Mapping[str, Any]
    rule: Citation | None
    stage: ActionStage
    refs: tuple[str, ...]
    why: str = ""
    who: str = ""
    """The colleague who approved or refused it."""
    by: str = ""
    """The person who put it before the customer; empty for the bot."""


@dataclass(frozen=True, slots=True)
class Found:
    """A finding with the event that holds it and, where it was found in one, the customer's line."""

    ref: str
    finding: Finding
    subject: int | None

    @property
    def name(self) -> str:
        """`check/name`, as triggers have it."""
        return f"{self.finding.check}/{self.finding.name}"


@dataclass(slots=True)
class Story:
    """A conversation as its events tell it, oldest first."""

    events: Sequence[Event]
    said: list[Said] = field(default_factory=list)
    deeds: dict[str, Deed] = field(default_factory=dict)
    found: list[Found] = field(default_factory=list)
    outcomes: dict[str | None, Outcome] = field(default_factory=dict)
    """How the turn ended that gave a reply, by the reply's id."""
    unended: set[str] = field(default_factory=set)
    """The replies of the turn that has not ended: where it hands over, what it says is no answer."""
    read: tuple[str, ToolRan] | None = None
    """The last look into a business system, with its ref."""
    requested: Event | None = None
    """The last time a person was asked for."""

    @property
    def asked(self) -> HandoffRequested | None:
        """What the last call for a person says."""
        data = self.requested.data if self.requested else None
        return data if isinstance(data, HandoffRequested) else None

    @property
    def customer(self) -> list[Said]:
        """The customer's lines that can be read."""
        return [line for line in self.said if line.speaker == "customer" and line.text.strip()]

    def mentioned(self) -> frozenset[str]:
        """Every word and number in what was said."""
        return words_of(" ".join(line.text for line in self.said))

    def chosen(self) -> frozenset[str]:
        """Every word and number of the customer's, and of what tools and actions were given."""
        given = [event.data.arguments for event in self.events if isinstance(event.data, ToolRan | ActionProposed)]
        texts = [str(value) for arguments in given for value in arguments.values()]
        return words_of(" ".join([*texts, *(line.text for line in self.customer)]))

    def at(self, seq: int) -> Said | None:
        """The line that is, or holds, this event."""
        return next((line for line in self.said if f"seq:{seq}" in line.refs), None)


def tell(events: Iterable[Event]) -> Story:
    """Set the events of one conversation in order. Fields that were forgotten are simply empty."""
    story, turn = Story(tuple(events)), ""
    for event in story.events:
        ref = f"seq:{event.seq}"
        match event.data:
            case CustomerSaid(text=text):
                story.said.append(Said((ref,), "customer", (text,)))
            case PersonSaid(text=text, name=name):
                story.said.append(Said((ref,), "person", (text,), name=name))
            case BotSaid() as data:
                _bot(story, ref, data)
                if turn and data.turn_id == turn:
                    story.unended.add(data.reply_id)
            case Checked(direction="inbound", subject=int(subject), findings=findings):
                story.found.extend(Found(ref, finding, subject) for finding in findings)
            case Checked(findings=findings):
                story.found.extend(Found(ref, finding, None) for finding in findings)
            case HandoffRequested():
                story.requested = event
            case TurnStarted(turn_id=turn_id):
                turn = turn_id
            case TurnEnded(reply_id=reply_id, outcome=outcome):
                story.outcomes[reply_id] = outcome
                turn = ""
                story.unended.clear()
            case ToolRan() as data:
                story.read = (ref, data)
            case _:
                _act(story.deeds, ref, event)
    return story


def _bot(story: Story, ref: str, data: BotSaid) -> None:
    # The customer may have written between two parts of a reply.
    for place in range(len(story.said) - 1, -1, -1):
        said = story.said[place]
        if said.reply_id == data.reply_id:
            citations = (*said.citations, *(c for c in data.citations if c not in said.citations))
            texts = (*said.texts, data.text)
            story.said[place] = replace(said, refs=(*said.refs, ref), texts=texts, citations=citations)
            return
    story.said.append(Said((ref,), "bot", (data.text,), data.citations, reply_id=data.reply_id))


def _act(deeds: dict[str, Deed], ref: str, event: Event) -> None:
    data = event.data
    if isinstance(data, ActionProposed):
        what = str(data.preview.get("summary") or "") or wording.deed(data.tool, data.arguments)
        deeds[data.action_id] = Deed(
            data.action_id, data.tool, what, data.arguments, data.rule, "proposed", (ref,), by=data.name
        )
        return
    stages: dict[type[Any], ActionStage] = {
        ActionConsented: "consented",
        ActionDropped: "dropped",
        ApprovalAsked: "waiting",
        ApprovalGiven: "approved",
        ApprovalRefused: "refused",
        ActionClaimed: "claimed",
        ActionSucceeded: "succeeded",
        ActionFailed: "failed",
        ActionUnknown: "unknown",
    }
    stage = stages.get(type(data))
    deed = deeds.get(getattr(data, "action_id", ""))
    if stage is None or deed is None:
        return
    if isinstance(data, ApprovalGiven | ApprovalRefused) and deed.stage != "waiting":
        return
    why = {"failed": "message", "dropped": "why", "refused": "reason"}.get(stage, "")
    who = data.name if isinstance(data, ApprovalGiven | ApprovalRefused) else deed.who
    # In the order they last moved, so that the newest deed comes last.
    del deeds[deed.action_id]
    deeds[deed.action_id] = replace(deed, stage=stage, refs=(*deed.refs, ref), why=getattr(data, why, ""), who=who)
