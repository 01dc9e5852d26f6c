"""A contact: what one customer wanted at one time, as far as figures count it.

It begins with the customer's first line and ends when the conversation closes; a line after that begins another one.
Nothing of it is text, and all of it stands in the public fields of events: it outlives that the customer is forgotten.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from handrail.conversation import events as e
from handrail.conversation.events import Data, Event

SETTLED = "settled"
"""The check that hears a customer say that it is settled."""

POLICY, READ, WRITE = 1, 2, 3
"""What tells best what a contact is about: an action that was proposed, then a record that was looked up, then a policy
that was cited. Of equals the first."""


@dataclass(frozen=True, slots=True)
class Contact:
    """As it stands in the table `contacts`. `seq` is that of its first line, `seen_seq` of the last event taken in.

    `trial` is a conversation that staff began to try things. `outcome` is that of the bot's last turn, `handled` says
    that a person had a hand in it, and `settled` that the customer's last line says that all is done.
    """

    conversation_id: str
    seq: int
    channel: str
    trial: bool
    began_at: datetime
    seen_seq: int
    customer_ref: str | None = None
    first_reply_at: datetime | None = None
    last_reply_at: datetime | None = None
    ended_at: datetime | None = None
    closed: str | None = None
    intent: str = ""
    weight: int = 0
    policies: tuple[str, ...] = ()
    department: str = ""
    escalated: bool = False
    handled: bool = False
    acted: int = 0
    settled: bool = False
    score: int | None = None
    outcome: str | None = None
    disposition: str | None = None
    tags: tuple[str, ...] = ()
    turns: int = 0
    model_calls: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    cost: float = 0.0


def follow(contact: Contact | None, events: Iterable[Event], channel: str, *, trial: bool) -> list[Contact]:
    """A conversation's last contact after further events, and those that have begun in them, from old to new.

    `channel` and `trial` are those of the conversation. Where it has no contact yet, the events are all from its first.
    """
    found = [contact] if contact is not None else []
    early: str | None = None
    for event in events:
        last = found[-1] if found else None
        if isinstance(event.data, e.CustomerSaid) and (last is None or last.ended_at is not None):
            ref = last.customer_ref if last else early
            found.append(
                Contact(event.conversation_id, event.seq, channel, trial, event.at, event.seq, customer_ref=ref)
            )
        elif last is not None:
            found[-1] = replace(_after(last, event), seen_seq=event.seq)
        elif isinstance(event.data, e.IdentityProven):
            # The site may tell who it is before they write.
            early = event.data.customer_ref or early
    return found


def _after(c: Contact, event: Event) -> Contact:
    step = STEPS.get(type(event.data))
    return step(c, event, event.data) if step else c


def _checked(c: Contact, _: Event, data: e.Checked) -> Contact:
    # A check follows its line, which has taken back what was said before it.
    said = data.direction == "inbound" and any(finding.check == SETTLED for finding in data.findings)
    return replace(c, settled=True) if said else c


def _bot(c: Contact, event: Event, data: e.BotSaid) -> Contact:
    cited = dict.fromkeys((*c.policies, *(f"{each.policy}@{each.version}" for each in data.citations)))
    c = replace(c, policies=tuple(cited), first_reply_at=c.first_reply_at or event.at, last_reply_at=event.at)
    return _about(c, POLICY, f"policy/{data.citations[0].policy}") if data.citations else c


def _read(c: Contact, event: Event, data: e.ToolRan) -> Contact:
    # What people look up for themselves does not tell what the customer wants.
    return c if event.actor.startswith("person:") else _about(c, READ, f"tool/{data.tool}")


def _done(c: Contact, _: Event, data: e.ActionSucceeded) -> Contact:
    return replace(c, acted=c.acted + 1, handled=c.handled or bool(data.name))


def _proven(c: Contact, _: Event, data: e.IdentityProven) -> Contact:
    return replace(c, customer_ref=data.customer_ref or c.customer_ref, handled=c.handled or data.method == "person")


def _closed(c: Contact, event: Event, data: e.Closed) -> Contact:
    return c if c.ended_at is not None else replace(c, ended_at=event.at, closed=data.reason)


def _about(c: Contact, weight: int, intent: str) -> Contact:
    return replace(c, intent=intent, weight=weight) if weight > c.weight else c


def _by_person(c: Contact, _: Event, __: Data) -> Contact:
    return replace(c, handled=True)


def _turn(c: Contact, _: Event, data: e.TurnEnded) -> Contact:
    return c if data.outcome == "held" else replace(_spent(c, _, data), outcome=data.outcome, turns=c.turns + 1)


def _spent(c: Contact, _: Event, data: e.TurnEnded | e.ModelUsed) -> Contact:
    return replace(
        c,
        model_calls=c.model_calls + data.model_calls,
        tokens_in=c.tokens_in + data.tokens_in,
        tokens_out=c.tokens_out + data.tokens_out,
        cost=c.cost + data.cost,
    )


STEPS: Mapping[type[Data], Callable[[Contact, Event, Any], Contact]] = {
    e.CustomerSaid: lambda c, _, __: replace(c, settled=False),
    e.Checked: _checked,
    e.BotSaid: _bot,
    e.ToolRan: _read,
    e.ActionProposed: lambda c, _, data: _about(c, WRITE, f"tool/{data.tool}"),
    e.ActionSucceeded: _done,
    e.ActionFailed: lambda c, _, data: replace(c, handled=c.handled or bool(data.name)),
    e.ApprovalGiven: _by_person,
    e.ApprovalRefused: _by_person,
    e.IdentityProven: _proven,
    e.HandoffRequested: lambda c, _, data: replace(c, escalated=True, department=data.department),
    e.HandoffReturned: lambda c, _, data: replace(c, department=data.department),
    e.HandoffClaimed: _by_person,
    e.PersonSaid: _by_person,
    e.WrappedUp: lambda c, _, data: replace(c, handled=True, disposition=data.disposition, tags=data.tags),
    e.Rated: lambda c, _, data: replace(c, score=data.score),
    e.TurnEnded: _turn,
    e.ModelUsed: _spent,
    e.Closed: _closed,
}
"""What each kind of event makes of a contact."""

KINDS = frozenset(data.kind for data in STEPS)
