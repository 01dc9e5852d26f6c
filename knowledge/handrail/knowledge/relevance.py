"""How surely the best passages answer: a logistic curve over what the search saw.

The weights were fitted by `bench/retrieval.py --fit`, see there for the data, the folds and the figures.
"""

import math
from dataclasses import dataclass

from .passages import Hit


@dataclass(frozen=True, slots=True)
class Signs:
    """What the search saw: the best cosine, the first hit's lexical share and lead, the share of known words."""

    dense: float
    lexical: float
    lead: float
    known: float

    @classmethod
    def of(cls, hits: tuple[Hit, ...], known: float) -> "Signs":
        """Read the signs off the hits, best first."""
        rest = [hit.score for hit in hits[1:]]
        return cls(
            dense=max(hit.dense for hit in hits),
            lexical=hits[0].lexical,
            lead=hits[0].score - sum(rest) / len(rest) if rest else 0.0,
            known=known,
        )


BIAS = -6.0
DENSE = 8.0
LEXICAL = 4.0
LEAD = 4.0
KNOWN = 2.0


def relevance(signs: Signs) -> float:
    """Return the probability (0 to 1) that one of the hits answers the query."""
    weighed = DENSE * signs.dense + LEXICAL * signs.lexical + LEAD * signs.lead + KNOWN * signs.known
    return 1 / (1 + math.exp(-(BIAS + weighed)))
