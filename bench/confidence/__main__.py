"""The fit of confidence: `python -m bench confidence [--fit]`.

How a whole conversation went is told by one curve over the tally of its lines. It is fitted on STAR (MIT), below
`HANDRAIL_DATA` (default ../shared/data), to what its two workers said afterwards: the customer was annoyed (5,816 were
asked), what they came for was not done (2,299 were asked, in 21 forms of the question, each with a level of its own,
for some things are done more seldom). Both outcomes pull at the same weights; each measure may only rise or only fall,
as reason asks. The level is then set on the conversations where both were asked: a person was needed where the
customer was annoyed or the matter was not done. Figures are out of fold, by dialogue and with whole domains left out.
`--fit` writes `guardrails/handrail/guardrails/data/confidence.json`.
"""

import argparse
import asyncio
import hashlib
from pathlib import Path

import numpy as np

from bench.checks.sets import FOLDER, Bench
from bench.confidence.fit import alone, figures, fit, out_of_fold
from bench.confidence.star import SET, Star, by_dialogue, by_domain, hear
from bench.grounding.figures import calibration
from handrail.guardrails.weights import NAME, Fitted

FILE = Path(__file__).parents[2] / "guardrails/handrail/guardrails/data" / NAME
OUTCOME = "the customer was annoyed, or what they came for was not done"


def main() -> None:
    """Print the figures, and write the curve where asked."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--fit", action="store_true", help="write the curve")
    asked = parser.parse_args()
    star = asyncio.run(hear(Bench(None)))
    kept: dict[str, dict[str, float]] = {}
    reliability: list[tuple[float, float, int]] = []
    for name, folds in (("by dialogue", by_dialogue), ("whole domains left out", by_domain)):
        told = out_of_fold(star, folds(star))
        kept[name] = figures(star, told)
        reliability = reliability or calibration(told[star.needed >= 0], star.needed[star.needed >= 0] == 1)
        print(f"{name:<24}" + "  ".join(f"{what} {value:.3f}" for what, value in kept[name].items()))
    compare(star)
    if asked.fit:
        write(star, kept, reliability)


def compare(star: Star) -> None:
    """Print what is reached where one outcome alone is fitted."""
    outcomes = {"annoyed": star.annoyed, "hotel not done": np.where(star.hotel, star.undone, -1)}
    for what, wanted in outcomes.items():
        print(f"{what}, fitted to it alone, by dialogue: {alone(star, wanted, by_dialogue(star)):.3f}")
    print(f"annoyed, fitted to it alone, whole domains left out: {alone(star, star.annoyed, by_domain(star)):.3f}")


def write(star: Star, kept: dict[str, dict[str, float]], reliability: list[tuple[float, float, int]]) -> None:
    """Keep the curve with what it comes from."""
    told = Fitted(
        data={"name": "STAR (MIT)", "file": SET, "sha256": hashlib.sha256((FOLDER / SET).read_bytes()).hexdigest()},
        outcome=OUTCOME,
        rows=len(star.values),
        curve=fit(star, np.ones(len(star.values), bool)),
        figures=kept,
        reliability=tuple(reliability),
    )
    FILE.write_text(told.model_dump_json(indent=1) + "\n", encoding="utf-8")
    print(f"written to {FILE}")


if __name__ == "__main__":
    main()
