"""What a search saw of a line, how well relevance tells lines apart by it, and the fit of relevance's weights."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]
WEIGHTS = {"questions": 1.0, "nothing fits": 1.0, "clinc150": 0.5, "places": 0.15}


@dataclass(frozen=True)
class Signed:
    """What a search saw: where the line is from, whether it can be answered, the signs, and the relevance given."""

    origin: str
    answered: bool
    signs: tuple[float, float]
    relevance: float


def apart(yes: Sequence[Signed], no: Sequence[Signed]) -> str:
    high, low = np.array([each.relevance for each in yes]), np.array([each.relevance for each in no])
    return (
        f"AUROC {auroc(high, low):.3f}; at 0.5 keeps {np.mean(high >= 0.5):.3f} of {len(high)}, "
        f"passes {np.mean(low >= 0.5):.3f} of {len(low)}; "
        + "; ".join(f"at {at} {np.mean(high >= at):.3f} and {np.mean(low >= at):.3f}" for at in (0.35, 0.3))
    )


def auroc(high: Vector, low: Vector) -> float:
    """The chance that one of `high` is above one of `low` (ties count half)."""
    return float(np.mean((high[:, None] > low[None]) + 0.5 * (high[:, None] == low[None])))


def fit(lines: list[Signed]) -> None:
    """Print the weights of a logistic regression (Newton's method, some shrinkage) and its figures over 5 folds."""
    signs_ = np.array([line.signs for line in lines])
    answered = np.array([line.answered for line in lines], dtype=float)
    weights = np.array([WEIGHTS[line.origin] for line in lines])
    own = np.array([line.origin in ("questions", "nothing fits") for line in lines])
    folds = np.random.default_rng(0).integers(0, 5, len(lines))
    told = np.zeros(len(lines))
    for fold in range(5):
        out = folds == fold
        told[out] = curve(signs_[out], logistic(signs_[~out], answered[~out], weights[~out]))
    print(f"fit, own lines, 5 folds: AUROC {auroc(told[own & (answered == 1)], told[own & (answered == 0)]):.3f}")
    for low in np.arange(0, 1, 0.2):
        here = own & (told >= low) & (told < low + 0.2)
        share = np.mean(answered[here]) if here.any() else 0.0
        print(f"  told {low:.1f} to {low + 0.2:.1f}: {share:.2f} answered ({here.sum()})")
    print("weights: bias {:.2f}, dense {:.2f}, lexical {:.2f}".format(*logistic(signs_, answered, weights)))


def logistic(signs_: Vector, answered: Vector, weights: Vector) -> Vector:
    rows = np.column_stack([np.ones(len(signs_)), signs_])
    shrink = 1e-3 * weights.sum() * np.diag([0.0, *signs_.var(axis=0)])
    found = np.zeros(rows.shape[1])
    for _ in range(50):
        told = curve(signs_, found)
        slope = rows.T @ (weights * (told - answered)) + shrink @ found
        found = found - np.linalg.solve((rows.T * (weights * told * (1 - told))) @ rows + shrink, slope)
    return found


def curve(signs_: Vector, weights: Vector) -> Vector:
    result: Vector = 1 / (1 + np.exp(-(weights[0] + signs_ @ weights[1:])))
    return result
