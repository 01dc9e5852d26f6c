"""Races at the desk: `python -m bench races [--runs 10000] [--processes 2] [--seed 1]`.

Processes with a connection pool of their own share one Postgres, and everything happens to a conversation at once: the
bot drafts and hands over, customers write, people claim it, take the next, write, park, hand on, give back, wrap up and
vanish, and each process sweeps. One run is one conversation with what happened to it. Afterwards the rows are judged,
by nothing of ours: who held it at each line, whether it is lost, and by how many it was claimed.
"""

import argparse
import asyncio
import multiprocessing
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from multiprocessing.connection import Connection
from pathlib import Path

from bench.figures import Surroundings
from bench.racing.judge import DAMAGE, judge
from bench.racing.play import open_player
from handrail.conversation import embedded, migrate

BATCH = 60
FAST = {**embedded.OPTIONS, "fsync": "off", "synchronous_commit": "off"}


def worker(pipe: Connection, dsn: str, folder: str, name: str, broken: bool) -> None:
    """One process: plays what it is told, until it is told nothing."""
    asyncio.run(_work(pipe, dsn, Path(folder), name, broken))


async def _work(pipe: Connection, dsn: str, folder: Path, name: str, broken: bool) -> None:
    async with open_player(dsn, folder, name, broken=broken) as player:
        while True:
            task = await asyncio.to_thread(pipe.recv)
            if task is None:
                return
            if task == "tidy":
                await player.tidy()
                pipe.send(None)
                continue
            pipe.send(await player.play(*task))


async def _open(dsn: str, folder: Path, count: int) -> list[str]:
    async with open_player(dsn, folder, "opener") as player:
        return [await player.open() for _ in range(count)]


def run(
    runs: int, processes: int, seed: int, broken: bool, minutes: float
) -> tuple[int, Counter[str], Counter[str], list[str]]:
    """Play until all have run or so many minutes are over, and judge; returns how many ran, what was done, what was
    damaged by kind, and what was found in words."""
    end = time.monotonic() + 60 * minutes
    folder = Path(tempfile.mkdtemp(prefix="handrail-races-"))
    folder.chmod(0o755)
    done: Counter[str] = Counter()
    pipes, workers, played = [], [], 0
    context = multiprocessing.get_context("spawn")
    try:
        dsn = embedded.start(folder / "postgres", options=FAST, delete=True)
        migrate.migrate(dsn)
        ids = asyncio.run(_open(dsn, folder, runs))
        for number in range(processes):
            ours, theirs = context.Pipe()
            process = context.Process(target=worker, args=(theirs, dsn, str(folder), f"p{number}", broken), daemon=True)
            process.start()
            pipes.append(ours)
            workers.append(process)
        for start in range(0, runs, BATCH):
            for number, pipe in enumerate(pipes):
                pipe.send((ids[start : start + BATCH], seed * 1_000_003 + start * 31 + number))
            for pipe in pipes:
                done += pipe.recv()
            if not broken and start % (BATCH * 4) == 0:
                # What is left over would make the line longer from batch to batch. The rows so far stay to be judged.
                pipes[0].send("tidy")
                pipes[0].recv()
            played = min(start + BATCH, runs)
            if start % (BATCH * 10) == 0:
                print(f"{played} of {runs}", flush=True)
            if time.monotonic() > end:
                break
        for pipe, process in zip(pipes, workers, strict=True):
            pipe.send(None)
            process.join(20)
        damage, told = judge(dsn)
        return played, done, damage, told
    finally:
        for process in workers:
            process.kill()
        embedded.stop(folder / "postgres")
        shutil.rmtree(folder, ignore_errors=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what is asked for; 1 where there was damage."""
    parser = argparse.ArgumentParser(prog="python -m bench races")
    parser.add_argument("--runs", type=int, default=10_000, help="conversations (10000)")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=120, help="begin nothing new after so many (120)")
    parser.add_argument("--break", dest="broken", action="store_true", help="take the fence away, to see it noticed")
    chosen = parser.parse_args(arguments)
    surroundings = Surroundings()
    played, done, damage, told = run(chosen.runs, chosen.processes, chosen.seed, chosen.broken, chosen.minutes)
    surroundings.end()
    print(f"{played} conversations, {chosen.processes} processes, seed {chosen.seed}, load "
          f"{surroundings.load_before} to {surroundings.load_after}, {surroundings.seconds} s")  # fmt: skip
    print("done: " + ", ".join(f"{count} {name}" for name, count in sorted(done.items())))
    print("damage: " + ", ".join(f"{damage[kind]} {kind}" for kind in DAMAGE))
    for line in told[:20]:
        print(f"  {line}")
    return 1 if damage.total() else 0


if __name__ == "__main__":
    sys.exit(main())
