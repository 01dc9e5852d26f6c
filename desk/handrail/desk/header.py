"""The header of a packet: who the customer is and how that was proven, how they feel, and until when it helps them."""

from datetime import datetime

from handrail.conversation.events import PacketHeader, PacketLine
from handrail.conversation.situation import Identity, Mood

from . import wording
from .deadline import deadline
from .matter import Matter, line
from .request import is_empty

METHODS = {
    "code": "by a code sent to the contact on file",
    "token": "by signing in with us",
    "person": "by a colleague",
}


def header(matter: Matter, since: datetime | None) -> PacketHeader:
    """The header; `since` is when a person was asked for."""
    situation, requested = matter.situation, matter.requested
    told = deadline(matter.story, matter.teller.zone)
    header = PacketHeader(
        customer=_who(matter),
        customer_id=situation.identity.customer_id,
        level=situation.identity.level,
        channel=situation.channel,
        language=situation.language,
        since=since,
        mood=_mood(matter),
        deadline=None if told is None else line("deadline", wording.quote(told.text), told.ref),
        due=None if told is None else told.due,
    )
    if requested is None:
        return header
    return header.model_copy(
        update={"department": requested.department, "urgency": requested.urgency, "reason": requested.reason}
    )


def _who(matter: Matter) -> PacketLine:
    identity, challenge = matter.situation.identity, matter.situation.challenge
    ref = f"seq:{identity.seq or 1}"
    customer = f"customer {identity.customer_id}" if identity.customer_id else "a customer"
    name = f"{identity.name} ({customer})" if identity.name else customer[0].upper() + customer[1:]
    if identity.level == "verified":
        return line("who", f"{name}, identity proven {_proof(identity)}".rstrip() + ".", ref)
    if identity.level == "known":
        return line("who", f"{name}, by their own word; not proven.", ref)
    if challenge is not None:
        sent = next((e for e in reversed(matter.story.events) if e.kind == "code_sent"), None)
        return line("who", "Not proven: a code was sent and has not come back.", f"seq:{sent.seq if sent else 1}")
    return line("who", "Not identified: they have given no proof of who they are.", "seq:1")


def _proof(identity: Identity) -> str:
    if not identity.by:
        return METHODS.get(identity.method, "")
    how = f" ({wording.clip(identity.how.rstrip('.'), 120)})" if identity.how else ""
    return f"by {identity.by}{how}"


def _mood(matter: Matter) -> PacketLine | None:
    """How they feel now, since when, and by which moods they came there."""
    # A bare yes has no mood of its own.
    empty = {said.seq for said in matter.story.customer if is_empty(said.text)}
    moods = [one for one in matter.situation.moods if one.seq not in empty]
    if not moods:
        return None
    words = [_feeling(one) for one in moods]
    turns = [n for n in range(len(words)) if n == 0 or words[n] != words[n - 1]]
    last = turns[-1]
    if len(turns) == 1:
        throughout = " throughout" if len(words) > 1 else ""
        return line("mood", f"{words[-1].capitalize()}{throughout}.", f"seq:{moods[-1].seq}")
    said = matter.story.at(moods[last].seq)
    since = f", since {wording.quote(said.text, 60)}" if said is not None and said.text else ""
    course = ", then ".join(words[n] for n in turns[:-1][-3:])
    return line("mood", f"{words[-1].capitalize()}{since}; {course} before.", f"seq:{moods[last].seq}")


def _feeling(mood: Mood) -> str:
    # Who writes of bad news is not angry with us for that.
    if mood.frustration >= 0.7:
        return "angry"
    if mood.frustration >= 0.4:
        return "annoyed"
    if mood.sentiment <= -0.3:
        return "very unhappy" if mood.sentiment <= -0.7 else "unhappy"
    return "friendly" if mood.sentiment >= 0.5 else "calm"
