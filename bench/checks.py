"""How right and how fast the checks are: `python -m bench.checks [--only uss,star] [--sample N]`.

Measures on conversations that people tagged elsewhere, below `HANDRAIL_DATA` (default ../shared/data), and says which
sets are missing. Nothing is fitted here: probes and lists are Handrail's own, the weights of grounding and confidence
are the packaged ones. `--sample N` looks at no more than N records of a set, drawn with a seed.
"""

import argparse
import asyncio
import gzip
import json
import os
import random
from collections.abc import Awaitable, Callable, Iterable, Sequence
from pathlib import Path
from statistics import fmean, median, quantiles
from time import perf_counter, process_time
from typing import Any

import numpy as np

from handrail.conversation.events import Finding
from handrail.conversation.settings import Checks
from handrail.guardrails.injection import CERTAIN, marks, score
from handrail.guardrails.rails import Rails
from handrail.guardrails.scoring import Said, Scored, ScoredTurn, score_conversations
from handrail.guardrails.verdict import Evidence, Verdict
from handrail.knowledge.embed import Cached
from handrail.knowledge.minilm import MiniLM

BATCH = 64
ALARMS = 5
Told = list[tuple[str, str]]


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


class Bench:
    """The sets, the rails, and how many records of a set are looked at."""

    def __init__(self, folder: Path, sample: int | None) -> None:
        self.folder, self.sample = folder, sample
        self.embedder = Remembering()
        self.rails = Rails(Checks(), self.embedder)

    def rows(self, name: str) -> list[dict[str, Any]]:
        path = self.folder / name
        text = gzip.decompress(path.read_bytes()).decode() if path.suffix == ".gz" else path.read_text()
        rows = [json.loads(line) for line in text.split("\n") if line]
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


def finding(verdict: Verdict, check: str, name: str) -> float:
    return max((f.score for f in verdict.of(check) if f.name == name), default=0.0)


async def airline(bench: Bench) -> Told:
    rows = bench.rows("airline_sentiment/tweets.jsonl")
    await bench.embedder.fill(r["text"] for r in rows)
    verdicts = [await bench.rails.inbound(r["text"]) for r in rows]
    upset = [r["label"] == "negative" for r in rows]
    sure = [i for i, r in enumerate(rows) if r["conf"] >= 0.999]
    gloom = [1 - finding(v, "sentiment", "score") for v in verdicts]
    anger = [finding(v, "sentiment", "frustration") for v in verdicts]
    return [
        (f"negative or not, AUROC ({len(rows)})", f"{auroc(upset, gloom):.3f}"),
        (f"… where taggers agree ({len(sure)})", f"{auroc([upset[i] for i in sure], [gloom[i] for i in sure]):.3f}"),
        ("… by frustration alone", f"{auroc(upset, anger):.3f}"),
    ]


async def dialogues(bench: Bench, rows: Sequence[dict[str, Any]]) -> list[Scored]:
    """Every dialogue as `handrail checks score` scores it."""
    given = ((None, [Said(t["role"], t["text"]) for t in row["turns"]]) for row in rows)
    return [told async for _, told in score_conversations(given, bench.rails, Checks())]


def heard(told: Scored) -> list[ScoredTurn]:
    return [turn for turn in told.turns if turn.role == "customer"]


async def uss(bench: Bench) -> Told:
    rows = bench.rows("uss/dialogues.jsonl.gz")
    rated = [[fmean(t["sat"]) < 2.7 for t in r["turns"] if t["role"] == "customer"] for r in rows]
    scored = await dialogues(bench, rows)
    turns = [heard(told) for told in scored]
    wanted, told = [w for r in rated for w in r], [t for r in turns for t in r]
    whole = [fmean(r["overall"]) < 2.7 for r in rows]
    return [
        (
            f"turn dissatisfaction, AUROC of needs_person ({len(wanted)})",
            f"{auroc(wanted, [t.sure.needs_person for t in told]):.3f}",
        ),
        ("… of sentiment alone", f"{auroc(wanted, [-t.sentiment for t in told]):.3f}"),
        (
            f"dissatisfied with the whole dialogue ({len(whole)})",
            f"{auroc(whole, [d.needs_person for d in scored]):.3f}",
        ),
    ]


