"""TweetSumm: dialogues with companies, the turns that an annotator chose, and summaries by several hands."""

import hashlib
import json
import os
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from handrail.conversation.errors import SettingsError
from handrail.desk.transcript import Turn

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Dialogue:
    """One dialogue. `chosen` are the numbers of the turns that hold what the annotator took, from 1."""

    id: str
    turns: tuple[Turn, ...]
    chosen: frozenset[int]
    references: tuple[str, ...]

    @property
    def half(self) -> int:
        """In which half it is, 0 or 1: decided by its id alone."""
        return hashlib.sha256(self.id.encode()).digest()[-1] % 2


def dialogues() -> list[Dialogue]:
    """All of them. Raises `SettingsError` where the data are missing."""
    folder = Path(os.environ.get("HANDRAIL_DATA") or ROOT.parent / "shared" / "data")
    file = folder / "tweetsumm" / "dialogues.jsonl"
    if not file.is_file():
        raise SettingsError("set HANDRAIL_DATA to the folder that holds tweetsumm/dialogues.jsonl")
    found = []
    for row in map(json.loads, file.read_text("utf-8").splitlines()):
        turns = tuple(Turn(turn["role"], turn["text"]) for turn in row["turns"])
        references = tuple(f"{customer} {agent}" for customer, agent in row["abstractive"])
        found.append(Dialogue(row["id"], turns, _chosen(row["extractive_one"], turns), references))
    return found


def f1(told: frozenset[int], chosen: frozenset[int]) -> float:
    """How far two sets of turns agree."""
    return 2 * len(told & chosen) / (len(told) + len(chosen)) if told or chosen else 1.0


def rouge(text: str, references: Sequence[str]) -> float:
    """ROUGE-1 F against the reference that fits best: single words, lower-cased, not stemmed."""
    words = Counter(re.findall(r"[a-z0-9]+", text.lower()))

    def against(reference: str) -> float:
        other = Counter(re.findall(r"[a-z0-9]+", reference.lower()))
        shared = sum((words & other).values())
        return 2 * shared / (sum(words.values()) + sum(other.values())) if shared else 0.0

    return max(map(against, references), default=0.0)


def first_and_last(turns: Sequence[Turn]) -> frozenset[int]:
    """The baseline: the first turn of the customer and the last of the agent."""
    customer = [n for n, turn in enumerate(turns, 1) if turn.role == "customer"]
    agent = [n for n, turn in enumerate(turns, 1) if turn.role == "agent"]
    return frozenset([*customer[:1], *agent[-1:]])


def _chosen(taken: str, turns: Sequence[Turn]) -> frozenset[int]:
    """The first turn of its speaker that holds each line; a line without a speaker goes on with the one before."""
    role = "customer"
    found: set[int] = set()
    for line in filter(str.strip, taken.split("\n")):
        if match := re.match(r"\s*(Customer|Agent):\s*(.*)", line):
            role = match[1].lower()
        text = " ".join((match[2] if match else line).split())
        held = (n for n, t in enumerate(turns, 1) if t.role == role and text and text in " ".join(t.text.split()))
        found.update(n for n in [next(held, 0)] if n)
    return frozenset(found)
