"""How sure the turn is: the signals that are known when a line is about to be sent, joined into one probability."""

from handrail.agent.services import Services
from handrail.agent.turn import Turn
from handrail.conversation.events import Confidence, Finding
from handrail.guardrails.confidence import confidence, gather
from handrail.guardrails.verdict import Verdict


def judge(
    turn: Turn, outbound: Verdict | None, services: Services, *, policy: bool, certainty: float | None = None
) -> Confidence:
    """The confidence of this turn as far as it is known. `policy` says that the reply rests on the search, so that its
    relevance counts; `outbound` is the verdict on the line, None where the engine gave up; `certainty` is the engine's
    own of the reply up to there, where it has one."""
    draft, found = turn["draft"], turn.get("found")
    signals = gather(
        turn["situation"],
        turn.get("verdict"),
        () if outbound is None else (outbound,),
        relevance=found.relevance if policy and found else None,
        certainty=draft.certainty if certainty is None and draft else certainty,
        gave_up=outbound is None,
        held_back=1 if turn["feedback"] else 0,
        refused=bool(turn["results"]) and not turn["results"][-1].ok,
    )
    return confidence(signals, services.settings.checks)


def doubt(sure: Confidence) -> Finding:
    """The joined signals that call for a person, as a finding: a packet tells it like any other."""
    return Finding(
        check="confidence", name="doubt", score=sure.needs_person, action="handover", reason="; ".join(sure.reasons)
    )
