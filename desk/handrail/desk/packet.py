"""The handoff packet, composed from the facts alone: what a person must know to go on where the bot stopped."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from handrail.conversation.events import Event, HandoffRequested, Packet, PacketLine, Topic
from handrail.conversation.situation import Situation

from . import wording
from .cause import cause, first_line
from .facts import records
from .fields import Teller
from .header import header
from .matter import Matter, line
from .request import detail, wishes
from .steps import steps
from .story import tell
from .tried import tried

LINES = 8
"""Lines that a packet has at most."""

APART = 1.5
"""Records that matter so much less than the first one are left out."""

MUCH = 2.5
"""Substance from which what they told is told beside what the systems say."""

SPARE: tuple[tuple[Topic, int], ...] = (("established", 2), ("tried", 2), ("promised", 1), ("stuck", 1))
"""What goes first where there are too many lines: of each topic, how many may stay."""


def compose(
    situation: Situation,
    events: Iterable[Event],
    *,
    now: datetime,
    zone: ZoneInfo,
    requested: HandoffRequested | None = None,
) -> Packet:
    """Compose a packet from a conversation's events, for a reader in `zone`.

    It says who the customer is and how that was proven, what they want, what was established, tried and promised, where
    it got stuck and by which signals, the mood, and what to do next under which rules, each with the refs it rests on.
    It knows no business: what tools gave is told by its shape. `requested` is the handoff that is about to be asked
    for; else it is the last one in the events.
    """
    story = tell(events)
    if situation.forgotten or (story.events and all(event.forgotten for event in story.events)):
        return Packet(
            lines=(line("who", "This customer's data was erased; what they wrote can't be read any more.", "seq:1"),)
        )
    since = None if requested is None else now
    if requested is None and story.requested is not None:
        since, requested = story.requested.at, story.asked
    teller = Teller(now, zone, story.mentioned(), story.chosen())
    customer = situation.identity.customer_id
    found = [r for r in records(story.events, teller) if r.id != customer]
    matter = Matter(situation, story, teller, wishes(story), found, requested)
    told = [*_wants(matter), *_established(matter), *tried(matter), *cause(matter), *_promised(matter)]
    return Packet(
        header=header(matter, since),
        lines=tuple(_fit(told)),
        first_line=first_line(matter),
        steps=tuple(steps(matter)),
    )


def _fit(lines: list[PacketLine]) -> list[PacketLine]:
    for topic, keep in SPARE:
        while len(lines) > LINES and sum(1 for one in lines if one.topic == topic) > keep:
            lines.remove(next(one for one in reversed(lines) if one.topic == topic))
    return lines


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
    told = detail(matter.story, matter.wishes)
    if told is not None and (not matter.records or told.score >= MUCH):
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
