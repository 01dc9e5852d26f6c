"""Scorers of what a case cost: money, tokens, time."""

from collections.abc import Sequence

from handrail.conversation.events import Event, TurnEnded
from handrail.evals.case import Case
from handrail.evals.score import Score
from handrail.evals.scorers import of_kind


def cost(case: Case, log: Sequence[Event]) -> Score:
    """Money over all turns, in the unit of the settings' prices; unscored without a model."""
    ends = [end for end in of_kind(log, TurnEnded) if end.model_calls]
    return Score("cost", sum(end.cost for end in ends) if ends else None)


def latency(case: Case, log: Sequence[Event]) -> Score:
    """Milliseconds of the slowest turn, without the time spent waiting for a model."""
    spent = [own_time(end) for end in of_kind(log, TurnEnded)]
    return Score("latency", max(spent) if spent else None)


def own_time(end: TurnEnded) -> float:
    """Milliseconds of a turn without the time spent waiting for a model."""
    return end.milliseconds - end.model_milliseconds


def tokens(case: Case, log: Sequence[Event]) -> Score:
    """Tokens in and out, over all turns; unscored without a model."""
    return Score("tokens", float(sum(end.tokens_in + end.tokens_out for end in of_kind(log, TurnEnded))) or None)
