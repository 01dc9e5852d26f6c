"""Reading the customer's answer to a proposal: locally, and so that nothing but a plain yes is a yes."""

from dataclasses import dataclass, replace
from typing import Literal

from handrail.agent.echo import Echo, stem
from handrail.agent.words import Token, lexicon

Kind = Literal["yes", "no", "wait", "change", "unclear", "unrelated"]
"""`wait`: not now; the proposal stands. `change`: something else than was asked, told in the remainder. `unclear`: ask
again. `unrelated`: another matter, mostly a question; the proposal stands."""

LATER = ("when will", "when do", "when should", "how long will", "how long does")
"""Questions about what comes after a yes; others may be doubts."""

ASKING = ("wh", "how")
ANSWERS = ("yes", "weak", "no", "wait", "hedge", "fill", "echo", "")
JOINTS = ("but", "also")
LONGEST = 600
"""Who writes more characters than this has more on their mind than a yes or a no."""

ASIDE = 2
PAUSES = (",", ".", "!", ";", "\n")
COURTESY = ("thanks", "thank you", "please", "cheers", "ta", "pls", "plz")

FRAGMENT = 4
"""An answer of so few words that names a day or a number chooses it ("friday", "the second one")."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What an answer comes to. `span` are the character offsets of the words that decided; `remainder` is what else was
    said, in the customer's own words. A yes is `firm` where it could not be mere politeness ("ok, thanks").

    `aside`: it would be a yes but for a word or two that are not known and stand apart from it ("yes, milady").
    """

    kind: Kind
    span: tuple[int, int] | None = None
    remainder: str = ""
    firm: bool = False
    aside: bool = False


def read_reply(text: str, summary: str = "") -> Reading:
    """Read the answer to the proposal that `summary` tells; several lines are given joined by line breaks.

    It is `yes` only where all that is said agrees, is polite, or repeats the proposal. Everything that could mean
    another action, a condition, doubt or mockery is not.
    """
    if len(text) > LONGEST:
        return Reading("unrelated", remainder=text)
    words = lexicon()
    echo = Echo(words, summary)
    return _Answer(text, echo.mark(words.read(text)), echo.verb).reading()


