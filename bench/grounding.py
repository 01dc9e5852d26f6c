"""How the support of an answer is told, and the fit of its curve: `python -m bench.grounding [--fit]`.

On "FAQ answers judged" (DSTC9 track 1, Apache-2.0), below `HANDRAIL_DATA` (default ../shared/data). An answer counts
as wrong where the median of its three judges is 2 or less. Every answer is shown with its evidence in six forms (the
entry as one text, in parts, without its question, among other entries, inside a long text), so that the curve does not
learn one layout; right answers made wrong (denied, with another number, said of something else) teach it that such a
difference is one even where all words fit. All figures are out of fold: folds by turn, by entry (no question of a fold
was seen) and by trade.
`--fit` writes `guardrails/handrail/guardrails/data/grounding.json`.
"""

import argparse
import asyncio
import gzip
import hashlib
import json
import os
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from scipy.optimize import minimize
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

from bench.checks.sets import Remembering, auroc
from bench.harming import denied, misnumbered
from handrail.conversation.settings import Checks
from handrail.guardrails.grounding.curve import Curve, Fitted, Term
from handrail.guardrails.grounding.measures import MEANING, MEASURES, Stand, stand
from handrail.guardrails.grounding.support import DOUBT, UNSTATED
from handrail.guardrails.verdict import Evidence

FILE = Path(__file__).parents[1] / "guardrails/handrail/guardrails/data/grounding.json"
SET = "faq_judged/answers.jsonl.gz"
PENALTY = 0.0003
"""The weight of the squared lines beside the mean loss."""
WRONG = 8.0
"""How much a wrong answer weighs in the fit, for there are few; a second fit then brings the probabilities back."""
HARMED = 1.0
"""How much a right answer that was made wrong weighs."""
EVERY = 2
"""Of every so many answers one is made wrong, where all judges call it right."""
RIGHT_AT = 4
HOLD = Checks().grounded_at
WRONG_AT = 2
"""Ratings (1 to 5) up to this call an answer wrong."""
BOUNDS = {"+": (0.0, None), "-": (None, 0.0), "?": (None, None)}
LINES: dict[str, tuple[tuple[float, ...], str]] = {
    "new": ((0, 1, 3, 6, 12), "----"),
    "rarest": ((0, 0.8, 1.6, 2.8), "---"),
    "asked": ((0, 0.5, 1), "++"),
    "least": ((0, 0.3, 0.6, 0.9, 1), "++++"),
    "size": ((0.7, 1.4, 2, 2.6, 3.2), "????"),
    "alike": ((0.3, 0.5, 0.7, 0.85, 1), "++++"),
    "denials": ((-2, -1, 0, 1, 2), "++--"),
    "denies": ((0, 1), "?"),
    "both_deny": ((0, 1), "+"),
    "turned": ((0, 0.7, 1.4, 2.8), "---"),
    "against": ((0, 1), "-"),
    "yes": ((0, 1), "?"),
    "no_number": ((0, 1, 2), "--"),
    "no_name": ((0, 1, 2), "--"),
    "not_named": ((0, 1, 2), "??"),
    "confirmed": ((0, 1, 2, 4), "???"),
    "unsaid": ((0, 1, 2, 3), "---"),
    "same_numbers": ((0, 1, 2, 4), "+++"),
    "conditions": ((0, 1, 2), "--"),
    "only": ((-1, 0, 1), "+-"),
    "meaning": ((-0.1, 0.3, 0.5, 0.65, 0.8, 0.9, 1), "++++++"),
}
"""The knots of each measure, and of each line between them whether it may only rise, only fall, or do either."""
DOUBTFUL = [MEASURES.index("no_number"), MEASURES.index("against")]
FOLDS = 5
BINS = 15
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Shown:
    """The measures of every answer in one form of evidence; rows of NaN where it states nothing."""

    values: np.ndarray
    meaning: np.ndarray


def forms(row: Row, others: Sequence[Row]) -> Iterator[tuple[str, str, list[str]]]:
    """The evidence of an answer in each form: its name, the question given beside it, the texts."""
    gold = row["gold"]
    called, asked, told = gold["entity"] or "", gold["q"], gold["a"]
    rest = [f"{o['gold']['q']} {o['gold']['a']}" for o in others]
    yield "whole", "", [f"{called}\n{asked} {told}".strip()]
    yield "parts", "", [asked, told]
    yield "asked", asked, [told]
    yield "bare", "", [told]
    yield "among", asked, [*rest[:2], f"{called}\n{asked} {told}".strip(), *rest[2:]]
    yield "long", "", [" ".join([*rest[:2], f"{asked} {told}", *rest[2:]])]


