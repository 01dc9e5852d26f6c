"""How right and how fast the checks are: `python -m bench.checks [--only uss,star] [--sample N]`.

Measures on conversations that people tagged elsewhere, below `HANDRAIL_DATA` (default ../shared/data), and says which
sets are missing. Nothing is fitted here but `fitted`, for comparison: probes and lists are Handrail's own, the weights
of grounding and confidence are the packaged ones (`bench.grounding`, `bench.confidence`). `--sample N` looks at no more
than N records of a set, drawn with a seed.
"""

import argparse
import asyncio
from collections.abc import Awaitable, Callable
from time import perf_counter

from bench.checks.everyday import care, everyday, people
from bench.checks.fitted import fitted
from bench.checks.hostile import injection
from bench.checks.mood import airline
from bench.checks.outcomes import star, uss
from bench.checks.sets import FOLDER, Bench, Told
from bench.checks.speed import batch, speed

PARTS: dict[str, tuple[Callable[[Bench], Awaitable[Told]], tuple[str, ...]]] = {
    "speed": (speed, ()),
    "batch": (batch, ("star/outcomes.jsonl.gz",)),
    "airline": (airline, ("airline_sentiment/tweets.jsonl",)),
    "fitted": (fitted, ("airline_sentiment/tweets.jsonl",)),
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
    bench = Bench(asked.sample)
    for name in asked.only.split(","):
        part, files = PARTS[name]
        missing = [file for file in files if not (FOLDER / file).exists()]
        if missing:
            print(f"{name}: left out, {', '.join(missing)} is not in {FOLDER}")
            continue
        started = perf_counter()
        figures = await part(bench)
        print(f"{name} ({perf_counter() - started:.0f} s)")
        for what, value in figures:
            print(f"  {what:<74} {value}")


if __name__ == "__main__":
    asyncio.run(main())
