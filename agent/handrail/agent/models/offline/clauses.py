"""A message taken apart into clauses, and what each of them is: a greeting, a question, a request."""

import re
from dataclasses import dataclass
from typing import Literal

from handrail.agent.models.offline import forms
from handrail.agent.models.offline.words import is_no, is_yes
from handrail.agent.sentences import split

Form = Literal[
    "greeting",
    "thanks",
    "bye",
    "wait",
    "yes",
    "no",
    "person",
    "bot",
    "request",
    "ability",
    "howto",
    "own",
    "rule",
    "statement",
]
"""`request`: do something. `ability`: can I, could you. `howto`: how do I. `own`: a question about what is the
customer's. `rule`: a question about how things are done here. `statement`: anything else."""

MOST = 12
"""Clauses that a message is taken apart into at most; the last holds the rest."""
SOCIAL: tuple[tuple[Form, re.Pattern[str]], ...] = (
    ("greeting", forms.GREETING),
    ("bye", forms.BYE),
    ("thanks", forms.THANKS),
    ("wait", forms.WAIT),
    ("bot", forms.BOT),
    ("person", forms.PERSON),
)
ASKED: tuple[tuple[Form, re.Pattern[str]], ...] = (
    ("howto", forms.HOWTO),
    ("rule", forms.OTHERS),
    ("ability", forms.ABILITY),
    ("request", forms.REQUEST),
)


@dataclass(frozen=True, slots=True)
class Clause:
    """One piece of a message. `own` tells that it speaks of the customer's own things, `asks` that it is a question."""

    text: str
    form: Form
    own: bool = False
    asks: bool = False
    core: str = ""
    """The part that asks, where what stands before it only leads there ("my knee hurts, can I cancel?")."""


def clauses_of(message: str) -> list[Clause]:
    """The clauses of a message, in order. A message that is one clause is that clause, whole."""
    pieces = [piece for sentence in split(message) for piece in _parted(sentence.strip()) if re.search(r"\w", piece)]
    if len(pieces) == 1:
        return [read(message.strip())]
    if len(pieces) > MOST:
        pieces = [*pieces[: MOST - 1], " ".join(pieces[MOST - 1 :])]
    return [read(piece) for piece in pieces]


def read(text: str) -> Clause:
    """What one clause is."""
    bare = opened(text)
    lead = forms.CORE.search(bare)
    core = bare[lead.end() :] if lead else ""
    bare = core or bare
    tell = forms.TELL.match(bare)
    bare = bare[tell.end() :] if tell else bare
    asks = bool(tell) or text.rstrip().endswith("?") or bool(forms.ASKING.match(bare))
    own = bool(forms.OWN.search(opened(text)))
    return Clause(text, _form(text, bare, own=own, asks=asks), own, asks, core)


def opened(text: str) -> str:
    """A clause without the greeting, thanks or filler that it opens with."""
    while match := forms.OPENING.match(text):
        text = text[match.end() :]
    return text.strip()


def _form(text: str, bare: str, *, own: bool, asks: bool) -> Form:
    if found := next((form for form, pattern in SOCIAL if pattern.search(text)), None):
        return found
    if is_yes(text) or is_no(text):
        return "yes" if is_yes(text) else "no"
    if found := next((form for form, pattern in ASKED if pattern.search(bare)), None):
        return found
    if asks:
        return "own" if own and not forms.RULE.search(bare) else "rule"
    return "statement"


def _parted(sentence: str) -> list[str]:
    """The parts of a sentence that is joined by "and": only where each part can stand by itself."""
    parts, start = [], 0
    for match in forms.AND.finditer(sentence):
        head = sentence[start : match.start()]
        # "Do you cancel it and refund me" is one question, "cancel it and refund me" are two wishes.
        verb = forms.BARE_VERB.match(sentence, match.end()) and not forms.REQUEST.match(opened(head))
        if len(head.split()) >= 2 and not verb:
            parts.append(head.strip())
            start = match.end()
    parts.append(sentence[start:].strip())
    return parts
