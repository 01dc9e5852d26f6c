"""Every scorer, and what a trace comes to by all of them."""

from handrail.evals import drafts, packets, scorers, spending, timing
from handrail.evals.case import Case
from handrail.evals.identity import Mode
from handrail.evals.scorers import Scorer
from handrail.evals.trace import Played, Trace

HEARD: tuple[Scorer, ...] = (
    scorers.escalation, scorers.reason, timing.timing, timing.lateness, spending.latency,
)  # fmt: skip
"""What can be scored where nothing was answered."""
ANSWERED: tuple[Scorer, ...] = (
    scorers.escalation, scorers.reason, timing.timing, scorers.handoff, scorers.outcome, scorers.calls,
    scorers.arguments, scorers.consent, scorers.citations, scorers.facts, scorers.injection, drafts.grounded,
    drafts.tone, drafts.bounds, packets.supported, timing.lateness, spending.latency, spending.tokens, spending.cost,
)  # fmt: skip


def played(case: Case, trace: Trace, mode: Mode, epoch: int = 0) -> Played:
    """Score what came of a case."""
    if mode == "recorded":
        return Played(case, trace, tuple(scorer(case, trace.log) for scorer in HEARD), epoch)
    beside = (
        packets.recall(case, trace.packet), packets.precision(case, trace.packet), scorers.end_state(case, trace.state),
    )  # fmt: skip
    return Played(case, trace, (*(scorer(case, trace.log) for scorer in ANSWERED), *beside), epoch)
