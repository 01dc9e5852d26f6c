"""The fitted curve: from measures to the probability that a text is supported."""

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

import numpy as np
from pydantic import BaseModel, ConfigDict


class Term(BaseModel):
    """What one measure adds to the logit: straight lines between `knots`, level outside of them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    measure: str
    knots: tuple[float, ...]
    adds: tuple[float, ...]

    def at(self, value: float) -> float:
        """What `value` adds."""
        return float(np.interp(value, self.knots, self.adds))


class Curve(BaseModel):
    """A logistic over sums of lines (an additive model)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    bias: float
    terms: tuple[Term, ...]

    def logit(self, values: Mapping[str, float]) -> float:
        """The log-odds of these measures. Raises `KeyError` where one is missing."""
        return self.bias + sum(term.at(values[term.measure]) for term in self.terms)

    def probability(self, values: Mapping[str, float]) -> float:
        """The probability, 0 to 1."""
        return float(1 / (1 + np.exp(-self.logit(values))))


class Fitted(BaseModel):
    """The file of a fit: by words alone, and where the likeness of meaning was measured too; with what it came from."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    data: dict[str, str]
    rows: int
    words: Curve
    meaning: Curve
    figures: dict[str, dict[str, float]]
    reliability: tuple[tuple[float, float, int], ...]
    """Out of fold, by fifteenths: the mean predicted and the observed share supported, and how many."""


@cache
def fitted() -> Fitted:
    """The packaged fit."""
    return Fitted.model_validate(
        json.loads((files("handrail.guardrails") / "data" / "grounding.json").read_text(encoding="utf-8"))
    )