@dataclass(frozen=True, slots=True)
class _Answer:
    text: str
    tokens: tuple[Token, ...]
    verb: str

    def reading(self) -> Reading:
        if not self.said():
            return Reading("unclear")
        if mock := self.first("mock"):
            return self.told("unclear", mock)
        return self.negative() or self.other() or self.positive() or self.unasked()

    def negative(self) -> Reading | None:
        """A no or a wait, whatever else is said with it."""
        no, wait = self.first("no"), self.first("wait")
        # A bare "no" opens many a sentence: "no wait" is a wait, "wait, don't do it" is a no.
        plainly = any(token.tag == "no" and " " in token.word for token in self.tokens)
        if wait and not plainly:
            return self.told("wait", wait)
        if no is None:
            return None
        if self.has("yes", "hedge"):
            return self.other() if self.has("but", "change") else self.told("unclear", no)
        other = self.has("content", "change", "but", "value") and not self.asks()
        return self.told("change" if other else "no", no)

    def other(self) -> Reading | None:
        """Something else than was asked: changed, conditional, doubtful, or another matter."""
        if change := self.first("change"):
            return self.told("change", change)
        if (but := self.first("but")) and not self.just_orders(but):
            if self.asks():
                return self.told("unrelated", but)
            return self.told("change" if self.has("content", "value", "echo", "no") else "unclear", but)
        hedge = self.first("hedge")
        return self.told("unclear", hedge) if hedge else None

    def positive(self) -> Reading | None:
        """A yes; with anything beside it that could mean another action it is none."""
        yes = self.first("yes") or self.first("weak")
        if yes is None:
            return None
        if self.asks():
            # "Yes?", "ok, can you do it?": a question where an answer was asked for.
            if not self.has("content", "value") and not self.asks_of_something():
                return self.told("unclear", yes)
            return self.told("yes" if self.asks_what_comes_next(yes) else "unrelated", yes)
        if self.has("content", "value"):
            return replace(self.told("change", yes), aside=self.beside(yes))
        return Reading("yes", (yes.start, yes.end), firm=yes.tag == "yes" or self.has("echo"))

    def beside(self, yes: Token) -> bool:
        """Whether all that is not known is a word or two, set apart from the yes by a pause: "yes, milady"."""
        unknown = [at for at, token in enumerate(self.tokens) if token.tag == "content"]
        if yes.tag != "yes" or not 0 < len(unknown) <= ASIDE or self.has("value", "echo", "change", "but"):
            return False
        around = {at + step for at in unknown for step in (-1, 1)} - {*unknown, -1, len(self.tokens)}
        apart = all(self.tokens[at].mark in PAUSES or self.tokens[at].word in COURTESY for at in around)
        return apart and all(self.tokens[at].word.isascii() and self.tokens[at].word.isalpha() for at in unknown)

    def unasked(self) -> Reading:
        """Neither yes nor no."""
        said = self.said()
        matter = [token for token in said if token.tag in ("content", "value", "echo")]
        if self.asks():
            return self.told("unrelated" if matter or self.asks_of_something() else "unclear", said[0])
        if self.orders(matter):
            return Reading("yes", (matter[0].start, matter[0].end), firm=True)
        if [stem(token.word) for token in matter] == ["cancel"] and self.verb != "cancel":
            return self.told("no", matter[0])
        if len(matter) <= FRAGMENT and any(token.tag == "value" for token in matter):
            return self.told("change", matter[0])
        new = sum(token.tag == "content" for token in matter)
        if new and stem(matter[0].word) == self.verb:
            return self.told("change", matter[0])
        return self.told("unrelated" if new >= 3 or (new and len(said) > FRAGMENT) else "unclear", said[0])

    def orders(self, matter: list[Token]) -> bool:
        """The proposal's own verb as an order, with an object: "cancel it", "please book the trip"."""
        if not matter or any(token.tag != "echo" for token in matter) or stem(matter[0].word) != self.verb:
            return False
        # "Cancel that" may mean the proposal itself.
        objects = ("it", "them") if self.verb == "cancel" else ("it", "them", "that", "this")
        return len(matter) > 1 or any(token.word in objects for token in self.tokens)

    def just_orders(self, but: Token) -> bool:
        """ "Just cancel it" is impatient; "just the jacket" chooses."""
        after = next((token for token in self.said() if token.start > but.start and token.tag != "fill"), None)
        plain = not self.has("content", "value") and sum(token.tag == "but" for token in self.tokens) == 1
        return bool(but.word == "just" and plain and after and after.tag == "echo" and stem(after.word) == self.verb)

    def asks_what_comes_next(self, yes: Token) -> bool:
        rest = self.remainder()
        opens = yes.tag == "yes" and not self.has("value") and rest.lower().startswith(LATER)
        marks = [token for token in self.tokens if token.mark in ".!;\n" and token.mark]
        return opens and any(yes.end <= mark.start < len(self.text) - len(rest) for mark in marks)

    def asks(self) -> bool:
        return any(token.tag == "question" or token.mark == "?" for token in self.tokens)

    def asks_of_something(self) -> bool:
        return any(token.tag == "question" and token.word.startswith(ASKING) for token in self.tokens)

    def has(self, *tags: str) -> bool:
        return any(token.tag in tags for token in self.tokens)

    def first(self, tag: str) -> Token | None:
        return next((token for token in self.tokens if token.tag == tag), None)

    def said(self) -> list[Token]:
        return [token for token in self.tokens if token.tag]

    def told(self, kind: Kind, token: Token) -> Reading:
        return Reading(kind, (token.start, token.end), self.remainder(), firm=kind == "yes" and token.tag == "yes")

    def remainder(self) -> str:
        """From the first word that is no answer, politeness or joint to the end."""
        for token in self.tokens:
            if token.tag not in ANSWERS and token.word not in JOINTS:
                return self.text[token.start :].rstrip()
        return ""
