"""Whether a customer says that the matter is settled: in so many words, not by thanks alone."""

import re
from functools import cache

from handrail.guardrails.phrasebook import phrasebook
from handrail.guardrails.text import even

CLAUSE = re.compile(r"[.!;\n]+|(?<=\?)|,? (?:and|so) (?=that|it|i)")


def says_settled(text: str) -> tuple[int, int] | None:
    """Where in `text` it is said that all is done; None where it is not, or is taken back: by a denial or a condition
    in the same clause, or by a question after it."""
    low = even(text).lower()
    says, denied = _book()
    place = None
    for start, clause in _clauses(low):
        match = says.search(clause)
        if match and not denied.search(clause[: match.start()]) and not denied.search(clause[match.end() :]):
            place = (start + match.start(), start + match.end())
        elif "?" in clause:
            place = None
    return place


def _clauses(low: str) -> list[tuple[int, str]]:
    found, start = [], 0
    for match in CLAUSE.finditer(low):
        found.append((start, low[start : match.start()]))
        start = match.end()
    return [*found, (start, low[start:])]


@cache
def _book() -> tuple[re.Pattern[str], re.Pattern[str]]:
    book = phrasebook("settled")
    return book.any("says"), book.any("denied")
