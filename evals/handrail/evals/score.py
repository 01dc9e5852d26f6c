"""A score: one number for one case, or the reason why there is none."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Score:
    """`value` is 0 to 1, or in the unit that the scorer names; None means unscored: nothing was expected. That is not
    failed."""

    name: str
    value: float | None
    detail: str = ""
