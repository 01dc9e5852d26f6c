"""From the bot to people and back."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from handrail.conversation import events as e
from handrail.conversation.events import Event
from handrail.conversation.folding.keep import trimmed
from handrail.conversation.situation import Callback, Handoff, Promise, Situation, Ticket

Changes = dict[str, Any]


def requested(_: Situation, event: Event, data: e.HandoffRequested) -> Changes:
    handoff = Handoff(
        data.handoff_id, event.seq, event.at, data.reason, data.urgency, data.department, data.mode, data.answer_by,
        skills=data.skills,
    )  # fmt: skip
    return {"handoff": handoff, "holder": "queue", "parked": None, "instruction": ""}


def packet_written(situation: Situation, event: Event, data: e.PacketWritten) -> Changes:
    handoff = situation.handoff
    if handoff is None or handoff.handoff_id != data.handoff_id:
        return {}
    return {"handoff": replace(handoff, packet=data.packet, packet_seq=event.seq)}


def claimed(situation: Situation, event: Event, data: e.HandoffClaimed) -> Changes:
    return {
        **_moved(
            situation, state="claimed", by=data.by, name=data.name, parked_until=None, parked_for="", expected=None
        ),
        "ways": (),
        "under_way": False,
        "open_reply": None,
        "holder": event.actor if event.actor.startswith("person:") else f"person:{data.by.removeprefix('person:')}",
    }


def returned(situation: Situation, event: Event, data: e.HandoffReturned) -> Changes:
    # A person may have taken a conversation that nobody had handed over.
    handoff = situation.handoff or Handoff(
        data.handoff_id, event.seq, event.at, "asked_for_person", "normal", data.department, data.mode, data.answer_by
    )
    moved = replace(
        handoff, handoff_id=data.handoff_id, state="waiting", by="", name="", department=data.department,
        mode=data.mode, answer_by=data.answer_by, parked_until=None, parked_for="", expected=None,
    )  # fmt: skip
    return {"handoff": moved, "holder": "queue"}


def set_aside(situation: Situation, _: Event, data: e.SetAside) -> Changes:
    return _moved(situation, parked_until=data.until, parked_for=data.note)


def taken_up(situation: Situation, _: Event, data: e.TakenUp) -> Changes:
    # What it was parked for is what the person is reminded of: it stays until they park it again or it moves on.
    return _moved(situation, parked_until=None)


def wait_told(situation: Situation, event: Event, data: e.WaitTold) -> Changes:
    earliest, latest = (event.at + timedelta(minutes=minutes) for minutes in (data.earliest, data.latest))
    return _moved(situation, expected=(earliest, latest))


def given_back(situation: Situation, _: Event, data: e.GivenBack) -> Changes:
    return {**_moved(situation, state="given_back"), "instruction": data.instruction, "holder": "bot"}


def wrapped_up(situation: Situation, _: Event, __: e.WrappedUp) -> Changes:
    return _moved(situation, state="wrapped_up")


def ticket_opened(situation: Situation, _: Event, data: e.TicketOpened) -> Changes:
    return {"ticket": Ticket(data.ticket_id, "open", data.answer_by, situation.contact)}


def contact_left(situation: Situation, _: Event, data: e.ContactLeft) -> Changes:
    ticket = situation.ticket
    return {"contact": data.address, "ticket": replace(ticket, contact=data.address) if ticket else None}


def ticket_moved(situation: Situation, _: Event, data: e.TicketMoved) -> Changes:
    ticket = situation.ticket
    return {"ticket": replace(ticket, state=data.state)} if ticket and ticket.ticket_id == data.ticket_id else {}


def promise_made(situation: Situation, event: Event, data: e.PromiseMade) -> Changes:
    promise = Promise(data.promise_id, data.text, data.owner, data.due, event.seq)
    return {"promises": trimmed((*situation.promises, promise), _unsettled)}


def promise_settled(situation: Situation, _: Event, data: e.PromiseSettled) -> Changes:
    promises = tuple(
        replace(p, kept=data.kept) if p.promise_id == data.promise_id else p for p in situation.promises
    )  # fmt: skip
    return {"promises": trimmed(promises, _unsettled)}


def promise_released(situation: Situation, _: Event, data: e.PromiseReleased) -> Changes:
    return {"promises": tuple(p for p in situation.promises if p.promise_id != data.promise_id)}


def ways_offered(_: Situation, __: Event, data: e.WaysOffered) -> Changes:
    return {"ways": data.slots}


def callback_booked(_: Situation, __: Event, data: e.CallbackBooked) -> Changes:
    return {"callback": Callback(data.callback_id, data.at, data.phone), "ways": ()}


def callback_ended(situation: Situation, _: Event, data: e.CallbackEnded) -> Changes:
    booked = situation.callback
    return {"callback": None} if booked is not None and booked.callback_id == data.callback_id else {}


def _unsettled(promise: Promise) -> bool:
    return promise.kept is None


def _moved(situation: Situation, **changes: Any) -> Changes:
    return {"handoff": replace(situation.handoff, **changes)} if situation.handoff else {}
