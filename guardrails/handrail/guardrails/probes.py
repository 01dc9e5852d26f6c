"""Likeness of meaning: directions in the embedding space, learnt from sentences written for Handrail.

A probe is a ridge regression from a sentence's embedding to what its group says of it (a mood, a topic). It is learnt
from the packaged sentences in a few milliseconds with whatever embedder is there, so it fits any of them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from handrail.guardrails.text import packaged

PULL = 1.0
"""The ridge penalty: enough to keep a few hundred sentences from being learnt by heart."""
EVERYDAY = ("tricky", "plain", "mood")


class Embedder(Protocol):
    """Sentences to vectors: `(n, dimensions)`, each of length one. Embedding the same text twice costs nothing more."""

    async def embed(self, texts: Sequence[str]) -> np.ndarray:
        """The vectors of `texts`, in their order."""
        ...


@dataclass(frozen=True, slots=True)
class Reading:
    """What the probes see in one text: `sentiment` -1 to 1, `frustration` 0 to 1, `likeness` to each topic, 0 to 1."""

    sentiment: float = 0.0
    frustration: float = 0.0
    likeness: Mapping[str, float] | None = None

    def like(self, topic: str) -> float:
        """The likeness to `topic`; 0 where there was no embedding."""
        return (self.likeness or {}).get(topic, 0.0)


@dataclass(frozen=True, slots=True)
class Probes:
    """The learnt directions: `names`, one column of `weights` and one `offset` each, around `centre`."""

    names: tuple[str, ...]
    weights: np.ndarray
    offsets: np.ndarray
    centre: np.ndarray

    def read(self, vector: np.ndarray) -> Reading:
        """Apply every probe to one embedding."""
        values = (vector - self.centre) @ self.weights + self.offsets
        told = dict(zip(self.names, (float(v) for v in values), strict=True))
        return Reading(
            sentiment=max(-1.0, min(1.0, told.pop("sentiment"))),
            frustration=max(0.0, min(1.0, told.pop("frustration"))),
            likeness={name: max(0.0, min(1.0, value)) for name, value in told.items()},
        )


async def learn(embedder: Embedder) -> Probes:
    """Embed the packaged sentences once and learn the probes from them."""
    moods, topics = packaged("moods.toml")["group"], packaged("topics.toml")["group"]
    mood_rows = [(s, g["sentiment"], g["frustration"]) for g in moods for s in g["sentences"]]
    topic_rows = [(s, g["name"]) for g in topics for s in g["sentences"]]
    vectors = np.asarray(await embedder.embed([r[0] for r in mood_rows] + [r[0] for r in topic_rows]), dtype=np.float64)
    felt = vectors[: len(mood_rows)]
    groups = np.array(["mood"] * len(mood_rows) + [name for _, name in topic_rows])
    names = [g["name"] for g in topics if g["name"] not in EVERYDAY]
    mood_side = _ridge(felt, np.array([[r[1], r[2]] for r in mood_rows]))
    topic_side = _ridge(vectors, np.stack([(groups == name).astype(float) for name in names], axis=1))
    centre = topic_side[2]
    # Both sides are put around one centre, so that a reading is one product.
    offsets = np.concatenate([mood_side[1] + (centre - mood_side[2]) @ mood_side[0], topic_side[1]])
    return Probes(
        ("sentiment", "frustration", *names), np.concatenate([mood_side[0], topic_side[0]], axis=1), offsets, centre
    )


def _ridge(rows: np.ndarray, targets: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Weights, offsets and centre of a ridge regression with `PULL` (solved in the space of the few rows)."""
    centre, mean = rows.mean(axis=0), targets.mean(axis=0)
    apart = rows - centre
    dual = np.linalg.solve(apart @ apart.T + PULL * np.eye(len(rows)), targets - mean)
    return apart.T @ dual, mean, centre
