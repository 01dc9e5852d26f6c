"""Promises beyond the rules: money, dates, rights and discounts that neither a policy nor a result gives."""

import re
from dataclasses import dataclass
from functools import cache

from handrail.guardrails.claims import claim, claims
from handrail.guardrails.phrasebook import phrasebook
from handrail.guardrails.text import even
from handrail.guardrails.verdict import Evidence

MONEY = ("refund", "discount")
"""Promises that a tool's result may have kept already."""


@dataclass(frozen=True, slots=True)
class _Words:
    given: tuple[tuple[str, re.Pattern[str]], ...]
    roots: dict[str, re.Pattern[str]]
    time: re.Pattern[str]
    commits: re.Pattern[str]
    vows: re.Pattern[str]
    denies: re.Pattern[str]
    asks: re.Pattern[str]


@cache
def _words() -> _Words:
    book = phrasebook("promise")
    return _Words(
        given=(("refund", book.any("money")), ("discount", book.any("discount")), ("legal", book.any("law"))),
        roots={name: book.any("roots", name) for name in ("refund", "discount", "legal")},
        time=book.any("time"),
        commits=book.any("commits"),
        vows=book.any("vows"),
        denies=book.any("denies"),
        asks=book.any("asks"),
    )


@dataclass(frozen=True, slots=True)
class Promise:
    """A promise found in a sentence: `refund`, `time`, `legal` or `discount`, its words, and where they stand."""

    name: str
    words: str
    span: tuple[int, int]


def promises(sentence: str, evidence: Evidence) -> list[Promise]:
    """The promises in `sentence` that its evidence does not give.

    A policy may be quoted, and what a tool confirmed may be told: a promise whose words stand in one statement of the
    evidence, or in a tool's result, is none of the bot's own.
    """
    low = even(sentence).lower()
    words = _words()
    if words.asks.search(low):
        return []
    found = []
    for name, pattern in words.given:
        match = pattern.search(low)
        if (
            match
            and not (name != "legal" and words.denies.search(low[: match.end()]))
            and not _given(name, match[0], sentence, evidence)
        ):
            found.append(Promise(name, match[0], match.span()))
    due = words.time.search(low)
    if (
        due
        and words.commits.search(low)
        and not words.denies.search(low[: due.end()])
        and not _told(due[0], sentence, evidence)
    ):
        found.append(Promise("time", due[0], due.span()))
    vow = words.vows.search(low)
    if vow and not found and not words.denies.search(low[: vow.end()]) and not _told(vow[0], sentence, evidence):
        found.append(Promise("time", vow[0], vow.span()))
    return found


def _given(name: str, words: str, sentence: str, evidence: Evidence) -> bool:
    root = _words().roots[name]
    if name in MONEY and any(root.search(result.lower()) for result in evidence.results.values()):
        return True
    return _told(words, sentence, evidence, root)


def _told(words: str, sentence: str, evidence: Evidence, root: re.Pattern[str] | None = None) -> bool:
    """Whether one statement of a passage or a result says most of what the sentence says, the promise included."""
    said = claim(sentence)
    for text in (*evidence.passages.values(), *evidence.results.values()):
        low = even(text).lower()
        if not (root.search(low) if root else words in low):
            continue
        parts = claims(text)
        for place, part in enumerate(parts):
            stems = part.stems | (parts[place - 1].stems if place else frozenset())
            close = len(said.stems & stems) >= 0.5 * len(said.stems)
            spoken = even(part.text).lower()
            names = bool(root.search(spoken)) if root else words in spoken
            if close and names and (root is None or not part.negative or said.negative):
                return True
    return False
