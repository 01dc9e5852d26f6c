"""The fit of a curve: a sum of lines, each held to rise or fall as reason asks."""

from collections.abc import Sequence

import numpy as np
from scipy.optimize import minimize
from sklearn.linear_model import LogisticRegression

from handrail.guardrails.grounding.curve import Curve, Term

PENALTY = 0.0003
"""The weight of the squared lines beside the mean loss."""
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
    "sweeping": ((0, 1, 2), "--"),
    "let_go": ((0, 1), "-"),
    "meaning": ((-0.1, 0.3, 0.5, 0.65, 0.8, 0.9, 1), "++++++"),
}
"""The knots of each measure, and of each line between them whether it may only rise, only fall, or do either."""


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
