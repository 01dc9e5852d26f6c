"""The sets below `HANDRAIL_DATA`, the embedder that remembers, and the area under the curve."""

import gzip
import json
import os
import random
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from handrail.conversation.settings import Checks
from handrail.guardrails.rails import Rails
from handrail.knowledge.minilm import MiniLM

FOLDER = Path(os.environ.get("HANDRAIL_DATA", Path(__file__).parents[3] / "shared" / "data"))
BATCH = 64
Row = dict[str, Any]
Told = list[tuple[str, str]]
"""Figures in the order in which they are printed: what, and the value."""


class Remembering:
    """The local embedder; `fill` computes many texts beforehand, sorted by length, so that a run is no wait."""

    def __init__(self) -> None:
        self._minilm = MiniLM()
        self._rows: dict[str, np.ndarray] = {}

    async def embed(self, texts: Sequence[str]) -> np.ndarray:
        await self.fill(texts)
        return np.stack([self._rows[text] for text in texts])

    async def fill(self, texts: Iterable[str]) -> None:
        fresh = sorted({t for t in texts if t not in self._rows}, key=len)
        for at in range(0, len(fresh), BATCH):
            part = fresh[at : at + BATCH]
            self._rows.update(zip(part, await self._minilm.embed(part), strict=True))


def read(name: str) -> list[Row]:
    """The records of a set."""
    path = FOLDER / name
    text = gzip.decompress(path.read_bytes()).decode() if path.suffix == ".gz" else path.read_text()
    return [json.loads(line) for line in text.split("\n") if line]


class Bench:
    """The rails, and how many records of a set are looked at."""

    def __init__(self, sample: int | None) -> None:
        self.sample = sample
        self.embedder = Remembering()
        self.rails = Rails(Checks(), self.embedder)

    def rows(self, name: str) -> list[Row]:
        rows = read(name)
        if self.sample and len(rows) > self.sample:
            rows = random.Random(7).sample(rows, self.sample)
        return rows


def auroc(wanted: Sequence[bool], scores: Sequence[float]) -> float:
    """The probability that a wanted record scores above an unwanted one; ties count half."""
    y, s = np.asarray(wanted, bool), np.asarray(scores, float)
    _, places, counts = np.unique(s, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[places]
    ones, zeros = int(y.sum()), int((~y).sum())
    return float((ranks[y].sum() - ones * (ones + 1) / 2) / (ones * zeros)) if ones and zeros else float("nan")
