"""What of a plain transcript is worth telling: of each message the sentences that say most."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from .request import score, substance
from .speech import Act, Sentence, goes_on, part_of, sentences
from .transcript import Turn, plain_text

LENGTH = 150
"""Characters of one message that a line quotes."""

MUCH = 240
"""Characters of what is quoted up to which saying more counts for more."""

SIDE = 1.2
"""Score from which a sentence beside the best one is quoted with it."""

WEIGHT: dict[Act, float] = {"asks": 1.0, "advises": 1.2, "promises": 1.2, "tells": 0.6, "says_nothing": -3.0}
"""What it adds to a sentence of whoever answers that it does this."""


@dataclass(frozen=True, slots=True)
class Piece:
    """What is quoted of one message. `numbers` are its turns, `wish` how much it says of what somebody wants, `score`
    how much it says at all."""

    numbers: tuple[int, ...]
    role: str
    text: str
    act: Act
    wish: float
    score: float

    @property
    def first(self) -> int:
        return min(self.numbers)

    @property
    def last(self) -> int:
        return max(self.numbers)

    def like(self, other: "Piece") -> bool:
        """Whether one says little that the other does not."""
        mine, theirs = _words(self.text), _words(other.text)
        return len(mine & theirs) >= 0.7 * max(1, min(len(mine), len(theirs)))


class _Part(NamedTuple):
    number: int
    sentence: Sentence
    worth: float


def pieces(turns: Sequence[Turn]) -> list[Piece]:
    """The pieces of a transcript, oldest first. A message that was sent in several turns is one piece."""
    return [piece for message in _messages(turns) if (piece := _piece(message, turns)) is not None]


def _messages(turns: Sequence[Turn]) -> Iterator[list[int]]:
    """The numbers of the turns, those together that are parts of one message, in the order of the parts."""
    texts = [plain_text(turn.text) for turn in turns]
    message: list[int] = []
    for number, turn in enumerate(turns, 1):
        if message and turns[message[-1] - 1].role == turn.role and _belong(texts, message, number):
            message.append(number)
            continue
        if message:
            yield _ordered(texts, message)
        message = [number]
    if message:
        yield _ordered(texts, message)


def _belong(texts: Sequence[str], message: Sequence[int], number: int) -> bool:
    parts = [part_of(texts[n - 1]) for n in message]
    part = part_of(texts[number - 1])
    if part is not None and all(parts):
        return all(p is not None and p[1] == part[1] and p[0] != part[0] for p in parts)
    return goes_on(texts[message[-1] - 1], texts[number - 1])


def _ordered(texts: Sequence[str], message: list[int]) -> list[int]:
    parts = {n: part for n in message if (part := part_of(texts[n - 1])) is not None}
    return sorted(message, key=lambda n: parts[n][0]) if len(parts) == len(message) else message


def _piece(message: Sequence[int], turns: Sequence[Turn]) -> Piece | None:
    role = turns[message[0] - 1].role
    parts = [
        _Part(n, sentence, _worth(sentence, role))
        for n in message
        for sentence in sentences(plain_text(turns[n - 1].text))
    ]
    if not parts:
        return None
    best = max(range(len(parts)), key=lambda n: parts[n].worth)
    start, end = best, best + 1
    while end < len(parts) and _fits(parts[start : end + 1], parts[end], whole=_broken(parts, end)):
        end += 1
    while start > 0 and _fits(parts[start - 1 : end], parts[start - 1], whole=_broken(parts, start)):
        start -= 1
    text = _joined(parts[start:end])
    numbers = tuple(dict.fromkeys(part.number for part in parts[start:end]))
    act, worth = parts[best].sentence.act, parts[best].worth
    return Piece(numbers, role, text, act, worth, worth + min(len(text), MUCH) / 40)


def _fits(parts: Sequence[_Part], added: _Part, *, whole: bool) -> bool:
    """Whether a sentence is quoted too; what makes one `whole` that two turns have torn apart has more room."""
    return _length(parts) <= MUCH if whole else added.worth > SIDE and _length(parts) <= LENGTH


def _broken(parts: Sequence[_Part], place: int) -> bool:
    """Whether the sentence before this place goes on after it, in the next turn."""
    before, after = parts[place - 1], parts[place]
    return before.number != after.number and not before.sentence.text.endswith((".", "!", "?", "…"))


def _worth(sentence: Sentence, role: str) -> float:
    if role == "customer":
        return score(sentence.text)
    return substance(sentence.text) + WEIGHT[sentence.act]


def _length(parts: Sequence[_Part]) -> int:
    return sum(len(part.sentence.text) + 1 for part in parts)


def _joined(parts: Sequence[_Part]) -> str:
    """The sentences as they were written; between two turns stands `…`, for what was left out."""
    text, number = "", 0
    for part in parts:
        between = " " if part.number == number or not number else " … "
        text, number = f"{text}{between}{part.sentence.text}", part.number
    return text.strip()


def _words(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w{3,}", text.casefold()))
