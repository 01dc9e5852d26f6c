"""The background of a packet: the mood and its course, the policies that govern."""

from collections.abc import Iterator

from handrail.conversation.events import Citation, Consulted, PacketLine
from handrail.conversation.situation import Mood

from . import wording
from .matter import Matter, line

RELEVANT = 0.4
"""Relevance from which a search has found what governs."""


def mood(matter: Matter) -> Iterator[PacketLine]:
    """How they feel now, since when, and how it was before."""
    moods = matter.situation.moods
    if not moods:
        return
    words = [_feeling(one) for one in moods]
    if len(set(words)) == 1:
        yield line("mood", f"Mood: {words[0]} throughout.", f"seq:{moods[-1].seq}")
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
    """The policies that govern: those that actions rest on, those cited, and the best that was consulted."""
    cited: dict[str, tuple[Citation, str]] = {}
    for deed in reversed(matter.story.deeds.values()):
        if deed.rule is not None:
            cited.setdefault(deed.rule.policy, (deed.rule, deed.refs[0]))
    for said in reversed(matter.story.said):
        for citation in said.citations:
            cited.setdefault(citation.policy, (citation, said.refs[0]))
    for event in reversed(matter.story.events):
        if isinstance(event.data, Consulted) and event.data.relevance >= RELEVANT and event.data.passages:
            top = event.data.passages[0]
            known = Citation(policy=top.policy, version=top.version, title=top.title, passage=top.passage)
            cited.setdefault(top.policy, (known, f"seq:{event.seq}"))
    if cited:
        chosen = list(cited.values())[:3]
        names = "; ".join(f"“{citation.title}” (version {citation.version})" for citation, _ in chosen)
        yield line(
            "policy",
            f"Rules that apply: {names}.",
            *(ref for citation, said_at in chosen for ref in _refs(citation, said_at, matter)),
        )


def _refs(citation: Citation, said_at: str, matter: Matter) -> tuple[str, ...]:
    consulted = {p.passage for e in matter.story.events if isinstance(e.data, Consulted) for p in e.data.passages}
    return (f"passage:{citation.passage}",) if citation.passage in consulted else (said_at,)
