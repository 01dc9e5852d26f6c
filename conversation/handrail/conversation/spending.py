"""What models cost: told by whoever asks one, added up by whoever has to account for it."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Usage:
    """What a draft cost: calls to the model, tokens, seconds waited for it, money where the price is known."""

    calls: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    seconds: float = 0.0
    cost: float = 0.0

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(
            self.calls + other.calls,
            self.tokens_in + other.tokens_in,
            self.tokens_out + other.tokens_out,
            self.seconds + other.seconds,
            self.cost + other.cost,
        )


@dataclass(slots=True)
class Spent:
    """What was spent so far."""

    usage: Usage = field(default_factory=Usage)


_SPENT: ContextVar[Spent | None] = ContextVar("spent", default=None)


@contextmanager
def spending() -> Iterator[Spent]:
    """Add up what is spent within, in tasks that are begun there too, on models that answer through ports which tell
    nothing of their cost: the judge of the checks, the writer of packets."""
    spent = Spent()
    token = _SPENT.set(spent)
    try:
        yield spent
    finally:
        _SPENT.reset(token)


def spend(usage: Usage) -> None:
    """Say that so much was spent. Where nobody adds it up (a command on files, say) it is not kept."""
    spent = _SPENT.get()
    if spent is not None:
        spent.usage += usage
