"""How well and how fast passages are found: `python -m bench.retrieval [--fit] [--every N]`.

Measures on the hand-written questions over the sample's policies (`bench/questions.jsonl`: questions, follow-ups, and
lines that no policy answers) and on public sets below `HANDRAIL_DATA` (default ../shared/data), which are skipped by
name where they are missing:

- retrieval (DSTC11 track 5, CDLA-Sharing-1.0): recall over all 10,882 passages, and among those of the right place;
- clinc150 (CC BY 3.0): lines out of scope, which nothing in the sample's policies should answer.

`--fit` fits the weights of `relevance.py`. Random draws are seeded; `--every N` takes every Nth turn of the set.
"""

import argparse
import asyncio
import gzip
import json
import os
import random
import re
import tempfile
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from handrail.agent.nodes.retrieve import CONTEXT_LINES
from handrail.conversation.settings import Business, Settings
from handrail.knowledge.corpus import Record
from handrail.knowledge.corpus import passages as shelved
from handrail.knowledge.embed import Embedder, open_embedder
from handrail.knowledge.knowledge import Knowledge
from handrail.knowledge.meaning import Exact
from handrail.knowledge.minilm import english
from handrail.knowledge.passages import Found, Passage
from handrail.knowledge.relevance import signs
from handrail.knowledge.search import Search, embedded

HERE = Path(__file__).parent
SAMPLE = HERE.parent / "sample" / "handrail" / "sample"
DATA = Path(os.environ.get("HANDRAIL_DATA", HERE.parent.parent / "shared" / "data"))
TODAY = date(2026, 6, 15)

Row = dict[str, Any]
Vector = NDArray[np.float64]


async def main(arguments: argparse.Namespace) -> None:
    with tempfile.TemporaryDirectory() as data:
        settings = Settings(workspace=SAMPLE, data=Path(data), business=Business(name="Bench"))
        embedder = open_embedder(settings)
        knowledge = Knowledge(settings, embedder)
        report = await knowledge.refresh()
        print(f"index: {report.policies} policies, {report.passages} passages, {report.seconds:.1f} s")
        rows = [json.loads(line) for line in (HERE / "questions.jsonl").read_text("utf-8").splitlines()]
        await speed(knowledge, rows)
        await questions(knowledge, rows)
        lines = await told_apart(knowledge, rows)
        await knowledge.close()
    lines += await places(embedder, arguments.every)
    if arguments.fit:
        fit(lines)


# The sample


async def speed(knowledge: Knowledge, rows: list[Row]) -> None:
    """Time `find` on lines nobody asked before, then on the same again."""
    for name in ("first time", "again"):
        times = []
        for row in rows:
            started = time.perf_counter()
            await knowledge.find(row["q"], as_of=TODAY)
            times.append(1000 * (time.perf_counter() - started))
        print(
            f"find, {name}: p50 {np.quantile(times, 0.5):.1f} ms, p95 {np.quantile(times, 0.95):.1f} ms ({len(rows)})"
        )


async def questions(knowledge: Knowledge, rows: list[Row]) -> None:
    """Recall over the sample's policies."""
    asked = [row for row in rows if row["want"]]
    plain = [row for row in asked if not row.get("context")]
    draw = random.Random(1)
    groups = {
        "questions": plain,
        "follow-ups": [row for row in asked if row.get("context")],
        "questions after another subject": [{**row, "context": [draw.choice(plain)["q"]]} for row in plain],
    }
    for name, group in groups.items():
        ranks = np.array([rank(await ask(knowledge, row, 10), row["want"]) for row in group])
        told = ", ".join(f"@{k} {np.mean(ranks < k):.3f}" for k in (1, 3, 5))
        print(f"{name}: recall {told} ({len(group)})")


async def ask(knowledge: Knowledge, row: Row, k: int) -> Found:
    on = date.fromisoformat(row["on"]) if "on" in row else TODAY
    return await knowledge.find(row["q"], as_of=on, k=k, context=row.get("context", ()))


def rank(found: Found, want: Sequence[str]) -> int:
    """The place of the first hit that was wanted, from 0."""
    names = [f"{hit.passage.policy.id}/{hit.passage.heading}" for hit in found.hits]
    return next((place for place, name in enumerate(names) if name in want), 99)


