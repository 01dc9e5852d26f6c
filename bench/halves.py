"""Whether a bound on missed handoffs that was chosen on one half holds on the other: `python -m bench.halves RUN`.

RUN is the folder of a kept run over tagged conversations (`handrail evals run --mode recorded`). They are cut in two
many times; on one half the curve and the thresholds are fitted as `handrail evals calibrate` does, on the other it is
counted how many of the needed handoffs would have been neither offered nor made.
"""

import argparse
from math import exp
from pathlib import Path

import numpy as np

from handrail.conversation.events import Checked, TurnEnded
from handrail.evals.calibrate import Heard, calibrate
from handrail.evals.keeping import read
from handrail.evals.scorers import of_kind
from handrail.evals.suite import report_of
from handrail.evals.trace import Played
from handrail.guardrails.calibration import Costs, logit

SURE = 1e-6


def heard(played: Played) -> Heard:
    """The most that a conversation's turns told, and whether a finding alone called or offered a person."""
    sure = [end.confidence.needs_person for end in of_kind(played.log, TurnEnded) if end.confidence]
    found = any(f.action in ("offer", "handover") for checked in of_kind(played.log, Checked) for f in checked.findings)
    most = logit(min(max(max(sure, default=SURE), SURE), 1 - SURE))
    return Heard(bool(played.case.expected.escalate), most, found, most)


def main() -> None:
    """Print what came of the cuts."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("run", type=Path, help="the folder of a kept run")
    parser.add_argument("--risk", type=float, default=0.1, help="the share of needed handoffs that may be missed")
    parser.add_argument("--times", type=int, default=50, help="so many cuts")
    asked = parser.parse_args()
    talks = [heard(p) for p in report_of(read(asked.run)).played if p.case.expected.escalate is not None]
    random, missed, offered, errors = np.random.default_rng(5), [], [], []
    for _ in range(asked.times):
        order = random.permutation(len(talks))
        fit, held = ([talks[n] for n in part] for part in np.array_split(order, 2))
        told = calibrate(fit, "", Costs(), asked.risk)
        reached = [h.found or 1 / (1 + exp(-(told.slope * h.logit + told.level))) >= told.offer_at for h in held]
        missed.append(float(np.mean([not r for r, h in zip(reached, held, strict=True) if h.needed])))
        offered.append(float(np.mean(reached)))
        errors.append(told.figures["ece"])
    needed = sum(h.needed for h in talks)
    print(
        f"{len(talks)} conversations, {needed} needed a person; {asked.times} cuts in halves, a bound of {asked.risk:g}"
    )
    print(f"missed on the other half, mean (5th to 95th percentile): {_told(missed)}")
    print(f"offered or called there: {_told(offered)}")
    print(f"calibration error out of fold: {_told(errors)}")


def _told(values: list[float]) -> str:
    low, high = np.percentile(values, (5, 95))
    return f"{np.mean(values):.3f} ({low:.3f} to {high:.3f})"


if __name__ == "__main__":
    main()
