"""The curve of a conversation: lines between knots, fitted to two outcomes at once, then calibrated on their union."""

import numpy as np
from scipy.optimize import minimize
from sklearn.linear_model import LogisticRegression

from bench.checks.sets import auroc
from bench.confidence.lines import LINES
from bench.confidence.star import Folds, Star
from bench.grounding.figures import calibration
from bench.grounding.fit import BOUNDS, predict, ramps
from handrail.guardrails.grounding.curve import Curve, Term

ANNOYED = 2.0
"""How much an annoyed customer weighs beside a matter not done, of which there are more."""
PENALTY = 40.0
"""The weight of the squared lines beside the summed loss; lines are counted in standard deviations."""
FREE = 0.05
"""The same for the level of each question."""


def fit(star: Star, train: np.ndarray) -> Curve:
    """The curve by the dialogues of `train` (a mask)."""
    basis = _basis(star)
    scale = basis[train].std(axis=0) + 1e-6
    annoyed, undone = np.flatnonzero(train & (star.annoyed >= 0)), np.flatnonzero(train & (star.undone >= 0))
    at = np.concatenate([annoyed, undone])
    wanted = np.concatenate([star.annoyed[annoyed], star.undone[undone]]) == 1
    asked = np.concatenate([np.full(len(annoyed), "annoyed"), star.question[undone]])
    levels = (asked[:, None] == np.unique(asked)).astype(float)
    weights = np.concatenate([np.full(len(annoyed), ANNOYED), np.ones(len(undone))])
    lines = _minimum(basis[at] / scale, levels, wanted, weights) / scale
    logit, known = basis @ lines, np.flatnonzero(train & (star.needed >= 0))
    level = LogisticRegression(C=1e6).fit(logit[known, None], star.needed[known])
    slope, bias, place, terms = float(level.coef_[0, 0]), float(level.intercept_[0]), 0, []
    for name, (knots, shapes) in LINES.items():
        adds = np.concatenate([[0.0], np.cumsum(slope * lines[place : place + len(shapes)])])
        nothing = float(np.interp(0.0, knots, adds))
        bias += nothing
        adds -= nothing
        terms.append(Term(measure=name, knots=tuple(knots), adds=tuple(round(float(v), 4) for v in adds)))
        place += len(shapes)
    return Curve(bias=round(bias, 4), terms=tuple(terms))


def alone(star: Star, wanted: np.ndarray, folds: Folds) -> float:
    """For comparison, AUROC of one outcome (-1 where it was not asked) out of fold, by lines fitted to it alone."""
    basis, asked = _basis(star), wanted >= 0
    told = np.full(len(wanted), np.nan)
    for train, test in folds:
        at, scale = np.flatnonzero(train & asked), basis[train & asked].std(axis=0) + 1e-6
        rows = basis[at] / scale
        told[test] = basis[test] @ (_minimum(rows, np.ones((len(at), 1)), wanted[at] == 1, np.ones(len(at))) / scale)
    return auroc(list(wanted[asked] == 1), list(told[asked]))


def _basis(star: Star) -> np.ndarray:
    return np.hstack([ramps(star.values[:, n], LINES[name][0]) for n, name in enumerate(LINES)])


def _minimum(basis: np.ndarray, levels: np.ndarray, wanted: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """The lines of least weighted loss and penalty, within their bounds; a level for each question is free."""
    rows, signs, size = np.hstack([basis, levels]), np.where(wanted, 1.0, -1.0), basis.shape[1]
    pull = np.concatenate([np.full(size, PENALTY), np.full(levels.shape[1], FREE)])
    bounds = [BOUNDS[shape] for _, shapes in LINES.values() for shape in shapes] + [(None, None)] * levels.shape[1]

    def loss(x: np.ndarray) -> tuple[float, np.ndarray]:
        margin = signs * (rows @ x)
        slope = -signs * weights / (1 + np.exp(margin))
        return float(weights @ np.logaddexp(0, -margin)) + float(pull @ (x * x)), rows.T @ slope + 2 * pull * x

    start = np.zeros(rows.shape[1])
    found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": 500})
    return np.asarray(found.x[:size])


def out_of_fold(star: Star, folds: Folds) -> np.ndarray:
    """The probability of each dialogue, by a curve that has not seen it."""
    told = np.zeros(len(star.values))
    for train, test in folds:
        told[test] = predict(fit(star, train), star.values[test])
    return told


def figures(star: Star, told: np.ndarray) -> dict[str, float]:
    """AUROC of both outcomes; AUROC, expected calibration error (15 bins) and Brier skill of their union."""
    asked = star.needed >= 0
    needed, sure = star.needed[asked] == 1, told[asked]
    base = needed.mean() * (1 - needed.mean())
    error = sum(abs(t - w) * n for t, w, n in calibration(sure, needed)) / len(sure)
    annoyed, hotel = star.annoyed >= 0, star.hotel
    found = {
        "annoyed, auroc": auroc(list(star.annoyed[annoyed] == 1), list(told[annoyed])),
        "hotel not done, auroc": auroc(list(star.undone[hotel] == 1), list(told[hotel])),
        "needed, auroc": auroc(list(needed), list(sure)),
        "needed, ece": error,
        "needed, brier_skill": 1 - float(np.mean((sure - needed) ** 2)) / base,
    }
    return {name: round(float(value), 4) for name, value in found.items()}
