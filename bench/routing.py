"""How well texts are routed and what is out of scope is noticed: `python -m bench routing [--per N] [--intents N]`.

Fits on the train part of CLINC150 (CC BY 3.0) below `HANDRAIL_DATA` (default ../shared/data) and scores its val part,
with and without the examples of what is out of scope. `--per` takes so many examples an intent, `--intents` so many
intents, drawn with a seed; texts of the others are then out of scope too.
"""

import argparse
import asyncio
import json
import os
import random
import time
from pathlib import Path

import numpy as np

from handrail.knowledge.embed import Cached
from handrail.knowledge.intents import Example, Intents
from handrail.knowledge.minilm import MiniLM

DATA = Path(os.environ.get("HANDRAIL_DATA", Path(__file__).parents[2] / "shared" / "data")) / "clinc150"
OUT = "oos"
KEPT = 0.95


async def main(per: int, intents: int) -> None:
    train, val = (read(DATA / f"{part}.jsonl") for part in ("train", "val"))
    draw = random.Random(0)
    names = sorted({example.intent for example in train} - {OUT})
    known = set(draw.sample(names, min(intents, len(names))))
    embedder = Cached(MiniLM(), len(train) + len(val))
    shown: list[Example] = []
    for name in sorted(known | {OUT}):
        of_it = [example for example in train if example.intent == name]
        shown.extend(draw.sample(of_it, min(per, len(of_it))))
    await score("with examples of what is out of scope", shown, val, known, embedder)
    await score("without", [example for example in shown if example.intent != OUT], val, known, embedder)


def read(file: Path) -> list[Example]:
    rows = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    return [Example(row["text"], row["intent"]) for row in rows]


async def score(name: str, shown: list[Example], asked: list[Example], known: set[str], embedder: Cached) -> None:
    """Print accuracy in scope, and the share of what is out of scope under the 5th percentile of what is in it."""
    await embedder.embed([example.text for example in (*shown, *asked)])
    started = time.process_time()
    router = await Intents.fit(shown, embedder)
    seconds = time.process_time() - started
    routed = await router.route([example.text for example in asked])
    inside = np.array([example.intent in known for example in asked])
    sure = np.array([to.in_scope for to in routed])
    right = np.array([to.intent == example.intent for to, example in zip(routed, asked, strict=True)])
    caught = np.mean(sure[~inside] < np.quantile(sure[inside], 1 - KEPT))
    print(
        f"{name}: {len(shown)} examples of {len(known)} intents, fitted in {seconds:.1f} s of processor time; "
        f"accuracy {np.mean(right[inside]):.3f} of {inside.sum()}, caught {caught:.3f} of {(~inside).sum()} keeping "
        f"{KEPT:.0%}; at 0.5 keeps {np.mean(sure[inside] >= 0.5):.3f}, passes {np.mean(sure[~inside] >= 0.5):.3f}"
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--per", type=int, default=1000, help="examples an intent")
    parser.add_argument("--intents", type=int, default=150, help="intents that are known")
    options = parser.parse_args()
    asyncio.run(main(options.per, options.intents))
