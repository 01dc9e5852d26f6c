"""The background of a packet: the mood and its course, the policies that govern."""

from collections.abc import Iterator

from handrail.conversation.events import Citation, Consulted, PacketLine
from handrail.conversation.situation import Mood

from . import wording
from .matter import Matter, line
from .request import is_empty

RELEVANT = 0.6
"""Relevance from which a search is likely to have found what governs."""


def mood(matter: Matter) -> Iterator[PacketLine]:
    """How they feel now, since when, and how it was before."""
    # A bare yes has no mood of its own.
    empty = {said.seq for said in matter.story.customer if is_empty(said.text)}
    moods = [one for one in matter.situation.moods if one.seq not in empty]
    if not moods:
        return
    words = [_feeling(one) for one in moods]
    if len(set(words)) == 1:
        throughout = " throughout" if len(words) > 1 else ""
        yield line("mood", f"Mood: {words[0]}{throughout}.", f"seq:{moods[-1].seq}")
        return
    turn = next(n for n in range(len(words) - 1, -1, -1) if n == 0 or words[n - 1] != words[-1])
    said = matter.story.at(moods[turn].seq)
    since = f", since {wording.quote(said.text, 60)}" if said is not None and said.text else ""
    earlier = next(word for word in reversed(words[:turn]) if word != words[-1])
    yield line("mood", f"Mood: {words[-1]}{since}; {earlier} before.", f"seq:{moods[turn].seq}")


def _feeling(mood: Mood) -> str:
    if mood.frustration >= 0.7 or mood.sentiment <= -0.7:
        return "angry"
    if mood.frustration >= 0.4 or mood.sentiment <= -0.3:
        return "annoyed"
    return "friendly" if mood.sentiment >= 0.5 else "calm"


def policy(matter: Matter) -> Iterator[PacketLine]:
    """The policies that govern: rules of actions and what the bot answered from; else what it looked at closest."""
    rules = [(deed.rule, deed.refs[0]) for deed in reversed(matter.story.deeds.values()) if deed.rule is not None]
    said = [s for s in reversed(matter.story.said) if s.speaker == "bot"]
    cited = [(citation, s.refs[0]) for s in said for citation in s.citations]
    yield from _named("Rules that apply", rules, matter)
    ruled = {rule.policy for rule, _ in rules}
    yield from _named("The bot answered from", [c for c in cited if c[0].policy not in ruled], matter)
    if not rules and not cited:
        yield from _named("Looked at", list(_consulted(matter))[:1], matter)


def _named(opening: str, found: list[tuple[Citation, str]], matter: Matter) -> Iterator[PacketLine]:
    chosen = list({citation.policy: (citation, ref) for citation, ref in reversed(found)}.values())[-2:]
    if chosen:
        names = "; ".join(f"“{citation.title}” (version {citation.version})" for citation, _ in chosen)
        refs = (ref for citation, said_at in chosen for ref in _refs(citation, said_at, matter))
        yield line("policy", f"{opening}: {names}.", *refs)


def _consulted(matter: Matter) -> Iterator[tuple[Citation, str]]:
    for event in reversed(matter.story.events):
        if isinstance(event.data, Consulted) and event.data.relevance >= RELEVANT and event.data.passages:
            top = event.data.passages[0]
            known = Citation(policy=top.policy, version=top.version, title=top.title, passage=top.passage)
            yield known, f"seq:{event.seq}"


def _refs(citation: Citation, said_at: str, matter: Matter) -> tuple[str, ...]:
    consulted = {p.passage for e in matter.story.events if isinstance(e.data, Consulted) for p in e.data.passages}
    return (f"passage:{citation.passage}",) if citation.passage in consulted else (said_at,)
