"""Random and hostile requests against the running server: `python -m bench fuzz [--requests N] [--seed N]`.

The requests are made by schemathesis from `/openapi.json`, over conversations, people and accounts that are there, for
callers who may and for callers who may not; some are then bent, byte by byte. See `bench/fuzzing`.
"""

import argparse
import asyncio
import sys
import warnings
from collections import Counter
from collections.abc import Sequence

from hypothesis.errors import HypothesisDeprecationWarning
from rich.console import Console
from rich.table import Table

from bench.figures import Figure, Surroundings, save, show
from bench.fuzzing.complaints import complaints
from bench.fuzzing.judge import Fault
from bench.fuzzing.site import Site, open_site
from bench.fuzzing.state import State
from bench.fuzzing.streams import Streamed, Streams
from bench.fuzzing.trial import Report, Trial
from bench.fuzzing.twins import twins
from bench.shop import settings as sample_settings
from handrail.conversation.settings import Settings

REQUESTS = 5000
SEED = 20260615
LEAST = 0.3
"""The share of an operation's requests that must be answered 2xx: else nothing but the doorman was tested."""

STREAMS_EACH = 24
SHOWN = 20


async def fuzz(
    settings: Settings, requests: int = REQUESTS, *, seed: int = SEED, streams: int = STREAMS_EACH
) -> tuple[Report, Streamed]:
    """Serve the agent on these settings and send so many requests; what came of them, and of the streams."""
    async with open_site(settings) as site:
        with complaints() as logged:
            report, streamed = await _run(site, requests, seed, streams)
    report.faults += logged
    return report, streamed


async def _run(site: Site, requests: int, seed: int, streams: int) -> tuple[Report, Streamed]:
    state = await State.prepare(site)
    before = await state.seqs()
    report = await asyncio.to_thread(Trial(state, asyncio.get_running_loop(), seed).run, requests)
    streamed = await Streams(state).run(streams)
    report.faults += await twins(state)
    if await state.seqs() != before:
        report.faults.append(Fault("all", "a stranger wrote to a conversation", "", "", ""))
    return report, streamed


def figures(report: Report, streamed: Streamed) -> list[Figure]:
    """The run in figures, each with its limit."""
    failed = sum(count for found in report.statuses.values() for status, count in found.items() if status >= 500)
    faults = len(report.faults) + len(streamed.faults)
    lowest = min(report.share(operation) for operation in report.statuses)
    opened = sum(found.total() for found in streamed.statuses.values())
    return [
        Figure("hostile requests", "requests", report.total, "", least=1),
        Figure("hostile requests", "operations", len(report.statuses), ""),
        Figure("hostile requests", "answers 5xx", failed, "", most=0, samples=report.total),
        Figure("hostile requests", "answers that must not be", faults, "", most=0, samples=report.total + opened),
        Figure("hostile requests", "lowest share of 2xx of an operation", 100 * lowest, "%", least=100 * LEAST),
        Figure("hostile requests", "streams opened", opened, ""),
    ]


def tell(report: Report, streamed: Streamed, console: Console | None = None) -> None:
    """Print the table by operation, and the faults by kind."""
    console = console or Console(width=140)
    table = Table("operation", title="Hostile requests")
    for column in ("requests", "2xx", "4xx", "5xx"):
        table.add_column(column, justify="right")
    for operation, found in {**report.statuses, **{f"{k} (stream)": v for k, v in streamed.statuses.items()}}.items():
        table.add_row(operation, *_row(found))
    console.print(table)
    console.print("Kinds:", ", ".join(f"{count} {kind}" for kind, count in report.kinds.most_common()))
    console.print("Events of streams:", ", ".join(f"{count} {name}" for name, count in streamed.events.most_common()))
    _tell_faults([*report.faults, *streamed.faults], console)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run it from the command line; 1 where something does not hold."""
    parser = argparse.ArgumentParser(prog="python -m bench fuzz", description=__doc__)
    parser.add_argument("--requests", type=int, default=REQUESTS)
    parser.add_argument("--seed", type=int, default=SEED)
    chosen = parser.parse_args(arguments)
    # schemathesis numbers its cases at random, and Hypothesis does not like to see it.
    warnings.simplefilter("ignore", HypothesisDeprecationWarning)
    surroundings = Surroundings()
    with sample_settings() as settings:
        report, streamed = asyncio.run(fuzz(settings, chosen.requests, seed=chosen.seed))
    surroundings.end()
    tell(report, streamed)
    found = figures(report, streamed)
    show(found, surroundings)
    print(f"kept in {save('fuzz', found, surroundings)}")
    return 0 if all(figure.holds is not False for figure in found) else 1


def _row(found: Counter[int]) -> list[str]:
    total = found.total()
    by_class = [sum(count for status, count in found.items() if status // 100 == first) for first in (2, 4, 5)]
    return [str(total), f"{by_class[0] / max(1, total):.0%}", str(by_class[1]), str(by_class[2])]


def _tell_faults(faults: Sequence[Fault], console: Console) -> None:
    counts = Counter((fault.operation, fault.what) for fault in faults)
    first = {(fault.operation, fault.what): fault for fault in reversed(faults)}
    for key, count in counts.most_common(SHOWN):
        fault = first[key]
        console.print(f"{count} × {fault.operation}: {fault.what} ({fault.caller})", style="red", markup=False)
        console.print(f"    {fault.sent}\n    {fault.got}", markup=False)


if __name__ == "__main__":
    sys.exit(main())
