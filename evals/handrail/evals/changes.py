"""What a calibration changes: for whom a person would be called or offered, before and after."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp
from typing import Literal

import numpy as np

from handrail.conversation.settings import Checks
from handrail.evals.calibrate import Heard, figures
from handrail.evals.statistics import wilson
from handrail.guardrails.calibration import Calibration, Tested, read_calibration

Decision = Literal["answer", "offer", "handover"]


@dataclass(frozen=True, slots=True)
class Flip:
    """A conversation that would have gone another way. `better`: nearer to what its taggers said."""

    id: str
    needed: bool
    before: Decision
    after: Decision

    @property
    def better(self) -> bool:
        return (self.after != "answer") == self.needed if "answer" in (self.before, self.after) else (
            (self.after == "handover") == self.needed
        )  # fmt: skip


def decided(heard: Heard, level: Calibration | Checks) -> Decision:
    """What its worst turn comes to, by a calibration or by the thresholds of the settings."""
    told = level.probability(heard.logit) if isinstance(level, Calibration) else 1 / (1 + exp(-heard.logit))
    if heard.called or told >= level.handover_at:
        return "handover"
    return "offer" if heard.found or told >= level.offer_at else "answer"


def flips(heard: Sequence[Heard], now: Checks, then: Calibration) -> list[Flip]:
    """The conversations that go another way by `then` than by the settings of `now`, or the file that they name."""
    level = read_calibration(now.confidence) if now.confidence else now
    ways = [(one, decided(one, level), decided(one, then)) for one in heard]
    return [Flip(one.id, one.needed, before, after) for one, before, after in ways if before != after]


def tested(heard: Sequence[Heard], then: Calibration, data_sha256: str) -> Tested:
    """What came of a calibration on conversations that it was not fitted on."""
    needed = [one for one in heard if one.needed]
    missed = sum(decided(one, then) == "answer" for one in needed)
    share = wilson(missed, len(needed))
    both = 0 < len(needed) < len(heard)
    told = np.array([then.probability(one.logit) for one in heard])
    return Tested(
        data_sha256=data_sha256,
        conversations=len(heard),
        needed=len(needed),
        missed=missed,
        low=round(share.low or 0.0, 4),
        high=round(1.0 if share.high is None else share.high, 4),
        figures=figures(told, np.array([one.needed for one in heard])) if both else {},
    )
