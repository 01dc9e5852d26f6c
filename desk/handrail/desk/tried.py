"""What was tried before a person was needed, and what came of it."""

from collections.abc import Iterator

from handrail.conversation.events import PacketLine, ToolRan

from . import wording
from .matter import Matter, line
from .request import ENOUGH, substance
from .story import Deed, Said


def tried(matter: Matter) -> Iterator[PacketLine]:
    """What was done and what came of it: actions first, else what was looked up and answered."""
    told = [one for deed in reversed(matter.story.deeds.values()) if (one := _deed(deed)) is not None]
    yield from told[:3]
    person = next((s for s in reversed(matter.story.said) if s.speaker == "person" and s.text), None)
    if person is not None:
        yield line("tried", f"{person.name or 'A colleague'} wrote before: {wording.quote(person.text)}", *person.refs)
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
    """The answer that rests on a policy, else the one that says most; and the last one that says something."""
    replies = [s for s in matter.story.said if s.speaker == "bot" and s.text.strip()]
    if not replies:
        return
    cited = [s for s in replies if s.citations]
    best = cited[-1] if cited else max(replies, key=lambda s: substance(_most(s)[0]))
    chosen = [best]
    if substance(_most(replies[-1])[0]) >= ENOUGH and replies[-1] is not best:
        chosen.append(replies[-1])
    for reply in chosen:
        text, ref = _most(reply)
        yield line("tried", f"The bot answered: {wording.quote(text)}", ref)


def _most(reply: Said) -> tuple[str, str]:
    """The part of a reply that says most, with its ref."""
    at = max(range(len(reply.texts)), key=lambda n: substance(reply.texts[n]))
    return reply.texts[at], reply.refs[at]
