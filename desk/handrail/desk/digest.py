"""A summary of a plain transcript for whoever takes it over, in the words that were said, without a model."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from handrail.conversation.events import Packet, PacketLine, Topic

from . import wording
from .pieces import LENGTH, Piece, pieces
from .request import is_empty, substance
from .speech import Act
from .transcript import Turn

SHORT = 160
"""Characters of a question that is told with its answer."""

ANSWERS, LONG = 2, 7
"""Messages of whoever answered that are told beside the last; of a conversation so long, one more."""

VERY_LONG = 20
"""Of a conversation of so many messages, one more of the customer's is told."""

MATTER = 0.7
"""Score from which a customer's message tells what they came for."""

WORTH = 7.0
"""Score from which a further message of the customer is worth a line."""

SAID = 8
"""Characters from which an answer without a number is told."""

ENDING = 1.5
"""Substance from which the customer's last message is told."""

SAYS: dict[Act, str] = {
    "asks": "The agent asked", "advises": "The agent advised", "promises": "The agent promised",
    "tells": "The agent said", "says_nothing": "The agent said",
}  # fmt: skip

_SOLVED = re.compile(
    r"\b(?:solved|resolved|fixed|sorted|all good|never mind|forget it|that did it|"
    r"(?:it|that|this|all|now|is|are|everything|still|not|never|\w+n['’]t) (?:now )?(?:works?|worked|working))\b",
    re.I,
)
_REQUEST = re.compile(
    r"^\W*(?:(?:hi|hello|hey|so|and|also|ok|okay|but)\W+)*(?:please|pls|plz|can|could|would|will|do|does|did|is|are|how|"
    r"what|when|where|why|which|who)\b",
    re.I,
)


def digest(turns: Sequence[Turn]) -> Packet:
    """Tell what the customer came for, what they told, what was advised, asked and promised, and where it stands.

    Lines are in the order of the conversation, each quoting turns that it names as `seq:<number from 1>`.
    """
    told = pieces(turns)
    return Packet(lines=tuple(_lines(_chosen(told), told)))


def _chosen(told: Sequence[Piece]) -> list[Piece]:
    customer = [p for p in told if p.role == "customer"]
    matter = [p for p in customer if p.wish >= MATTER] or sorted(customer, key=lambda p: -p.wish)
    chosen = [*matter[:1], *_answers([p for p in told if p.role == "agent"], ANSWERS + (len(told) >= LONG))]
    left = [p for p in customer if not any(p.like(other) for other in chosen)]
    further = sorted((p for p in left if p.score >= WORTH), key=lambda p: -p.score)
    chosen += further[: 1 + (len(told) >= VERY_LONG)]
    chosen += [p for p in customer[-1:] if p not in chosen and _ends(p, last=p is told[-1])]
    return sorted(chosen, key=lambda p: p.first)


def _answers(agent: Sequence[Piece], beside: int) -> list[Piece]:
    """The last message that says something, and those before it that say most."""
    worth = [p for p in agent if p.act != "says_nothing"]
    chosen = worth[-1:]
    for piece in sorted(worth, key=lambda p: -p.score):
        if len(chosen) > beside:
            break
        if not any(piece.like(other) for other in chosen):
            chosen.append(piece)
    return chosen or list(agent[-1:])


def _ends(piece: Piece, *, last: bool) -> bool:
    """Whether a customer's last message tells how it stands; one that nobody has answered does so in more words."""
    return bool(_SOLVED.search(piece.text)) or (last and substance(piece.text) > ENDING)


def _lines(chosen: Sequence[Piece], told: Sequence[Piece]) -> Iterator[PacketLine]:
    done: list[Piece] = []
    matter = next((p for p in chosen if p.role == "customer"), None)
    customer = [p for p in told if p.role == "customer"]
    after = dict(pairwise(told))
    for piece in chosen:
        if piece in done:
            continue
        reply = after.get(piece)
        if piece.role == "agent" and piece.act == "asks" and reply is not None and _replies(reply, matter):
            done.append(reply)
            text = f"Asked {_quoted(piece, SHORT)}, the customer answered: {_quoted(reply)}"
            yield _line("established", text, *piece.numbers, *reply.numbers)
        elif piece.role == "agent":
            topic: Topic = "promised" if piece.act == "promises" else "tried"
            yield _line(topic, f"{SAYS[piece.act]}: {_quoted(piece)}", *piece.numbers)
        elif piece is matter:
            yield _line("wants", f"The customer {_verb(piece, 'says')}: {_quoted(piece)}", *piece.numbers)
        elif piece is told[-1] or (_SOLVED.search(piece.text) and piece is customer[-1]):
            yield _line("stuck", f"The customer's last word: {_quoted(piece)}", *piece.numbers)
        else:
            yield _line("established", f"The customer {_verb(piece, 'adds')}: {_quoted(piece)}", *piece.numbers)


def _replies(reply: Piece, matter: Piece | None) -> bool:
    """Whether a message answers the question before it with something to know, rather than going on to another."""
    if reply.role != "customer" or "?" in reply.text or reply is matter:
        return False
    return bool(re.search(r"\d", reply.text)) or (len(reply.text) > SAID and not is_empty(reply.text))


def _verb(piece: Piece, otherwise: str) -> str:
    return "asks" if "?" in piece.text or _REQUEST.search(piece.text) else otherwise


def _quoted(piece: Piece, length: int = LENGTH + 120) -> str:
    return wording.quote(piece.text, length)


def _line(topic: Topic, text: str, *numbers: int) -> PacketLine:
    return PacketLine(topic=topic, text=text, evidence=tuple(f"seq:{n}" for n in numbers))
