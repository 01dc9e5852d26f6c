"""STAR as the fit sees it: what is counted in each dialogue, what was said of it, and how folds are cut."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from sklearn.model_selection import KFold

from bench.checks.outcomes import dialogues
from bench.checks.sets import Bench, Row
from bench.confidence.lines import LINES
from handrail.guardrails.tally import Part, tally

SET = "star/outcomes.jsonl.gz"
FOLDS = 5
Folds = Iterator[tuple[np.ndarray, np.ndarray]]
"""Masks of what is fitted on and what is told."""


@dataclass(frozen=True, slots=True)
class Star:
    """The dialogues: their tallies by measure, what was said of them (-1 where it was not asked), domains."""

    values: np.ndarray
    annoyed: np.ndarray
    undone: np.ndarray
    question: np.ndarray
    domains: list[frozenset[str]]

    @property
    def needed(self) -> np.ndarray:
        """Where both were asked, 1 where a person was needed; else -1."""
        both = (self.annoyed >= 0) & (self.undone >= 0)
        return np.where(both, ((self.annoyed == 1) | (self.undone == 1)).astype(int), -1)

    @property
    def hotel(self) -> np.ndarray:
        """Those asked whether a hotel was found or booked."""
        return np.array(["hotel" in question.lower() for question in self.question]) & (self.undone >= 0)


async def hear(bench: Bench) -> Star:
    """Score every dialogue and tally it."""
    rows = [row for row in bench.rows(SET) if row["turns"]]
    told = [
        tally(
            [
                Part(t.role == "customer", said["text"], t.friction, t.sentiment, t.frustration)
                for t, said in zip(scored.turns, row["turns"], strict=True)
            ]
        ).values
        for scored, row in zip(await dialogues(bench, rows), rows, strict=True)
    ]
    return Star(
        np.array([[values[name] for name in LINES] for values in told]),
        np.array([_asked(row, "user_annoyed", True) for row in rows]),
        np.array([_asked(row, "task_done", False) for row in rows]),
        np.array([row["task_question"] or "" for row in rows]),
        [frozenset(map(str, row["domains"])) for row in rows],
    )


def _asked(row: Row, name: str, wanted: bool) -> int:
    return -1 if row[name] is None else int(row[name] is wanted)


def by_dialogue(star: Star) -> Folds:
    """Masks of what is fitted on and what is told, by fifths of the dialogues."""
    every = np.arange(len(star.values))
    for train, test in KFold(FOLDS, shuffle=True, random_state=0).split(every):
        yield np.isin(every, train), np.isin(every, test)


def by_domain(star: Star) -> Folds:
    """The same, where nothing of a dialogue's domains was fitted on."""
    for domains in sorted(set(star.domains), key=sorted):
        yield (
            np.array([not (other & domains) for other in star.domains]),
            np.array([other == domains for other in star.domains]),
        )
