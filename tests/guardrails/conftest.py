"""One embedder and one set of rails for all tests of the room: learning the probes takes a second."""

import asyncio
from collections.abc import Sequence

import numpy as np
import pytest
from guardrails_talk import DIMENSIONS

from handrail.conversation.settings import Checks
from handrail.guardrails.probes import Probes, learn
from handrail.guardrails.rails import Rails
from handrail.knowledge.minilm import MiniLM


class Counting:
    """The local embedder behind a cache, as the agent has it; `asked` are the texts that had to be embedded."""

    def __init__(self) -> None:
        self._minilm = MiniLM()
        self._rows: dict[str, np.ndarray] = {}
        self.asked: list[str] = []

    async def embed(self, texts: Sequence[str]) -> np.ndarray:
        fresh = [t for t in dict.fromkeys(texts) if t not in self._rows]
        if fresh:
            self.asked += fresh
            self._rows.update(zip(fresh, await self._minilm.embed(fresh), strict=True))
        return np.stack([self._rows[t] for t in texts]) if texts else np.empty((0, DIMENSIONS), np.float32)


@pytest.fixture(scope="session")
def embedder() -> Counting:
    return Counting()


@pytest.fixture(scope="session")
def probes(embedder: Counting) -> Probes:
    return asyncio.run(learn(embedder))


@pytest.fixture(scope="session")
def rails(embedder: Counting) -> Rails:
    made = Rails(Checks(), embedder, zones=("Europe/London",), names=("Fellside Outfitters",))
    asyncio.run(made.prepare())
    return made
