"""The handoff packet, composed from the facts alone: what a person must know to go on where the bot stopped."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from handrail.conversation.events import Event, Packet, PacketLine, Reason, ToolRan, Topic
from handrail.conversation.situation import Situation

from . import wording
from .background import mood, policy
from .cause import cause, first_line, step
from .facts import records
from .fields import Teller
from .matter import Matter, line
from .request import wishes
from .story import Deed, Said, tell

LINES = 10
"""Lines that a packet has at most."""

QUOTED = 150

METHODS = {
    "code": "by a code sent to the contact on file",
    "token": "by signing in with us",
    "person": "by a colleague",
}

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
    teller = Teller(now, zone, story.mentioned())
    customer = situation.identity.customer_id
    found = [r for r in records(story.events, teller) if r.id != customer]
    reason = reason or (situation.handoff.reason if situation.handoff else None)
    matter = Matter(situation, story, teller, wishes(story), found, reason, triggers)
    told = [*_who(matter), *_wants(matter), *_established(matter), *_tried(matter)]
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
        yield line("who", f"{name}, identity proven {METHODS.get(identity.method, '')}".rstrip() + ".", ref)
    elif identity.level == "known":
        yield line("who", f"{name}, by their own word; not proven.", ref)
    elif challenge is not None:
        sent = next((e for e in reversed(matter.story.events) if e.kind == "code_sent"), None)
        yield line("who", "Not proven: a code was sent and has not come back.", f"seq:{sent.seq if sent else 1}")
    else:
        yield line("who", "Not identified: they have given no proof of who they are.", "seq:1")


def _wants(matter: Matter) -> Iterator[PacketLine]:
    for number, wish in enumerate(matter.wishes):
        word = "asks" if "?" in wish.text else "says"
        opening = f"Then {word}" if number else word.capitalize()
        yield line("wants", f"{opening}: “{wording.clip(wish.text, QUOTED)}”", *wish.refs)


def _established(matter: Matter) -> Iterator[PacketLine]:
    named = [record for record in matter.records if record.weight >= 0]
    for record in named[:3]:
        yield line("established", record.text, *record.refs)
    if not named and matter.records:
        several = matter.records[:3]
        names = "; ".join(record.text.rstrip(".") for record in several)
        more = "; and others" if len(matter.records) > len(several) else ""
        yield line("established", f"{wording.clip(names, 220)}{more}.", *(ref for r in several for ref in r.refs))


def _tried(matter: Matter) -> Iterator[PacketLine]:
    told = [one for deed in reversed(matter.story.deeds.values()) if (one := _deed(deed)) is not None]
    yield from told[:3]
    person = next((s for s in reversed(matter.story.said) if s.speaker == "person" and s.text), None)
    if person is not None:
        yield line(
            "tried", f"{person.name or 'A colleague'} wrote before: “{wording.clip(person.text, QUOTED)}”", *person.refs
        )
    if not told:
        yield from _failed_read(matter)
        yield from _answered(matter)


def _deed(deed: Deed) -> PacketLine | None:
    what, why = wording.lower_first(deed.what.rstrip(".")), wording.clip(deed.why.rstrip("."), 120)
    texts = {
        "succeeded": f"Done: {what}.",
        "failed": f"Tried, without effect: {what}. {why or 'It was refused'}.",
        "unknown": f"Uncertain whether it went through: {what}.",
        "claimed": f"Uncertain whether it went through: {what}.",
        "consented": f"Agreed to, not yet carried out: {what}.",
        "proposed": f"Offered, waiting for their yes: {what}.",
        "dropped": f"Offered, and they said no: {what}." if deed.why == "declined" else "",
    }
    text = texts[deed.stage]
    return line("tried", text, *deed.refs) if text else None


def _failed_read(matter: Matter) -> Iterator[PacketLine]:
    reads = [e for e in matter.story.events if isinstance(e.data, ToolRan)]
    if reads and isinstance(data := reads[-1].data, ToolRan) and not data.ok and data.message:
        told = wording.clip(data.message.rstrip("."), 120)
        yield line("tried", f"Tried: {wording.deed(data.tool, data.arguments)}. {told}.", f"seq:{reads[-1].seq}")


def _answered(matter: Matter) -> Iterator[PacketLine]:
    """The last thing the bot told them that rests on a policy, else the last thing it said."""
    replies = [s for s in matter.story.said if s.speaker == "bot" and s.text.strip()]
    cited = [s for s in replies if s.citations]
    if not replies:
        return
    reply: Said = (cited or replies)[-1]
    at = max(range(len(reply.texts)), key=lambda n: min(len(reply.texts[n]), QUOTED))
    yield line("tried", f"The bot answered: “{wording.clip(reply.texts[at], QUOTED)}”", reply.refs[at])


def _promised(matter: Matter) -> Iterator[PacketLine]:
    for promise in [p for p in matter.situation.promises if p.kept is None and p.text][:2]:
        due = (
            "" if promise.due is None else f" (due {wording.dated(promise.due, matter.teller.now, matter.teller.zone)})"
        )
        yield line("promised", f"Promised: “{wording.clip(promise.text, 120)}”{due}", f"seq:{promise.seq}")
