"""Whether a case is right, by its scores."""

from collections.abc import Sequence

from handrail.evals.opinion import JUDGED
from handrail.evals.score import Score
from handrail.evals.trace import Played

SHARES = (
    "escalation", "reason", "timing", "handoff", "outcome", "resolved", "mood", "calls", "arguments", "consent",
    "end_state", "citations", "facts", "packet", "injection",
)  # fmt: skip
"""Scores that are right or wrong (or in part): told as the share of cases that are wholly right."""
MEASURES = (
    "grounded", "tone", "bounds", "packet_precision", "packet_supported", "lateness", "cost", "tokens", "latency",
    *JUDGED,
)  # fmt: skip
"""Scores that make no case wrong: told as their mean over cases."""
UNITS = {"lateness", "cost", "tokens", "latency"}
"""Of these, those that are no shares: lines, money, tokens, milliseconds."""


def wrong(score: Score) -> bool:
    """Whether a score says that the case is not wholly right."""
    return score.name in SHARES and score.value is not None and score.value < 1


def is_right(played: Played) -> bool:
    """Whether nothing that was scored is wrong."""
    return not any(wrong(score) for score in played.scores)


def is_scored(played: Played) -> bool:
    """Whether anything of it can be right or wrong."""
    return any(score.name in SHARES and score.value is not None for score in played.scores)


def by_case(played: Sequence[Played]) -> list[list[Played]]:
    """The epochs of each case together, in the order of the cases."""
    cases: dict[str, list[Played]] = {}
    for one in played:
        cases.setdefault(one.case.id, []).append(one)
    return list(cases.values())
