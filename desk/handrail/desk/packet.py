"""The handoff packet, composed from the facts alone: what a person must know to go on where the bot stopped."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from handrail.conversation.events import Event, Packet, PacketLine, Reason, Topic
from handrail.conversation.situation import Identity, Situation

from . import wording
from .background import mood, policy
from .cause import cause, first_line, step
from .facts import records
from .fields import Teller
from .matter import Matter, line
from .request import detail, wishes
from .story import tell
from .tried import tried

LINES = 10
"""Lines that a packet has at most."""


METHODS = {
    "code": "by a code sent to the contact on file",
    "token": "by signing in with us",
    "person": "by a colleague",
}

APART = 1.5
"""Records that matter so much less than the first one are left out."""

SPARE: tuple[tuple[Topic, int], ...] = (("established", 2), ("tried", 2), ("promised", 1), ("mood", 0), ("policy", 0))
"""What goes first where there are too many lines: of each topic, how many may stay."""


def compose(
    situation: Situation,
    events: Iterable[Event],
    *,
    now: datetime,
    zone: ZoneInfo,
    reason: Reason | None = None,
    triggers: Sequence[str] = (),
) -> Packet:
    """Compose a packet from a conversation's events, for a reader in `zone`.

    It says who the customer is and how that was proven, what they want, what was established, tried and promised, where
    it got stuck, the mood, the rules that govern and what to do next, each with the refs it rests on. It knows no
    business: what tools gave is told by its shape. `reason` and `triggers` default to those of the open handoff.
    """
    story = tell(events)
    if situation.forgotten or (story.events and all(event.forgotten for event in story.events)):
        return Packet(
            lines=(line("who", "This customer's data was erased; what they wrote can't be read any more.", "seq:1"),)
        )
    teller = Teller(now, zone, story.mentioned(), story.chosen())
    customer = situation.identity.customer_id
    found = [r for r in records(story.events, teller) if r.id != customer]
    reason = reason or (situation.handoff.reason if situation.handoff else None)
    matter = Matter(situation, story, teller, wishes(story), found, reason, triggers)
    told = [*_who(matter), *_wants(matter), *_established(matter), *tried(matter)]
    told += [*cause(matter), *_promised(matter), *mood(matter), *policy(matter), *step(matter)]
    return Packet(lines=tuple(_fit(told)), first_line=first_line(matter))


def _fit(lines: list[PacketLine]) -> list[PacketLine]:
    for topic, keep in SPARE:
        while len(lines) > LINES and sum(1 for one in lines if one.topic == topic) > keep:
            lines.remove(next(one for one in reversed(lines) if one.topic == topic))
    return lines


def _who(matter: Matter) -> Iterator[PacketLine]:
    identity, challenge = matter.situation.identity, matter.situation.challenge
    ref = f"seq:{identity.seq or 1}"
    customer = f"customer {identity.customer_id}" if identity.customer_id else "a customer"
    name = f"{identity.name} ({customer})" if identity.name else customer[0].upper() + customer[1:]
    if identity.level == "verified":
        yield line("who", f"{name}, identity proven {_proof(identity)}".rstrip() + ".", ref)
    elif identity.level == "known":
        yield line("who", f"{name}, by their own word; not proven.", ref)
    elif challenge is not None:
        sent = next((e for e in reversed(matter.story.events) if e.kind == "code_sent"), None)
        yield line("who", "Not proven: a code was sent and has not come back.", f"seq:{sent.seq if sent else 1}")
    else:
        yield line("who", "Not identified: they have given no proof of who they are.", "seq:1")


def _proof(identity: Identity) -> str:
    if not identity.by:
        return METHODS.get(identity.method, "")
    how = f" ({wording.clip(identity.how.rstrip('.'), 120)})" if identity.how else ""
    return f"by {identity.by}{how}"


def _wants(matter: Matter) -> Iterator[PacketLine]:
    for number, wish in enumerate(matter.wishes):
        word = "asks" if "?" in wish.text else "says"
        opening = f"Then {word}" if number else word.capitalize()
        yield line("wants", f"{opening}: {wording.quote(wish.text)}", *wish.refs)


def _established(matter: Matter) -> Iterator[PacketLine]:
    best = matter.records[0].weight if matter.records else 0
    named = [record for record in matter.records if record.weight >= max(0, best - APART)]
    for record in named[:3]:
        yield line("established", record.text, *record.refs)
    if not matter.records and (told := detail(matter.story, matter.wishes)) is not None:
        yield line("established", f"They told us: {wording.quote(told.text)}", *told.refs)
    if not named and matter.records:
        several = matter.records[:3]
        names = "; ".join(record.text.rstrip(".") for record in several)
        more = "; and others" if len(matter.records) > len(several) else ""
        yield line("established", f"{wording.clip(names, 220)}{more}.", *(ref for r in several for ref in r.refs))


def _promised(matter: Matter) -> Iterator[PacketLine]:
    for promise in [p for p in matter.situation.promises if p.kept is None and p.text][:2]:
        due = (
            "" if promise.due is None else f" (due {wording.dated(promise.due, matter.teller.now, matter.teller.zone)})"
        )
        yield line("promised", f"Promised: {wording.quote(promise.text, 120)}{due}", f"seq:{promise.seq}")
