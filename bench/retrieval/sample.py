"""The hand-written questions over the sample's policies, follow-ups among them, and lines that no policy answers."""

import json
import os
import random
import time
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from bench.retrieval.signs import Signed, apart
from handrail.knowledge.knowledge import Knowledge
from handrail.knowledge.passages import Found
from handrail.knowledge.relevance import signs

BENCH = Path(__file__).parents[1]
SAMPLE = BENCH.parent / "sample" / "handrail" / "sample"
DATA = Path(os.environ.get("HANDRAIL_DATA", BENCH.parent.parent / "shared" / "data"))
TODAY = date(2026, 6, 15)
Row = dict[str, Any]


def rows() -> list[Row]:
    """The lines of `questions.jsonl`."""
    return [json.loads(line) for line in (BENCH / "questions.jsonl").read_text("utf-8").splitlines()]


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
