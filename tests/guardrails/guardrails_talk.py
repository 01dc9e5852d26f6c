"""What the tests of checks need: conversations in a line, and an embedder that counts."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import numpy as np

from handrail.conversation.situation import Line, Mood, Situation
from handrail.knowledge.minilm import MiniLM

DIMENSIONS = 384
START = datetime(2026, 6, 15, 10, tzinfo=UTC)


def talk(*lines: str, outcomes: tuple[str, ...] = (), moods: tuple[float, ...] = ()) -> Situation:
    """`talk("c: hello", "b: hi", "c: hello?")`: the last line is not answered yet. `moods` are frustrations."""
    speakers = {"c": "customer", "b": "bot", "p": "person"}
    told = tuple(
        Line(seq, START + timedelta(minutes=seq), speakers[line[0]], line[3:])  # type: ignore[arg-type]
        for seq, line in enumerate(lines, 1)
    )
    return Situation(
        "c1",
        seq=len(told),
        lines=told,
        heard=len(told),
        answered=max(0, len(told) - 1),
        outcomes=outcomes,  # type: ignore[arg-type]
        moods=tuple(Mood(n, -f, f) for n, f in enumerate(moods, 1)),
    )


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
