"""A trace: what came of a case. Solvers make it, scorers read it, and a kept run is made of traces."""

from dataclasses import dataclass

from handrail.conversation.events import Event, Packet
from handrail.evals.case import Case
from handrail.evals.score import Score


@dataclass(frozen=True, slots=True)
class Trace:
    """`log` is the conversation. `packet` is what a person at the desk read, where there was a handoff; `state` says
    where the business differs from what it should be afterwards, empty where it does not, None where nobody asked."""

    log: tuple[Event, ...]
    packet: Packet | None = None
    state: tuple[str, ...] | None = None


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
