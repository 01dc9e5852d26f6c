"""What the acts of a person at the desk leave in the log."""

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from handrail.conversation.errors import Invalid
from handrail.conversation.events import (
    ActionDropped,
    Announced,
    Closed,
    Data,
    GivenBack,
    PersonSaid,
    PromiseSettled,
    TicketMoved,
    TurnEnded,
    WrappedUp,
)
from handrail.conversation.ids import new_id
from handrail.conversation.situation import Situation

from . import notice
from .handover import ANSWER
from .promises import found_in
from .staff import Staff

TAGS = (
    "confused", "policy_outdated", "policy_missing", "phrase_not_understood", "tool_failed", "needed_judgement",
    "customer_wanted_person", "should_not_have_escalated", "other",
)  # fmt: skip
"""What can have gone wrong, as a person says when wrapping up."""

QUIET = ("spam", "customer_left")
"""Dispositions of which the customer is not told."""


def said(situation: Situation, staff: Staff, text: str, now: datetime, zone: ZoneInfo) -> list[Data]:
    """A line to the customer: a ticket is answered and waits for them; what the line promises is owed from now on."""
    data: list[Data] = [PersonSaid(by=staff.id, name=staff.name, text=text)]
    if situation.ticket is not None and situation.ticket.state in ("open", "reopened"):
        data.append(TicketMoved(ticket_id=situation.ticket.ticket_id, state="waiting"))
    for promise in situation.promises:
        if promise.kept is None and promise.promise_id.startswith(ANSWER):
            kept = promise.due is None or now <= promise.due
            data.append(PromiseSettled(promise_id=promise.promise_id, kept=kept))
    return [*data, *found_in(text, staff.actor, now, zone)]


def given_back(situation: Situation, staff: Staff, instruction: str, now: datetime) -> list[Data]:
    """The bot goes on. A line of the customer that the person has not answered is the bot's to answer, and what the
    person has put before the customer is the bot's to do on their yes; what stood before that is off."""
    data: list[Data] = [GivenBack(by=staff.id, instruction=instruction), *_ticket_to(situation, "closed")]
    data += _taken_off(situation, "taken_over", but=staff.actor)
    lines = [line for line in situation.lines if line.speaker in ("customer", "person")]
    if lines and lines[-1].speaker == "person":
        data.append(_answered(situation, now))
    return [*data, Announced(code="given_back", text=notice.given_back(staff.name))]


def wrapped_up(situation: Situation, wrapped: WrappedUp, staff: Staff, now: datetime) -> list[Data]:
    """The matter is settled: the conversation rests, and a ticket is closed, or waits where something is to follow."""
    state = "waiting" if wrapped.disposition == "follow_up" else "closed"
    data: list[Data] = [wrapped, *_ticket_to(situation, state), *_taken_off(situation, "taken_off")]
    data.append(_answered(situation, now))
    if wrapped.disposition not in QUIET:
        data.append(Announced(code="wrapped_up", text=notice.wrapped_up(staff.name)))
    return [*data, Closed(reason="wrapped_up")]


def wrap_up_of(staff: Staff, disposition: str, tags: Iterable[str], note: str, right_answer: str) -> WrappedUp:
    """A wrap-up of what a person chose. Raises `Invalid` for a disposition or tag that there is not."""
    chosen = tuple(dict.fromkeys(tags))
    wrong = [tag for tag in chosen if tag not in TAGS]
    if wrong:
        raise Invalid(f"there is no tag {wrong[0]!r}; there are {', '.join(TAGS)}", code="tag")
    fields = {
        "by": staff.id, "disposition": disposition, "tags": chosen, "note": note, "right_answer": right_answer,
    }  # fmt: skip
    try:
        return WrappedUp.model_validate(fields)
    except ValidationError as error:
        raise Invalid(f"there is no disposition {disposition!r}", code="disposition") from error


def _answered(situation: Situation, now: datetime) -> TurnEnded:
    """What the customer wrote up to here needs no turn of the bot any more."""
    return TurnEnded(turn_id=new_id(now), reply_id=None, upto=situation.heard, outcome="held", engine="person")


def _taken_off(situation: Situation, why: str, but: str = "") -> list[Data]:
    """What nobody has agreed to yet, or what nobody has begun to do, is off; `but` that of this actor."""
    stale = (a for a in situation.actions if a.stage in ("proposed", "consented") and (not but or a.by != but))
    return [ActionDropped(action_id=action.action_id, why=why) for action in stale]


def _ticket_to(situation: Situation, state: str) -> list[Data]:
    ticket = situation.ticket
    if ticket is None or ticket.state == state:
        return []
    return [TicketMoved.model_validate({"ticket_id": ticket.ticket_id, "state": state})]
