"""Whether a line of the customer's that a person points at can be their yes to an exact action."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from handrail.agent.consent import read_reply
from handrail.agent.proposal import Prepared
from handrail.conversation.events import (
    ActionConsented,
    ActionProposed,
    BotSaid,
    CustomerSaid,
    Event,
    IdentityProven,
    PersonSaid,
)
from handrail.desk.claims import read
from handrail.desk.evidence import evidence
from handrail.desk.verifier import Verifier

MOST = 5
"""So many lines are offered."""


def pointable(
    prepared: Prepared, events: Sequence[Event], now: datetime, minutes: float, zone: ZoneInfo
) -> tuple[tuple[int, ...], str]:
    """The seqs of the customer's lines that may count, the newest first; and why the newest one does not."""
    said = [event.seq for event in events if isinstance(event.data, CustomerSaid)][-MOST:]
    whys = {seq: why_not(seq, prepared, events, now, minutes, zone) for seq in reversed(said)}
    return tuple(seq for seq, why in whys.items() if not why), next(iter(whys.values()), "")


def why_not(
    said: int,
    prepared: Prepared,
    events: Sequence[Event],
    now: datetime,
    minutes: float,
    zone: ZoneInfo,
) -> str:
    """Why the line `said` can't be a yes to what is `prepared`, in a sentence; empty where it can.

    It must be one of the customer's of the last `minutes`, that has agreed to nothing else and does not read as a
    refusal. By then the very action had been put before them, or else all of its numbers, amounts, dates, ids and names
    had been said in the conversation, by them or to them (`Verifier`).
    """
    event = next((each for each in events if each.seq == said), None)
    if event is None or not isinstance(event.data, CustomerSaid):
        return f"line {said} is not one of the customer's"
    if now - event.at > timedelta(minutes=minutes):
        return "that was too long ago: ask them again"
    if any(isinstance(e.data, ActionConsented) and e.data.said == said for e in events):
        return f"line {said} has agreed to another action already"
    if read_reply(event.data.text, prepared.preview.summary).kind in ("no", "wait"):
        return "that line says no, or not yet"
    if any(_asked(each, prepared.fingerprint) for each in events if each.seq < said):
        return ""
    return _untold(said, prepared, events, zone)


def _asked(event: Event, fingerprint: str) -> bool:
    return isinstance(event.data, ActionProposed) and event.data.fingerprint == fingerprint


def _untold(said: int, prepared: Prepared, events: Sequence[Event], zone: ZoneInfo) -> str:
    spoken = [e for e in events if e.seq <= said and isinstance(e.data, CustomerSaid | BotSaid | PersonSaid)]
    names = (e.data.name for e in events if isinstance(e.data, IdentityProven))
    known = frozenset(word for name in names for word in read(name).words)
    pieces = evidence(spoken, zones=(zone,))
    fault = Verifier(pieces, known).unborne(prepared.preview.summary, list(pieces.values()))
    return f"they were not told of {fault} by then: ask them" if fault else ""
