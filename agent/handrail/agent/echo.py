"""Telling what an answer repeats of the proposal ("yes, cancel my order") from what it adds to it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from rapidfuzz.distance import OSA

from handrail.agent.words import SPELT, Lexicon, Token

JOINTS = frozenset({"a", "an", "the", "my", "our", "your", "to", "for", "of", "on", "with", "please", "that", "this"})
"""Words that may stand between two words of the proposal without setting them apart."""


@dataclass(frozen=True)
class Echo:
    """The words of a proposal, for finding them again in an answer."""

    lexicon: Lexicon
    summary: str

    @cached_property
    def verb(self) -> str:
        """The stem of the verb that the proposal opens with."""
        return next((stem(token.word) for token in self._tokens if token.tag == "content"), "")

    def mark(self, tokens: Sequence[Token]) -> tuple[Token, ...]:
        """Tag as `echo` what only repeats the proposal: runs of its words in its order, and values it has one of."""
        marked = [self._loosened(self._value(token)) for token in tokens]
        run: list[int] = []
        for at, token in enumerate([*marked, Token(0, 0, "", "", mark="\n")]):
            if token.tag == "content":
                run.append(at)
            elif not (run and token.word in JOINTS):
                if run and self._repeats([stem(marked[i].word) for i in run]):
                    for i in run:
                        marked[i] = replace(marked[i], tag="echo")
                run = []
        return tuple(marked)

    @cached_property
    def _tokens(self) -> list[Token]:
        # Word by word: phrases of answers don't count in a proposal.
        pieces = [token for word in re.findall(r"\S+", self.summary) for token in self.lexicon.read(word)]
        return [replace(token, tag="content") if self._is_word(token) else token for token in pieces]

    def _is_word(self, token: Token) -> bool:
        return bool(token.word) and token.tag != "value" and not self.lexicon.is_filler(token.word)

    @cached_property
    def _line(self) -> list[str]:
        return [stem(token.word) for token in self._tokens if token.tag == "content"]

    @cached_property
    def _clauses(self) -> list[list[str]]:
        clauses = re.split(r"[,;()]|\b(?:and|to|from|of|for|with|at|on|by|in)\b", self.summary, flags=re.IGNORECASE)
        return [Echo(self.lexicon, clause)._line for clause in clauses]

    def _value(self, token: Token) -> Token:
        """A day or an amount repeats the proposal only where it names no other of its kind."""
        if token.tag != "value":
            return token
        named = {_same(other) for other in self._tokens if other.tag == "value" and other.kind == token.kind}
        return replace(token, tag="echo") if named == {_same(token)} else token

    def _loosened(self, token: Token) -> Token:
        """ "Change the", where the proposal is to change something."""
        if token.tag != "change":
            return token
        words = [word for word in token.word.split() if not self.lexicon.is_filler(word)]
        repeats = bool(words) and all(stem(word) in self._line for word in words)
        return replace(token, word=words[0], tag="content") if repeats else token

    def _repeats(self, run: list[str]) -> bool:
        wanted = [self._nearest(word) for word in run]
        size = len(wanted)
        if any(self._line[i : i + size] == wanted for i in range(len(self._line) - size + 1)):
            return True
        # "Change the address" leaves out a word of "change the delivery address".
        return any(_in_order(wanted, clause) for clause in self._clauses)

    def _nearest(self, word: str) -> str:
        if word in self._line or len(word) < SPELT:
            return word
        near = (listed for listed in self._line if len(listed) >= SPELT and OSA.distance(word, listed) <= 1)
        return next(near, word)


def _in_order(wanted: Sequence[str], clause: Sequence[str]) -> bool:
    rest = iter(clause)
    return all(word in rest for word in wanted)


def stem(word: str) -> str:
    """`cancelled`, `cancelling`, `cancels` → `cancel`. Rough, and the same for both sides."""
    bare = re.sub(r"(?:ation|ing|ed|es|s|e)$", "", word) if len(word) > 3 else word
    return bare[:-1] if len(bare) > 3 and bare[-1:] == bare[-2:-1] and bare[-1] != "s" else bare


def _same(token: Token) -> str:
    return token.word[:3] if token.kind in ("weekday", "month") else token.word
