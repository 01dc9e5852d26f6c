"""Making a query of a customer's message: what it asks, and how much the lines before have to say.

The figures are chosen on `bench/questions.jsonl`, the follow-ups with and without a change of subject.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from .stems import terms
from .thesaurus import thesaurus

LONG = 40
"""A message of more words is a story: its questions lead, or its end where it has none."""
SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")
POINTS_BACK = re.compile(
    r"\b(it|its|it's|they|them|their|they're|that|this|these|those|one|ones|there|then|so|too|either)\b"
    r"|^\W*((ok|okay|right|thanks|well|hm+)\W+)?(and|or|but|what about|how about|what if|why|also|until when|same)\b",
    re.IGNORECASE,
)
TRADED = re.compile(
    r"\b((?:return(?:ing|ed)?|send(?:ing)?|sent|tak(?:e|ing)|took|bring(?:ing)?|brought|giv(?:e|ing)|gave|swap(?:ping|ped)?|"
    r"exchang(?:e|ing|ed)|replac(?:e|ing|ed)|refund(?:ing|ed)?(?: for)?|bought|buy(?:ing)?|purchas(?:e|ed|ing)|"
    r"order(?:ed|ing)?|got|keep(?:ing)?|kept)(?: back)? )"
    r"(?:a pair of|an?|the|my|this|that|these|those|our|some|two|his|her) ((?:[\w'-]+ ){0,2}?[\w'-]+)"
    r"(?=[?.,!;]|$| (?:back|in|on|to|for|from|of|if|is|are|that|that's|which|i|we|and|or|at|with|without|because|when|"
    r"after|before|as|be|was|were|has|have|it|online|still|didn't|don't|can|will|do|does)\b)",
    re.IGNORECASE,
)
"""What is bought, sent back or kept, by name."""
AN_ITEM, GENERALLY = "an item", 0.5
"""What policies call whatever is traded, and the weight of the question put so."""
LEANING = 0.7
SHORT = 0.3
TOLD = 0.3
CONTEXT = 2
REACH = 300
"""So many characters of a line before are looked at, from its end."""


@dataclass(frozen=True, slots=True)
class Query:
    """The text that is asked, and texts beside it with their weights (0 to 1), the weightiest first."""

    text: str
    beside: tuple[tuple[str, float], ...] = ()


def make_query(message: str, context: Sequence[str] = ()) -> Query:
    """Return the query of `message`; `context` are the lines before it, oldest first.

    A short message leans on them, the more so if it points back ("and how long does that take?"); one that stands by
    itself does not, so that a new subject isn't drawn to the old one.
    """
    text, rest = _asked(" ".join(message.split()))
    beside = [(general, GENERALLY)] if (general := _generally(text)) != text else []
    beside += [(rest, TOLD)] if rest else []
    weight = _leaning(text)
    for line in [line[-REACH:] for line in reversed(context) if line.strip()][:CONTEXT] if weight else ():
        beside.append((" ".join(line.split()), weight))
        weight *= LEANING
    return Query(text, tuple(beside))


def _asked(message: str) -> tuple[str, str]:
    """The part of a long message that asks, and the rest of it."""
    if len(message.split()) <= LONG:
        return message, ""
    sentences = [sentence for sentence in SENTENCE.split(message) if sentence.strip()]
    asking = [sentence for sentence in sentences if sentence.rstrip().endswith("?")]
    asked = asking or sentences[-2:]
    text = " ".join(" ".join(asked).split()[-LONG:])
    return text, " ".join(sentence for sentence in sentences if sentence not in asked)


def _generally(text: str) -> str:
    """A text with the things that are traded called as policies call them; others are left as they are."""

    def put(match: re.Match[str]) -> str:
        matter = any(thesaurus().knows(word) for word in match[2].lower().split())
        return match[0] if matter or not terms(match[2]) else f"{match[1]}{AN_ITEM}"

    return TRADED.sub(put, text)


def _leaning(text: str) -> float:
    telling = len(terms(text))
    if telling <= 1 or (telling <= 3 and POINTS_BACK.search(text)):
        return LEANING
    return SHORT if telling <= 3 else 0.0
