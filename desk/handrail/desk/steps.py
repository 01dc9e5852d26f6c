"""What a person does next, and the policies that govern it."""

import re
from collections.abc import Iterator

from handrail.conversation.events import Citation, Consulted, IdentityAsked, PacketStep

from . import wording
from .cause import open_deed
from .matter import Matter
from .story import Deed

RELEVANT = 0.6
"""Relevance from which a search is likely to have found what governs."""

UNANSWERED = ("not_covered", "low_confidence", "stuck")
"""Reasons for which it helps to know what was looked at without an answer."""

STEP: dict[str, str] = {
    "sensitive/self_harm": "Speak with them first: are they safe? Give the emergency number; the rest can wait.",
    "sensitive/bereavement": "Offer condolences first, then settle it without asking for what is already here.",
    "sensitive/minor": "Find out whether a parent or guardian should be with them.",
    "sensitive/safety": "Make sure that nobody is in danger, then take the report.",
    "sensitive/press": "Take it to whoever speaks for the business, and promise no statement.",
    "sensitive/discrimination": "Take down what happened, and say who looks into it and by when.",
    "sensitive/fraud": "Secure the account first, then look into it.",
    "fraud_or_safety": "Secure the account first, then look into it.",
    "legal": "Take it to whoever answers legal matters; admit and deny nothing.",
    "vulnerable": "Take your time with them; settle it without asking for what is already here.",
    "unverified": "Confirm who they are before you share or change anything.",
    "not_covered": "Answer it yourself, and tag the missing policy when you wrap up.",
    "low_confidence": "Answer the open question yourself.",
    "stuck": "Answer the open question in other words than the bot's.",
    "error": "Answer the open question yourself.",
    "upset": "Acknowledge the trouble in one sentence, then settle what they asked.",
}
"""What to do first, by finding or by reason; where nothing is named here, the open question."""


def steps(matter: Matter) -> Iterator[PacketStep]:
    """What to do first, what else is open, and the rules for it."""
    rules = list(_rules(matter))
    yield from _proof(matter)
    first = next(_first(matter), None)
    if first is not None:
        text, refs = first
        yield _step(text, refs, *(citation for citation, _ in rules[-2:]))
    yield from _contact(matter)
    said = [s for s in reversed(matter.story.said) if s.speaker == "bot"]
    ruled = {rule.policy for rule, _ in rules}
    cited = [(citation, s.refs[0]) for s in said for citation in s.citations]
    yield from _named("Rules that apply", rules, matter)
    yield from _named("The bot answered from", [c for c in cited if c[0].policy not in ruled], matter)
    if not rules and not cited and matter.reason in UNANSWERED:
        yield from _named("Looked at", list(_consulted(matter))[:1], matter)


def _first(matter: Matter) -> Iterator[tuple[str, tuple[str, ...]]]:
    deed = open_deed(matter)
    key = next((t for t in (*matter.triggers, matter.reason) if t in STEP), None)
    said = matter.story.customer
    what = wording.lower_first(deed.what.rstrip(".")) if deed is not None else ""
    if deed is not None and deed.stage in ("unknown", "claimed"):
        yield f"First look in the system whether it went through: {what}.", deed.refs
    elif deed is not None and deed.stage == "waiting":
        yield f"Decide whether to approve it, or see that it is decided: {what}.", deed.refs
    elif key is not None and said:
        yield STEP[key], said[-1].refs
    elif (refused := _refused(matter, deed)) is not None:
        yield refused
    elif deed is not None:
        yield f"If they say yes: {what}.", deed.refs
    elif not matter.told and said:
        yield "Ask what it is about: they have asked for a person and said no more.", said[-1].refs
    elif matter.wishes:
        yield "Go on with what they asked; nothing has to be asked again.", matter.wishes[-1].refs


def _proof(matter: Matter) -> Iterator[PacketStep]:
    """To confirm who they are, where something waited for it."""
    asked = next((e for e in reversed(matter.story.events) if isinstance(e.data, IdentityAsked)), None)
    if asked is not None and matter.situation.identity.level != "verified" and matter.reason != "unverified":
        yield _step(STEP["unverified"], (f"seq:{asked.seq}",))


def _contact(matter: Matter) -> Iterator[PacketStep]:
    """To ask for an address, where the answer comes later and nobody knows where to send it."""
    situation, said = matter.situation, matter.story.customer
    ticket = matter.requested is not None and matter.requested.mode == "ticket"
    if ticket and said and not situation.contact and situation.identity.level != "verified":
        yield _step("Ask where the answer may be sent: no address was left.", said[-1].refs)


def _refused(matter: Matter, deed: Deed | None) -> tuple[str, tuple[str, ...]] | None:
    """What to do about what the business's rules have refused, where that stands open, with its refs."""
    exception = "Decide whether to make an exception, or explain the rule."
    if deed is not None:
        return (exception, deed.refs) if deed.stage == "failed" else None
    if matter.story.read is None:
        return None
    ref, data = matter.story.read
    if data.ok or not data.message:
        return None
    missing = re.search(r"not_?found|no_?such|unknown|missing|invalid", data.error)
    return ("Find out with them which one they mean." if missing else exception), (ref,)


def _rules(matter: Matter) -> Iterator[tuple[Citation, str]]:
    """The rules of actions, the newest first, each with a ref to where it is named."""
    for deed in reversed(matter.story.deeds.values()):
        if deed.rule is not None:
            yield deed.rule, deed.refs[0]


def _named(opening: str, found: list[tuple[Citation, str]], matter: Matter) -> Iterator[PacketStep]:
    chosen = list({citation.policy: (citation, ref) for citation, ref in reversed(found)}.values())[-2:]
    if chosen:
        names = "; ".join(f"“{citation.title}” (version {citation.version})" for citation, _ in chosen)
        refs = tuple(_ref(citation, said_at, matter) for citation, said_at in chosen)
        yield _step(f"{opening}: {names}.", refs, *(citation for citation, _ in chosen))


def _consulted(matter: Matter) -> Iterator[tuple[Citation, str]]:
    for event in reversed(matter.story.events):
        if isinstance(event.data, Consulted) and event.data.relevance >= RELEVANT and event.data.passages:
            top = event.data.passages[0]
            known = Citation(policy=top.policy, version=top.version, title=top.title, passage=top.passage)
            yield known, f"seq:{event.seq}"


def _ref(citation: Citation, said_at: str, matter: Matter) -> str:
    consulted = {p.passage for e in matter.story.events if isinstance(e.data, Consulted) for p in e.data.passages}
    return f"passage:{citation.passage}" if citation.passage in consulted else said_at


def _step(text: str, refs: tuple[str, ...], *policies: Citation) -> PacketStep:
    return PacketStep(text=text, evidence=tuple(dict.fromkeys(refs)), policies=policies)
