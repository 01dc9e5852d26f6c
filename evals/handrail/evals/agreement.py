"""How far people who tag agree with one another, and a judge with people."""

from collections.abc import Hashable, Sequence
from typing import Literal

import numpy as np

from handrail.evals.resampling import bootstrap
from handrail.evals.statistics import Figure

Scale = Literal["nominal", "ordinal"]


def krippendorff(
    units: Sequence[Sequence[Hashable]], scale: Scale = "nominal", order: Sequence[Hashable] = ()
) -> Figure:
    """Krippendorff's alpha (2011, "Computing Krippendorff's alpha-reliability"): 1 is agreement, 0 chance.

    `units` are the tags of each conversation, by any number of people; those with fewer than two say nothing. On the
    ordinal scale `order` names the values from low to high. The interval resamples conversations. None where there is
    nothing to disagree about: every tag is the same.
    """
    paired = [unit for unit in units if len(unit) > 1]
    values = list(order) or sorted({value for unit in paired for value in unit}, key=str)
    place = {value: n for n, value in enumerate(values)}
    rows = np.array([_coincidences([place[value] for value in unit], len(values)) for unit in paired])
    if not len(rows):
        return Figure(None)
    return bootstrap(rows, lambda totals: _alpha(totals.reshape(*totals.shape[:-1], len(values), len(values)), scale))


def _coincidences(unit: Sequence[int], values: int) -> np.ndarray:
    """Which values stand side by side in a unit, flat: each pair counts 1 / (tags - 1)."""
    counts = np.bincount(unit, minlength=values).astype(float)
    return ((np.outer(counts, counts) - np.diag(counts)) / (len(unit) - 1)).ravel()


def _alpha(together: np.ndarray, scale: Scale) -> np.ndarray:
    counts = together.sum(-1)
    total = counts.sum(-1)
    far = _distances(counts, scale)
    expected = (counts[..., :, None] * counts[..., None, :] * far).sum((-1, -2))
    with np.errstate(divide="ignore", invalid="ignore"):
        alpha = 1 - (total - 1) * (together * far).sum((-1, -2)) / expected
    return np.where(expected > 0, alpha, np.nan)


def _distances(counts: np.ndarray, scale: Scale) -> np.ndarray:
    values = counts.shape[-1]
    if scale == "nominal":
        return np.asarray(1 - np.eye(values))
    # (n_c / 2 + … + n_k / 2)²: how many tags lie between two values, half of either's own among them.
    middle = np.cumsum(counts, -1) - counts / 2
    return np.asarray((middle[..., :, None] - middle[..., None, :]) ** 2)


def kappa(first: Sequence[Hashable], second: Sequence[Hashable]) -> Figure:
    """Cohen's kappa (1960) of two who tagged the same conversations: agreement beyond that of chance by their own
    shares. The interval resamples conversations."""
    values = sorted({*first, *second}, key=str)
    place = {value: n for n, value in enumerate(values)}
    size = len(values)
    pairs = [(place[a], place[b]) for a, b in zip(first, second, strict=True)]
    if not pairs:
        return Figure(None)
    rows = np.zeros((len(pairs), size * size))
    rows[np.arange(len(pairs)), [a * size + b for a, b in pairs]] = 1
    return bootstrap(rows, lambda totals: _kappa(totals.reshape(*totals.shape[:-1], size, size)))


def _kappa(table: np.ndarray) -> np.ndarray:
    share = table / table.sum((-1, -2), keepdims=True)
    agreed = np.trace(share, axis1=-2, axis2=-1)
    chance = (share.sum(-1) * share.sum(-2)).sum(-1)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(chance < 1, (agreed - chance) / (1 - chance), np.nan)
