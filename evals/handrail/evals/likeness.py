"""Which conversations are nearly the same: by what their customers wrote, word for word."""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import cache
from zlib import crc32

import numpy as np

from handrail.evals.case import Case

WORDS = 3
"""A shingle is so many words in a row."""
LEAST = 8
"""Words that a customer must have written: "where is my order" is said by many, and is no copy."""
HASHES, BANDS = 128, 32
"""MinHash (Broder 1997) in bands: two conversations are looked at where all of one band of four agree, which pairs of
likeness 0.7 do with probability 0.9998."""
ALIKE = 0.7
"""From this share of shingles in common on (Jaccard's index, exact) two are nearly the same."""
PRIME = (1 << 31) - 1


def written(case: Case) -> str:
    """What the customer wrote, or wants where they are played."""
    lines = [turn.text for turn in case.recorded if turn.role == "customer"] or [s.say for s in case.steps if s.say]
    return " ".join(lines) or (case.customer.goal if case.customer is not None else "")


def shingles(text: str) -> frozenset[int]:
    """The hashes of all rows of three words; none of a text that says too little."""
    words = re.findall(r"\w+", text.casefold())
    if len(words) < LEAST:
        return frozenset()
    return frozenset(crc32(" ".join(words[n : n + WORDS]).encode()) for n in range(len(words) - WORDS + 1))


def likeness(one: frozenset[int], other: frozenset[int]) -> float:
    """Jaccard's index, 0 to 1."""
    return len(one & other) / len(one | other) if one and other else 0.0


def pairs(ones: Sequence[frozenset[int]], others: Sequence[frozenset[int]]) -> Iterator[tuple[int, int, float]]:
    """The places of those that are nearly the same, and how alike they are; each pair once."""
    places: dict[tuple[int, bytes], list[int]] = defaultdict(list)
    for place, bands in enumerate(map(_bands, ones)):
        for band in bands:
            places[band].append(place)
    for at, other in enumerate(others):
        for place in sorted({place for band in _bands(other) for place in places.get(band, ())}):
            alike = likeness(ones[place], other)
            if alike >= ALIKE:
                yield place, at, alike


def _bands(one: frozenset[int]) -> list[tuple[int, bytes]]:
    if not one:
        return []
    times, plus = _turns()
    # Of 31 bits each, so that the product of two fits in 64.
    values = np.fromiter(one, np.int64) % PRIME
    least = ((values[:, None] * times[None, :] + plus[None, :]) % PRIME).min(0)
    return [(n, row.tobytes()) for n, row in enumerate(least.reshape(BANDS, -1))]


@cache
def _turns() -> tuple[np.ndarray, np.ndarray]:
    times, plus = np.random.default_rng(7).integers(1, PRIME, (2, HASHES), dtype=np.int64)
    return times, plus
