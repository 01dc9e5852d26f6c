"""Whether the customer asks for a person, said in any of the usual ways."""

import re
from dataclasses import dataclass
from functools import cache

from handrail.guardrails.phrasebook import phrasebook
from handrail.guardrails.text import even, misspelt

SURE = 0.9
"""From this score on the wish is plain."""
BARE = 120
"""A clause of nothing but staff and filler is a wish if it has at most so many characters."""
WORD = re.compile(r"[\w']+")
CLAUSE = re.compile(r"[.!?;\n]+|,? (?:but|and then|so) ")


@dataclass(frozen=True, slots=True)
class _Asks:
    bare: re.Pattern[str]
    wishes: tuple[re.Pattern[str], ...]
    refusals: re.Pattern[str]
    bot: re.Pattern[str]
    denied: re.Pattern[str]
    past: re.Pattern[str]
    how: re.Pattern[str]
    slips: dict[str, str]
    known: frozenset[str]


@cache
def _asks() -> _Asks:
    book = phrasebook("asks")
    return _Asks(
        bare=re.compile(book.fill(r"^(?:\W|\bLOOSE\b)*(?:\bSTAFF\b(?:\W|\bLOOSE\b)*)+$")),
        wishes=book.each("asks"),
        refusals=book.any("refusals"),
        bot=book.any("bot"),
        denied=book.any("denied"),
        past=book.any("past"),
        how=book.any("how"),
        slips=dict(book.data["slips"]),
        known=frozenset(book.data["known"].split()),
    )


def asks_for_person(text: str) -> tuple[float, tuple[int, int] | None]:
    """How surely `text` asks for a person (0 to 1), and where it does. 0.6 is "how do I reach support?"
    and 0.4 "are you a bot?": worth an offer, no more."""
    mended, places = _mended(even(text).lower())
    asks = _asks()
    for clause_start, clause in _clauses(mended):
        if len(clause) < BARE and asks.bare.match(clause) and WORD.search(clause):
            return 1.0, (places[clause_start], places[clause_start + len(clause)])
        for pattern in asks.wishes:
            match = pattern.search(clause)
            if match and not _meant_otherwise(clause[: match.start()], match[0]):
                start = clause_start + match.start()
                sure = 0.6 if asks.how.search(clause[: match.start()]) else 0.95
                return sure, (places[start], places[start + len(match[0])])
    match = asks.bot.search(mended)
    return (0.4, (places[match.start()], places[match.end()])) if match else (0.0, None)


def _meant_otherwise(before: str, matched: str) -> bool:
    """The words before turn the wish into its opposite, or into a tale of last time."""
    asks = _asks()
    if asks.refusals.match(matched):
        return False
    return bool(asks.denied.search(before.rstrip()) or asks.past.search(before.rstrip()))


def _clauses(text: str) -> list[tuple[int, str]]:
    found, start = [], 0
    for gap in CLAUSE.finditer(text):
        found.append((start, text[start : gap.end()]))
        start = gap.end()
    found.append((start, text[start:]))
    return [(a, c) for a, c in found if c.strip()]


def _mended(text: str) -> tuple[str, list[int]]:
    """`text` with slips put right, and for every character of it (and its end) the place in `text`."""
    out: list[str] = []
    places: list[int] = []
    last, slips, known = 0, _asks().slips, _asks().known
    for match in WORD.finditer(text):
        word = match[0]
        right = slips.get(word) or misspelt(word, known) or word
        out += [text[last : match.start()], right]
        places += range(last, match.start())
        places += [match.start() + min(i, len(word) - 1) for i in range(len(right))]
        last = match.end()
    out.append(text[last:])
    places += range(last, len(text) + 1)
    return "".join(out), places
