"""The judgement of a task, as the benchmark judges it: the state of the database, and what the customer was told."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import comb

from bench.tau2.domain import Domain, Task
from bench.tau2.store import State


@dataclass(frozen=True, slots=True)
class Judged:
    """`database`: the end state is that of the right solution. `told`: how many of the wanted strings were said.
    Assertions in words are not scored here: `unscored` says how many there are."""

    database: bool
    wanted: int
    told: int
    unscored: int
    communicates: bool
    """Whether what is said is part of the task's score."""

    @property
    def passed(self) -> bool:
        """Right by all that was scored."""
        return self.database and (not self.communicates or self.told == self.wanted)


def judge(domain: Domain, task: Task, state: State | None, said: Sequence[str]) -> Judged:
    """Judge an end state (what the task changed; None is nothing) and the lines that the customer got."""
    criteria = task.evaluation_criteria
    gold = domain.replay(criteria.actions).state
    return Judged(
        database=_some(state or {}) == _some(gold),
        wanted=len(criteria.communicate_info),
        told=sum(is_told(info, said) for info in criteria.communicate_info),
        unscored=len(criteria.nl_assertions or ()) if "NL_ASSERTION" in criteria.reward_basis else 0,
        communicates="COMMUNICATE" in criteria.reward_basis,
    )


def is_told(info: str, said: Sequence[str]) -> bool:
    """Whether a string was said: letter case and the commas of large numbers don't count."""
    return any(info.lower().replace(",", "") in line.lower().replace(",", "") for line in said)


def pass_hat(tries: Sequence[tuple[int, int]], k: int) -> float | None:
    """pass^k over tasks of so many (trials, passed): the chance that k trials of a task, drawn at random, all pass.

    The unbiased estimate of tau-bench (Yao et al. 2024); None where no task was tried so often.
    """
    enough = [(trials, passed) for trials, passed in tries if trials >= k]
    if not enough:
        return None
    return sum(comb(passed, k) / comb(trials, k) for trials, passed in enough) / len(enough)


def _some(state: State) -> State:
    return {kind: records for kind, records in state.items() if records}
