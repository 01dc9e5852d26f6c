"""Plain text made comparable: folded case and apostrophes, words, sentences, and the packaged lists."""

import re
import tomllib
import unicodedata
from functools import cache
from importlib.resources import files
from typing import Any

from rapidfuzz.distance import OSA

QUOTES = str.maketrans("’‘ʼ`´“”„–—\u00a0", "'''''\"\"\"-- ")
WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*")
STRETCHED = re.compile(r"([a-z!?])\1{2,}")
SENTENCE = re.compile(r"(?<=[.!?…])[\"')\]]*\s+(?=[^\s])|\n+")
SHORT = re.compile(
    r"(?:\b(?:mr|mrs|ms|dr|st|no|nr|vs|e\.g|i\.e|approx|inc|ltd|co|jr|sr|a\.m|p\.m)|\b[A-Z])\.$", re.IGNORECASE
)


@cache
def packaged(name: str) -> dict[str, Any]:
    """One of the TOML files in `data/`."""
    return tomllib.loads((files("handrail.guardrails") / "data" / name).read_text(encoding="utf-8"))


def plain(text: str) -> str:
    """Lower case with straight quotes and stretched letters shortened (`sooooo` → `soo`); offsets are not kept."""
    return STRETCHED.sub(r"\1\1", even(text).lower())


def even(text: str) -> str:
    """Straight quotes and plain spaces; every character keeps its place."""
    return text.translate(QUOTES)


def words(text: str) -> list[str]:
    """The words of `plain(text)`."""
    return WORD.findall(plain(text))


def skeleton(text: str) -> str:
    """Compatibility forms folded, invisible characters dropped: what a reader sees of a text that hides something."""
    folded = unicodedata.normalize("NFKC", text)
    return "".join(c for c in folded if unicodedata.category(c) not in ("Cf", "Mn") or c in "\n\t")


def sentences(text: str) -> list[tuple[int, int]]:
    """The spans of the sentences of `text`, without the white space between them."""
    cuts, start = [], 0
    for gap in SENTENCE.finditer(text):
        if not SHORT.search(text[start : gap.start()]):
            cuts.append((start, gap.start()))
            start = gap.end()
    cuts.append((start, len(text)))
    return [(a, b) for a, b in cuts if text[a:b].strip()]


def misspelt(word: str, known: frozenset[str]) -> str | None:
    """The word of `known` that `word` is a slip of: same first letter, one edit from 7 letters on, two from 9 on."""
    if word in known or len(word) < 7:
        return None
    allowed = 1 if len(word) < 9 else 2
    best: tuple[int, str] | None = None
    for candidate in _by_letter(known).get(word[0], ()):
        if abs(len(candidate) - len(word)) <= allowed and len(candidate) >= 7:
            distance = OSA.distance(word, candidate, score_cutoff=allowed)
            if distance <= allowed and (best is None or distance < best[0]):
                best = (distance, candidate)
    return best[1] if best else None


@cache
def _by_letter(known: frozenset[str]) -> dict[str, list[str]]:
    letters: dict[str, list[str]] = {}
    for word in known:
        letters.setdefault(word[0], []).append(word)
    return letters
