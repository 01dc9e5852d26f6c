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
import tempfile
from pathlib import Path

from bench.retrieval import places, sample
from bench.retrieval.signs import fit
from handrail.conversation.settings import Business, Settings
from handrail.knowledge.embed import open_embedder
from handrail.knowledge.knowledge import Knowledge


async def main(arguments: argparse.Namespace) -> None:
    with tempfile.TemporaryDirectory() as data:
        settings = Settings(workspace=sample.SAMPLE, data=Path(data), business=Business(name="Bench"))
        embedder = open_embedder(settings)
        knowledge = Knowledge(settings, embedder)
        report = await knowledge.refresh()
        print(f"index: {report.policies} policies, {report.passages} passages, {report.seconds:.1f} s")
        rows = sample.rows()
        await sample.speed(knowledge, rows)
        await sample.questions(knowledge, rows)
        lines = await sample.told_apart(knowledge, rows)
        await knowledge.close()
    lines += await places.places(embedder, arguments.every)
    if arguments.fit:
        fit(lines)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fit", action="store_true", help="fit the weights of relevance.py")
    parser.add_argument("--every", type=int, default=3, help="take every Nth turn of the retrieval set")
    asyncio.run(main(parser.parse_args()))