@dataclass(frozen=True)
class Signed:
    """What a search saw: where the line is from, whether it can be answered, the signs, and the relevance given."""

    origin: str
    answered: bool
    signs: tuple[float, float]
    relevance: float


async def told_apart(knowledge: Knowledge, rows: list[Row]) -> list[Signed]:
    """How well relevance tells what the policies answer from what they don't."""
    yes = await signed("questions", True, knowledge, [row for row in rows if row["want"]])
    no = await signed("nothing fits", False, knowledge, [row for row in rows if not row["want"]])
    print(f"relevance, own lines: {apart(yes, no)}")
    file = DATA / "clinc150" / "val.jsonl"
    if not file.exists():
        print("clinc150: skipped, not there")
        return yes + no
    lines = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    oos = await signed("clinc150", False, knowledge, [{"q": r["text"]} for r in lines if r["intent"] == "oos"])
    print(f"relevance, clinc150 out of scope: {apart(yes, oos)}")
    return yes + no + oos


async def signed(origin: str, answered: bool, knowledge: Knowledge, rows: Iterable[Row]) -> list[Signed]:
    found = [await ask(knowledge, row, 5) for row in rows]
    return [Signed(origin, answered, signs(each.hits), each.relevance) for each in found]


def apart(yes: Sequence[Signed], no: Sequence[Signed]) -> str:
    high, low = np.array([each.relevance for each in yes]), np.array([each.relevance for each in no])
    return (
        f"AUROC {auroc(high, low):.3f}; at 0.5 keeps {np.mean(high >= 0.5):.3f} of {len(high)}, "
        f"passes {np.mean(low >= 0.5):.3f} of {len(low)}; "
        + "; ".join(f"at {at} {np.mean(high >= at):.3f} and {np.mean(low >= at):.3f}" for at in (0.35, 0.3))
    )


def auroc(high: Vector, low: Vector) -> float:
    """The chance that one of `high` is above one of `low` (ties count half)."""
    return float(np.mean((high[:, None] > low[None]) + 0.5 * (high[:, None] == low[None])))


# The retrieval set


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


# The weights of relevance

WEIGHTS = {"questions": 1.0, "nothing fits": 1.0, "clinc150": 0.5, "places": 0.15}


def fit(lines: list[Signed]) -> None:
    """Print the weights of a logistic regression (Newton's method, some shrinkage) and its figures over 5 folds."""
    signs_ = np.array([line.signs for line in lines])
    answered = np.array([line.answered for line in lines], dtype=float)
    weights = np.array([WEIGHTS[line.origin] for line in lines])
    own = np.array([line.origin in ("questions", "nothing fits") for line in lines])
    folds = np.random.default_rng(0).integers(0, 5, len(lines))
    told = np.zeros(len(lines))
    for fold in range(5):
        out = folds == fold
        told[out] = curve(signs_[out], logistic(signs_[~out], answered[~out], weights[~out]))
    print(f"fit, own lines, 5 folds: AUROC {auroc(told[own & (answered == 1)], told[own & (answered == 0)]):.3f}")
    for low in np.arange(0, 1, 0.2):
        here = own & (told >= low) & (told < low + 0.2)
        share = np.mean(answered[here]) if here.any() else 0.0
        print(f"  told {low:.1f} to {low + 0.2:.1f}: {share:.2f} answered ({here.sum()})")
    print("weights: bias {:.2f}, dense {:.2f}, lexical {:.2f}".format(*logistic(signs_, answered, weights)))


def logistic(signs_: Vector, answered: Vector, weights: Vector) -> Vector:
    rows = np.column_stack([np.ones(len(signs_)), signs_])
    shrink = 1e-3 * weights.sum() * np.diag([0.0, *signs_.var(axis=0)])
    found = np.zeros(rows.shape[1])
    for _ in range(50):
        told = curve(signs_, found)
        slope = rows.T @ (weights * (told - answered)) + shrink @ found
        found = found - np.linalg.solve((rows.T * (weights * told * (1 - told))) @ rows + shrink, slope)
    return found


def curve(signs_: Vector, weights: Vector) -> Vector:
    result: Vector = 1 / (1 + np.exp(-(weights[0] + signs_ @ weights[1:])))
    return result


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fit", action="store_true", help="fit the weights of relevance.py")
    parser.add_argument("--every", type=int, default=3, help="take every Nth turn of the retrieval set")
    asyncio.run(main(parser.parse_args()))
