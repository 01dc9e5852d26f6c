"""Why a person is needed, by which signals, and the words with which they go on."""

from collections.abc import Iterator

from handrail.conversation.events import PacketLine

from . import wording
from .matter import Matter, line
from .request import calls, wants_person
from .story import Deed, Found, Said

QUOTED = 120

SIGNALS = 3
"""Findings that a line tells at most."""

WHY: dict[str, str] = {
    "sensitive/self_harm": "May be in danger of harming themselves",
    "sensitive/bereavement": "Writes about a death",
    "sensitive/minor": "May be a minor",
    "sensitive/medical": "Writes about their health",
    "sensitive/legal": "Speaks of legal action",
    "sensitive/discrimination": "Says they were discriminated against",
    "sensitive/fraud": "Suspects fraud",
    "sensitive/safety": "Reports a danger",
    "sensitive/press": "Writes about the press or the public",
    "asks_for_person/asked": "Asked for a person",
    "asked_for_person": "Asked for a person",
    "upset": "Upset",
    "sensitive": "A sensitive matter",
    "vulnerable": "Needs particular care",
    "stuck": "The bot went in circles",
    "not_covered": "The bot found no policy that answers this",
    "low_confidence": "The bot was not sure enough to answer this",
    "action_failed": "The bot could not do what they asked",
    "action_unknown": "The bot started something and did not see its end",
    "fraud_or_safety": "Fraud or safety",
    "legal": "Speaks of legal action",
    "unverified": "The customer could not prove who they are",
    "error": "The bot failed while answering this",
}
"""Why the bot gave up, by finding or by reason."""

GRAVE = ("legal", "sensitive", "vulnerable", "fraud_or_safety")
"""Reasons for which the customer's words are not quoted back to them."""


def cause(matter: Matter) -> Iterator[PacketLine]:
    """Where it got stuck and why the bot gave up, in the customer's own words where there are any."""
    key = next((t for t in (*matter.triggers, matter.reason) if t in WHY), None)
    if key is None:
        return
    deed = open_deed(matter)
    if matter.reason in ("action_failed", "action_unknown") and deed is not None:
        yield line("stuck", f"{WHY[key]}: {wording.lower_first(deed.what.rstrip('.'))}.", *deed.refs)
        return
    yield from _cause(matter, key)
    yield from _signals(matter, key)


def _cause(matter: Matter, key: str) -> Iterator[PacketLine]:
    said, refs = _signal(matter)
    if said is not None:
        # What stands among the wishes is not quoted twice, nor a last line that does not say why.
        known = any(said.refs == wish.refs for wish in matter.wishes)
        beside = matter.reason == "asked_for_person" and not refs and not wants_person(said.text)
        words = "." if known or beside else f": {wording.quote(said.text, QUOTED)}"
        yield line("stuck", WHY[key] + words, *said.refs, *refs)


def _signals(matter: Matter, known: str) -> Iterator[PacketLine]:
    """The findings that asked for a person beside the one that is told already, with what each says of itself."""
    others = [f for f in matter.story.found if f.name in matter.triggers and f.name != known and f.finding.reason]
    told: dict[str, Found] = {f.name: f for f in others}
    if told:
        words = (f"{_spelled(name)} ({wording.clip(f.finding.reason, 80)})" for name, f in list(told.items())[:SIGNALS])
        yield line("stuck", f"Signals: {'; '.join(words)}.", *(f.ref for f in list(told.values())[:SIGNALS]))


def _spelled(name: str) -> str:
    check, _, found = name.replace("_", " ").partition("/")
    return f"{check}: {found}"


def first_line(matter: Matter) -> str:
    """A first line for the person that takes the conversation up where it stands."""
    first = matter.situation.identity.name.split(" ")[0]
    hello = f"Hello {first}," if first else "Hello,"
    if "sensitive/self_harm" in matter.triggers:
        return f"{hello} I'm here with you, and I've read what you wrote. Are you safe right now?"
    if "sensitive/bereavement" in matter.triggers:
        return f"{hello} I'm very sorry for your loss. I've read everything, and I'll take care of this with you."
    if not matter.told:
        return f"{hello} I'm here now. What is it about?"
    sorry = " I'm sorry for the trouble." if matter.reason == "upset" else ""
    opening = f"{hello} I've read the whole conversation, so you don't need to repeat anything.{sorry}"
    return f"{opening} {_going_on(matter)}".strip()


def _going_on(matter: Matter) -> str:
    deed = open_deed(matter)
    what = wording.lower_first(deed.what.rstrip(".")) if deed is not None else ""
    if deed is not None and deed.stage in ("unknown", "claimed"):
        return f"I'm checking right now whether this went through: {what}."
    if matter.reason in GRAVE:
        return "I'll take care of this from here."
    if deed is not None and deed.stage in ("proposed", "consented"):
        return f"If you still want it, I can go on with this: {what}."
    record = next((r for r in matter.records if r.weight >= 2 and r.id), None)
    if record is not None:
        return f"I'm looking at your {record.name} now."
    # What was asked first is what it is about; later lines of somebody who gets no further are about the bot.
    stuck = matter.reason in ("stuck", "upset")
    told = [wish for wish in matter.wishes if not calls(wish.text)] or matter.wishes
    wish = told[0] if stuck else max(told, key=lambda w: w.score)
    return f"I'm on this now: {wording.quote(wish.text, 100)}"


def open_deed(matter: Matter) -> Deed | None:
    """The action that is not settled, the uncertain one before any other."""
    deeds = [d for d in reversed(matter.story.deeds.values()) if d.stage not in ("succeeded", "dropped")]
    return next((d for d in deeds if d.stage in ("unknown", "claimed")), deeds[0] if deeds else None)


def _signal(matter: Matter) -> tuple[Said | None, tuple[str, ...]]:
    """The customer's line in which a trigger was found, with the check that found it; else their last line."""
    for found in reversed(matter.story.found):
        if found.subject is not None and found.name in matter.triggers:
            said = matter.story.at(found.subject)
            if said is not None and said.text.strip():
                return said, (found.ref,)
    customer = matter.story.customer
    # Where the bot ran out of answers, the question counts, not the word of thanks or anger after it.
    asked = [s for s in customer if any(s.refs == wish.refs for wish in matter.wishes)]
    if matter.reason in ("not_covered", "low_confidence") and asked:
        return asked[-1], ()
    return (customer[-1], ()) if customer else (None, ())
