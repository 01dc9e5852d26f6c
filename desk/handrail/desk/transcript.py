"""A plain transcript, as any desk can export it: who spoke and what they said, without events."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import unescape
from typing import Literal

from .claims import read
from .evidence import Evidence


@dataclass(frozen=True, slots=True)
class Turn:
    """One message. `agent` is whoever answered, a person or a program."""

    role: Literal["customer", "agent"]
    text: str


def plain_text(text: str) -> str:
    """A message as it was read on a screen: `&amp;` is `&`."""
    return unescape(text).replace("\u00a0", " ")


def turn_of(ref: str) -> int:
    """The number of the turn behind a ref, from 1."""
    return int(ref.removeprefix("seq:"))


def evidence_of(turns: Sequence[Turn]) -> Mapping[str, Evidence]:
    """What the lines of a summary may rest on: each turn, as `seq:<its number from 1>`."""
    found = {}
    for number, turn in enumerate(turns, 1):
        ref, text = f"seq:{number}", plain_text(turn.text)
        speaker = "customer" if turn.role == "customer" else "person"
        found[ref] = Evidence(ref, f"{turn.role}_said", speaker, text, read(text, quotes=False))
    return found
