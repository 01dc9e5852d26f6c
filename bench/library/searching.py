"""Searches over an index as an agent makes them: how long they take, and whether more passages hide the right ones."""

import gzip
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import psutil

from bench.library.made import DATA
from handrail.agent.nodes.retrieve import CONTEXT_LINES
from handrail.conversation.settings import load
from handrail.knowledge.embed import open_embedder
from handrail.knowledge.knowledge import Knowledge
from handrail.knowledge.passages import Found

TODAY = date(2026, 6, 15)
Turn = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Searched:
    """Recall at 10, milliseconds and milliseconds of processor of each search, and what is resident after them."""

    recall: float
    wall: Sequence[float]
    processor: Sequence[float]
    opened: float
    megabytes: float


def turns(every: int) -> list[Turn]:
    """Every so-manieth of the turns that need a passage, of the half that was not looked at."""
    with gzip.open(DATA / "retrieval" / "turns.jsonl.gz", "rt", encoding="utf-8") as file:
        return [turn for turn in map(json.loads, file) if turn["needs_kb"]][1::2][::every]


async def search(workspace: Path, asked: Sequence[Turn], ids: Mapping[str, str]) -> Searched:
    """Search the indexed workspace for each turn, its whole dialogue known; `ids` are the set's ids of passages."""
    settings = load(workspace)
    embedder = open_embedder(settings)
    knowledge = Knowledge(settings, embedder)
    started = time.perf_counter()
    await knowledge.find("once before, to load all", as_of=TODAY)
    opened = time.perf_counter() - started
    wall, processor, shares = [], [], []
    for turn in asked:
        begun, used = time.perf_counter(), time.process_time()
        found = await _found(knowledge, turn)
        wall.append(1000 * (time.perf_counter() - begun))
        processor.append(1000 * (time.process_time() - used))
        names = {ids.get(hit.passage.id) for hit in found.hits}
        shares.append(len(names & set(turn["gold"])) / len(turn["gold"]))
    megabytes = psutil.Process().memory_info().rss / 1e6
    await knowledge.close()
    return Searched(float(np.mean(shares)), wall, processor, opened, megabytes)


async def _found(knowledge: Knowledge, turn: Turn) -> Found:
    *before, last = turn["dialog"]
    own = [line["text"] for line in before if line["role"] == "U"]
    said = [line["text"] for line in before]
    return await knowledge.find(last["text"], as_of=TODAY, k=10, context=own[-CONTEXT_LINES:], said=said)
