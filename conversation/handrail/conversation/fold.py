"""Folding the log into a situation: pure, one small function for each kind of event."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from handrail.conversation import events as e
from handrail.conversation.events import Data, Event
from handrail.conversation.folding import actions, handover, talk, turns
from handrail.conversation.situation import Situation

Step = Callable[[Situation, Event, Any], Mapping[str, Any]]
"""What changes in a situation by one event; the third argument is the event's data."""

STEPS: Mapping[type[Data], Step] = {
    e.Opened: talk.opened,
    e.CustomerSaid: talk.customer_said,
    e.BotSaid: talk.bot_said,
    e.PersonSaid: talk.person_said,
    e.Announced: talk.announced,
    e.Rated: talk.rated,
    e.Closed: talk.closed,
    e.IdentityAsked: talk.identity_asked,
    e.CodeSent: talk.code_sent,
    e.CodeRefused: talk.code_refused,
    e.IdentityProven: talk.identity_proven,
    e.TurnStarted: turns.turn_started,
    e.Checked: turns.checked,
    e.Consulted: turns.consulted,
    e.ToolRan: turns.tool_ran,
    e.EngineSwitched: turns.engine_switched,
    e.TurnEnded: turns.turn_ended,
    e.ActionProposed: actions.proposed,
    e.ActionConsented: actions.consented,
    e.ActionDropped: actions.dropped,
    e.ActionClaimed: actions.claimed,
    e.ActionSucceeded: actions.succeeded,
    e.ActionFailed: actions.failed,
    e.ActionUnknown: actions.unknown,
    e.ApprovalAsked: actions.approval_asked,
    e.ApprovalGiven: actions.approval_given,
    e.ApprovalRefused: actions.approval_refused,
    e.HandoffRequested: handover.requested,
    e.PacketWritten: handover.packet_written,
    e.HandoffClaimed: handover.claimed,
    e.HandoffReturned: handover.returned,
    e.SetAside: handover.set_aside,
    e.TakenUp: handover.taken_up,
    e.WaitTold: handover.wait_told,
    e.GivenBack: handover.given_back,
    e.WrappedUp: handover.wrapped_up,
    e.TicketOpened: handover.ticket_opened,
    e.ContactLeft: handover.contact_left,
    e.TicketMoved: handover.ticket_moved,
    e.PromiseMade: handover.promise_made,
    e.PromiseSettled: handover.promise_settled,
    e.PromiseReleased: handover.promise_released,
    e.WaysOffered: handover.ways_offered,
    e.CallbackBooked: handover.callback_booked,
    e.CallbackEnded: handover.callback_ended,
}
SILENT: frozenset[type[Data]] = frozenset({e.Noted, e.Whispered, e.Delivered, e.PromiseDue, e.ModelUsed, Data})
"""Kinds that change nothing in a situation."""


def fold(situation: Situation, events: Iterable[Event]) -> Situation:
    """The situation after these events, which follow it in order. Forgotten events leave their private fields empty.

    Raises `ValueError` where one is of another conversation or out of order: a fold with a hole would be a lie.
    """
    for event in events:
        if event.conversation_id != situation.conversation_id or event.seq != situation.seq + 1:
            raise ValueError(
                f"event {event.conversation_id}/{event.seq} does not follow {situation.conversation_id}/{situation.seq}"
            )
        step = STEPS.get(type(event.data))
        changes = dict(step(situation, event, event.data)) if step else {}
        if event.holder is not None:
            changes["holder"] = event.holder
        if event.forgotten:
            changes["forgotten"] = True
        situation = replace(situation, seq=event.seq, **changes)
    return situation
