"""Policies, the passages they are cut into, and what a search brings back."""

from dataclasses import dataclass
from datetime import date

from handrail.conversation.audience import PUBLIC, Audience
from handrail.conversation.events import Citation


@dataclass(frozen=True, slots=True)
class Policy:
    """One version of one policy. It is in force from `effective_from` until the day before `effective_until`."""

    id: str
    version: str
    title: str
    text: str
    effective_from: date
    effective_until: date | None = None
    tags: tuple[str, ...] = ()
    entities: tuple[str, ...] = ()
    """The names of what it is about (a branch, a product, a plan), where it does not hold for all of them."""
    source: str = ""
    audience: tuple[str, ...] = (PUBLIC,)
    """Whom it may be told to: whoever is of one of these (`public`, `staff`, `tier=gold`)."""

    def in_force(self, on: date) -> bool:
        """Whether this version holds on the day `on`."""
        return self.effective_from <= on and (self.effective_until is None or on < self.effective_until)

    def is_for(self, audience: Audience) -> bool:
        """Whether somebody who is of `audience` may be told it."""
        return not audience.isdisjoint(self.audience)


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of a policy under one heading, small enough to quote. `id` is `<policy>@<version>#<n>`."""

    id: str
    policy: Policy
    heading: str
    text: str
    tokens: int
    before: str = ""
    """What stands before it in the policy and must be read with it: a condition on all that follows, or the sentence
    that it goes on from ("However, …"). It is shown, never searched."""

    @property
    def told(self) -> str:
        """The text as it is shown to whoever answers from it."""
        return f"{self.before}\n\n{self.text}" if self.before else self.text

    @property
    def citation(self) -> Citation:
        return Citation(policy=self.policy.id, version=self.policy.version, title=self.policy.title, passage=self.id)


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage with how well it fits: `score` is the fused one (0 to 1), `dense` a cosine, `lexical` a BM25 share, and
    `named` how much the conversation speaks of what it is about (0 to 1), where other passages are about it too."""

    passage: Passage
    score: float
    dense: float
    lexical: float
    named: float | None = None
    also: tuple[Passage, ...] = ()
    """Others in force that say the same, newest first: this one stands for them."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a search brought, best first. `relevance` tells, from 0 to 1, how surely something here answers."""

    hits: tuple[Hit, ...]
    relevance: float
