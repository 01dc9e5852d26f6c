"""Mending misspelt words towards the words of the policies: "pacel" to "parcel", "retrun" to "return".

Only words that are no English are mended (the tokenizer of the embedder knows 20,000), and only to a word that a policy
uses, begins alike and is nearly the same, so names and numbers stay as they are.
"""

import re
from collections.abc import Iterable
from functools import lru_cache

from rapidfuzz import process
from rapidfuzz.distance import OSA

from .stems import WORD, stem

SHORTEST = 4
ALIKE = 0.75
"""Least share of letters that agree (optimal string alignment: a swap of neighbours is one mistake)."""


class Spelling:
    """Knows the words that `texts` use, beside the `english` ones."""

    def __init__(self, texts: Iterable[str], english: frozenset[str]) -> None:
        self._own = {word for text in texts for word in WORD.findall(text.lower()) if _mendable(word)}
        self._english = english
        self._stems = _stems(english) | {stem(word) for word in self._own}
        self._by_letter: dict[str, list[str]] = {}
        for word in sorted(self._own):
            self._by_letter.setdefault(word[0], []).append(word)

    def mended(self, text: str) -> str:
        """Return `text` with misspelt words put right; the very same text where there are none."""
        return WORD.sub(self._mended, text) if self._english else text

    def _mended(self, match: re.Match[str]) -> str:
        written = match.group()
        word = written.lower()
        if not _mendable(word) or word in self._own or word in self._english or stem(word) in self._stems:
            return written
        near = process.extractOne(
            word, self._by_letter.get(word[0], ()), scorer=OSA.normalized_similarity, score_cutoff=ALIKE
        )
        return near[0] if near else written


@lru_cache(maxsize=1)
def _stems(english: frozenset[str]) -> frozenset[str]:
    return frozenset(stem(word) for word in english)


def _mendable(word: str) -> bool:
    return len(word) >= SHORTEST and word.isalpha() and word.isascii()
