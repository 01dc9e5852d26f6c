"""How the support of an answer is told, and the fit of its curve: `python -m bench.grounding [--fit]`.

On "FAQ answers judged" (DSTC9 track 1, Apache-2.0), below `HANDRAIL_DATA` (default ../shared/data). An answer counts
as wrong where the median of its three judges is 2 or less. Every answer is shown with its evidence in six forms (the
entry as one text, in parts, without its question, among other entries, inside a long text), so that the curve does not
learn one layout; right answers made wrong (denied, loosened, with another number, said of something else) teach it that
such a difference is one even where all words fit. All figures are out of fold: folds by turn, by entry (no question of
a fold was seen) and by trade.
`--fit` writes `guardrails/handrail/guardrails/data/grounding.json`.
"""

import argparse
import asyncio
from pathlib import Path

import numpy as np

from bench.grounding.figures import calibration, figures, held_back
from bench.grounding.folds import Columns, fitted_on, out_of_fold
from bench.grounding.forms import show
from bench.grounding.judged import Judged, read
from handrail.conversation.settings import Checks
from handrail.guardrails.grounding.curve import Curve, Fitted
from handrail.guardrails.grounding.measures import MEANING, MEASURES

FILE = Path(__file__).parents[2] / "guardrails/handrail/guardrails/data/grounding.json"
HOLD = Checks().grounded_at


def main() -> None:
    """Print the figures, and write the curves where asked."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--fit", action="store_true", help="write the curves")
    asked = parser.parse_args()
    judged = read()
    shown, harmed, places = asyncio.run(show(judged.rows))
    kinds = {
        "words": Columns(MEASURES, {name: s.values for name, s in shown.items()}, harmed.values),
        "meaning": Columns(
            (*MEASURES, MEANING),
            {name: np.column_stack([s.values, s.meaning]) for name, s in shown.items()},
            np.column_stack([harmed.values, harmed.meaning]),
        ),
    }
    kept: dict[str, dict[str, float]] = {}
    reliability: list[tuple[float, float, int]] = []
    for by, groups in judged.groups.items():
        for kind, columns in kinds.items():
            told, caught = out_of_fold(columns, places, judged.supported, groups)
            for form, probabilities in told.items():
                found = figures(probabilities, judged.supported, judged.agree)
                print(f"by {by:<6} {kind:<8} {form:<6} " + "  ".join(f"{k} {v:.4f}" for k, v in found.items()))
                if form == "whole":
                    kept[f"{kind}, folds by {by}"] = found
            print(f"by {by:<6} {kind:<8} harmed answers under {HOLD}: {(caught < HOLD).mean():.3f}")
            if (by, kind) == ("turn", "meaning"):
                reliability = calibration(told["whole"], judged.supported)
                held_back(told["whole"], judged.supported)
    if asked.fit:
        write(
            judged,
            {kind: fitted_on(c, places, judged.supported, np.arange(len(judged.rows))) for kind, c in kinds.items()},
            kept,
            reliability,
        )


def write(
    judged: Judged,
    curves: dict[str, Curve],
    kept: dict[str, dict[str, float]],
    reliability: list[tuple[float, float, int]],
) -> None:
    """Keep the curves with what they come from."""
    told = Fitted(
        data={"name": "FAQ answers judged (DSTC9 track 1), Apache-2.0", "sha256": judged.sha256},
        rows=len(judged.rows),
        words=curves["words"],
        meaning=curves["meaning"],
        figures=kept,
        reliability=tuple(reliability),
    )
    FILE.write_text(told.model_dump_json(indent=1) + "\n", encoding="utf-8")
    print(f"written to {FILE}")


if __name__ == "__main__":
    main()
