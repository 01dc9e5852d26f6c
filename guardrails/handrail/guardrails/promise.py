"""Promises beyond the rules: money, dates, rights and discounts that neither a policy nor a result gives."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from handrail.guardrails.claims import claim, claims
from handrail.guardrails.grounded import quoted
from handrail.guardrails.phrasebook import phrasebook
from handrail.guardrails.text import even
from handrail.guardrails.verdict import Evidence

MONEY = ("refund", "discount")
"""Promises that a tool's result may have kept already."""


CLOSE = 0.5
"""The share of a sentence's words that a statement must have to give the same."""
BINDING = frozenset({"if", "unless", "only", "provided", "as long as", "subject to", "except"})


@dataclass(frozen=True, slots=True)
class _Words:
    given: tuple[tuple[str, re.Pattern[str]], ...]
    roots: dict[str, re.Pattern[str]]
    time: re.Pattern[str]
    commits: re.Pattern[str]
    vows: re.Pattern[str]
    denies: re.Pattern[str]
    done: re.Pattern[str]
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
        done=book.any("done"),
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
    if words.asks.search(low) or quoted(sentence, evidence):
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
        and not _told(sentence, evidence, lambda spoken: due[0] in spoken)
    ):
        found.append(Promise("time", due[0], due.span()))
    vow = words.vows.search(low)
    if (
        vow
        and not found
        and not words.denies.search(low[: vow.end()])
        and not _told(sentence, evidence, lambda spoken: vow[0] in spoken)
    ):
        found.append(Promise("time", vow[0], vow.span()))
    return found


def _given(name: str, words: str, sentence: str, evidence: Evidence) -> bool:
    book = _words()
    if name in MONEY and any(book.roots[name].search(result.lower()) for result in evidence.results.values()):
        return True
    if name == "refund" and book.done.search(words):
        # What is said to have happened, a tool must have confirmed.
        return False
    granting = dict(book.given)[name] if name == "refund" else book.roots[name]
    return _told(sentence, evidence, lambda spoken: bool(granting.search(spoken)))


def _told(sentence: str, evidence: Evidence, says: Callable[[str], bool]) -> bool:
    """Whether one statement of a passage or a result says most of what the sentence says, the promise included.

    A condition may not be lost on the way: "if we cancel, you get a refund" gives no refund as such.
    """
    said = claim(sentence)
    for text in (*evidence.passages.values(), *evidence.results.values()):
        parts = claims(text)
        for place, part in enumerate(parts):
            stems = part.stems | (parts[place - 1].stems if place else frozenset())
            close = len(said.stems & stems) >= CLOSE * len(said.stems)
            kept = said.negative or not part.negative
            bound = part.conditions & BINDING and not said.conditions
            if close and kept and not bound and says(even(part.text).lower()):
                return True
    return False
