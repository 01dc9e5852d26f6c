"""The words of short answers: cut, spelt right, tagged by the longest phrase that `consent.toml` lists."""

import re
import tomllib
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files

from rapidfuzz.distance import OSA

FILE = "consent.toml"
PIECE = re.compile(r"[\w'’`´]+(?:[.,:/]\d+|-\w+)*|[^\w\s]|\n")
INVISIBLE = re.compile("[\ufe0e\ufe0f\u200b-\u200d\U0001f3fb-\U0001f3ff]")
STRETCHED = re.compile(r"([^\W\d])\1{2,}")
CURRENCIES = "$€£"
CLAUSE_ENDS = (".", "!", "?", ";", ",", ":", "…", "\n")
LONGEST = 7
"""No listed phrase has more words."""

SPELT = 5
"""Words of so many letters are taken for a listed one over a single slip; shorter ones have too many neighbours."""

NEGATIONS = ("dont", "not", "never", "wont", "cant", "cannot")
VALUES = ("weekday", "month", "time", "count")


@dataclass(frozen=True, slots=True)
class Token:
    """A phrase of the text under its tag, or a mark, whose tag is empty. `word` is as it is listed.

    A token tagged `value` has a `kind`: `weekday`, `month`, `time`, `count`, `number`, `money`, or the shape of an id.
    """

    start: int
    end: int
    word: str
    tag: str = "content"
    mark: str = ""
    kind: str = ""


class Lexicon:
    """The listed phrases by their tag."""

    def __init__(self, listed: Mapping[str, Sequence[str]]) -> None:
        # A phrase listed twice belongs to the tag that comes first.
        self._tags = {tuple(phrase.split()): tag for tag in reversed(list(listed)) for phrase in listed[tag]}
        self._words = frozenset(word for phrase in self._tags for word in phrase)
        self._long: dict[str, list[str]] = {}
        for word in sorted(word for word in self._words if len(word) >= SPELT):
            self._long.setdefault(word[0], []).append(word)

    def read(self, text: str) -> tuple[Token, ...]:
        """Cut a text into tagged phrases and marks."""
        plain = INVISIBLE.sub(lambda match: " " * len(match[0]), text)
        pieces = [self._piece(match, plain) for match in PIECE.finditer(plain)]
        tokens: list[Token] = []
        at = 0
        while at < len(pieces):
            token, taken = self._longest(pieces, at)
            tokens.append(_in_place(token, tokens))
            at += taken
        return tuple(tokens)

    def is_filler(self, word: str) -> bool:
        """Whether a word says nothing by itself."""
        return self._tags.get((word,)) in ("fill", "auxiliary")

    def _piece(self, match: re.Match[str], text: str) -> Token:
        word = re.sub(r"['’`´]", "", match[0].casefold())
        start, end = match.span()
        if not word or not (word[0].isalnum() or word[0] == "_"):
            return self._symbol(match[0], start, end)
        if any(character.isdigit() for character in word):
            money = text[start - 1 : start] in CURRENCIES if start else False
            return Token(start - money, end, _number(word), "value", kind="money" if money else _shape(word))
        return Token(start, end, self._spelt(word))

    def _symbol(self, symbol: str, start: int, end: int) -> Token:
        if (symbol,) in self._tags:
            return Token(start, end, symbol)
        if unicodedata.category(symbol) == "So":
            return Token(start, end, symbol, "fill")
        return Token(start, end, "", "", mark=symbol)

    def _spelt(self, word: str) -> str:
        word = word if word in self._words else STRETCHED.sub(r"\1", word)
        if word in self._words or len(word) < SPELT:
            return word
        slips = 1 if len(word) < 8 else 2
        near = [listed for listed in self._long.get(word[0], ()) if abs(len(listed) - len(word)) <= slips]
        told = [(OSA.distance(word, listed, score_cutoff=slips), listed) for listed in near]
        distance, best = min(told, default=(slips + 1, word))
        return best if distance <= slips else word

    def _longest(self, pieces: Sequence[Token], at: int) -> tuple[Token, int]:
        if mocked := self._mocked(pieces, at):
            return mocked
        for taken in range(min(LONGEST, len(pieces) - at), 0, -1):
            run = pieces[at : at + taken]
            phrase = tuple(piece.word for piece in run)
            if any(piece.kind == "money" for piece in run):
                continue
            if tag := self._tags.get(phrase):
                kind = tag if tag in VALUES else ""
                whole = Token(run[0].start, run[-1].end, " ".join(phrase), kind=kind)
                return replace(whole, tag="value" if kind else tag), taken
        return pieces[at], 1

    def _mocked(self, pieces: Sequence[Token], at: int) -> tuple[Token, int] | None:
        """Mockery is still that with a pause in it: "yeah, right"."""
        words: list[str] = []
        for taken, piece in enumerate(pieces[at : at + LONGEST], 1):
            if piece.mark and piece.mark not in ",.…-":
                return None
            words += [] if piece.mark else [piece.word]
            if self._tags.get(tuple(words)) == "mock" and not piece.mark:
                return Token(pieces[at].start, piece.end, " ".join(words), "mock"), taken
        return None


def _in_place(token: Token, before: Sequence[Token]) -> Token:
    """A word like "can" opens a question at the start of a clause; a "don't" turns the yes that follows it."""
    if token.tag in ("yes", "weak") and before and before[-1].tag == "no" and before[-1].word.endswith(NEGATIONS):
        return replace(token, tag="no")
    if token.tag != "auxiliary":
        return token
    for earlier in reversed(before):  # "please can you" still opens one
        if earlier.mark in CLAUSE_ENDS and earlier.mark:
            break
        if earlier.tag not in ("fill", ""):
            return replace(token, tag="fill")
    return replace(token, tag="question")


def _number(word: str) -> str:
    return re.sub(r"[.,]00?$", "", word)


def _shape(word: str) -> str:
    """`W10021` → `A9`; a plain number is just a number."""
    shape = re.sub(r"\d+", "9", re.sub(r"[^\W\d]+", "A", word))
    return "number" if shape.startswith("9") and "A" not in shape else shape


@cache
def lexicon() -> Lexicon:
    """The packaged phrases."""
    return Lexicon(tomllib.loads((files("handrail.agent") / FILE).read_text(encoding="utf-8")))
