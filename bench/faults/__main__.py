"""`python -m bench faults`: run a campaign, and print its table."""

import argparse
import asyncio
import logging
import sys
from collections import Counter
from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from bench.faults.breaking import KINDS
from bench.faults.campaign import Plan, Results, Run, campaign
from bench.faults.judge import DAMAGE
from bench.faults.strikes import STRIKES
from bench.figures import RESULTS, Surroundings


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what is asked for; 1 where there was damage."""
    parser = argparse.ArgumentParser(prog="python -m bench faults", description=__doc__)
    parser.add_argument("--runs", type=int, default=2000, help="conversations to strike (2000)")
    parser.add_argument("--processes", type=int, default=2, help="servers of Handrail (2)")
    parser.add_argument("--seed", type=int, default=1, help="the plan (1)")
    parser.add_argument("--group", type=int, default=20, help="customers who talk at once (20)")
    parser.add_argument("--resume", action="store_true", help="go on with the results of this seed")
    parser.add_argument("--strike", action="append", choices=[*STRIKES], default=[], help="only these faults")
    parser.add_argument("--break", dest="broken", choices=KINDS, default="", help="break Handrail, to see it noticed")
    chosen = parser.parse_args(arguments)
    if chosen.processes < 2:
        parser.error("--processes must be 2 or more: one that dies needs an heir")
    file = RESULTS / f"faults-{chosen.seed}{f'-{chosen.broken}' if chosen.broken else ''}.jsonl"
    results = Results(file)
    if chosen.resume:
        results.resume()
    else:
        file.unlink(missing_ok=True)
    plan = Plan(
        chosen.runs, chosen.processes, chosen.seed, chosen.broken, tuple(chosen.strike), chosen.group
    )  # fmt: skip
    logging.basicConfig(level=logging.ERROR)
    surroundings = Surroundings()
    asyncio.run(campaign(plan, results, lambda text: print(text, flush=True)))
    surroundings.end()
    show(results.runs, surroundings)
    print(f"kept in {file}")
    return 1 if any(run.damage for run in results.runs) else 0


def show(runs: Sequence[Run], surroundings: Surroundings) -> None:
    """Print the table: by kind of fault, the runs, and how many were damaged in each way."""
    s = surroundings
    table = Table(
        caption=f"{s.at}, {s.cores} cores ({s.processor}), Python {s.python}, load {s.load_before} before and "
        f"{s.load_after} after, {s.seconds} s; each column of damage counts conversations",
        caption_justify="left",
    )
    table.add_column("fault")
    for column in ("runs", "claims", "unknown", "done", "not done", "handoffs", *DAMAGE):
        table.add_column(column, justify="right")
    struck = [run for run in runs if run.strike != "calm"]
    for name in (*STRIKES, "all"):
        some = [run for run in struck if name in (run.strike, "all")]
        if some:
            table.add_row(name, *_cells(some))
    Console(width=190).print(table)
    damaged = sum(bool(run.damage) for run in runs)
    print(f"{len(runs) - len(struck)} more had ended before the fault struck; {damaged} damaged in all")


def _cells(runs: Sequence[Run]) -> list[str]:
    kinds = ("action_claimed", "action_unknown", "action_succeeded", "action_failed", "handoff_requested")
    counted = [sum(run.actions.get(kind, 0) for run in runs) for kind in kinds]
    damage = Counter(kind for run in runs for kind in {found.partition(":")[0] for found in run.damage})
    return [str(number) for number in (len(runs), *counted, *(damage[kind] for kind in DAMAGE))]


if __name__ == "__main__":
    sys.exit(main())
