"""What the customer wants: their own sentences that say it, chosen without a model."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from .fields import words_of
from .story import Said, Story

ENOUGH = 2.0
"""Score from which a sentence says what somebody wants or suffers."""

LENGTH = 170

_ASK = re.compile(
    r"\b(?:wants?|wanted|needs?|would like|i'd like|could you|can (?:you|i)|may i|please|help|trying to|tried to|"
    r"looking (?:for|to)|(?:is|are) there|do you)\b",
    re.I,
)
_WH = re.compile(r"\b(?:how (?:do|can|long|much|many|to|come)|when|where|why|what|which)\b", re.I)
_OPENS = re.compile(
    r"^\W*(?:(?:and|so|but|ok|okay|hi|hello|hey|then)\W+)*(?:how|when|where|why|what|which|who|can|could|will|would|is|are|"
    r"do|does|did)\b",
    re.I,
)
_TELL = re.compile(
    r"^\W*(?:(?:please|then|so|and|just|ok|okay|now)\W+)*(?:cancel|change|stop|refund|return|move|book|rebook|send|give|"
    r"update|remove|delete|add|replace|exchange|upgrade|downgrade|close|reset|fix|check|find|tell|show|explain|let|put)\b",
    re.I,
)
_TROUBLE = re.compile(
    r"\b(?:not|never|no longer|cannot|(?:ca|wo|does|do|did|is|was|has|have)n['’]?t|wrong|broken|missing|lost|late|"
    r"delayed|damaged|faulty|stuck|errors?|fail(?:s|ed)?|problem|issue|still|again|twice|instead|without|passed away|"
    r"died|too (?:late|long|much|big|small)|down|back)\b",
    re.I,
)
_EMPTY = re.compile(
    # What stands where a code or a number was blacked out says nothing either.
    r"^\W*(?:(?:\[code\]|\[[a-z ]+ removed\]|"
    r"hi|hello|hey|good (?:morning|afternoon|evening)|thanks?(?: you)?(?: so much)?|thx|ok(?:ay)?|yes|yep|"
    r"yeah|no|nope|sure|please|great|perfect|bye|cheers|there|team|correct|right|exactly|you|all|everyone|go ahead|"
    r"do it)(?:\W+|$))+$",
    re.I,
)
_PERSON = re.compile(
    r"\b(?:human|representative|real person|agent|operator|somebody real|manager|supervisor|a person|advisor|adviser|"
    r"call me|(?:someone|somebody|anyone|anybody) (?:else|who|from))\b",
    re.I,
)
_TALK = re.compile(r"\b(?:talk|speak|chat) (?:to|with) (?:someone|somebody|a|an|your|one)\b", re.I)
_STOP = re.compile(
    r"^(?:an?|the|i|me|my|we|our|you|your|its?|is|am|are|was|were|be|been|to|of|in|on|at|for|with|and|or|but|so|that|this|"
    r"these|those|there|here|ha[sd]|have|do(?:es)?|did|can|could|will|would|just|please|hi|hello|thanks|not?|yes|from|by|"
    r"as|if|d|ll|re|s|t|ve|m)$"
)


@dataclass(frozen=True, slots=True)
class Wish:
    """Something the customer asked for or complained of, in their words (`…` marks what was left out)."""

    text: str
    refs: tuple[str, ...]
    seq: int
    score: float
    asks: bool = True


def wishes(story: Story) -> list[Wish]:
    """What the customer wants, at most two: the first wish, and the latest that is about something else or came after a
    person's answer.

    Greetings, a bare yes, and the wish for a person say nothing of the matter and are passed over, unless there is
    nothing else.
    """
    told = [wish for line in story.customer if (wish := _of(line)) is not None]
    weighty = [wish for wish in told if wish.score >= ENOUGH] or sorted(told, key=lambda w: -w.score)[:1]
    if not weighty:
        return []
    first = weighty[0]
    # An opening without substance ("I have a question") gives way to what follows it.
    better = max(weighty[:3], key=lambda w: w.score)
    if better.score >= first.score + 3:
        first = better
    asked = [w for w in weighty if w.seq > first.seq and w.asks and substance(w.text) >= 1]
    later = [w for w in asked if _apart(first.text, w.text)]
    # What somebody writes after a person has answered is why they are back, however little it says.
    person = max((line.seq for line in story.said if line.speaker == "person"), default=None)
    back = [w for w in told if person is not None and w.seq > max(person, first.seq) and w.score > 0]
    return [first, *(back or later)[-1:]]


def detail(story: Story, known: Iterable[Wish]) -> Wish | None:
    """What the customer told of their matter beside their wishes: the line that says most, if one says enough."""
    seen = {wish.refs for wish in known}
    lines = [line for line in story.customer if line.refs not in seen and not wants_person(line.text)]
    told = [wish for line in lines if (wish := _of(line, substance)) is not None]
    best = max(told, key=lambda wish: wish.score, default=None)
    return best if best is not None and best.score >= ENOUGH else None


def sentences(text: str) -> list[str]:
    """The sentences of a text, as far as full stops, question marks and line ends tell them."""
    return [s.strip() for s in re.split(r"(?<=[.!?…])\s+|\n+", text) if s.strip()]


def is_empty(text: str) -> bool:
    """Whether a text is a greeting, thanks, a bare yes or no, or nothing but what was blacked out."""
    return bool(_EMPTY.match(text))


def substance(sentence: str) -> float:
    """How much a sentence says of a matter: its words, what it names, and what is wrong."""
    if is_empty(sentence):
        return -3.0
    words = min(len(content(sentence)), 12) * 0.25
    return words + 1.2 * bool(_TROUBLE.search(sentence)) + 0.8 * bool(re.search(r"\d", sentence))


def score(sentence: str) -> float:
    """How much a sentence says of what somebody wants: its substance, and how much of a request it is."""
    value = substance(sentence)
    value += (
        1.5 * bool(_ASK.search(sentence) or _WH.search(sentence))
        + 1.5 * bool(_TELL.match(sentence))
        + 0.8 * ("?" in sentence)
    )
    return value - 4 if wants_person(sentence) else value


def calls(text: str) -> bool:
    """Whether a text speaks of a person who should take over."""
    return bool(_PERSON.search(text)) or bool(_TALK.search(text))


def wants_person(sentence: str) -> bool:
    """Whether a sentence does little more than call for a person."""
    return bool(_PERSON.search(sentence)) and len(content(sentence)) <= 6


def _of(line: Said, scored: Callable[[str], float] = score) -> Wish | None:
    """The best sentence of a line with as many of its neighbours as have room."""
    parts = sentences(re.sub(r"^(?:@\w+\s+)+", "", line.text))
    if not parts:
        return None
    scores = [scored(part) for part in parts]
    best = max(range(len(parts)), key=scores.__getitem__)
    start, end = best, best + 1
    while end < len(parts) and scores[end] > 0 and _length(parts[start : end + 1]) <= LENGTH:
        end += 1
    while start > 0 and scores[start - 1] > 0 and _length(parts[start - 1 : end]) <= LENGTH:
        start -= 1
    text = " ".join(parts[start:end])
    asks = "?" in text or any(p.search(part) for part in parts[start:end] for p in (_ASK, _TELL, _OPENS))
    return Wish(text, line.refs, line.seq, scores[best], asks)


def _length(parts: list[str]) -> int:
    return sum(map(len, parts)) + len(parts)


def _apart(one: str, other: str) -> bool:
    """Whether two texts are about different things, by their words."""
    first, second = content(one), content(other)
    return len(first & second) < 0.5 * max(1, min(len(first), len(second)))


def content(text: str) -> frozenset[str]:
    """The words of a text that say something, lower-cased."""
    return frozenset(word for word in words_of(text) if not _STOP.match(word))
