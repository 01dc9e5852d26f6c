"""Scorers for Inspect: the scores of a case as Handrail gives them, each a metric of its own."""

from inspect_ai.scorer import Metric, SampleScore, Score, Scorer, Target, mean, metric, scorer, stderr
from inspect_ai.solver import TaskState

from handrail.evals.case import CASE, Case
from handrail.evals.identity import Mode
from handrail.evals.inspection.solvers import TRACE
from handrail.evals.scoring import played
from handrail.evals.trace import trace_of


@metric
def scored() -> Metric:
    """How many samples have this score: what was not expected of a case is unscored, and not failed."""

    def count(scores: list[SampleScore]) -> float:
        return float(len(scores))

    return count


@scorer(metrics={"*": [mean(), stderr(), scored()]})
def scores(mode: Mode) -> Scorer:
    """Every score of Handrail: 0 to 1, or in the unit it names (`latency` in milliseconds, `tokens`)."""

    async def score(state: TaskState, target: Target) -> Score:
        case = Case.model_validate(state.metadata[CASE])
        found = played(case, trace_of(case.id, state.store.get(TRACE)), mode, state.epoch - 1).scores
        told = [f"{one.name}: {one.detail}" for one in found if one.detail]
        return Score(
            value={one.name: float("nan") if one.value is None else one.value for one in found},
            answer=state.output.completion,
            explanation="\n".join(told) or None,
        )

    return score
