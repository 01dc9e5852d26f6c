"""The retrieval set (DSTC11 track 5): passages about places, and turns of which some need one of them."""

import gzip
import json
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from bench.retrieval.sample import DATA, TODAY, Row
from bench.retrieval.signs import Signed, apart, auroc
from handrail.agent.nodes.retrieve import CONTEXT_LINES
from handrail.knowledge.corpus import Record
from handrail.knowledge.corpus import passages as shelved
from handrail.knowledge.embed import Embedder
from handrail.knowledge.meaning import Exact
from handrail.knowledge.minilm import english
from handrail.knowledge.passages import Found, Passage
from handrail.knowledge.relevance import signs
from handrail.knowledge.search import Search, embedded


async def places(embedder: Embedder, every: int) -> list[Signed]:
    """Recall at 10 over all passages and in the right place; relevance with the answers there and taken out."""
    folder = DATA / "retrieval"
    if not folder.exists():
        print("retrieval: skipped, not there")
        return []
    rows = [json.loads(line) for line in (folder / "kb.jsonl").read_text("utf-8").splitlines()]
    passages = shelved([Record(row["id"], row["text"], {"entity": row["entity"]}) for row in rows])
    started = time.perf_counter()
    vectors = await embedder.embed([embedded(passage) for passage in passages])
    print(f"retrieval: {len(passages)} passages embedded at {len(passages) / (time.perf_counter() - started):.0f}/s")
    everything = Shelf(passages, vectors, embedder)
    with gzip.open(folder / "turns.jsonl.gz", "rt", encoding="utf-8") as file:
        all_turns = [json.loads(line) for line in file]
    needing = [turn for turn in all_turns if turn["needs_kb"]]
    turns = needing[::every]
    await recall("all passages, whole dialogue, half looked at", everything, needing[::2][::every])
    await recall("all passages, whole dialogue, other half", everything, needing[1::2][::every])
    await recall(
        "the same with the places' names masked", everything, [masked(t, rows) for t in needing[1::2][::every]]
    )
    await needed(everything, all_turns[::every])
    by_place: dict[str, list[int]] = {}
    for number, passage in enumerate(passages):
        by_place.setdefault(place_of(passage.id), []).append(number)
    shelves = {place: everything.part(numbers) for place, numbers in by_place.items()}
    of_one_place = [turn for turn in turns if len({place_of(gold) for gold in turn["gold"]}) == 1]
    shares = [await shelves[place_of(turn["gold"][0])].recall(turn, 10, alone=True) for turn in of_one_place]
    print(f"retrieval, place given, message alone: recall@10 {np.mean(shares):.3f} ({len(shares)} turns)")
    lines = []
    for turn in of_one_place[:250]:
        shelf = shelves[place_of(turn["gold"][0])]
        without = shelf.without(set(turn["gold"]))
        lines.append(Signed("places", True, *await shelf.judged(turn)))
        lines.append(Signed("places", False, *await without.judged(turn)))
    print(f"relevance, answer there or taken out: {apart(lines[::2], lines[1::2])}")
    return lines


def masked(turn: Row, rows: Sequence[Row]) -> Row:
    """A turn whose lines say "the place" for every name of a place."""
    names = sorted({row["entity"] for row in rows}, key=len, reverse=True)
    pattern = re.compile("|".join(rf"\b{re.escape(name)}\b" for name in names), re.IGNORECASE)
    lines = [{**line, "text": pattern.sub("the place", line["text"])} for line in turn["dialog"]]
    return {**turn, "dialog": lines}


async def needed(shelf: "Shelf", turns: list[Row]) -> None:
    """Whether relevance tells turns that need a passage from those that don't."""
    told = np.array([(await shelf.found(turn, 5)).relevance for turn in turns])
    need = np.array([turn["needs_kb"] for turn in turns])
    print(f"relevance, turns that need a passage or none: AUROC {auroc(told[need], told[~need]):.3f} ({len(turns)})")


def place_of(passage_id: str) -> str:
    return " ".join(passage_id.split("|")[:2])


@dataclass(frozen=True)
class Shelf:
    """Passages with their vectors, and a search over them."""

    passages: list[Passage]
    vectors: NDArray[np.float32]
    embedder: Embedder

    @cached_property
    def search(self) -> Search:
        digests = [passage.id for passage in self.passages]
        return Search(self.passages, digests, Exact(digests, self.vectors), self.embedder, english())

    def part(self, numbers: Sequence[int]) -> "Shelf":
        return Shelf([self.passages[number] for number in numbers], self.vectors[numbers], self.embedder)

    def without(self, gold: set[str]) -> "Shelf":
        return self.part([number for number, passage in enumerate(self.passages) if passage.id not in gold])

    async def found(self, turn: Row, k: int, *, alone: bool = False) -> Found:
        """Search as the agent does; `alone` leaves out what was said before."""
        *before, last = turn["dialog"]
        said = [] if alone else [line["text"] for line in before]
        own = [] if alone else [line["text"] for line in before if line["role"] == "U"]
        return await self.search.find(last["text"], as_of=TODAY, k=k, context=own[-CONTEXT_LINES:], said=said)

    async def recall(self, turn: Row, k: int, *, alone: bool = False) -> float:
        found = {hit.passage.id for hit in (await self.found(turn, k, alone=alone)).hits}
        return len(found & set(turn["gold"])) / len(turn["gold"])

    async def judged(self, turn: Row) -> tuple[tuple[float, float], float]:
        found = await self.found(turn, 5)
        return signs(found.hits), found.relevance


async def recall(name: str, shelf: Shelf, turns: list[Row]) -> None:
    started = time.process_time()
    shares = [await shelf.recall(turn, 10) for turn in turns]
    each = 1000 * (time.process_time() - started) / len(turns)
    print(f"retrieval, {name}: recall@10 {np.mean(shares):.3f} ({len(turns)} turns, {each:.1f} ms of processor each)")
