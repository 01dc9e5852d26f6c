"""The stretch of a conversation that a wrap-up speaks of, and where in it the tag points."""

from collections.abc import Sequence
from dataclasses import dataclass

from handrail.conversation.events import (
    Checked,
    Closed,
    CustomerSaid,
    Event,
    HandoffClaimed,
    HandoffRequested,
    TurnEnded,
    WrappedUp,
)

from .record import AT_FAULT

GAVE_UP = ("offered", "handed_over")
CALL = "asks_for_person"


@dataclass(frozen=True, slots=True)
class Contact:
    """`events` are those from the customer's first line to the wrap-up; `upto` is the seq of the last that is
    replayed, `question` that of the line which the tag is about."""

    events: tuple[Event, ...]
    wrapped: WrappedUp
    wrap: Event
    upto: int
    question: int

    @property
    def escalated(self) -> bool:
        """Whether the bot called for a person."""
        return any(isinstance(event.data, HandoffRequested) for event in self.events)

    @property
    def played(self) -> tuple[Event, ...]:
        """The events up to where the replay ends, with what became of them."""
        return tuple(event for event in self.events if event.seq <= self.upto)


def contact_of(events: Sequence[Event], wrapped_up: int) -> Contact | None:
    """The contact that the wrap-up with this seq settles; None where the customer's words are gone, or were none.

    A person took over at some line, and what came after it was said to them: it is not replayed. Where the tag says
    that there should have been an answer, the first line that had none is the last: what follows ("yes, a person
    please") would not have been said.
    """
    wrap = next(event for event in events if event.seq == wrapped_up)
    assert isinstance(wrap.data, WrappedUp)
    before = [event for event in events if event.seq < wrapped_up]
    since = max((event.seq for event in before if isinstance(event.data, Closed)), default=0)
    within = [event for event in before if event.seq > since or _about_customer(event)]
    lines = [e for e in within if isinstance(e.data, CustomerSaid) and e.seq > since and e.data.text.strip()]
    taken = next((e.seq for e in within if isinstance(e.data, HandoffClaimed) and e.seq > since), wrapped_up)
    heard = [line.seq for line in lines if line.seq < taken]
    if not heard:
        return None
    question = _question([e for e in within if since < e.seq < taken], heard, wrap.data.tags)
    upto = heard[-1]
    asked = next((e.seq for e in within if isinstance(e.data, HandoffRequested) and since < e.seq < taken), None)
    if asked is not None:
        upto = max((seq for seq in heard if seq < asked), default=heard[0])
    question = min(question or upto, upto)
    if not AT_FAULT.isdisjoint(wrap.data.tags):
        upto = question
    # What came of the last line stands before the next one.
    end = next((seq for seq in heard if seq > upto), taken) - 1
    return Contact(tuple(within), wrap.data, wrap, end, question)


def _question(events: Sequence[Event], heard: Sequence[int], tags: Sequence[str]) -> int | None:
    """The customer's line at which the bot first gave up; of an outdated policy the last that it answered. A line that
    calls for a person asks nothing."""
    calls = {
        e.data.subject for e in events if isinstance(e.data, Checked) and any(f.check == CALL for f in e.data.findings)
    }
    asked = [seq for seq in heard if seq not in calls]
    wanted = ("answered",) if "policy_outdated" in tags else GAVE_UP
    ends = [e.data.upto for e in events if isinstance(e.data, TurnEnded) and e.data.outcome in wanted]
    lines = [max((seq for seq in heard if seq <= upto), default=0) for upto in ends]
    found = [line for line in lines if line in asked]
    return (found[-1] if wanted != GAVE_UP else found[0]) if found else (asked[-1] if asked else None)


def _about_customer(event: Event) -> bool:
    """Who the customer is holds for what comes after an earlier contact too."""
    return event.kind in ("opened", "identity_proven")