async def star(bench: Bench) -> Told:
    rows = [r for r in bench.rows("star/outcomes.jsonl.gz") if r["turns"]]
    told = await dialogues(bench, rows)
    asked = [i for i, r in enumerate(rows) if r["user_annoyed"] is not None]
    annoyed = [bool(rows[i]["user_annoyed"]) for i in asked]
    moods = [fmean([(1 - t.sentiment) / 2 + t.frustration for t in heard(d)] or [0.0]) for d in told]
    lines = [t for d in told for t in heard(d)]
    hotels = [
        i for i, r in enumerate(rows) if r["task_done"] is not None and "hotel" in (r["task_question"] or "").lower()
    ]
    handed = sum(t.action == "handover" for t in lines)
    return [
        (
            f"annoyed, AUROC of needs_person ({len(annoyed)}, {sum(annoyed)} annoyed)",
            f"{auroc(annoyed, [told[i].needs_person for i in asked]):.3f}",
        ),
        ("… of mean mood", f"{auroc(annoyed, [moods[i] for i in asked]):.3f}"),
        (
            f"hotel task not done, AUROC of needs_person ({len(hotels)})",
            f"{auroc([not rows[i]['task_done'] for i in hotels], [told[i].needs_person for i in hotels]):.3f}",
        ),
        (f"lines that hand over ({len(lines)})", f"{handed / len(lines):.2%}"),
    ]


async def batch(bench: Bench) -> Told:
    """How fast conversations are scored when every text is new, as `handrail checks score` does it."""
    rows = [r for r in bench.rows("star/outcomes.jsonl.gz") if r["turns"]][:300]
    rails = Rails(Checks(), Cached(MiniLM()))
    await rails.prepare()
    given = ((None, [Said(t["role"], t["text"]) for t in row["turns"]]) for row in rows)
    turns, wall, cpu = 0, perf_counter(), process_time()
    async for _, told in score_conversations(given, rails, Checks()):
        turns += len(heard(told))
    wall, cpu = perf_counter() - wall, process_time() - cpu
    return [
        (f"customers' turns scored in a second ({turns})", f"{turns / wall:.0f}"),
        ("… in a second of processor time", f"{turns / cpu:.0f}"),
    ]


async def injection(bench: Bench) -> Told:
    rows = bench.rows("injection/prompts.jsonl")
    await bench.rails.prepare()
    await bench.embedder.fill(r["text"] for r in rows)
    readings = [bench.rails.reading(v) for v in await bench.embedder.embed([r["text"] for r in rows])]
    scores = np.array(
        [score(marks(r["text"]), reading.like("injection")) for r, reading in zip(rows, readings, strict=True)]
    )
    source = np.array([r["src"] for r in rows])
    harmless = np.array([r["label"] == 0 for r in rows])
    limit = np.sort(scores[harmless])[::-1][ALARMS] if harmless.sum() > ALARMS else 1.0
    told = [("AUROC over all sources", f"{auroc(list(~harmless), list(scores)):.3f}")]
    for name in sorted(set(source)):
        at, strict = (scores[source == name] >= CERTAIN).mean(), (scores[source == name] > limit).mean()
        told.append((f"{name}: found at {CERTAIN} ({(source == name).sum()})", f"{at:.3f}"))
        told.append((f"{name}: found with {ALARMS} false alarms or fewer", f"{strict:.3f}"))
    return told


async def people(bench: Bench) -> Told:
    rows = bench.rows("nluplusplus/banking.jsonl") + bench.rows("nluplusplus/hotels.jsonl")
    await bench.embedder.fill(r["text"] for r in rows)
    heard = [
        any(f.action != "note" for f in (await bench.rails.inbound(r["text"])).of("asks_for_person")) for r in rows
    ]
    asked = ["handoff" in r["intents"] for r in rows]
    caught = fmean(h for h, a in zip(heard, asked, strict=True) if a)
    return [
        (f"asks for a person: found ({sum(asked)})", f"{caught:.3f}"),
        (
            f"… false alarms ({len(rows) - sum(asked)})",
            str(sum(h and not a for h, a in zip(heard, asked, strict=True))),
        ),
    ]


