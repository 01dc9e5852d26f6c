"""Every scorer, and what a trace comes to by all of them."""

from handrail.evals import scorers
from handrail.evals.case import Case
from handrail.evals.identity import Mode
from handrail.evals.scorers import Scorer
from handrail.evals.trace import Played, Trace

HEARD: tuple[Scorer, ...] = (scorers.escalation, scorers.reason, scorers.latency)
"""What can be scored where nothing was answered."""
ANSWERED: tuple[Scorer, ...] = (
    scorers.escalation, scorers.reason, scorers.handoff, scorers.outcome, scorers.calls, scorers.consent,
    scorers.citations, scorers.facts, scorers.latency, scorers.tokens,
)  # fmt: skip


def played(case: Case, trace: Trace, mode: Mode, epoch: int = 0) -> Played:
    """Score what came of a case."""
    if mode == "recorded":
        return Played(case, trace, tuple(scorer(case, trace.log) for scorer in HEARD), epoch)
    told = (scorers.packet(case, trace.packet), scorers.end_state(case, trace.state))
    return Played(case, trace, (*(scorer(case, trace.log) for scorer in ANSWERED), *told), epoch)
