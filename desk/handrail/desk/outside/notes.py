"""What people at another desk read: the packet and the talk so far, in plain text."""

from handrail.conversation import events as e
from handrail.conversation.events import Event
from handrail.conversation.situation import Situation

LINES = 20
"""How much of the talk goes along with a packet."""

LONGEST = 120
"""Characters of a subject."""

SPEAKERS = {"customer": "Customer", "bot": "Assistant", "person": "Colleague", "system": "Notice"}


def subject(situation: Situation, business: str) -> str:
    """A ticket's subject: what they want, as the packet has it, else in their first words."""
    handoff = situation.handoff
    wants = [line.text for line in handoff.packet.lines if line.topic == "wants"] if handoff and handoff.packet else []
    about = wants[0] if wants else situation.first.text if situation.first else ""
    about = " ".join(about.split())
    return (about if len(about) <= LONGEST else f"{about[: LONGEST - 1]}…") or f"A customer of {business}"


def note(situation: Situation) -> str:
    """The packet, then the last of the talk."""
    told: list[str] = []
    handoff = situation.handoff
    if handoff is not None:
        reason = handoff.reason.replace("_", " ")
        told.append(f"Handed over by the assistant: {reason}. Urgency {handoff.urgency}, for {handoff.department}.")
        if handoff.answer_by is not None:
            told.append(f"The customer was told that somebody answers by {handoff.answer_by:%Y-%m-%d %H:%M} UTC.")
        if handoff.packet is not None:
            told += ["", *(f"{line.topic}: {line.text}" for line in handoff.packet.told)]
            if handoff.packet.first_line:
                told += ["", f"To begin with: {handoff.packet.first_line}"]
    talk = [f"{line.name or SPEAKERS[line.speaker]}: {line.text}" for line in situation.lines[-LINES:] if line.text]
    return "\n".join([*told, "", "The talk so far:", *talk, "", f"Conversation {situation.conversation_id}"])


def line(event: Event, situation: Situation) -> str:
    """A line that was said meanwhile, with who said it; empty where there is none to tell."""
    match event.data:
        case e.CustomerSaid(text=text) if text:
            name = situation.identity.name if situation.identity.level == "verified" else ""
            return f"{name or 'Customer'}: {text}"
        case e.PersonSaid(text=text, name=name) if text:
            return f"{name}: {text}"
    return ""
