"""What was tried before a person was needed, and what came of it."""

from collections.abc import Iterator

from handrail.conversation.events import PacketLine

from . import wording
from .evidence import leaves
from .matter import Matter, line
from .request import ENOUGH, content, substance
from .story import Deed, Said

DROPPED = {
    "declined": "Offered, and they said no: {what}.",
    "withdrawn": "Taken back by them before a colleague approved it: {what}.",
    "refused": "A colleague did not approve it: {what}.",
    "taken_over": "Offered before a colleague took over, and not done: {what}.",
    "taken_off": "Offered by a colleague, and taken off again: {what}.",
    "approval_expired": "Nobody approved it in time: {what}.",
}
"""What is told of a proposal that is off, by why."""


def tried(matter: Matter) -> Iterator[PacketLine]:
    """What was done and what came of it: actions first, else what was looked up and answered."""
    told = [one for deed in reversed(matter.story.deeds.values()) if (one := _deed(deed)) is not None]
    yield from told[:3]
    person = next((s for s in reversed(matter.story.said) if s.speaker == "person" and s.text), None)
    if person is not None:
        yield line("tried", f"{person.name or 'A colleague'} wrote before: {wording.quote(person.text)}", *person.refs)
    if not told:
        looked = list(_looked_up(matter))
        yield from looked
        # What the bot said of such a look is known from the look itself.
        last = int(looked[0].evidence[0].removeprefix("seq:")) if looked else None
        yield from _answered(matter, last)


def _deed(deed: Deed) -> PacketLine | None:
    what, why = wording.lower_first(deed.what.rstrip(".")), wording.clip(deed.why.rstrip("."), 120)
    by = f" by {deed.by}" if deed.by else ""
    texts = {
        "succeeded": f"Done{by}: {what}.",
        "failed": f"Tried{by}, without effect: {what}. {why or 'It was refused'}.",
        "unknown": f"Uncertain whether it went through: {what}.",
        "claimed": f"Uncertain whether it went through: {what}.",
        "consented": f"Agreed to, not yet carried out: {what}.",
        "waiting": f"Agreed to, and waits for a colleague to approve it: {what}.",
        "approved": f"Approved by {deed.who or 'a colleague'}, not yet carried out: {what}.",
        "refused": f"Not approved by {deed.who or 'a colleague'}: {what}. {why}".rstrip(". ") + ".",
        "proposed": f"Offered{by}, waiting for their yes: {what}.",
        "dropped": DROPPED.get(deed.why, "").replace("{what}", what),
    }
    text = texts[deed.stage]
    return line("tried", text, *deed.refs) if text else None


def _looked_up(matter: Matter) -> Iterator[PacketLine]:
    """A last look into the systems that brought nothing, or was refused."""
    if matter.story.read is None:
        return
    ref, data = matter.story.read
    asked = wording.deed(data.tool, data.arguments)
    if not data.ok and data.message:
        yield line("tried", f"Tried: {asked}. {wording.clip(data.message.rstrip('.'), 150)}.", ref)
    elif data.ok and all(leaf in (None, "", 0) for _, leaf in leaves(data.result)):
        yield line("tried", f"Looked up: {asked}. There is nothing.", ref)


def _answered(matter: Matter, before: int | None) -> Iterator[PacketLine]:
    """The answer that rests on a policy, else the one that says most; and the last one that says something."""
    story = matter.story
    said = [s for s in story.said if s.speaker == "bot" and s.text.strip() and s.reply_id not in story.unended]
    replies = {s.text: s for s in said}
    known = [s for s in replies.values() if before is None or s.seq < before]
    answers = [s for s in known if story.outcomes.get(s.reply_id) not in ("offered", "handed_over", "asked")]
    cited = [s for s in answers if s.citations]
    chosen = cited[-1:] or sorted(answers, key=lambda s: -substance(_most(s, matter)[0]))[:1]
    chosen += [s for s in answers[-1:] if s not in chosen and substance(_most(s, matter)[0]) >= ENOUGH]
    for reply in chosen:
        text, at = _most(reply, matter)
        refs = [same.refs[at] for same in said if same.text == reply.text]
        times = f" {len(refs)} times" if len(refs) > 1 else ""
        yield line("tried", f"The bot answered{times}: {wording.quote(text)}", *refs)
    offers = [s for s in replies.values() if story.outcomes.get(s.reply_id) == "offered"]
    if offers and matter.reason != "not_covered":
        yield line("tried", "The bot had no sure answer and offered a person.", *offers[-1].refs)


def _most(reply: Said, matter: Matter) -> tuple[str, int]:
    """The part of a reply that says most on what was asked, with its place."""
    before = next((s for s in reversed(matter.story.customer) if s.seq < reply.seq), None)
    asked = content(before.text) if before is not None else frozenset()

    def weight(place: int) -> float:
        text = reply.texts[place]
        return substance(text) + min(2, len(content(text) & asked))

    at = max(range(len(reply.texts)), key=weight)
    return reply.texts[at], at
