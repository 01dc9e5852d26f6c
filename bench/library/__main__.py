"""Many real passages from the folder to the answer: `python -m bench library [--passages N] [--beside M] [--every K]`.

Writes a workspace of N passages (the retrieval set below `HANDRAIL_DATA`, and others made of it), runs `handrail
index`, kills it in the middle and runs it again, serves it, changes a policy beside the running server, and searches
with the set's own questions, also over the first M passages alone. Each part is a process of its own, as people run it,
but for the searches.
"""

import argparse
import asyncio
import json
import logging
import shutil
import tempfile
from pathlib import Path

from bench.figures import Figure, Surroundings, save, show, spread
from bench.library import made, running, searching
from handrail.conversation import embedded

SERVED_MOST, MANY_MOST = 900.0, 1600.0
"""Megabytes that the server holds at most, at up to 2,000 passages and at more."""


async def main(count: int, beside: int, every: int, keep: Path | None) -> list[Figure]:
    folder = keep or Path(tempfile.mkdtemp(prefix="handrail-bench-library-"))
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o755)
    try:
        if not (folder / "ids.json").exists():
            ids = await asyncio.to_thread(made.write, folder / "all", made.records(), count)
            (folder / "ids.json").write_text(json.dumps(ids), "utf-8")
        ids = json.loads((folder / "ids.json").read_text("utf-8"))
        found = [*await indexed(folder / "all", count), *await served(folder / "all", count)]
        found += await searched(folder, ids, count, beside, every)
        return found
    finally:
        embedded.stop(folder / "all" / ".handrail" / "postgres")
        if keep is None:
            shutil.rmtree(folder, ignore_errors=True)


async def indexed(workspace: Path, count: int) -> list[Figure]:
    """Index, killed in the middle and resumed."""
    before = await running.kept(workspace)
    at_kill = await running.index_killed(workspace, count // 2) if before < count // 2 else before
    report = await running.index(workspace)
    if report.kept != at_kill:
        raise RuntimeError(f"{at_kill} vectors were kept before, {report.kept} are told to have been")
    part = "index"
    return [
        Figure(part, "passages", report.passages, ""),
        Figure(part, "kept when it was killed", at_kill, "vectors"),
        Figure(part, "of these embedded again", at_kill - report.kept, "vectors", most=0),
        Figure(part, "the rest, wall", report.seconds, "s"),
        Figure(part, "the rest, of processor", report.processor, "s"),
        Figure(part, "passages in a second of processor", report.added / max(report.processor, 1e-6), "1/s"),
        Figure(part, "resident at most", report.megabytes, "MB", most=MANY_MOST),
    ]


async def served(workspace: Path, count: int) -> list[Figure]:
    """The start of the server, what it holds, and how soon a change is served."""
    policy = workspace / "policies" / "added.md"
    policy.unlink(missing_ok=True)
    await running.index(workspace)
    most = SERVED_MOST if count <= 2000 else MANY_MOST
    async with running.serve(workspace) as server:
        part = "serve"
        found = [
            Figure(part, "ready after", server.seconds, "s"),
            Figure(part, "ready after, of processor", server.processor, "s"),
            Figure(part, "resident when ready", server.megabytes, "MB", most=most),
        ]
        policy.write_text(ADDED, "utf-8")
        report = await running.index(workspace)
        seconds = await running.until_served(server.address, "added", "1")
        found += [
            Figure(part, "handrail index for one new policy", report.seconds, "s"),
            Figure(part, "passages embedded for it", report.added, "", most=1),
            Figure(part, "from its end until the server shows it", seconds, "s"),
            Figure(part, "resident after the change", server.megabytes, "MB", most=most),
        ]
    return found


ADDED = """\
---
id: added
title: Late arrivals
version: "1"
effective_from: 2025-02-01
---

Tell us by six in the evening where you arrive after nine, and we keep your booking until midnight.
"""


async def searched(folder: Path, ids: dict[str, str], count: int, beside: int, every: int) -> list[Figure]:
    """The same questions over all passages and over the first `beside` alone."""
    asked = searching.turns(every)
    found = []
    if beside < count:
        few = folder / "few"
        if not few.exists():
            await asyncio.to_thread(made.write, few, made.records(), beside)
            await running.index(few)
        told = await searching.search(few, asked, ids)
        found.append(Figure("search", f"recall@10 of {beside}", told.recall, "", samples=len(asked)))
        found += spread("search", f"of {beside}", told.wall, "ms")
    told = await searching.search(folder / "all", asked, ids)
    found.append(Figure("search", f"recall@10 of {count}", told.recall, "", samples=len(asked)))
    found += spread("search", f"of {count}", told.wall, "ms", 15, 40)
    found += spread("search", f"of {count}, of processor", told.processor, "ms")
    found.append(Figure("search", "opened in", told.opened, "s"))
    found.append(Figure("search", "resident after the searches", told.megabytes, "MB", most=MANY_MOST))
    return found


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--passages", type=int, default=100_000)
    parser.add_argument("--beside", type=int, default=10_882, help="search the first so many alone too")
    parser.add_argument("--every", type=int, default=3, help="take every Nth question")
    parser.add_argument("--keep", type=Path, help="work in this folder and leave it there; an index in it is resumed")
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.ERROR)
    surroundings = Surroundings()
    figures = asyncio.run(main(arguments.passages, arguments.beside, arguments.every, arguments.keep))
    surroundings.end()
    show(figures, surroundings)
    print(f"kept in {save('library', figures, surroundings)}")
