"""The probability that a whole conversation needed a person, with the reasons counted."""

from collections.abc import Sequence
from dataclasses import dataclass

from handrail.guardrails.calibration import Scale
from handrail.guardrails.tally import Part, Tally, tally
from handrail.guardrails.text import packaged
from handrail.guardrails.weights import fitted

TELLING = 0.25
"""From this share of the logit on a measure is told as a reason."""
PLAIN = "a line alone calls for a person"


@dataclass(frozen=True, slots=True)
class Whole:
    """`needs_person`, 0 to 1, and what speaks for it in words, strongest first."""

    needs_person: float
    reasons: tuple[str, ...] = ()


def whole(parts: Sequence[Part], plain: float = 0.0, scale: Scale | None = None) -> Whole:
    """How a conversation went, by the fitted curve over its tally: the probability that the customer was annoyed or did
    not get what they came for. `plain` (0 to 1) is how surely a line by itself, a wish or a sensitive matter, calls for
    a person: that counts on top, as a chance of its own. `scale` is a desk's own, where there is one. A conversation
    in which no customer speaks needs nobody."""
    if not any(part.customer for part in parts):
        return Whole(0.0)
    told = tally(parts)
    sure = 1 - (1 - fitted().curve.probability(told.values)) * (1 - plain)
    if scale is not None:
        sure = scale(sure)
    return Whole(round(sure, 4), ((PLAIN,) if plain >= TELLING else ()) + _reasons(told))


def _reasons(told: Tally) -> tuple[str, ...]:
    adds = {term.measure: term.at(told.values[term.measure]) for term in fitted().curve.terms}
    telling = sorted((name for name, add in adds.items() if add >= TELLING), key=lambda name: -adds[name])
    words = packaged("tally.toml")["measures"]
    return tuple(words[name]["reason"].format(n=told.counts.get(name, 0)) for name in telling)
