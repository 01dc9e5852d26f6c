"""How right probabilities are."""

import numpy as np

from bench.checks.sets import auroc

BINS = 15


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


def held_back(told: np.ndarray, supported: np.ndarray) -> None:
    """Print what thresholds would hold back."""
    for at in (0.51, 0.6, 0.7, 0.8, 0.9):
        wrong, right = (told[~supported] < at).mean(), (told[supported] < at).mean()
        print(f"  under {at}: {wrong:.3f} of the wrong answers, {right:.3f} of the right ones")
