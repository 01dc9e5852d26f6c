"""A trace: what came of a case. Solvers make it, scorers read it, and a kept run is made of traces."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from handrail.conversation.events import KINDS, Data, Event, Packet
from handrail.evals.case import Case
from handrail.evals.opinion import Opinion
from handrail.evals.score import Score


@dataclass(frozen=True, slots=True)
class Trace:
    """`log` is the conversation. `packet` is what a person at the desk read, where there was a handoff; `state` says
    where the business differs from what it should be afterwards, empty where it does not, None where nobody asked.
    `unrecorded` are the calls of a frozen case that were not recorded, so that nobody knows what they come to.
    `opinion` is a judge's, where one was asked."""

    log: tuple[Event, ...]
    packet: Packet | None = None
    state: tuple[str, ...] | None = None
    unrecorded: tuple[str, ...] = ()
    opinion: Opinion | None = None


@dataclass(frozen=True, slots=True)
class Played:
    """A case that was run, in one of its epochs (from 0), and its scores."""

    case: Case
    trace: Trace
    scores: tuple[Score, ...]
    epoch: int = 0

    @property
    def log(self) -> tuple[Event, ...]:
        return self.trace.log

    @property
    def packet(self) -> Packet | None:
        return self.trace.packet

    def score(self, name: str) -> Score:
        """The score of this name, unscored where there is none."""
        return next((score for score in self.scores if score.name == name), Score(name, None))


def row_of(trace: Trace) -> dict[str, Any]:
    """A trace as JSON."""
    row: dict[str, Any] = {}
    if trace.packet is not None:
        row["packet"] = trace.packet.model_dump(mode="json", exclude_defaults=True)
    if trace.state is not None:
        row["state"] = trace.state
    if trace.unrecorded:
        row["unrecorded"] = trace.unrecorded
    if trace.opinion is not None:
        row["opinion"] = trace.opinion.model_dump(mode="json", exclude_defaults=True)
    return row | {"log": [_event_row(event) for event in trace.log]}


def trace_of(conversation_id: str, row: Mapping[str, Any]) -> Trace:
    """The trace in a row, as `row_of` made it. Raises `KeyError` and `ValidationError` where it is none."""
    events = tuple(
        Event(
            conversation_id, seq, datetime.fromisoformat(one["at"]), one["actor"],
            KINDS.get(one["kind"], Data).model_validate(one["data"]), holder=one.get("holder"),
        )
        for seq, one in enumerate(row["log"], 1)
    )  # fmt: skip
    packet = Packet.model_validate(row["packet"]) if "packet" in row else None
    state = tuple(row["state"]) if "state" in row else None
    opinion = Opinion.model_validate(row["opinion"]) if "opinion" in row else None
    return Trace(events, packet, state, tuple(row.get("unrecorded", ())), opinion)


def _event_row(event: Event) -> dict[str, Any]:
    data = event.data.model_dump(mode="json", exclude_defaults=True)
    row = {"at": event.at.isoformat(), "actor": event.actor, "kind": event.kind, "data": data}
    return row | ({"holder": event.holder} if event.holder is not None else {})