async def show(rows: Sequence[Row]) -> tuple[dict[str, Shown], Shown, np.ndarray]:
    """Measure all answers in all forms; and right answers made wrong, with the places of the answers they came from."""
    chance = random.Random(7)
    forms_of: dict[str, list[Stand]] = {}
    harmed: list[Stand] = []
    places: list[int] = []
    for place, row in enumerate(rows):
        others = [o for o in chance.sample(list(rows), 12) if o["gold"] != row["gold"] and o["gold"] != row["used"]][:4]
        texts = {name: (question, evidence) for name, question, evidence in forms(row, others)}
        for name, (question, evidence) in texts.items():
            forms_of.setdefault(name, []).append(held(row["response"], evidence, question))
        if min(row["accuracy"]) >= RIGHT_AT and place % EVERY == 0:
            elsewhere = {name: (question, evidence) for name, question, evidence in forms(others[0], others[1:])}
            for text, (question, evidence) in (
                (denied(row["response"], chance), texts[chance.choice(["whole", "bare", "among"])]),
                (misnumbered(row["response"], chance), texts[chance.choice(["whole", "bare", "among"])]),
                (row["response"], elsewhere[chance.choice(["whole", "bare", "among"])]),
            ):
                if text is not None:
                    harmed.append(held(text, evidence, question))
                    places.append(place)
    embedder = Remembering()
    stands = [stand for told in (*forms_of.values(), harmed) for stand in told]
    await embedder.fill(text for stand in stands if stand.pair for text in stand.pair)
    shown = {name: await measured(told, embedder) for name, told in forms_of.items()}
    return shown, await measured(harmed, embedder), np.array(places)


def held(text: str, evidence: Sequence[str], question: str) -> Stand:
    """An answer held against evidence as `handrail checks ground` does it."""
    passages = {str(n): e for n, e in enumerate(evidence)}
    return stand(text, Evidence(passages, said=(question,) if question else ()), question=question)


async def measured(stands: Sequence[Stand], embedder: Remembering) -> Shown:
    """The measures as arrays, the likeness of meaning among them."""
    texts = [text for stand in stands if stand.pair for text in stand.pair]
    vectors = await embedder.embed(texts)
    likeness = iter(np.sum(vectors[::2] * vectors[1::2], axis=1))
    return Shown(
        np.array([[stand.values.get(m, np.nan) for m in MEASURES] for stand in stands]),
        np.array([next(likeness) if stand.pair else np.nan for stand in stands]),
    )


def ramps(values: np.ndarray, knots: Sequence[float]) -> np.ndarray:
    """One column for each gap between knots: how far the values have come through it, 0 to 1."""
    edges = np.asarray(knots)
    return np.asarray(np.clip((values[:, None] - edges[:-1]) / np.diff(edges), 0.0, 1.0))


def fit(columns: np.ndarray, names: Sequence[str], wanted: np.ndarray, weights: np.ndarray, real: np.ndarray) -> Curve:
    """An additive logistic of lines between the knots of `LINES`, each rising or falling as it says, penalised
    together; then its level and slope by the `real` answers alone (Platt 1999)."""
    basis = np.hstack([ramps(columns[:, n], LINES[name][0]) for n, name in enumerate(names)])
    bounds = [BOUNDS[shape] for name in names for shape in LINES[name][1]]
    signs, shares = np.where(wanted, 1.0, -1.0), weights / weights.sum()

    def loss(x: np.ndarray) -> tuple[float, np.ndarray]:
        margin = signs * (basis @ x[1:] + x[0])
        slope = -signs * shares / (1 + np.exp(margin))
        told = float(shares @ np.logaddexp(0, -margin)) + PENALTY * float(x[1:] @ x[1:])
        return told, np.concatenate([[slope.sum()], basis.T @ slope + 2 * PENALTY * x[1:]])

    start = np.zeros(basis.shape[1] + 1)
    found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=[(None, None), *bounds], options={"maxiter": 400})
    logit = (basis @ found.x[1:] + found.x[0])[real]
    level = LogisticRegression(C=1e6).fit(logit[:, None], wanted[real])
    slope, bias = float(level.coef_[0, 0]), float(level.intercept_[0]) + float(level.coef_[0, 0]) * found.x[0]
    terms, at = [], 1
    for name in names:
        knots, shapes = LINES[name]
        adds = np.concatenate([[0.0], np.cumsum(slope * found.x[at : at + len(shapes)])])
        terms.append(Term(measure=name, knots=tuple(knots), adds=tuple(round(float(v), 4) for v in adds)))
        at += len(shapes)
    return Curve(bias=round(float(bias), 4), terms=tuple(terms))


def predict(curve: Curve, columns: np.ndarray) -> np.ndarray:
    """The probability that each row is supported."""
    logit = np.full(len(columns), curve.bias)
    for n, term in enumerate(curve.terms):
        logit += np.interp(columns[:, n], term.knots, term.adds)
    return np.asarray(1 / (1 + np.exp(-logit)))


@dataclass(frozen=True, slots=True)
class Columns:
    """The measures that a curve is fitted to: of the answers by form, and of the harmed ones."""

    names: tuple[str, ...]
    forms: dict[str, np.ndarray]
    harmed: np.ndarray


