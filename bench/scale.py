"""Searching many passages: `python -m bench scale [--passages N]`.

The passages are made up of English words drawn as often as words are in texts (Zipf), their vectors are drawn around a
thousand subjects: indexing real ones takes most of an hour. They go into Chroma as policies do, in their own folder;
questions are searched as the agent does, embedded by MiniLM. Recall compares what Chroma finds with comparing all.
"""

import argparse
import asyncio
import tempfile
import time
from datetime import date
from pathlib import Path

import numpy as np
import psutil
from numpy.typing import NDArray

from handrail.conversation.settings import Business, Settings
from handrail.knowledge.embed import Cached
from handrail.knowledge.index import Entry, Index
from handrail.knowledge.meaning import Exact
from handrail.knowledge.minilm import MiniLM, english
from handrail.knowledge.passages import Passage, Policy
from handrail.knowledge.search import Search, embedded

DIMENSIONS, SUBJECTS, SPREAD = 384, 1000, 1.5
WORDS = 60
QUESTIONS = 300
TOP = 10
TODAY, LONG_AGO = date(2026, 6, 15), date(2000, 1, 1)


async def main(count: int) -> None:
    draw = np.random.default_rng(0)
    passages, vectors = make(draw, count)
    digests = [passage.id for passage in passages]
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(workspace=Path(folder), data=Path(folder), business=Business(name="Scale"))
        index = await Index.open(settings, "made-up")
        started = time.perf_counter()
        await index.put([Entry(d, v, embedded(p), p.id) for d, v, p in zip(digests, vectors, passages, strict=True)])
        print(f"{count} passages put into the index in {time.perf_counter() - started:.0f} s")
        started = time.perf_counter()
        search = Search(passages, digests, index, Cached(MiniLM()), english())
        print(f"opened in {time.perf_counter() - started:.1f} s; {resident():.0f} MB resident, Chroma and vectors held")
        await recall(index, Exact(digests, vectors), draw, vectors)
        await speed(search, draw)
        print(
            f"{resident():.0f} MB resident after the searches (the vectors held for recall are {vectors.nbytes >> 20})"
        )
        await index.close()


def make(draw: np.random.Generator, count: int) -> tuple[list[Passage], NDArray[np.float32]]:
    """Passages and their vectors: every third is about one of 2,000 named things, every fifth is superseded."""
    words = np.array(sorted(english()))
    draw.shuffle(words)
    often = 1 / np.arange(10, len(words) + 10)
    said = draw.choice(words, size=(count, WORDS), p=often / often.sum())
    centres = draw.normal(size=(SUBJECTS, DIMENSIONS)).astype(np.float32)
    vectors = centres[draw.integers(SUBJECTS, size=count)]
    vectors += SPREAD * draw.normal(size=(count, DIMENSIONS)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    passages = []
    for number, row in enumerate(said):
        ends = date(2026, 1, 1) if number % 5 == 0 else None
        names = (f"{NAMES[number // 3 % 40]} {NAMES[number // 120 % 50]}",) if number % 3 == 0 else ()
        policy = Policy(str(number), "1", " ".join(row[:3]), " ".join(row[3:]), LONG_AGO, ends, entities=names)
        passages.append(Passage(f"{number}@1#1", policy, "", policy.text, WORDS))
    return passages, vectors


NAMES = [f"{head}{tail}" for head in ("Kes", "Bram", "Osp", "Lan", "Tor") for tail in (
    "trel", "wick", "ford", "mere", "dale", "holm", "stead", "combe", "hurst", "thorpe",
)]  # fmt: skip


async def recall(index: Index, exact: Exact, draw: np.random.Generator, vectors: NDArray[np.float32]) -> None:
    """The part of the ten nearest that Chroma finds."""
    shares = []
    for number in draw.integers(len(vectors), size=QUESTIONS):
        vector = vectors[number] + 0.5 * draw.normal(size=DIMENSIONS).astype(np.float32) / np.sqrt(DIMENSIONS)
        vector /= np.linalg.norm(vector)
        near = {digest for digest, _ in await exact.near(vector, TOP)}
        shares.append(len(near & {digest for digest, _ in await index.near(vector, TOP)}) / TOP)
    print(f"of the {TOP} nearest Chroma finds {np.mean(shares):.3f} ({QUESTIONS} questions)")


async def speed(search: Search, draw: np.random.Generator) -> None:
    words = sorted(english())
    for name, said in (("of nothing named", []), ("about something named", ["Is the Kestrel Bramford open?"])):
        questions = [" ".join(["how", "is", *draw.choice(words, size=7), "today"]) for _ in range(QUESTIONS)]
        await search.find("once before, to load the model", as_of=TODAY, said=said)
        wall, processor = [], []
        for question in questions:
            started, used = time.perf_counter(), time.process_time()
            await search.find(question, as_of=TODAY, said=said)
            wall.append(1000 * (time.perf_counter() - started))
            processor.append(1000 * (time.process_time() - used))
        told = [f"{np.quantile(times, q):.1f}" for times in (wall, processor) for q in (0.5, 0.95)]
        print(f"search {name}: p50 {told[0]} ms, p95 {told[1]} ms; of processor {told[2]} and {told[3]} ms")


def resident() -> float:
    return float(psutil.Process().memory_info().rss) / 1e6


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--passages", type=int, default=100_000)
    asyncio.run(main(parser.parse_args().passages))
