"""A reply as it comes together."""

import re
from dataclasses import dataclass, field

from handrail.agent.models.protocol import Call, Draft
from handrail.agent.sentences import split

NAME = "offline"
CITED = re.compile(r"\s*\[\d+\]")


@dataclass(slots=True)
class Reply:
    """What was said so far, and how it ends: with a question, a call, or the reason why a person is needed."""

    parts: list[str] = field(default_factory=list)
    asks: bool = False
    call: Call | None = None
    writes: bool = False
    reason: str = ""
    certainty: float = 1.0

    @property
    def ended(self) -> bool:
        """Whether nothing can follow any more."""
        return bool(self.asks or self.call or self.reason)

    def add(self, text: str) -> None:
        """Say something more, once."""
        if text and text not in self.parts:
            self.parts.append(text)

    def doubt(self, certainty: float) -> None:
        """The reply is no surer than this (0 to 1)."""
        self.certainty = max(min(self.certainty, certainty), 0.0)

    def draft(self, sent: str) -> Draft:
        """The draft, without what the customer has already."""
        text = _unsent("\n".join(self.parts), sent)
        if self.call is not None:
            # Before a look-up nothing is said: what it brings is told together with the rest.
            text = f"{text}\n" if self.writes and text else ""
            return Draft("act", text, call=self.call, certainty=self.certainty, engine=NAME)
        if self.reason:
            return Draft("give_up", text, reason=self.reason, certainty=self.certainty, engine=NAME)
        return Draft("ask" if self.asks else "answer", text, certainty=self.certainty, engine=NAME)


def _unsent(text: str, sent: str) -> str:
    if not sent:
        return text
    had = {_bare(sentence) for sentence in split(sent)}
    return "".join(sentence for sentence in split(text) if _bare(sentence) not in had).strip()


def _bare(sentence: str) -> str:
    return " ".join(CITED.sub("", sentence).split()).casefold()
