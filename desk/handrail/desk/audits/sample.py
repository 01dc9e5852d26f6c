"""Which contacts are drawn: a systematic sample, the same each time for the same seed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from math import floor


@dataclass(frozen=True, slots=True)
class Candidate:
    """A contact that ended without a person. `stratum` says of what kind it is: its channel, how it ended as far as the
    bot can tell, and what it was about."""

    conversation_id: str
    contact: int
    stratum: tuple[str, ...]


def lot(seed: str, *what: object) -> float:
    """A number from 0 to 1 that looks drawn by chance, and is the same each time for the same seed and thing."""
    text = "\0".join([seed, *(str(each) for each in what)])
    return int.from_bytes(sha256(text.encode()).digest()[:7]) / 2**56


def drawn(candidates: Iterable[Candidate], chance: float, seed: str, day: date) -> list[Candidate]:
    """Each with the same chance (0 to 1), and of each stratum its share, to within one.

    Systematic sampling of a list that is ordered by strata and shuffled within them (Cochran 1977, chapter 8): one
    number is drawn for all, and every so-manieth from there on is taken.
    """
    ordered = sorted(candidates, key=lambda c: (c.stratum, lot(seed, c.conversation_id, c.contact)))
    start = lot(seed, day.isoformat())
    return [
        candidate
        for place, candidate in enumerate(ordered)
        if floor((place + 1) * chance + start) > floor(place * chance + start)
    ]
