"""Telling whether the customer takes back what waits for a colleague's word: only where they plainly do."""

from collections.abc import Sequence
from typing import Literal

from handrail.agent.echo import stem
from handrail.agent.proposal import open_action
from handrail.agent.words import NEGATIONS, Token, lexicon
from handrail.conversation.situation import ActionState, Situation

UNDO = frozenset(
    map(stem, ("cancel", "stop", "withdraw", "undo", "drop", "scrap", "abort", "retract", "revoke", "forget"))
)
AROUND = frozenset(map(stem, ("about", "actually", "need", "longer", "keep", "want")))
REQUEST = frozenset(map(stem, ("request", "approval", "application")))
"""Words, as stems: verbs that take something back, those that stand around them, and what can only mean the request."""

LEAVING = ("leave", "never mind", "nevermind", "nvm", "forget", "scrap", "stop", "undo", "abort", "keep")
POLITE = ("can you", "could you", "would you", "will you")
DOUBTS = frozenset({"mock", "hedge", "but", "wait", "yes", "weak"})


def withdrawn(situation: Situation, text: str) -> ActionState | None:
    """The action that `text` takes back while it waits for a colleague, or before it is carried out.

    It must name the action, or answer the line that told of the wait, and it must not be meant for a proposal that
    stands.
    """
    waiting = [a for a in situation.actions if a.stage in ("waiting", "approved")]
    readings = [(action, takes_back(text, action.question)) for action in waiting]
    named = [action for action, reading in readings if reading == "named"]
    standing = open_action(situation)
    if len(named) == 1:
        return None if standing and takes_back(text, standing.question) == "named" else named[0]
    bare = [action for action, reading in readings if reading == "bare"]
    if standing is None and len(waiting) == 1 and bare and _told_last(bare[0], situation):
        return bare[0]
    return None


def takes_back(text: str, question: str) -> Literal["named", "bare", ""]:
    """Whether a text does nothing else than take back what `question` tells; `named` where it says of what."""
    every = lexicon().read(text)
    tokens = [token for token in every if token.tag]
    polite = bool(tokens) and tokens[0].word in POLITE
    if polite:
        tokens = tokens[1:]
    asks = any(token.tag == "question" for token in tokens) or (not polite and any(t.mark == "?" for t in every))
    if asks or any(token.tag in DOUBTS for token in tokens):
        return ""
    theirs = _stems(lexicon().read(question))
    own = theirs[0] if theirs else ""
    undo = UNDO - {own}
    said = [s for s in _stems(tokens) if s not in AROUND]
    rest = [s for s in said if s not in undo]
    negated = any(token.tag == "no" and token.word.split()[-1] in NEGATIONS for token in tokens)
    leaves = any(token.tag == "no" and _leaves(token.word) for token in tokens)
    if (negated and len(rest) < len(said)) or any(s not in theirs and s not in REQUEST for s in rest):
        return ""
    if not (leaves or len(rest) < len(said) or (negated and rest)):
        return ""
    # "Cancel order 17", while a refund for it waits, is another matter.
    if rest and own not in rest and REQUEST.isdisjoint(rest):
        return ""
    return "named" if rest else "bare"


def _leaves(words: str) -> bool:
    return (
        words.removeprefix("please ").startswith(LEAVING) or words.endswith("changed my mind") or "dont want" in words
    )


def _stems(tokens: Sequence[Token]) -> list[str]:
    return [
        stem(word) for token in tokens if token.tag in ("content", "value", "change") for word in token.word.split()
    ]


def _told_last(action: ActionState, situation: Situation) -> bool:
    """Whether our last line was about it and asked nothing."""
    told = [line.text for line in situation.lines if line.speaker in ("bot", "person")]
    last = " ".join(told[-1].casefold().split()) if told else ""
    return " ".join(action.question.casefold().split()).rstrip(".") in last and "?" not in last
