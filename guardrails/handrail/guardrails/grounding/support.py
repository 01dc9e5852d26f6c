"""How surely a text is supported: by words and hard facts where they decide, else by meaning too."""

from handrail.guardrails.grounding.curve import fitted
from handrail.guardrails.grounding.measures import MEANING, Stand

NOTHING = 0.02
"""The support of a statement for which there is no evidence at all."""
UNSTATED = 0.9
"""The support of a text that states nothing: the share that people called right of such answers, where `curve` comes
from."""
DOUBT = 0.6
"""No text with a number, date or code that is in no source, or of which a source says the opposite, is above this."""
LOW, SURE = 0.2, 0.95
"""Outside of these probabilities by words alone no embedding is asked: on the judged answers (three of four lie there)
that changed neither what is held back nor, by more than 0.0005, the AUROC."""


def settled(found: Stand) -> bool:
    """Whether words and hard facts decide, so that nothing has to be embedded."""
    if found.pair is None or found.missing or all(g.quoted for _, g in found.grounds if g.claims):
        return True
    return not LOW < fitted().words.probability(found.values) < SURE


def support(found: Stand, likeness: float | None = None) -> float:
    """The probability (0 to 1) that the text is supported. `likeness` is the cosine of its `pair`."""
    if not found.states:
        return 0.0 if found.missing else UNSTATED
    if found.pair is None:
        return NOTHING
    curves = fitted()
    told = (
        curves.words.probability(found.values)
        if likeness is None
        else curves.meaning.probability({**found.values, MEANING: likeness})
    )
    return min(told, DOUBT) if is_doubtful(found) else told


def is_doubtful(found: Stand) -> bool:
    """Whether a hard fact, or a denial, speaks against the text, whatever else speaks for it."""
    return found.against or any(m.kind != "name" for m in found.missing)