async def everyday(bench: Bench) -> Told:
    rows = random.Random(7).sample(bench.rows("clinc150/val.jsonl"), 1500 if not bench.sample else bench.sample // 2)
    rows += random.Random(7).sample(
        bench.rows("banking77/train.jsonl"), 1500 if not bench.sample else bench.sample // 2
    )
    await bench.embedder.fill(r["text"] for r in rows)
    alarms: dict[str, int] = {}
    for row in rows:
        found: tuple[Finding, ...] = (await bench.rails.inbound(row["text"])).findings
        for name in {f"{f.check}: {f.action}" for f in found if f.action in ("offer", "handover", "refuse")}:
            alarms[name] = alarms.get(name, 0) + 1
    return [(f"everyday requests, {name} (of {len(rows)})", str(count)) for name, count in sorted(alarms.items())]


async def care(bench: Bench) -> Told:
    """Everyday talk of others, where next to nobody is in need: how often somebody would be called for it."""
    sets = {
        "bookings (USS)": [
            t["text"] for r in bench.rows("uss/dialogues.jsonl.gz") for t in r["turns"] if t["role"] == "customer"
        ],
        "requests (CLINC150)": [r["text"] for r in bench.rows("clinc150/val.jsonl") if "fraud" not in r["intent"]],
        "hotels (NLU++)": [r["text"] for r in bench.rows("nluplusplus/hotels.jsonl")],
        "harmless (notinject_one)": [
            r["text"] for r in bench.rows("injection/prompts.jsonl") if r["src"] == "notinject_one"
        ],
    }
    told = []
    for name, texts in sets.items():
        lines = sorted(set(texts))
        await bench.embedder.fill(lines)
        alarms = [f for t in lines for f in (await bench.rails.inbound(t)).of("sensitive") if f.action != "note"]
        handed = sum(f.action == "handover" for f in alarms)
        told.append(
            (f"{name}: handed over for need, offered a person (of {len(lines)})", f"{handed}, {len(alarms) - handed}")
        )
    return told


MESSAGES = (
    "Hi, where is my order W10021? It should have been here on Friday.",
    "Can I bring my dog on the guided walk, and what should I pack?",
    "I've asked twice already and nobody could tell me why I was charged two times, this is getting annoying",
)
SENTENCES = (
    ("You can return unworn items within 30 days of delivery.", "settled"),
    ("Your order W10021 was shipped with DHL on 12 June.", "open"),
    ("Sending things back is possible for a month after they came to you.", "open"),
)
EVIDENCE = Evidence(
    passages={
        f"p{n}": f"Part {n}. You can return unworn items within 30 days of delivery. A refund takes 5 days."
        for n in range(5)
    },
    results={
        "seq:3": '{"order_id": "W10021", "carrier": "DHL", "status": "shipped", "shipped_at": "2026-06-12T09:00:00Z"}'
    },
    said=tuple(MESSAGES),
)


async def speed(bench: Bench) -> Told:
    rails = Rails(Checks(), MiniLM())
    await rails.prepare()
    spent: dict[str, list[tuple[float, float]]] = {"inbound, with its embedding": []}
    for n in range(60):
        for message in MESSAGES:
            spent["inbound, with its embedding"].append(await _timed(rails.inbound(f"{message} {n}")))
        for sentence, kind in SENTENCES:
            spent.setdefault(f"outbound, {kind} sentence", []).append(await _timed(rails.outbound(sentence, EVIDENCE)))
    return [
        (
            f"{name}: p50 / p95 ms, p50 of processor time",
            f"{median(wall):.1f} / {quantiles(wall, n=20)[-1]:.1f}, {median(cpu):.1f}",
        )
        for name, wall, cpu in ((name, *zip(*pairs, strict=True)) for name, pairs in spent.items())
    ]


async def _timed(checking: Awaitable[Verdict]) -> tuple[float, float]:
    wall, cpu = perf_counter(), process_time()
    await checking
    return (perf_counter() - wall) * 1000, (process_time() - cpu) * 1000


PARTS: dict[str, tuple[Callable[[Bench], Awaitable[Told]], tuple[str, ...]]] = {
    "speed": (speed, ()),
    "batch": (batch, ("star/outcomes.jsonl.gz",)),
    "airline": (airline, ("airline_sentiment/tweets.jsonl",)),
    "uss": (uss, ("uss/dialogues.jsonl.gz",)),
    "star": (star, ("star/outcomes.jsonl.gz",)),
    "injection": (injection, ("injection/prompts.jsonl",)),
    "people": (people, ("nluplusplus/banking.jsonl", "nluplusplus/hotels.jsonl")),
    "care": (
        care,
        ("uss/dialogues.jsonl.gz", "clinc150/val.jsonl", "nluplusplus/hotels.jsonl", "injection/prompts.jsonl"),
    ),
    "everyday": (everyday, ("clinc150/val.jsonl", "banking77/train.jsonl")),
}


async def main() -> None:
    """Run the parts asked for and print their figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--only", default=",".join(PARTS), help="parts to run, with commas between")
    parser.add_argument("--sample", type=int, help="look at no more than so many records of a set")
    asked = parser.parse_args()
    folder = Path(os.environ.get("HANDRAIL_DATA", Path(__file__).parents[2] / "shared" / "data"))
    bench = Bench(folder, asked.sample)
    for name in asked.only.split(","):
        part, files = PARTS[name]
        missing = [file for file in files if not (folder / file).exists()]
        if missing:
            print(f"{name}: left out, {', '.join(missing)} is not in {folder}")
            continue
        started = perf_counter()
        figures = await part(bench)
        print(f"{name} ({perf_counter() - started:.0f} s)")
        for what, value in figures:
            print(f"  {what:<74} {value}")


if __name__ == "__main__":
    asyncio.run(main())
