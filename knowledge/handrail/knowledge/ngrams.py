"""Texts as vectors of their words: single words, pairs and pieces of words, hashed into a fixed number of places.

A count sketch (Charikar, Chen, Farach-Colton 2002): each n-gram goes to one place with one sign, so inner products of
the vectors are near those of the full TF-IDF vectors, whatever the number of different n-grams.
"""

import math
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from .stems import words

PLACES = 2048
PIECES = (3, 4, 5)
"""Lengths in characters of the pieces of a word, which tell misspelt and inflected words as alike."""

Rows = NDArray[np.float32]


class Ngrams:
    """Vectors weighted by how rare an n-gram is among `texts`; what they do not say counts nothing."""

    def __init__(self, texts: Sequence[str]) -> None:
        said = Counter(gram for text in texts for gram in set(_grams(text)))
        total = math.log1p(len(texts)) + 1.0
        self._rarity = {gram: total - math.log1p(count) for gram, count in said.items()}

    def rows(self, texts: Sequence[str]) -> Rows:
        """Return an array (n, PLACES), each row of length 1, or of zeros where nothing is known."""
        rows = np.zeros((len(texts), PLACES), dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            for gram, count in Counter(_grams(text)).items():
                rarity = self._rarity.get(gram)
                if rarity is not None:
                    weight = rarity * (1.0 + math.log(count))
                    row[(gram >> 1) % PLACES] += weight if gram & 1 else -weight
        lengths = np.linalg.norm(rows, axis=1, keepdims=True)
        rows /= np.where(lengths == 0, 1, lengths)
        return rows


def _grams(text: str) -> list[int]:
    said = words(text)
    found = [gram for word in said for gram in _of_word(word)]
    found.extend(crc32(f"{first} {second}".encode()) for first, second in pairwise(said))
    return found


@lru_cache(maxsize=65536)
def _of_word(word: str) -> tuple[int, ...]:
    edged = f" {word} "
    pieces = (edged[start : start + size] for size in PIECES for start in range(len(edged) - size + 1))
    return tuple(crc32(piece.encode()) for piece in (f"={word}", *pieces))
