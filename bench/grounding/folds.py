"""Probabilities of answers by curves that were fitted to others."""

from dataclasses import dataclass

import numpy as np
from sklearn.model_selection import GroupKFold

from bench.grounding.fit import fit, predict
from handrail.guardrails.grounding.curve import Curve
from handrail.guardrails.grounding.measures import MEASURES
from handrail.guardrails.grounding.support import DOUBT, UNSTATED

WRONG = 8.0
"""How much a wrong answer weighs in the fit, for there are few; a second fit then brings the probabilities back."""
HARMED = 1.0
"""How much a right answer that was made wrong weighs."""
DOUBTFUL = [MEASURES.index("no_number"), MEASURES.index("against")]
FOLDS = 5


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