def out_of_fold(
    columns: Columns, places: np.ndarray, supported: np.ndarray, groups: np.ndarray
) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Fitted on all forms of the other folds' answers: the probabilities by form, and of the harmed answers."""
    told = {name: np.zeros(len(supported)) for name in columns.forms}
    harmed = np.zeros(len(places))
    folds = min(FOLDS, len(set(groups)))
    for train, test in GroupKFold(folds, shuffle=True, random_state=0).split(supported, supported, groups):
        curve = fitted_on(columns, places, supported, train)
        for name, values in columns.forms.items():
            told[name][test] = predict_all(curve, values[test])
        out = np.isin(places, test)
        harmed[out] = predict_all(curve, columns.harmed[out])
    return told, harmed


def fitted_on(columns: Columns, places: np.ndarray, supported: np.ndarray, train: np.ndarray) -> Curve:
    """Fit on these answers in all forms but the long ones, and on what was made of them."""
    shown = [values[train] for name, values in columns.forms.items() if name != "long"]
    harmed = columns.harmed[np.isin(places, train)]
    values = np.vstack([*shown, harmed])
    wanted = np.concatenate([*(supported[train] for _ in shown), np.zeros(len(harmed), bool)])
    real = np.arange(len(values)) < len(values) - len(harmed)
    weights = np.where(wanted, 1.0, np.where(real, WRONG, HARMED))
    stated = ~np.isnan(values).any(axis=1)
    return fit(values[stated], columns.names, wanted[stated], weights[stated], real[stated])


def predict_all(curve: Curve, values: np.ndarray) -> np.ndarray:
    """As `support` tells it: what states nothing, and what a hard fact speaks against, goes not by the curve alone."""
    told = np.full(len(values), UNSTATED)
    stated = ~np.isnan(values).any(axis=1)
    told[stated] = predict(curve, values[stated])
    doubtful = (values[:, DOUBTFUL] > 0).any(axis=1)
    return np.where(doubtful, np.minimum(told, DOUBT), told)


def calibration(told: np.ndarray, wanted: np.ndarray) -> list[tuple[float, float, int]]:
    """By fifteenths of the probability: the mean told, the share seen, and how many."""
    place = np.minimum((told * BINS).astype(int), BINS - 1)
    bins = [(told[place == n], wanted[place == n]) for n in range(BINS) if (place == n).any()]
    return [(round(float(t.mean()), 4), round(float(w.mean()), 4), len(t)) for t, w in bins]


def figures(told: np.ndarray, supported: np.ndarray, agree: np.ndarray) -> dict[str, float]:
    """AUROC of what is wrong, over all and where the judges agree; expected calibration error and Brier skill."""
    curve = calibration(told, supported)
    error = sum(abs(t - w) * n for t, w, n in curve) / len(told)
    base = supported.mean() * (1 - supported.mean())
    found = {
        "auroc": auroc(list(~supported), list(1 - told)),
        "auroc_agreed": auroc(list(~supported[agree]), list(1 - told[agree])),
        "ece": error,
        "brier_skill": 1 - float(np.mean((told - supported) ** 2)) / base,
    }
    return {name: round(value, 4) for name, value in found.items()}


@dataclass(frozen=True, slots=True)
class Judged:
    """The set: its file's hash, its answers, what people said of them, and the groups that folds are cut by."""

    sha256: str
    rows: list[Row]
    supported: np.ndarray
    agree: np.ndarray
    groups: dict[str, np.ndarray]


def read() -> Judged:
    """The set as it is below `HANDRAIL_DATA`."""
    content = (Path(os.environ.get("HANDRAIL_DATA", Path(__file__).parents[2] / "shared" / "data")) / SET).read_bytes()
    rows = [json.loads(line) for line in gzip.decompress(content).decode().split("\n") if line]
    trades = sorted({r["gold"]["domain"] for r in rows})
    entries = sorted({json.dumps(r["gold"]) for r in rows})
    return Judged(
        hashlib.sha256(content).hexdigest(),
        rows,
        np.array([median(r["accuracy"]) > WRONG_AT for r in rows]),
        np.array([max(r["accuracy"]) <= WRONG_AT or min(r["accuracy"]) >= RIGHT_AT for r in rows]),
        {
            "turn": np.array([r["turn"] for r in rows]),
            "entry": np.array([entries.index(json.dumps(r["gold"])) for r in rows]),
            "trade": np.array([trades.index(r["gold"]["domain"]) for r in rows]),
        },
    )


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


def held_back(told: np.ndarray, supported: np.ndarray) -> None:
    """Print what thresholds would hold back."""
    for at in (0.51, 0.6, 0.7, 0.8, 0.9):
        wrong, right = (told[~supported] < at).mean(), (told[supported] < at).mean()
        print(f"  under {at}: {wrong:.3f} of the wrong answers, {right:.3f} of the right ones")


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
