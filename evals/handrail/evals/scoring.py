"""Every scorer, and what a trace comes to by all of them."""

from collections.abc import Iterator

from handrail.evals import drafts, opinion, packets, scorers, spending, timing
from handrail.evals.case import Case
from handrail.evals.identity import Mode
from handrail.evals.score import Score
from handrail.evals.scorers import Scorer
from handrail.evals.trace import Played, Trace
from handrail.evals.verdicts import SHARES

HEARD: tuple[Scorer, ...] = (
    scorers.escalation, scorers.reason, timing.timing, scorers.mood, timing.lateness, spending.latency,
)  # fmt: skip
"""What can be scored where nothing was answered."""
ANSWERED: tuple[Scorer, ...] = (
    scorers.escalation, scorers.reason, timing.timing, scorers.handoff, scorers.outcome, scorers.resolved,
    scorers.mood, scorers.calls, scorers.arguments, scorers.consent, scorers.citations, scorers.facts,
    scorers.injection, drafts.grounded, drafts.tone, drafts.bounds, packets.supported, timing.lateness,
    spending.latency, spending.tokens, spending.cost,
)  # fmt: skip


def played(case: Case, trace: Trace, mode: Mode, epoch: int = 0) -> Played:
    """Score what came of a case. Where a call was not recorded, nobody knows what would have come of it: nothing of it
    is right or wrong."""
    scores = tuple(_scores(case, trace, mode))
    if trace.unrecorded:
        why = f"not recorded: {'; '.join(trace.unrecorded)}"
        scores = tuple(Score(s.name, None, why) if s.name in SHARES else s for s in scores)
    return Played(case, trace, scores, epoch)


def _scores(case: Case, trace: Trace, mode: Mode) -> Iterator[Score]:
    yield from opinion.scores(trace.opinion)
    if mode == "recorded":
        yield from (scorer(case, trace.log) for scorer in HEARD)
        return
    yield from (scorer(case, trace.log) for scorer in ANSWERED)
    yield packets.recall(case, trace.packet)
    yield packets.precision(case, trace.packet)
    yield scorers.end_state(case, trace.state)
